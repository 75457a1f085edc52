"""The phone's side of a login: what is pending, a scanned QR, and the signed decision (B, C; protocol/spec.md 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchword.core.attempts import WRONG_CONFIRMATIONS, Attempt, area, state_at
from watchword.core.devices import SIGNED_WRONG_LIMIT, Device, Phone
from watchword.core.encoding import b64u, sha256, unb64u
from watchword.core.pushes import QUIET_SECONDS
from watchword.core.refusals import (
    CALLER_WORDS,
    CONFIRMATION_WRONG,
    DECISION_OVER,
    FIELDS,
    NOT_FOR_YOU,
    PIN_WRONG,
    PINS_SPENT,
    Refusal,
)
from watchword.core.users import User
from watchword.factors.base import Rejected
from watchword.factors.key_push import DECISIONS
from watchword.factors.registry import FACTORS
from watchword.flows import caller, letters, not_me, owner_notices, reach, withdrawal_signing
from watchword.flows.answers import confirmation_of
from watchword.flows.details import context_of, details
from watchword.flows.endings import fail, settle, tell
from watchword.flows.holders import device_here, holder
from watchword.flows.kit import Kit
from watchword.flows.phone_requests import Signed, check_signed, find_phone, text
from watchword.flows.ports import AuditRow, Tx

CLOSED_BY = {"approve": "approved", "deny": "denied", "not_me": "not_me"}


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for a phone, and who is on it."""

    time: int
    attempts: tuple[dict[str, Any], ...]
    users: tuple[dict[str, str], ...]
    offline_paused: bool
    notices: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """The result of a decision; `quiet_until` follows a denial."""

    result: str
    quiet_until: int = 0


def pending(kit: Kit, request: Signed, offline_limit: int) -> Pending | Refusal:
    """Every attempt that asks this phone, with signed details, and the state of its users (6.1)."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        phone = find_phone(tx, request)
        refused = check_signed(kit, phone, request, "pending")
        if refused is not None or phone is None:
            return refused or Refusal(NOT_FOR_YOU)
        pairs = tx.devices.of_phone(phone.id)
        mine = {user.id: (device.id, user.kind) for device, user in pairs if device.state == "active"}
        attempts = tx.attempts.open_for(tuple(mine), now) if mine else ()
        kept = tx.protection.notices(tuple(mine), now)
        waiting = [attempt for attempt in attempts if attempt.asked and state_at(attempt, now) == "pending"]
        beside = [(caller.agent_of(tx, attempt), withdrawal_signing.shown(tx, attempt)) for attempt in waiting]
    signed = tuple(
        kit.vault.sign(details(kit, attempt, *mine[attempt.user_id], *more))
        for attempt, more in zip(waiting, beside, strict=True)
    )
    people = {user.id: user for _, user in pairs}
    told = tuple(owner_notices.signed(kit, notice, people[notice.user_id]) for notice in kept)
    lines = tuple(_line(device, user) for device, user in pairs)
    return Pending(now, signed, lines, phone.offline_wrong >= offline_limit, told)


def _line(device: Device, user: User) -> dict[str, str]:
    state = "active" if device.state == "active" and user.state == "active" else "inactive"
    return {
        "user": user.id,
        "device": device.id,
        "username": user.username,
        "display_name": user.display_name,
        "state": state,
    }


def scan(kit: Kit, request: Signed) -> dict[str, Any] | Refusal:
    """Details for a phone that scanned the QR of a login (6.3). Everybody else gets one and the same answer."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        phone = find_phone(tx, request)
        refused = check_signed(kit, phone, request, "scan")
        if refused is not None or phone is None:
            return refused or Refusal(NOT_FOR_YOU)
        qr_hash = unb64u(request.fields.get("secret_hash"), 32)
        attempt = tx.attempts.by_qr(qr_hash) if qr_hash else None
        if attempt is None or now >= attempt.qr_until or state_at(attempt, now) != "pending":
            return Refusal(NOT_FOR_YOU, "qr.unknown_or_over")
        device = device_here(tx, attempt, phone)
        user = tx.users.get(attempt.user_id)
        moves = withdrawal_signing.shown(tx, attempt)
    if device is None or user is None:
        return Refusal(NOT_FOR_YOU, "qr.foreign_phone")
    return kit.vault.sign(details(kit, attempt, device.id, user.kind, moves=moves))


