"""Withdrawals: a platform asks to authorise an amount, its person signs it, the platform may cancel it (R01).

Reserving is one transaction under the lock of the user's row: what is held is summed, this one is added, and only then does the next
one look. The attempt that asks the phone has the withdrawal's id. Its collector secret is derived and leaves the server never: a
program names a withdrawal by its id and shows the session, and an approval is taken up in the transaction that brings it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.core import floors
from watchword.core import withdrawals as rules
from watchword.core.attempts import Attempt
from watchword.core.encoding import b64u, sha256
from watchword.core.entitlements import WITHDRAWALS as RESTRICTED
from watchword.core.entitlements import Entitlements, Limits
from watchword.core.refusals import (
    DEVICE_WEAK,
    SESSION_ABSENT,
    WITHDRAWAL_CLOSED,
    WITHDRAWAL_DEVICE,
    WITHDRAWAL_LIMITED,
    WITHDRAWAL_OTHER,
    WITHDRAWAL_OVER,
    WITHDRAWAL_PAPER,
    WITHDRAWAL_UNKNOWN,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.core.withdrawals import ACTION, WITHDRAWAL, Held, Wanted, Withdrawal
from watchword.flows import answers, device_tokens, entitlements, login, reach
from watchword.flows.answers import Shown
from watchword.flows.endings import settle, tell
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.withdrawal_signing import CHALLENGE_WAY, blind, held, personal, told

PAGE = 25
NEWEST = (1 << 62, "~")
WAYS = ("push", "qr")


@dataclass(frozen=True, slots=True)
class Seen:
    """A withdrawal as it stands. `attempt` asks the phone, None when it is long over; `left` is what may still be asked for; `ways` are
    those in which it can be signed now, `digits` the confirmation code to show, "" for none."""

    row: Withdrawal
    attempt: Attempt | None
    left: Limits
    ways: tuple[str, ...] = ()
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A person's withdrawals, newest first, what may still be asked for, and whether older ones follow."""

    user: User
    rows: tuple[Withdrawal, ...]
    limits: Limits
    left: Limits
    older: bool


