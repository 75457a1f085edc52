"""Handlers of the platform API: prove the key, call the flow, render."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any

from watchword.core.attempts import guarded
from watchword.core.devices import on_phone
from watchword.core.policy import OWN_CLIENTS
from watchword.core.refusals import CLIENT_UNKNOWN, COLLECTOR, PROOF_OF_KEY, Refusal
from watchword.core.sessions import Session
from watchword.factors.sms_code import SmsCode
from watchword.flows import answers, entitlements, held, login, methods, platform, sessions, waiting
from watchword.flows.answers import KINDS
from watchword.flows.kit import Visit
from watchword.web.api import models as m
from watchword.web.asking import Ask
from watchword.web.site import Site

WAYS = ["push", "qr", "challenge", "code"]
GUARDED_WAYS = ["qr", "challenge"]
NO_NAME = re.compile(r"[^A-Za-z0-9 ._()-]")
LONGEST_SYSTEM = 32
PASSIVE = "watchword-passive"
OF_KEY = ("qr", "challenge")


def thumbprint(ask: Ask) -> str | Refusal:
    """The key that this request proves, once (RFC 9449)."""
    proof = ask.site.dpop(
        ask.headers.get("dpop", ""),
        method=ask.method,
        url=ask.site.portal_origin + ask.path,
        now=ask.site.kit.clock.now(),
    )
    if isinstance(proof, str):
        return Refusal(PROOF_OF_KEY, proof)
    return platform.spend_proof(ask.site.kit, proof.thumbprint, proof.jti) or str(proof.thumbprint)


def bound(ask: Ask, login_id: str, collector: str) -> str | Refusal:
    """The proven key, if the collector is that of the login named in the path."""
    key = thumbprint(ask)
    if isinstance(key, Refusal):
        return key
    found = waiting.state(ask.site.kit, collector, bound_key=key)
    if isinstance(found, Refusal) or found[0] != login_id:
        return Refusal(COLLECTOR, "collector.unknown")
    return key


def polled(site: Site, collector: str, key: str) -> dict[str, str] | Refusal:
    """What a platform that waits is told: the state, and the code to show, which a login begun meanwhile may have switched on."""
    found = waiting.told(site.kit, collector, bound_key=key)
    if isinstance(found, Refusal):
        return found
    attempt, state = found
    confirmation = answers.confirmation_of(site.kit, attempt)
    return {"state": state, "confirmation": confirmation, "confirmation_reason": attempt.confirm_reason}


def _visit(ask: Ask, body: m.Begin | m.PhoneFirst, device_token: str = "") -> Visit:
    client = ask.site.kit.policy.clients[body.client]
    system = NO_NAME.sub("", body.system)[
        :LONGEST_SYSTEM
    ].strip()  # shown on the phone: a name, never a sentence of the caller's
    return replace(ask.visit(), browser=client.name, system=system, device_token=device_token)


def _key_of_platform(ask: Ask, client: str) -> str | Refusal:
    if client in OWN_CLIENTS or client not in ask.site.kit.policy.clients:
        return Refusal(CLIENT_UNKNOWN, "client.unknown")
    return thumbprint(ask)


def begin(ask: Ask, body: m.Begin, _: str) -> dict[str, Any] | Refusal:
    """Username and password of a platform."""
    key = _key_of_platform(ask, body.client)
    if isinstance(key, Refusal):
        return key
    opened = login.begin(
        ask.site.kit, body.username, body.password, body.client, _visit(ask, body, body.device_token), bound_key=key
    )
    if isinstance(opened, Refusal):
        return opened
    if isinstance(opened, login.EnrolmentOnly):
        raise TypeError("a platform never gets an enrolment session")
    attempt = opened.attempt
    ways, named = GUARDED_WAYS if guarded(attempt) else WAYS, ask.site.kit.texts.device
    return {
        "login": attempt.id, "collector": opened.collector, "expires": attempt.expires, "state": attempt.state,
        "methods": [
            {"id": device.id, "kind": device.kind, "name": named(ask.lang, device.name), "ways": ways if on_phone(device) else [device.kind]}
            for device in opened.devices
        ],
        "method": attempt.device_id,
        "push": {"sent": opened.ask.allowed, "sent_to": opened.devices[0].name if attempt.asked else "", "expires": attempt.push_until},
        "confirmation": answers.confirmation_of(ask.site.kit, attempt), "confirmation_reason": attempt.confirm_reason,
    }  # fmt: skip


def phone_first(ask: Ask, body: m.PhoneFirst, _: str) -> dict[str, Any] | Refusal:
    """A username alone: the phone comes first, where passwords are not read (S01). The same for a name that is nobody's."""
    key = _key_of_platform(ask, body.client)
    if isinstance(key, Refusal):
        return key
    begun = held.begin(ask.site.kit, body.username, _visit(ask, body), client=body.client, bound_key=key)
    if isinstance(begun, Refusal):
        return begun
    return {
        "login": begun.attempt.id, "collector": begun.collector, "expires": begun.attempt.expires, "state": begun.attempt.state,
        "methods": [], "method": "", "push": {"sent": False, "sent_to": "", "expires": 0}, "confirmation": "", "confirmation_reason": "",
    }  # fmt: skip