def decide(kit: Kit, request: Signed) -> Decided | Refusal:
    """Approve, deny or *not me*. Order: signature, fields, confirmation, HMAC; each counts on its own (6.4)."""
    attempt_id = text(request.fields, "attempt", 26)
    with kit.store.write() as tx:
        seen = tx.attempts.get(attempt_id) if request.fields.get("decision") != "approve" else None
        if seen is not None:
            tx.users.lock(seen.user_id)  # the order of locks everywhere: user, phone, attempt, device
        phone = find_phone(tx, request, lock=True)
        refused = check_signed(kit, phone, request, "decision", fresh=False)
        if refused is not None or phone is None:
            return refused or Refusal(NOT_FOR_YOU)
        attempt = tx.attempts.get(attempt_id, lock=True)
        device = device_here(tx, attempt, phone) if attempt else None
        if attempt is None or device is None:
            return Refusal(NOT_FOR_YOU, "attempt.foreign")
        attempt = settle(kit, tx, attempt)
        decision = text(request.fields, "decision", 16)
        if decision not in DECISIONS:
            return Refusal(FIELDS, "fields.decision")
        result = _decide(kit, tx, attempt, device, phone, request, decision)
    if isinstance(result, Decided):
        tell(kit, attempt, result.result)
        if decision == "not_me" and attempt.session_id:
            kit.events.publish(f"session:{attempt.session_id}", {"state": "ended"})
    elif result.reason in ("confirmation.spent", "pins.spent"):
        tell(kit, attempt, "failed")
    return result


def _decide(
    kit: Kit, tx: Tx, attempt: Attempt, device: Device, phone: Phone, request: Signed, decision: str
) -> Decided | Refusal:
    if attempt.state != "pending" and attempt.decided_by == _by(request):
        return Decided(CLOSED_BY[decision], 0 if decision == "approve" else attempt.decided + QUIET_SECONDS)
    late = decision == "not_me" and attempt.state in ("approved", "collected")
    if attempt.state != "pending" and not late:
        return Refusal(DECISION_OVER, f"attempt.{attempt.state}")
    if decision == "approve":
        low = reach.reaches(attempt, FACTORS["key_push"].level)
        if low is not None:
            return low
        if phone.signed_wrong >= SIGNED_WRONG_LIMIT:
            return Refusal(PINS_SPENT, "pins.spent")
        if caller.words_missing(tx, attempt):
            return Refusal(CALLER_WORDS, "words.first")
        unfit = withdrawal_signing.fits(kit, tx, attempt, way="key")
        if unfit is not None:
            return unfit
    user = tx.users.get(attempt.user_id)
    if user is None:
        return Refusal(NOT_FOR_YOU, "user.gone")
    fields = details(
        kit, attempt, device.id, user.kind, caller.agent_of(tx, attempt), withdrawal_signing.shown(tx, attempt)
    )
    expected = _expected(kit, attempt, device, fields)
    verdict = FACTORS["key_push"].verify(holder(kit, device, "hmac"), expected, _answer(request), now=kit.clock.now())
    if isinstance(verdict, Rejected):
        return _rejected(kit, tx, attempt, device, phone, verdict)
    return _close(kit, tx, attempt, device, phone, request, decision)


def _by(request: Signed) -> str:
    """What identifies a decision, so that a repeated one gets the same answer: its attempt-bound signature's subject."""
    fields = request.fields
    way = "qr" if len(text(fields, "confirmation", 64)) > 6 else "push"
    return f"{text(fields, 'device', 26)}:{text(fields, 'decision', 16)}:{way}"


