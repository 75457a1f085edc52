"""The phone's side of two-way proof on the telephone, and what follows when the person says that nobody of his is calling (spec.md 6.9).

Approving, denying and *this isn't me* are decisions like those of a login (flows/approve.py); here are the words that the member of staff
must say. They are derived from the attempt, and leave the server only for the phone that signed for them and for the console that asked.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from typing import Any

from watchword.core import caller
from watchword.core.attempts import Attempt
from watchword.core.caller import WORDS, CallerProof
from watchword.core.devices import Device
from watchword.core.pushes import QUIET_SECONDS
from watchword.core.refusals import DECISION_OVER, FIELDS, NOT_FOR_YOU, Refusal
from watchword.core.staff_requests import state_at
from watchword.flows import letters, suspicion
from watchword.flows.endings import close_beside, settle, tell
from watchword.flows.holders import device_here
from watchword.flows.kit import Kit
from watchword.flows.phone_requests import Signed, check_signed, find_phone, text
from watchword.flows.ports import AuditRow, Tx

REQUESTS = 100


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of comparing the words: `matched`, or `not_me` with the time until which the phone is asked nothing."""

    result: str
    quiet_until: int = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A proof that waits for this phone, its attempt locked."""

    attempt: Attempt
    proof: CallerProof
    device: Device


def words_of(kit: Kit, attempt: Attempt) -> tuple[str, ...]:
    """What the member of staff must say, in the person's language, the same each time."""
    listed = kit.texts.plain(attempt.lang, "caller.words").split()
    return caller.said(kit.vault.derive("caller", attempt.id, attempt.nonce), listed)


def agent_of(tx: Tx, attempt: Attempt) -> str:
    """The name of the member of staff who asks, "" for an attempt of another kind."""
    proof = tx.callers.get(attempt.id) if attempt.action == caller.ACTION else None
    return proof.agent if proof else ""


def words_missing(tx: Tx, attempt: Attempt) -> bool:
    """Whether this attempt may not be approved before its words were compared."""
    if attempt.action != caller.ACTION:
        return False
    proof = tx.callers.get(attempt.id)
    return proof is None or caller.words_first(attempt.operation, proof.state)


def words(kit: Kit, request: Signed) -> dict[str, Any] | Refusal:
    """The words, signed, for a phone of the person who is asked."""
    with kit.store.write() as tx:
        found = _asked(kit, tx, request, "caller_words")
        if isinstance(found, Refusal):
            return found
        attempt, now = found.attempt, kit.clock.now()
        seen = tx.callers.move(attempt.id, "unseen", str(WORDS.step("unseen", "show")), now)
        if seen:
            row = AuditRow("caller.words.shown", attempt.user_id, attempt.id, {"device": found.device.id})
            tx.audit.write(row, now)
    if seen:
        kit.events.publish(f"attempt:{attempt.id}", {"state": "changed"})
    return kit.vault.sign(
        {
            "v": 1, "type": "caller_words", "iss": kit.vault.issuer, "attempt": attempt.id, "nonce": attempt.nonce,
            "lang": attempt.lang, "words": list(words_of(kit, attempt)),
        }
    )  # fmt: skip


def checked(kit: Kit, request: Signed) -> Checked | Refusal:
    """The person compared the words. Wrong ones end the attempt, and are told like *this isn't me*."""
    attempt_id = text(request.fields, "attempt", 26)
    with kit.store.write() as tx:
        seen = tx.attempts.get(attempt_id)
        if seen is not None:
            tx.users.lock(seen.user_id)  # the order of locks everywhere: user, phone, attempt, device
        found = _asked(kit, tx, request, "caller_checked", fresh=False)
        if isinstance(found, Refusal):
            return found
        match = request.fields.get("match")
        if not isinstance(match, bool):
            return Refusal(FIELDS, "fields.match")
        result = _matched(kit, tx, found) if match else _differed(kit, tx, found)
    if isinstance(result, Refusal):
        return result
    if match:
        kit.events.publish(f"attempt:{found.attempt.id}", {"state": "changed"})
    else:
        tell(kit, found.attempt, "not_me")
    return result


