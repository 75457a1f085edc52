"""Handlers of Key's life: a new PIN, a transfer, a recovery, the test of notifications (protocol/spec.md 5.8 to 5.11, 6.7)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from watchword.core.devices import Platform
from watchword.core.encoding import b64u
from watchword.core.refusals import FIELDS, Refusal
from watchword.core.renewals import Renewal
from watchword.flows import key_recovery, pin_change, push_test, renewal_confirm, renewals, transfer
from watchword.flows.ready import guidelines_for
from watchword.web.asking import Ask
from watchword.web.key_api import models
from watchword.web.key_api import renewal_models as m
from watchword.web.key_api.handlers import answer_ready, platform, signed


def _shown(renewal: Renewal) -> dict[str, Any]:
    return {"renewal": renewal.id, "state": renewal.state, "expires": renewal.expires}


def _stated(body: m.Claimed) -> Platform | Refusal:
    try:
        return platform(models.PlatformBody.model_validate(body.signed.get("platform")))
    except ValueError:
        return Refusal(FIELDS, "fields.platform")


def change_pin(ask: Ask, body: m.Claimed, _: str) -> dict[str, Any] | Refusal:
    """5.9."""
    request = signed(ask, body)
    made = request if isinstance(request, Refusal) else pin_change.begin(ask.site.kit, request, body.claim)
    return made if isinstance(made, Refusal) else _shown(made)


def offer(ask: Ask, body: m.Claimed, _: str) -> dict[str, Any] | Refusal:
    """5.10, the old phone."""
    request = signed(ask, body)
    made = request if isinstance(request, Refusal) else transfer.offer(ask.site.kit, request, body.claim)
    return made if isinstance(made, Refusal) else _shown(made)


def scan(ask: Ask, body: m.Claimed, _: str) -> dict[str, Any] | Refusal:
    """5.10, the new phone."""
    request, told = signed(ask, body), _stated(body)
    if isinstance(request, Refusal):
        return request
    if isinstance(told, Refusal):
        return told
    made = transfer.scan(ask.site.kit, request, body.claim, told)
    return made if isinstance(made, Refusal) else {**_shown(made), "code": transfer.code_of(ask.site.kit, made)}


def approve(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """5.10, the six digits on the old phone."""
    request = signed(ask, body)
    if isinstance(request, Refusal):
        return request
    return transfer.approve(ask.site.kit, request) or {"approved": True}


def state(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """5.8. The guidelines are made after the transaction, because their hashes are slow."""
    request = signed(ask, body)
    found = request if isinstance(request, Refusal) else renewals.state(ask.site.kit, request)
    if isinstance(found, Refusal):
        return found
    renewal, people = found
    shown = {**_shown(renewal), "name": renewal.name}
    if not people:
        return shown
    makers = [(user.username, details, contacts) for user, details, contacts in people]
    names = [{"username": user.username, "display_name": user.display_name} for user, _, _ in people]
    return {**shown, "users": names, "guidelines": guidelines_for(ask.site.kit, renewal.id, makers)}


def complete(ask: Ask, body: m.Claimed, _: str) -> dict[str, Any] | Refusal:
    """5.8, the secrets."""
    request = signed(ask, body)
    return request if isinstance(request, Refusal) else renewals.complete(ask.site.kit, request, body.claim)


def confirm(ask: Ask, body: m.Kept, _: str) -> dict[str, Any] | Refusal:
    """5.8, the secrets are kept."""
    request = signed(ask, body)
    if isinstance(request, Refusal):
        return request
    return renewal_confirm.confirm(ask.site.kit, request, body.hmacs) or {"active": True}


def cancel(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """5.8, given up."""
    request = signed(ask, body)
    return request if isinstance(request, Refusal) else renewals.cancel(ask.site.kit, request) or {"ended": True}


def recover(ask: Ask, body: models.Start, _: str) -> dict[str, Any] | Refusal:
    """5.11, username and password."""
    found = key_recovery.start(
        ask.site.kit, body.username, body.password, platform(body.platform), body.claim, ask.visit()
    )
    if isinstance(found, Refusal):
        return found
    renewal, lost = found
    phones = [{"device": one.device.id, "name": one.device.name, "to": one.masked} for one in lost]
    return {"renewal": renewal.id, "phones": phones, "expires": renewal.expires}


def recover_send(ask: Ask, body: m.SendRecovery, _: str) -> dict[str, Any] | Refusal:
    """5.11, the code."""
    sent = key_recovery.send(ask.site.kit, body.renewal, body.claim, body.device)
    return sent if isinstance(sent, Refusal) else asdict(sent)


def recover_prove(ask: Ask, body: m.ProveRecovery, _: str) -> dict[str, Any] | Refusal:
    """5.11, the code typed: salt and blob."""
    found = key_recovery.prove(ask.site.kit, body.renewal, body.claim, body.code)
    if isinstance(found, Refusal):
        return found
    return {
        "renewal": found.renewal.id, "user": found.user.id, "username": found.user.username,
        "display_name": found.user.display_name, "device": found.device.id, "phone": found.device.phone_id,
        "salt": b64u(found.salt), "blob": b64u(found.blob), "nonce": key_recovery.nonce(ask.site.kit, found.renewal),
        "expires": found.renewal.expires,
    }  # fmt: skip


def recover_unlock(ask: Ask, body: m.Unlock, _: str) -> dict[str, Any] | Refusal:
    """5.11, the recovery PIN."""
    request, told = signed(ask, body), _stated(body)
    proof = signed(ask, body.prove) if body.prove else None
    for part in (request, told, proof):
        if isinstance(part, Refusal):
            return part
    made = key_recovery.unlock(ask.site.kit, request, body.claim, told, proof)  # type: ignore[arg-type]
    return made if isinstance(made, Refusal) else _shown(made)


def recover_decline(ask: Ask, body: m.RenewalClaim, _: str) -> dict[str, object] | Refusal:
    """5.11, the PIN is forgotten."""
    return answer_ready(ask, key_recovery.decline(ask.site.kit, body.renewal, body.claim))


def try_push(ask: Ask, body: models.Signed, _: str) -> dict[str, Any] | Refusal:
    """6.7."""
    request = signed(ask, body)
    made = request if isinstance(request, Refusal) else push_test.send(ask.site.kit, request)
    return made if isinstance(made, Refusal) else {"id": made.id}
