"""Two-way proof from the console: ask the caller's Key, say the words, and see what became of it (S05; core/caller.py).

Asking stands behind a person of ours to somebody on the telephone, so it needs Key, shown lately: a console that was left open, or a
session that was stolen, cannot speak for us. One proof of a person is open at a time, and only who asked sees its digits and words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchword.core import caller
from watchword.core.attempts import Attempt, state_at
from watchword.core.caller import ACTION, CallerProof
from watchword.core.devices import Level, on_phone
from watchword.core.rates import first_free
from watchword.core.refusals import (
    CALLER_BUSY,
    CALLER_NO_KEY,
    CALLER_OVER,
    CALLER_QUIET,
    CALLER_UNKNOWN,
    STAFF_FORM,
    STAFF_LIMITED,
    STAFF_ROLE,
    STAFF_STATE,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.staff import may
from watchword.core.users import User
from watchword.flows import login
from watchword.flows.answers import confirmation_of
from watchword.flows.caller import words_of
from watchword.flows.endings import settle, tell
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff import access
from watchword.flows.staff.access import Member

SHOWN, LISTED = 5, 100


@dataclass(frozen=True, slots=True)
class Seen:
    """One proof as staff see it. `outcome` is `asked`, `confirmed`, `denied`, `alarm` or `over`; `digits` and `words` are there for who
    asked, and only while Key is asked; `device` is the phone that answered, `good_until` the end of a confirmation's worth, else 0."""

    proof: CallerProof
    attempt: Attempt
    outcome: str
    username: str
    asked_by: str
    device: str = ""
    good_until: int = 0
    digits: str = ""
    words: tuple[str, ...] = ()


def begin(kit: Kit, session: Session, username: str, direction: str) -> Seen | Refusal:
    """Ask the Key of somebody on the telephone. `direction` is who dialled: `called_us` or `we_called`."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "caller", username, proof=True)
        if isinstance(found, Refusal):
            return found
        if direction not in caller.DIRECTIONS:
            return Refusal(STAFF_FORM, "caller.direction", {"field": "direction"})
        who, subject = found
        made = _open(kit, tx, who, subject.user, direction)
        if isinstance(made, Refusal):
            return access.refused(kit, tx, who, "caller", made, subject.user.id)
        opened, proof = made
        seen = _seen(kit, tx, proof, opened.attempt, mine=True)
    login.announce(kit, opened)
    return seen


def _open(kit: Kit, tx: Tx, who: Member, about: User, direction: str) -> tuple[login.Opened, CallerProof] | Refusal:
    """A new attempt whose collector nobody gets. Counted before anything is decided."""
    now = kit.clock.now()
    user = tx.users.lock(about.id)
    if user is None or user.state != "active":
        return Refusal(STAFF_STATE, "user.not_active")
    for key, windows in ((f"caller:of:{user.id}", caller.ABOUT_ONE), (f"caller:by:{who.user.id}", caller.BY_ONE)):
        until = tx.rates.take(key, windows, now)
        if until:
            return Refusal(STAFF_LIMITED, "caller.limit", {"until": until}, retry_after=until - now)
    devices = tuple(one for one in active_devices(tx, user.id, now) if on_phone(one))
    if not devices:
        return Refusal(CALLER_NO_KEY, "device.none")
    refusal = _busy(kit, tx, user, now) or _quiet(tx, user, now)
    if refusal is not None:
        return refusal
    opened = login.open_attempt(
        kit, tx, user, kit.policy.clients["staff"], devices, None, Visit(lang=user.lang),
        action=ACTION, operation=direction, life=caller.LIFE_SECONDS, floor=Level.KEY_ONLINE,
    )  # fmt: skip
    proof = CallerProof(opened.attempt.id, user.id, who.user.id, "unseen", who.user.display_name, now, 0, 0)
    tx.callers.add(proof)
    fields = {"by": who.user.id, "direction": direction}
    access.note(kit, tx, AuditRow("staff.caller.asked", user.id, proof.id, fields))
    return opened, proof


def _busy(kit: Kit, tx: Tx, user: User, now: int) -> Refusal | None:
    """Two callers in one person's name at once: one of them is somebody else. Who asks second is told who asks already."""
    for proof in tx.callers.about(user.id, now - caller.LIFE_SECONDS, SHOWN):
        attempt = tx.attempts.get(proof.id, lock=True)
        if attempt is not None and settle(kit, tx, attempt).state in ("pending", "approved"):
            return Refusal(CALLER_BUSY, "caller.busy", {"name": proof.agent})
    return None


