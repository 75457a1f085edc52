"""Withdrawals: a platform asks to authorise an amount, its person signs it, the platform collects or cancels it (R01).

Reserving is one transaction under the lock of the user's row: what is held is summed, this one is added, and only then does the next
one look. The attempt that asks the phone has the withdrawal's id. Its collector secret is derived and leaves the server never: a
program names a withdrawal by its id and shows the session, and an approval is taken up in the transaction that brings it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.core import floors
from watchword.core import withdrawals as rules
from watchword.core.attempts import Attempt
from watchword.core.devices import KEY, on_phone
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
    WITHDRAWAL_RECALLED,
    WITHDRAWAL_UNKNOWN,
    WITHDRAWAL_UNSIGNED,
    WITHDRAWAL_WAY,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.core.withdrawals import ACTION, WITHDRAWAL, Held, Wanted, Withdrawal
from watchword.flows import answers, device_tokens, entitlements, login, methods, reach
from watchword.flows.answers import Shown
from watchword.flows.endings import settle, tell
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.withdrawal_signing import BLIND_WAYS, CHALLENGE_WAY, TOKEN_WAY, held, personal, told, unseen

OF_KEY = ("push", "qr")
SHOWN_WAYS = ("qr", CHALLENGE_WAY)


@dataclass(frozen=True, slots=True)
class Seen:
    """A withdrawal as it stands. `attempt` asks the phone, None when it is long over; `left` is what may still be asked for; `ways` are
    those in which it can be signed now, `digits` the confirmation code to show, "" for none."""

    row: Withdrawal
    attempt: Attempt | None
    left: Limits
    ways: tuple[str, ...] = ()
    digits: str = ""


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
        settle_all(kit, tx, user)
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
    found = reach.fitting(kit, active, floor, action=ACTION, browser=False)
    if isinstance(found, Refusal):
        reason = "withdrawal.weak" if found.kind is DEVICE_WEAK else found.reason
        return Refusal(WITHDRAWAL_DEVICE, reason)
    devices = tuple(sorted(found, key=lambda device: not on_phone(device)))  # what shows it is asked before what cannot
    if not on_phone(devices[0]) and (high := _unseen(kit, tx, user, wanted)):
        return high  # nobody could sign it
    token = device_tokens.pick(kit, visit.device_token, user.id) if visit.device_token else ""
    browser = tx.browsers.by_token(user.id, sha256(token.encode())) if token else None
    return login.open_attempt(
        kit, tx, user, kit.policy.clients[session.client], devices, browser, visit, action=ACTION, session_id=session.id,
        floor=floor, life=rules.SIGN_SECONDS, collector=collector_of(kit, user.id, session.client, wanted.reference),
    )  # fmt: skip


def _unseen(kit: Kit, tx: Tx, user: User, wanted: Wanted) -> Refusal | None:
    counted = held(kit, tx, user)
    with_it = Held(counted.day + wanted.amount, counted.five_days + wanted.amount)
    return unseen(kit, entitlements.of(kit, tx, user).limits, with_it)


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


def collect(kit: Kit, session: Session, withdrawal_id: str) -> Seen | Refusal:
    """The platform takes up a signed one to pay it; from now on its person cannot take it back. Collected already is collected."""
    with kit.store.write() as tx:
        found = _own(kit, tx, session, withdrawal_id)
        if isinstance(found, Refusal):
            return found
        user, row = found
        to = WITHDRAWAL.step(row.state, "collect")
        if to is not None:
            row = _moved(kit, tx, row, to, "platform")
        if row.state != "collected":
            kind = {"reserved": WITHDRAWAL_UNSIGNED, "recalled": WITHDRAWAL_RECALLED}.get(row.state, WITHDRAWAL_OVER)
            return Refusal(kind, f"withdrawal.{row.state}")
        return _seen(kit, tx, user, row)


def show(kit: Kit, session: Session, withdrawal_id: str, way: str, *, device_id: str = "") -> Shown | Refusal:
    """A QR that the phone scans, or the challenge of a device that cannot show money; `device_id` says of which, where there are several."""
    key = _open_key(kit, session, withdrawal_id)
    if isinstance(key, Refusal):
        return key
    if way in SHOWN_WAYS:
        return answers.show(kit, key, way)
    if way not in BLIND_WAYS:
        return Refusal(WITHDRAWAL_WAY, "withdrawal.names_nothing")
    chosen = methods.choose(kit, key, device_id) if device_id else None
    asked = chosen if isinstance(chosen, Refusal) else methods.ask(kit, key, way)
    return asked if isinstance(asked, Refusal) else Shown(way, str(asked.shown["digits"]), asked.until)


def push(kit: Kit, session: Session, withdrawal_id: str, device_id: str) -> Attempt | Refusal:
    """Ask the phone again, or another one."""
    key = _open_key(kit, session, withdrawal_id)
    return key if isinstance(key, Refusal) else login.ask_again(kit, key, device_id=device_id)


def answer(kit: Kit, session: Session, withdrawal_id: str, way: str, typed: str) -> Seen | Refusal:
    """The response to a challenge."""
    key = _open_key(kit, session, withdrawal_id)
    if not isinstance(key, Refusal) and way not in BLIND_WAYS:
        key = Refusal(WITHDRAWAL_WAY, "withdrawal.names_nothing")
    result = key if isinstance(key, Refusal) else answered(kit, key, way, typed)
    return result if isinstance(result, Refusal) else look(kit, session, withdrawal_id)


def answered(kit: Kit, collector: str, way: str, typed: str) -> Attempt | Refusal:
    """A response of a device that cannot show money, judged by the flow that judges those of its kind."""
    if way == CHALLENGE_WAY:
        return answers.answer(kit, collector, way, typed)
    return methods.answer(kit, collector, way, {"answer": typed})


def collector_of(kit: Kit, user_id: str, client: str, reference: str) -> str:
    """The collector secret of its attempt, which is nobody's outside."""
    return b64u(kit.vault.derive("withdrawal", user_id, client, reference)[:16])


def _open_key(kit: Kit, session: Session, withdrawal_id: str) -> str | Refusal:
    """What collects the attempt of a withdrawal that still waits for its signature."""
    with kit.store.read() as tx:
        row = tx.withdrawals.get(withdrawal_id)
    if row is None or not _is_of(row, session):
        return Refusal(WITHDRAWAL_UNKNOWN, "withdrawal.unknown")
    if row.state != "reserved":
        return Refusal(WITHDRAWAL_OVER, f"withdrawal.{row.state}")
    return collector_of(kit, row.user_id, row.client, row.reference)


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


def settle_all(kit: Kit, tx: Tx, user: User) -> None:
    """Give back what of a user whose row is locked ended in the meantime, by whatever road."""
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
    ways = _ways(kit, tx, attempt, may, counted)
    digits = answers.confirmation_of(kit, attempt) if OF_KEY[0] in ways else ""
    return Seen(row, attempt, left, ways, digits)


def _ways(kit: Kit, tx: Tx, attempt: Attempt, may: Entitlements, counted: Held) -> tuple[str, ...]:
    """Those in which it can be signed now, what shows it before what cannot."""
    kinds = {device.kind for device in reach.admitted(kit, tx, attempt)}
    ways = OF_KEY if KEY in kinds else ()
    if unseen(kit, may.limits, counted) is not None:
        return ways
    offline = KEY in kinds and reach.reaches(attempt, floors.MONEY) is None
    return (*ways, *((CHALLENGE_WAY,) if offline else ()), *((TOKEN_WAY,) if TOKEN_WAY in kinds else ()))
