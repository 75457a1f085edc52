"""Handlers of the phone API: parse, call the flow, render."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from watchword.core.devices import OFFLINE_WRONG_LIMIT, Platform
from watchword.core.encoding import unb64u
from watchword.core.refusals import FIELDS, USED_OR_OLD, Refusal
from watchword.flows import activate, activation_start, approve, caller, offers, prove, push_targets
from watchword.flows.phone_requests import Signed
from watchword.flows.ready import Proven, ready
from watchword.web.asking import Ask
from watchword.web.key_api import models


def platform(body: models.PlatformBody) -> Platform:
    """What the phone says of itself, as the flows take it."""
    return Platform(body.os, body.version, body.model, body.lock, body.rooted)


def signed(ask: Ask, body: models.Signed | models.Complete) -> Signed | Refusal:
    """A signed request with its canonical bytes."""
    try:
        message = ask.site.kit.vault.canonical(body.signed)
    except ValueError:
        return Refusal(FIELDS, "fields.canonical")
    code = unb64u(body.hmac, 32) if isinstance(body, models.Signed) and body.hmac else b""
    return Signed(body.signed, message, body.signature, code or b"")


def answer_ready(ask: Ask, result: Proven | Refusal) -> dict[str, object] | Refusal:
    """*Ready*, computed after the transaction because its hashes are slow."""
    return result if isinstance(result, Refusal) else ready(ask.site.kit, result)


def start(ask: Ask, body: models.Start, _: str) -> dict[str, Any] | Refusal:
    """5.1, first step."""
    found = activation_start.start(
        ask.site.kit, body.username, body.password, platform(body.platform), body.claim, ask.visit()
    )
    if isinstance(found, Refusal):
        return found
    contacts = [
        {"id": contact.id, "kind": contact.kind, "masked": masked, "default": contact.is_default}
        for contact, masked in found.contacts
    ]
    return {"enrolment": found.enrolment.id, "contacts": contacts, "expires": found.enrolment.expires}


def send(ask: Ask, body: models.SendActivation, _: str) -> dict[str, Any] | Refusal:
    """5.1, the activation code."""
    region, national = (body.number.country, body.number.national) if body.number else ("", "")
    sent = activation_start.send_activation(
        ask.site.kit, body.enrolment, body.claim, contact_id=body.contact or "", region=region, national=national
    )
    return sent if isinstance(sent, Refusal) else asdict(sent)


def send_proof(ask: Ask, body: models.SendProof, _: str) -> dict[str, Any] | Refusal:
    """5.1, a proof before a new number."""
    sent = activation_start.send_proof(ask.site.kit, body.enrolment, body.claim, body.contact)
    return sent if isinstance(sent, Refusal) else asdict(sent)


def check_proof(ask: Ask, body: models.Code, _: str) -> dict[str, Any] | Refusal:
    """5.1, the proof typed."""
    return activation_start.check_proof(ask.site.kit, body.enrolment, body.claim, body.code) or {"proved": True}


def prove_code(ask: Ask, body: models.Code, _: str) -> dict[str, object] | Refusal:
    """5.1, the activation code typed."""
    return answer_ready(ask, activation_start.prove(ask.site.kit, body.enrolment, body.claim, body.code))


def scan_activation(ask: Ask, body: models.Scan, _: str) -> dict[str, object] | Refusal:
    """5.2."""
    secret = unb64u(body.secret, 16)
    if secret is None:
        return Refusal(USED_OR_OLD, "secret.form")
    return answer_ready(ask, offers.scan(ask.site.kit, secret, platform(body.platform), body.claim))


def by_session_id(ask: Ask, body: models.BySessionId, _: str) -> dict[str, object] | Refusal:
    """5.3."""
    found = offers.by_session_id(
        ask.site.kit, body.username, body.session_id, platform(body.platform), body.claim, ask.visit()
    )
    return answer_ready(ask, found)


def complete(ask: Ask, body: models.Complete, _: str) -> dict[str, Any] | Refusal:
    """5.5."""
    request = signed(ask, body)
    proof = signed(ask, body.prove) if body.prove else None
    if isinstance(request, Refusal):
        return request
    if isinstance(proof, Refusal):
        return proof
    stated = body.signed.get("platform")
    try:
        told = platform(models.PlatformBody.model_validate(stated))
    except ValueError:
        return Refusal(FIELDS, "fields.platform")
    return activate.complete(ask.site.kit, request, body.claim, told, proof)


def confirm(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """5.6."""
    request = signed(ask, body)
    if isinstance(request, Refusal):
        return request
    username = activate.confirm(ask.site.kit, request)
    return username if isinstance(username, Refusal) else {"active": True, "username": username}


def nonce(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """5.7, the nonce."""
    request = signed(ask, body)
    made = request if isinstance(request, Refusal) else prove.nonce(ask.site.kit, request)
    return made if isinstance(made, Refusal) else {"nonce": made[0], "expires": made[1]}


def check_pin(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """5.7."""
    request = signed(ask, body)
    return request if isinstance(request, Refusal) else prove.check(ask.site.kit, request) or {"right": True}


def pending(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """6.1."""
    request = signed(ask, body)
    found = request if isinstance(request, Refusal) else approve.pending(ask.site.kit, request, OFFLINE_WRONG_LIMIT)
    if isinstance(found, Refusal):
        return found
    return {
        "time": found.time,
        "attempts": found.attempts,
        "users": found.users,
        "offline_paused": found.offline_paused,
        "notices": found.notices,
    }


def scan(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """6.3."""
    request = signed(ask, body)
    return request if isinstance(request, Refusal) else approve.scan(ask.site.kit, request)


def decide(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """6.4."""
    request = signed(ask, body)
    made = request if isinstance(request, Refusal) else approve.decide(ask.site.kit, request)
    return made if isinstance(made, Refusal) else {"result": made.result, "quiet_until": made.quiet_until}


def caller_words(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """6.9, what the caller must say."""
    request = signed(ask, body)
    return request if isinstance(request, Refusal) else caller.words(ask.site.kit, request)


def caller_checked(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """6.9, whether he said it."""
    request = signed(ask, body)
    made = request if isinstance(request, Refusal) else caller.checked(ask.site.kit, request)
    return made if isinstance(made, Refusal) else asdict(made)


def push(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """6.6."""
    request = signed(ask, body)
    if isinstance(request, Refusal):
        return request
    return push_targets.register(ask.site.kit, request, ask.site.push_fault) or {"registered": True}


def config(ask: Ask, _body: object, _: str) -> dict[str, Any]:
    """4, with the support number of the language that was asked in."""
    found, numbers = ask.site.key_config(), ask.site.renderer.brand.support
    brand = {**found["brand"], "support_phone": numbers[ask.lang]}
    return {**found, "brand": brand, "time": ask.site.kit.clock.now()}