def _quiet(tx: Tx, user: User, now: int) -> Refusal | None:
    """The rules of every push: silence after a denial, and so many in ten minutes."""
    ask = login.may_ask_now(user, tx.attempts.recent(user.id, now - login.RECENT_SECONDS), now)
    if ask.allowed:
        return None
    return Refusal(CALLER_QUIET, f"caller.{ask.why}", {"until": ask.until}, retry_after=max(1, ask.until - now))


def look(kit: Kit, session: Session, proof_id: str) -> Seen | Refusal:
    """What became of it, for who asked. An approval counts from here on: whoever lost his role or session meanwhile gets none."""
    with kit.store.write() as tx:
        found = _own(kit, tx, session, proof_id)
        if isinstance(found, Refusal):
            return found
        who, proof, attempt = found
        fresh = attempt.state == "approved"
        if fresh:
            _collect(kit, tx, who, proof, attempt)
            attempt = tx.attempts.get(attempt.id) or attempt
        seen = _seen(kit, tx, proof, attempt, mine=True)
    if fresh:
        kit.events.publish(f"attempt:{attempt.id}", {"state": "collected"})
    return seen


def _collect(kit: Kit, tx: Tx, who: Member, proof: CallerProof, attempt: Attempt) -> None:
    if not tx.attempts.move(attempt.id, "approved", "collected"):
        raise RuntimeError("a proof was collected twice under its lock")
    fields = {"by": who.user.id, "direction": attempt.operation, "words": proof.state, "device": _device_id(attempt)}
    access.note(kit, tx, AuditRow("staff.caller.confirmed", attempt.user_id, attempt.id, fields))


def mark(kit: Kit, session: Session, proof_id: str) -> tuple[str, str] | Refusal:
    """The proof's id and a mark that changes when there is news of it, for an open page of who asked. Changes and counts nothing."""
    with kit.store.read() as tx:
        proof = tx.callers.get(proof_id)
        attempt = tx.attempts.get(proof_id) if proof else None
    if proof is None or attempt is None or proof.staff_id != session.user_id:
        return Refusal(CALLER_UNKNOWN, "caller.foreign")
    return proof.id, f"{state_at(attempt, kit.clock.now())}-{proof.state}"


def stop(kit: Kit, session: Session, proof_id: str) -> Seen | Refusal:
    """Who asked ends it: the call is over, or it was the wrong person."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = _own(kit, tx, session, proof_id)
        if isinstance(found, Refusal):
            return found
        who, proof, attempt = found
        if not tx.attempts.move(attempt.id, "pending", "cancelled", decided=now, decided_by="staff"):
            return Refusal(CALLER_OVER, f"attempt.{attempt.state}")
        access.note(kit, tx, AuditRow("staff.caller.stopped", attempt.user_id, attempt.id, {"by": who.user.id}))
        seen = _seen(kit, tx, proof, tx.attempts.get(attempt.id) or attempt, mine=True)
    tell(kit, attempt, "cancelled")
    return seen


def _own(kit: Kit, tx: Tx, session: Session, proof_id: str) -> tuple[Member, CallerProof, Attempt] | Refusal:
    """One's own proof, its attempt locked and brought up to now. A colleague's, a forged id and an unknown one get the same answer."""
    who = access.member(kit, tx, session)
    if isinstance(who, Refusal):
        return who
    if not may("caller", who.roles):
        return access.refused(kit, tx, who, "caller", Refusal(STAFF_ROLE, "staff.role"))
    proof = tx.callers.get(proof_id)
    if proof is None or proof.staff_id != who.user.id:
        subject = proof.id if proof else ""
        return access.refused(kit, tx, who, "caller", Refusal(CALLER_UNKNOWN, "caller.foreign"), subject)
    tx.users.lock(proof.user_id)
    attempt = tx.attempts.get(proof.id, lock=True)
    if attempt is None:
        return Refusal(CALLER_UNKNOWN, "attempt.gone")
    return who, tx.callers.get(proof.id) or proof, settle(kit, tx, attempt)


def unknown() -> Refusal:
    """What every proof that is not one's own looks like."""
    return Refusal(CALLER_UNKNOWN, "caller.foreign")