def _asked(kit: Kit, tx: Tx, request: Signed, kind: str, *, fresh: bool = True) -> _Asked | Refusal:
    """Signature, then phone, then attempt. What is not for this phone, unknown or of another kind gets one and the same answer."""
    phone = find_phone(tx, request, lock=True)
    refused = check_signed(kit, phone, request, kind, fresh=fresh)
    if refused is not None or phone is None:
        return refused or Refusal(NOT_FOR_YOU)
    attempt = tx.attempts.get(text(request.fields, "attempt", 26), lock=True)
    device = device_here(tx, attempt, phone) if attempt and attempt.action == caller.ACTION else None
    proof = tx.callers.get(attempt.id) if attempt and device else None
    if attempt is None or device is None or proof is None:
        return Refusal(NOT_FOR_YOU, "attempt.foreign")
    named = (text(request.fields, "user", 26), text(request.fields, "device", 26))
    nonce = text(request.fields, "nonce")
    if named != (attempt.user_id, device.id) or not hmac.compare_digest(nonce.encode(), attempt.nonce.encode()):
        return Refusal(FIELDS, "fields.bound")
    attempt = settle(kit, tx, attempt)
    repeated = kind == "caller_checked" and attempt.decided_by == _by(device) and request.fields.get("match") is False
    if attempt.state != "pending" and not repeated:
        return Refusal(DECISION_OVER, f"attempt.{attempt.state}")
    return _Asked(attempt, proof, device)


def _by(device: Device) -> str:
    return f"{device.id}:not_me:words"


def _matched(kit: Kit, tx: Tx, found: _Asked) -> Checked | Refusal:
    attempt, state, now = found.attempt, found.proof.state, kit.clock.now()
    if state != "matched":
        to = WORDS.step(state, "match")
        if to is None or not tx.callers.move(attempt.id, state, to, now):
            return Refusal(FIELDS, f"words.{state}")
        tx.audit.write(AuditRow("caller.words.matched", attempt.user_id, attempt.id, {"device": found.device.id}), now)
    return Checked("matched")


def _differed(kit: Kit, tx: Tx, found: _Asked) -> Checked | Refusal:
    attempt, state, now = found.attempt, found.proof.state, kit.clock.now()
    if attempt.state != "pending":  # the same answer once more
        return Checked("not_me", attempt.decided + QUIET_SECONDS)
    to = WORDS.step(state, "differ")
    if to is None or not tx.callers.move(attempt.id, state, to, now):
        return Refusal(FIELDS, f"words.{state}")
    if not tx.attempts.move(attempt.id, "pending", "not_me", decided=now, decided_by=_by(found.device)):
        return Refusal(DECISION_OVER, "attempt.moved")
    tx.audit.write(AuditRow("caller.words.differed", attempt.user_id, attempt.id, {"device": found.device.id}), now)
    tx.users.set_quiet(attempt.user_id, now + QUIET_SECONDS, now)
    close_beside(tx, attempt, now)
    alarm(kit, tx, attempt, now, reason="words")
    return Checked("not_me", now + QUIET_SECONDS)


def alarm(kit: Kit, tx: Tx, attempt: Attempt, now: int, *, reason: str) -> None:
    """Somebody speaks for this person, or to him, who is not who he says. His password is not known for that, and is not flagged; the
    requests that wait are closed, every channel is told, and compliance sees it. The user's row is locked."""
    user, proof = tx.users.get(attempt.user_id), tx.callers.get(attempt.id)
    if user is None or proof is None:
        return
    tx.callers.alarm(attempt.id, now)
    for seen in tx.staff.requests_about(user.id, REQUESTS):
        request = tx.staff.request(seen.id, lock=True) if seen.state == "open" else None
        if request is None or state_at(request, now) != "open":
            continue
        if tx.staff.close(replace(request, state="rejected", decided=now, decided_by=""), "rejected"):
            fields = {"by": "", "kind": request.kind, "emergency": False, "reason": "caller.alarm"}
            tx.audit.write(AuditRow("staff.request.rejected", user.id, request.id, fields), now)
    letters.tell_all(kit, tx, user, "caller_alarm")
    suspicion.after_not_me(kit, tx, user)
    fields = {"by": proof.staff_id, "reason": reason, "confirmed": attempt.state in ("approved", "collected")}
    tx.audit.write(AuditRow("staff.caller.alarmed", user.id, attempt.id, fields), now)