def ask(kit: Kit, session: Session, wanted: Wanted, visit: Visit) -> Seen | Refusal:
    """Reserve an amount and ask the phone. The same reference again gives the same withdrawal, whatever has become of it."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = tx.users.lock(session.user_id)
        if user is None or user.state != "active":
            return Refusal(SESSION_ABSENT, "user.gone")
        before = tx.withdrawals.by_reference(user.id, session.client, wanted.reference)
        if before is not None:
            if not before.same(wanted):
                return Refusal(WITHDRAWAL_OTHER, "withdrawal.reference_used")
            return _seen(kit, tx, user, _settled(kit, tx, before))
        until = tx.rates.take(f"withdraw:{user.id}", rules.BY_ONE, now)
        if until:
            return Refusal(WITHDRAWAL_LIMITED, "withdrawal.many", {"until": until}, retry_after=until - now)
        _settle_all(kit, tx, user)
        refused = _refused(kit, tx, user, wanted)
        opened = refused or _opened(kit, tx, session, user, wanted, visit)
        if isinstance(opened, Refusal):
            fields = {"client": session.client, "amount": wanted.amount, "reason": opened.reason}
            tx.audit.write(AuditRow("withdrawal.amount.refused", user.id, session.id, fields, visit.personal()), now)
            return opened
        row = _added(kit, tx, user, opened.attempt, wanted, visit)
        seen = _seen(kit, tx, user, row)
    login.announce(kit, opened)
    return seen


def _refused(kit: Kit, tx: Tx, user: User, wanted: Wanted) -> Refusal | None:
    """Why this account may not have this amount now."""
    may = entitlements.of(kit, tx, user)
    if user.kind == "paper":
        return Refusal(WITHDRAWAL_PAPER, "withdrawal.paper")
    if RESTRICTED in may.restrictions:
        return Refusal(WITHDRAWAL_CLOSED, "withdrawal.restricted")
    counted = held(kit, tx, user)
    with_it = Held(counted.day + wanted.amount, counted.five_days + wanted.amount)
    refused = rules.over(may.limits, with_it)
    return told(refused, may.limits, counted) if refused else None


def _opened(kit: Kit, tx: Tx, session: Session, user: User, wanted: Wanted, visit: Visit) -> login.Opened | Refusal:
    """The attempt that asks the phone. Whoever logs in without the device signs with it all the same."""
    floor = floors.floor(session.client, ACTION, "", user.floor)
    active = active_devices(tx, user.id, kit.clock.now())
    devices = reach.fitting(kit, active, floor, action=ACTION, browser=False)
    if isinstance(devices, Refusal):
        reason = "withdrawal.weak" if devices.kind is DEVICE_WEAK else devices.reason
        return Refusal(WITHDRAWAL_DEVICE, reason)
    token = device_tokens.pick(kit, visit.device_token, user.id) if visit.device_token else ""
    browser = tx.browsers.by_token(user.id, sha256(token.encode())) if token else None
    return login.open_attempt(
        kit, tx, user, kit.policy.clients[session.client], devices, browser, visit, action=ACTION, session_id=session.id,
        floor=floor, life=rules.SIGN_SECONDS, collector=_collector(kit, user.id, session.client, wanted.reference),
    )  # fmt: skip


def _added(kit: Kit, tx: Tx, user: User, attempt: Attempt, wanted: Wanted, visit: Visit) -> Withdrawal:
    row = Withdrawal(
        id=attempt.id, user_id=user.id, client=attempt.client, reference=wanted.reference, state="reserved", amount=wanted.amount,
        payee_name=wanted.payee.name, payee_account=wanted.payee.account, zone=user.zone, at=attempt.started,
        expires=attempt.expires, closed=0, shown=False,
    )  # fmt: skip
    tx.withdrawals.add(row)
    fields = {"client": row.client, "amount": row.amount, "reference": row.reference}
    visited = {**visit.personal(), **personal(row)}
    tx.audit.write(AuditRow("withdrawal.amount.reserved", user.id, row.id, fields, visited), row.at)
    return row


def look(kit: Kit, session: Session, withdrawal_id: str) -> Seen | Refusal:
    """A withdrawal of the session's account that this very program asked for. Anybody else's does not exist."""
    with kit.store.write() as tx:
        found = _own(kit, tx, session, withdrawal_id)
        return found if isinstance(found, Refusal) else _seen(kit, tx, *found)


def cancel(kit: Kit, session: Session, withdrawal_id: str) -> Seen | Refusal:
    """The platform takes it back, signed or not: its share of the limits is free again. Cancelled already is cancelled."""
    with kit.store.write() as tx:
        found = _own(kit, tx, session, withdrawal_id)
        if isinstance(found, Refusal):
            return found
        user, row = found
        if row.state == "cancelled":
            return _seen(kit, tx, user, row)
        to = WITHDRAWAL.step(row.state, "cancel")
        if to is None:
            return Refusal(WITHDRAWAL_OVER, f"withdrawal.{row.state}")
        attempt = tx.attempts.get(row.id, lock=True)
        now = kit.clock.now()
        if attempt is not None:
            tx.attempts.move(row.id, "pending", "cancelled", decided=now, decided_by="platform")
        row = _moved(kit, tx, row, to, "platform")
        seen = _seen(kit, tx, user, row)
    if attempt is not None:
        tell(kit, attempt, "cancelled")
    return seen


def show(kit: Kit, session: Session, withdrawal_id: str, way: str) -> Shown | Refusal:
    """A QR that the phone scans, or the challenge of a phone without a connection."""
    key = _open_key(kit, session, withdrawal_id)
    return key if isinstance(key, Refusal) else answers.show(kit, key, way)


def push(kit: Kit, session: Session, withdrawal_id: str, device_id: str) -> Attempt | Refusal:
    """Ask the phone again, or another one."""
    key = _open_key(kit, session, withdrawal_id)
    return key if isinstance(key, Refusal) else login.ask_again(kit, key, device_id=device_id)


def answer(kit: Kit, session: Session, withdrawal_id: str, typed: str) -> Seen | Refusal:
    """The response to the challenge."""
    key = _open_key(kit, session, withdrawal_id)
    result = key if isinstance(key, Refusal) else answers.answer(kit, key, CHALLENGE_WAY, typed)
    return result if isinstance(result, Refusal) else look(kit, session, withdrawal_id)


def listed(kit: Kit, session: Session, before: tuple[int, str] = NEWEST) -> Listed | Refusal:
    """For the person: what was asked for in his name by any program."""
    with kit.store.write() as tx:
        user = tx.users.lock(session.user_id)
        if user is None or user.state != "active":
            return Refusal(SESSION_ABSENT, "user.gone")
        _settle_all(kit, tx, user)
        rows = tx.withdrawals.of_user(user.id, PAGE + 1, before)
        limits = entitlements.of(kit, tx, user).limits
        left = rules.left(limits, held(kit, tx, user))
    return Listed(user, tuple(rows[:PAGE]), limits, left, len(rows) > PAGE)


def _collector(kit: Kit, user_id: str, client: str, reference: str) -> str:
    return b64u(kit.vault.derive("withdrawal", user_id, client, reference)[:16])


def _open_key(kit: Kit, session: Session, withdrawal_id: str) -> str | Refusal:
    """What collects the attempt of a withdrawal that still waits for its signature."""
    with kit.store.read() as tx:
        row = tx.withdrawals.get(withdrawal_id)
    if row is None or not _is_of(row, session):
        return Refusal(WITHDRAWAL_UNKNOWN, "withdrawal.unknown")
    if row.state != "reserved":
        return Refusal(WITHDRAWAL_OVER, f"withdrawal.{row.state}")
    return _collector(kit, row.user_id, row.client, row.reference)


def _is_of(row: Withdrawal, session: Session) -> bool:
    return (row.user_id, row.client) == (session.user_id, session.client)


def _own(kit: Kit, tx: Tx, session: Session, withdrawal_id: str) -> tuple[User, Withdrawal] | Refusal:
    user = tx.users.lock(
        session.user_id
    )  # the order of locks everywhere: user, phone, attempt, device; then the withdrawal
    if user is None or user.state != "active":
        return Refusal(SESSION_ABSENT, "user.gone")
    row = tx.withdrawals.get(withdrawal_id)
    if row is None or not _is_of(row, session):
        return Refusal(WITHDRAWAL_UNKNOWN, "withdrawal.unknown")
    return user, _settled(kit, tx, row)


def _settle_all(kit: Kit, tx: Tx, user: User) -> None:
    """Give back what ended in the meantime, by whatever road."""
    for withdrawal_id in tx.withdrawals.ended(user.id, kit.clock.now()):
        row = tx.withdrawals.get(withdrawal_id)
        if row is not None:
            _settled(kit, tx, row)


def _settled(kit: Kit, tx: Tx, row: Withdrawal) -> Withdrawal:
    """A reserved one whose attempt is over is over too; the row as it is now. An answer on its way is waited for."""
    if row.state != "reserved":
        return row
    attempt = tx.attempts.get(row.id, lock=True)
    attempt = settle(kit, tx, attempt) if attempt else None
    row = tx.withdrawals.get(row.id, lock=True) or row
    event = rules.outcome(attempt, kit.clock.now()) if row.state == "reserved" else None
    if event is None:
        return row
    return _moved(kit, tx, row, str(WITHDRAWAL.step("reserved", event)), attempt.state if attempt else "swept")


def _moved(kit: Kit, tx: Tx, row: Withdrawal, to: str, why: str) -> Withdrawal:
    now = kit.clock.now()
    if not tx.withdrawals.move(row.id, row.state, to, now, shown=row.shown):
        raise RuntimeError("a withdrawal moved under the lock of its attempt")
    fields = {"client": row.client, "amount": row.amount, "was": row.state, "why": why}
    tx.audit.write(AuditRow(f"withdrawal.amount.{to}", row.user_id, row.id, fields, personal(row)), now)
    return replace(row, state=to, closed=now)


def _seen(kit: Kit, tx: Tx, user: User, row: Withdrawal) -> Seen:
    attempt = tx.attempts.get(row.id)
    may, counted = entitlements.of(kit, tx, user), held(kit, tx, user)
    left = rules.left(may.limits, counted)
    if row.state != "reserved" or attempt is None:
        return Seen(row, attempt, left)
    ways = (*WAYS, CHALLENGE_WAY) if _can_be_blind(kit, tx, attempt, may, counted) else WAYS
    return Seen(row, attempt, left, ways, answers.confirmation_of(kit, attempt))


def _can_be_blind(kit: Kit, tx: Tx, attempt: Attempt, may: Entitlements, counted: Held) -> bool:
    low = reach.reaches(attempt, floors.MONEY)
    return low is None and rules.over(blind(kit, may.limits), counted) is None