def _expected(kit: Kit, attempt: Attempt, device: Device, fields: dict[str, Any]) -> Mapping[str, object]:
    bound = {name: fields[name] for name in ("v", "iss", "attempt", "nonce", "user", "device", "action", "client")}
    qr_open = kit.clock.now() < attempt.qr_until
    secret = kit.vault.derive("qr", attempt.id, attempt.qr_turn)[:16]
    return {
        "fields": {**bound, "type": "decision", "phone": device.phone_id, "context": context_of(kit, fields)},
        "confirm": attempt.confirm,
        "confirmation": confirmation_of(kit, attempt),
        "qr_hash": b64u(sha256(secret)) if qr_open and attempt.qr_turn else "",
    }


def _answer(request: Signed) -> Mapping[str, object]:
    return {"signed": request.fields, "bytes": request.message, "hmac": request.hmac}


def _rejected(kit: Kit, tx: Tx, attempt: Attempt, device: Device, phone: Phone, verdict: Rejected) -> Refusal:
    now = kit.clock.now()
    tx.audit.write(
        AuditRow(f"{area(attempt.action)}.approval.refused", attempt.user_id, attempt.id, {"reason": verdict.reason}),
        now,
    )
    if verdict.kind is CONFIRMATION_WRONG:
        wrong = tx.attempts.count(attempt.id, "wrong_confirmation", WRONG_CONFIRMATIONS) or WRONG_CONFIRMATIONS
        if wrong >= WRONG_CONFIRMATIONS:
            fail(kit, tx, attempt, "confirmation", device=device.id)
            return Refusal(DECISION_OVER, "confirmation.spent")
        return Refusal(CONFIRMATION_WRONG, verdict.reason, extra={"left": WRONG_CONFIRMATIONS - wrong})
    if verdict.kind is PIN_WRONG:
        return wrong_pin(kit, tx, device, phone, verdict.reason)
    return Refusal(verdict.kind, verdict.reason, verdict.params)


def wrong_pin(kit: Kit, tx: Tx, device: Device, phone: Phone, reason: str) -> Refusal:
    """One more signed wrong PIN of this phone, over all its users; the tenth ends its activation and tells everybody on it."""
    now = kit.clock.now()
    wrong = tx.phones.count(phone.id, "signed_wrong", SIGNED_WRONG_LIMIT) or SIGNED_WRONG_LIMIT
    tx.devices.wrong(device.id, "wrong_signed")
    if wrong < SIGNED_WRONG_LIMIT:
        return Refusal(PIN_WRONG, reason, extra={"left": SIGNED_WRONG_LIMIT - wrong})
    tx.phones.set(phone.id, state="ended")
    for other, user in tx.devices.of_phone(phone.id):
        if tx.devices.move(other.id, "active", "inactive", now):
            letters.tell_all(kit, tx, user, "pins_spent", device=phone.name)
            tx.audit.write(AuditRow("device.key.ended", user.id, other.id, {"reason": "pins"}), now)
    return Refusal(PINS_SPENT, "pins.spent")


def _close(
    kit: Kit, tx: Tx, attempt: Attempt, device: Device, phone: Phone, request: Signed, decision: str
) -> Decided | Refusal:
    now = kit.clock.now()
    to = CLOSED_BY[decision]
    values: dict[str, object] = {"decided": now, "decided_by": _by(request)}
    if decision == "approve":
        values["level"] = int(FACTORS["key_push"].level)
        values["amr"] = "hwk pop fpt" if request.fields.get("uv") == "biometric" else "hwk pop pin"
    if not tx.attempts.move(attempt.id, attempt.state, to, **values):
        return Refusal(DECISION_OVER, "attempt.moved")
    tx.audit.write(
        AuditRow(f"{area(attempt.action)}.push.{to}", attempt.user_id, attempt.id, {"device": device.id}), now
    )
    if decision == "approve":
        tx.devices.used(device.id, now, clear="wrong_signed" if device.wrong_signed else "")
        if phone.offline_wrong:
            tx.phones.set(phone.id, offline_wrong=0)
        withdrawal_signing.signed(kit, tx, attempt, way="key", device=device.id)
        return Decided(to)
    quiet = now + QUIET_SECONDS
    tx.users.set_quiet(attempt.user_id, quiet, now)
    if decision == "not_me":
        not_me.report(kit, tx, attempt, now)
    return Decided(to, quiet)
