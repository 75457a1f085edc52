"""A person's own withdrawals: what any program asked for, signing one here with a device that cannot show it, and *this isn't mine* (R01).

A program that lies about amount or payee shows its own page. The one that is rendered from this comes from the row itself, on our host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchword.core import withdrawals as rules
from watchword.core.attempts import ATTEMPT, Attempt
from watchword.core.entitlements import Limits
from watchword.core.pushes import QUIET_SECONDS
from watchword.core.refusals import SESSION_ABSENT, WITHDRAWAL_OVER, WITHDRAWAL_UNKNOWN, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.core.withdrawals import Withdrawal
from watchword.flows import entitlements, methods, not_me, reach, withdrawals
from watchword.flows.endings import settle, tell
from watchword.flows.kit import Kit
from watchword.flows.methods import Question
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.withdrawal_signing import TOKEN_WAY, held, personal, unseen

PAGE = 25
NEWEST = (1 << 62, "~")
DISOWNED = ("reserved", "authorised", "collected")


@dataclass(frozen=True, slots=True)
class Listed:
    """A person's withdrawals, newest first, what may still be asked for, and whether older ones follow. `signable` are those that a token
    can sign now, each with what it was asked, None before."""

    user: User
    rows: tuple[Withdrawal, ...]
    limits: Limits
    left: Limits
    older: bool
    signable: Mapping[str, Question | None]


def listed(kit: Kit, session: Session, before: tuple[int, str] = NEWEST) -> Listed | Refusal:
    """What was asked for in this person's name by any program."""
    with kit.store.write() as tx:
        user = tx.users.lock(session.user_id)
        if user is None or user.state != "active":
            return Refusal(SESSION_ABSENT, "user.gone")
        withdrawals.settle_all(kit, tx, user)
        rows = tx.withdrawals.of_user(user.id, PAGE + 1, before)
        limits, counted = entitlements.of(kit, tx, user).limits, held(kit, tx, user)
        blind = unseen(kit, limits, counted) is None
        waiting = [row for row in rows[:PAGE] if row.state == "reserved"] if blind else []
        open_to_token = [one for row in waiting if (one := tx.attempts.get(row.id)) and _has_token(kit, tx, one)]
        now = kit.clock.now()
        signable = {one.id: methods.asked(tx, one, TOKEN_WAY, now) for one in open_to_token}
    return Listed(user, tuple(rows[:PAGE]), limits, rules.left(limits, counted), len(rows) > PAGE, signable)


def _has_token(kit: Kit, tx: Tx, attempt: Attempt) -> bool:
    return any(device.kind == TOKEN_WAY for device in reach.admitted(kit, tx, attempt))


def ask(kit: Kit, session: Session, withdrawal_id: str) -> Question | Refusal:
    """The challenge of this person's token for it."""
    key = _open_key(kit, session, withdrawal_id)
    return key if isinstance(key, Refusal) else methods.ask(kit, key, TOKEN_WAY)


def answer(kit: Kit, session: Session, withdrawal_id: str, typed: str) -> Attempt | Refusal:
    """What the token answered."""
    key = _open_key(kit, session, withdrawal_id)
    return key if isinstance(key, Refusal) else withdrawals.answered(kit, key, TOKEN_WAY, typed)


def disown(kit: Kit, session: Session, withdrawal_id: str) -> Refusal | None:
    """*This isn't mine*: as *not me* said in Key. What was not collected is taken back, with everything of the session that asked for it."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = tx.users.lock(session.user_id)
        if user is None or user.state != "active":
            return Refusal(SESSION_ABSENT, "user.gone")
        row = tx.withdrawals.get(withdrawal_id)
        if row is None or row.user_id != user.id:
            return Refusal(WITHDRAWAL_UNKNOWN, "withdrawal.unknown")
        attempt = tx.attempts.get(row.id, lock=True)
        attempt = settle(kit, tx, attempt) if attempt else None
        to = ATTEMPT.step(attempt.state, "not_me") if attempt and row.state in DISOWNED else None
        if attempt is None or to is None:
            return Refusal(WITHDRAWAL_OVER, f"withdrawal.{row.state}")
        tx.attempts.move(attempt.id, attempt.state, to, decided=now, decided_by=f"session:{session.id}")
        fields = {"client": row.client, "amount": row.amount, "session": session.id}
        tx.audit.write(AuditRow("withdrawal.amount.disowned", user.id, row.id, fields, personal(row)), now)
        tx.users.set_quiet(user.id, now + QUIET_SECONDS, now)
        not_me.report(kit, tx, attempt, now)
        withdrawals.settle_all(kit, tx, user)
    tell(kit, attempt, to)
    if attempt.session_id:
        kit.events.publish(f"session:{attempt.session_id}", {"state": "ended"})
    return None


def _open_key(kit: Kit, session: Session, withdrawal_id: str) -> str | Refusal:
    """What collects the attempt of one of this person's that waits for its signature, whoever asked for it."""
    with kit.store.read() as tx:
        row = tx.withdrawals.get(withdrawal_id)
    if row is None or row.user_id != session.user_id:
        return Refusal(WITHDRAWAL_UNKNOWN, "withdrawal.unknown")
    if row.state != "reserved":
        return Refusal(WITHDRAWAL_OVER, f"withdrawal.{row.state}")
    return withdrawals.collector_of(kit, row.user_id, row.client, row.reference)