def password(ask: Ask, body: m.Password, login_id: str) -> dict[str, Any] | Refusal:
    """The password of a login that began with the phone, once that approved: with both, the session."""
    key = bound(ask, login_id, body.collector)
    if isinstance(key, Refusal):
        return key
    visit = replace(ask.visit(), device_token="")
    made = held.finish(ask.site.kit, body.collector, body.password, visit, bound_key=key)
    return made if isinstance(made, Refusal) else _session(made)


def show(ask: Ask, body: m.Show, login_id: str) -> dict[str, Any] | Refusal:
    """A QR or a challenge, or what another device is asked; `value` is then two numbers, a challenge, or where a code went."""
    key = bound(ask, login_id, body.collector)
    if body.way not in OF_KEY:
        asked = key if isinstance(key, Refusal) else methods.ask(ask.site.kit, body.collector, body.way, bound_key=key)
        if isinstance(asked, Refusal):
            return asked
        value = str(asked.shown["to"]) if body.way == SmsCode.kind else value_of(asked)
        return {"way": body.way, "value": value, "expires": asked.until}
    shown = key if isinstance(key, Refusal) else answers.show(ask.site.kit, body.collector, body.way, bound_key=key)
    return shown if isinstance(shown, Refusal) else asdict(shown)


def value_of(question: methods.Question) -> str:
    """A question as a program shows it: the numbers of a card, or the digits of a challenge."""
    cells = question.shown.get("cells")
    return " ".join(map(str, cells)) if isinstance(cells, list) else str(question.shown.get("digits", ""))


def push(ask: Ask, body: m.PushAgain, login_id: str) -> dict[str, Any] | Refusal:
    """Send again, or to another device."""
    key = bound(ask, login_id, body.collector)
    if isinstance(key, Refusal):
        return key
    attempt = login.ask_again(ask.site.kit, body.collector, bound_key=key, device_id=body.method)
    if isinstance(attempt, Refusal):
        return attempt
    with ask.site.kit.store.read() as tx:
        device = tx.devices.get(attempt.device_id)
    return {"sent": True, "sent_to": device.name if device else "", "expires": attempt.push_until}


def answer(ask: Ask, body: m.Answer, login_id: str) -> dict[str, Any] | Refusal:
    """A code, a response, or what a device other than Key says."""
    key = bound(ask, login_id, body.collector)
    if isinstance(key, Refusal):
        return key
    if body.way in KINDS:
        result = answers.answer(ask.site.kit, body.collector, body.way, body.answer, bound_key=key)
    else:
        result = methods.answer(ask.site.kit, body.collector, body.way, {"answer": body.answer}, bound_key=key)
    return result if isinstance(result, Refusal) else {"state": "approved"}


def cancel(ask: Ask, body: m.Collect, login_id: str) -> dict[str, Any] | Refusal:
    """Stop this login."""
    key = bound(ask, login_id, body.collector)
    return (
        key
        if isinstance(key, Refusal)
        else login.cancel(ask.site.kit, body.collector, bound_key=key) or {"state": "cancelled"}
    )


def collect(ask: Ask, body: m.Collect, login_id: str) -> dict[str, Any] | Refusal:
    """The session of an approved login."""
    key = bound(ask, login_id, body.collector)
    if isinstance(key, Refusal):
        return key
    made = login.collect(ask.site.kit, body.collector, replace(ask.visit(), device_token=""), bound_key=key)
    return made if isinstance(made, Refusal) else _session(made)


def _session(made: login.Collected) -> dict[str, Any]:
    session = made.session
    return {
        "token": made.token, "token_type": "Bearer", "user": session.user_id, "username": session.username,
        "account": session.account, "acr": session.acr,
        "amr": session.amr.split(), "auth_time": session.created, "idle_seconds": session.idle_seconds, "expires": session.expires,
        "device_token": made.device_token,
    }  # fmt: skip


def bearer(ask: Ask) -> str:
    """The token of an Authorization header."""
    scheme, _, token = ask.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and len(token) < 128 else ""


def check(ask: Ask, _body: object, _: str) -> dict[str, Any] | Refusal:
    """Whether a session is alive; marked passive, it does not count as activity."""
    session = platform.complete(sessions.find(ask.site.kit, bearer(ask), passive=PASSIVE in ask.headers))
    return platform.check(session) if isinstance(session, Session) else session


def end(ask: Ask, _body: object, _: str) -> dict[str, Any] | Refusal:
    """End a session."""
    session = platform.complete(sessions.find(ask.site.kit, bearer(ask), passive=True))
    if isinstance(session, Refusal):
        return session
    sessions.end(ask.site.kit, bearer(ask))
    return {}


def entitled(ask: Ask, _body: object, _: str) -> dict[str, Any] | Refusal:
    """What the account of a session may do now; asking does not count as activity."""
    session = platform.complete(sessions.find(ask.site.kit, bearer(ask), passive=True))
    may = session if isinstance(session, Refusal) else entitlements.of_session(ask.site.kit, session)
    return may if isinstance(may, Refusal) else platform.entitled(may)