def listed(kit: Kit, session: Session) -> tuple[Seen, ...] | Refusal:
    """Everybody's of the last day, newest first, for those who watch over staff."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        who = access.member(kit, tx, session)
        if isinstance(who, Refusal):
            return who
        if not may("callers", who.roles):
            return access.refused(kit, tx, who, "callers", Refusal(STAFF_ROLE, "staff.role"))
        found = _all(kit, tx, tx.callers.since(now - caller.ALARM_SECONDS, LISTED))
        access.note(kit, tx, AuditRow("staff.callers.listed", who.user.id, "", {"found": len(found)}))
    return found


def about(kit: Kit, tx: Tx, user: User) -> tuple[Seen, ...]:
    """The last ones of a person, for his card."""
    return _all(kit, tx, tx.callers.about(user.id, 0, SHOWN))


def _all(kit: Kit, tx: Tx, proofs: Sequence[CallerProof]) -> tuple[Seen, ...]:
    pairs = [(proof, tx.attempts.get(proof.id)) for proof in proofs]
    return tuple(_seen(kit, tx, proof, attempt, mine=False) for proof, attempt in pairs if attempt is not None)


def evidence(tx: Tx, user_id: str, staff_id: str, now: int) -> Mapping[str, str]:
    """The facts of a confirmation that this member of staff may put behind a request now, {} where there is none."""
    for proof in tx.callers.about(user_id, now - caller.GOOD_SECONDS - caller.LIFE_SECONDS, LISTED):
        attempt = tx.attempts.get(proof.id) if proof.staff_id == staff_id else None
        if attempt is not None and caller.good(attempt, now):
            return {
                "attempt": attempt.id, "at": str(attempt.decided), "direction": attempt.operation, "words": proof.state,
                "device": _device(tx, attempt),
            }  # fmt: skip
    return {}


def alarmed(tx: Tx, user_id: str, now: int) -> int:
    """When the person last said, within a day, that nobody of his was calling; 0 for not at all."""
    since = now - caller.ALARM_SECONDS
    return max((proof.alarmed for proof in tx.callers.about(user_id, since - caller.GOOD_SECONDS, LISTED)), default=0)


def guarded_until(tx: Tx, user_id: str, now: int) -> int:
    """Until when no request about this person is taken, 0 where it is."""
    stamps = [at for at in (alarmed(tx, user_id, now),) if at]
    until = first_free(stamps, now, (caller.GUARD,))
    return until if until > now else 0


def _seen(kit: Kit, tx: Tx, proof: CallerProof, attempt: Attempt, *, mine: bool) -> Seen:
    now = kit.clock.now()
    asker = tx.users.get(proof.staff_id)
    outcome = caller.outcome(attempt, now)
    open_ = mine and outcome == "asked"
    return Seen(
        proof, attempt, outcome, attempt.username, asker.username if asker else "",
        device=_device(tx, attempt) if outcome not in ("asked", caller.OVER) else "",
        good_until=attempt.decided + caller.GOOD_SECONDS if caller.good(attempt, now) else 0,
        digits=confirmation_of(kit, attempt) if open_ else "",
        words=words_of(kit, attempt) if open_ else (),
    )  # fmt: skip


def _device_id(attempt: Attempt) -> str:
    return attempt.decided_by.partition(":")[0]


def _device(tx: Tx, attempt: Attempt) -> str:
    """The name of the phone that answered."""
    device = tx.devices.get(_device_id(attempt))
    return device.name if device else ""
