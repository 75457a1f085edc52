"""Signing a withdrawal: what is shown, what a challenge stands for, what a right answer does, what *not me* undoes (PSD2 RTS article 5).

Nothing here trusts what a phone says of amount and payee: both come from the row, and a decision or response made for others is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from watchword.core import withdrawals as rules
from watchword.core.attempts import Attempt
from watchword.core.business_days import window_start
from watchword.core.devices import CARD_PLUS
from watchword.core.encoding import b64u, sha256
from watchword.core.entitlements import UNSHOWN, Limits
from watchword.core.entitlements import WITHDRAWALS as RESTRICTED
from watchword.core.refusals import (
    WITHDRAWAL_CLOSED,
    WITHDRAWAL_OVER,
    WITHDRAWAL_UNSHOWN,
    WITHDRAWAL_WAY,
    Refusal,
)
from watchword.core.users import User
from watchword.core.withdrawals import ACTION, WITHDRAWAL, Held, Withdrawal
from watchword.factors.base import Holder, Separate, Started
from watchword.flows import entitlements, letters
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx

NONE: Mapping[str, object] = MappingProxyType({})
SHOWING_WAY, CHALLENGE_WAY = "key", "challenge"
TOKEN_WAY = CARD_PLUS
BLIND_WAYS = (CHALLENGE_WAY, TOKEN_WAY)


def shown(tx: Tx, attempt: Attempt) -> Mapping[str, object]:
    """What belongs to the details of a withdrawal's attempt, {} for any other."""
    row = tx.withdrawals.get(attempt.id) if attempt.action == ACTION else None
    return row.linked() if row else NONE


def link(kit: Kit, tx: Tx, attempt: Attempt) -> str:
    """What a challenge is derived from beside its attempt: the hash of amount and payee, "" for an attempt of another kind."""
    if attempt.action != ACTION:
        return ""
    return b64u(sha256(kit.vault.canonical(dict(shown(tx, attempt)))))


def question(kit: Kit, tx: Tx, attempt: Attempt, holder: Holder, factor: Separate) -> Started:
    """What a device that cannot show money is asked: made of amount, currency, payee and attempt for this very device. Nobody can have
    another one made by asking again, so none can be sought that equals that of another withdrawal."""
    entropy = kit.vault.derive("money-question", factor.kind, attempt.id, holder.device.id, link(kit, tx, attempt))
    return factor.bind(holder, entropy=entropy)


def held(kit: Kit, tx: Tx, user: User) -> Held:
    """What counts against the limits now: this day's and that of the five business days, in whichever zone they began first."""
    now = kit.clock.now()
    zones = {user.zone, *tx.withdrawals.zones(user.id, now - rules.LOOK_BACK_SECONDS, now)}
    windows = [window(kit, zone) for zone in zones]
    return tx.withdrawals.held(user.id, min(day for day, _ in windows), min(five for _, five in windows), now)


def window(kit: Kit, zone: str) -> tuple[int, int]:
    """When this day began in a zone, and when its five business days did."""
    calendar = kit.calendar
    today = calendar.day(kit.clock.now(), zone)
    return calendar.start(today, zone), calendar.start(window_start(today, calendar.is_open), zone)


def fits(kit: Kit, tx: Tx, attempt: Attempt, *, way: str) -> Refusal | None:
    """Why this withdrawal may not be signed in this way now, or None; None for an attempt of another kind.

    Limits and restrictions are read again: they may have fallen since it was reserved. It is part of what is held.
    """
    if attempt.action != ACTION:
        return None
    if way != SHOWING_WAY and way not in BLIND_WAYS:
        return Refusal(WITHDRAWAL_WAY, "withdrawal.names_nothing")
    row, user = tx.withdrawals.get(attempt.id), tx.users.get(attempt.user_id)
    if row is None or user is None or row.state != "reserved":
        return Refusal(WITHDRAWAL_OVER, "withdrawal.not_reserved")
    may = entitlements.of(kit, tx, user)
    if RESTRICTED in may.restrictions:
        return Refusal(WITHDRAWAL_CLOSED, "withdrawal.restricted")
    counted = held(kit, tx, user)
    refused = rules.over(may.limits, counted)
    if refused is not None:
        return told(refused, may.limits, Held())
    return unseen(kit, may.limits, counted) if way in BLIND_WAYS else None


def unseen(kit: Kit, limits: Limits, counted: Held) -> Refusal | None:
    """Why what is held is too much for a device that cannot show it, or None."""
    least = blind(kit, limits)
    if rules.over(least, counted) is None:
        return None
    said = {"day": rules.usd(least.day), "five_days": rules.usd(least.five_days)}
    return Refusal(WITHDRAWAL_UNSHOWN, "withdrawal.unshown", said)


def blind(kit: Kit, limits: Limits) -> Limits:
    """The limits where the device that signs cannot show what it signs."""
    return limits.under(kit.policy.entitlements.limits[UNSHOWN])


def told(refused: Refusal, limits: Limits, counted: Held) -> Refusal:
    """A refusal for a limit, saying what is left of it: the account's own person and its platforms may know."""
    rest = rules.left(limits, counted)
    left = rest.day if refused.reason == "withdrawal.day" else rest.five_days
    return Refusal(refused.kind, refused.reason, {"left": rules.usd(left)}, extra={"left": left})


def signed(kit: Kit, tx: Tx, attempt: Attempt, *, way: str, device: str) -> None:
    """A right answer authorises the withdrawal, in the transaction that took it; nothing is left to be collected."""
    if attempt.action != ACTION:
        return
    now, row = kit.clock.now(), tx.withdrawals.get(attempt.id, lock=True)
    user = tx.users.get(attempt.user_id)
    can_show = way == SHOWING_WAY
    to = str(WITHDRAWAL.step("reserved", "sign"))
    if row is None or user is None or not tx.withdrawals.move(row.id, "reserved", to, now, shown=can_show):
        raise RuntimeError("a withdrawal was signed that was not reserved")
    if not tx.attempts.move(attempt.id, "approved", "collected"):
        raise RuntimeError("the attempt of a withdrawal was not approved")
    fields = {"client": row.client, "amount": row.amount, "way": way, "shown": can_show, "device": device}
    tx.audit.write(AuditRow("withdrawal.amount.authorised", user.id, row.id, fields, personal(row)), now)
    _tell(kit, tx, user, row, now)


def recall(kit: Kit, tx: Tx, user: User, session_id: str, now: int) -> None:
    """*Not me* was said of what this session asked for: whatever of it was signed and not yet collected is taken back, for good."""
    for withdrawal_id in tx.withdrawals.of_session(user.id, session_id):
        row = tx.withdrawals.get(withdrawal_id, lock=True)
        to = WITHDRAWAL.step(row.state, "recall") if row else None
        if row is None or row.state not in ("authorised", "collected"):
            continue
        if to is None:  # its program has it, and may have paid: what is left is to say so
            _told_of(kit, tx, user, row, "withdrawal_late")
            continue
        if not tx.withdrawals.move(row.id, row.state, to, now, shown=row.shown):
            raise RuntimeError("a withdrawal moved under its lock")
        fields = {"client": row.client, "amount": row.amount, "was": row.state, "why": "not_me"}
        tx.audit.write(AuditRow(f"withdrawal.amount.{to}", user.id, row.id, fields, personal(row)), now)
        _told_of(kit, tx, user, row, "withdrawal_recalled")


def _told_of(kit: Kit, tx: Tx, user: User, row: Withdrawal, key: str) -> None:
    program = program_of(kit, user, row)
    letters.tell_all(kit, tx, user, key, amount=rules.usd(row.amount), payee=row.payee_name, program=program)


def program_of(kit: Kit, user: User, row: Withdrawal) -> str:
    """What the program that asked is called, its id where it has been taken out of the settings since."""
    client = kit.policy.clients.get(row.client)
    return row.client if client is None else client.called(user.lang)


def personal(row: Withdrawal) -> dict[str, str]:
    """What of a withdrawal can be erased from the audit."""
    return {"payee": row.payee_name, "account": row.payee_account}


def _tell(kit: Kit, tx: Tx, user: User, row: Withdrawal, now: int) -> None:
    """Wherever this person is told of the account: somebody else may have been at the phone."""
    letters.notice(
        kit, tx, user, "withdrawal", amount=rules.usd(row.amount), payee=row.payee_name, account=row.payee_account,
        time=kit.texts.moment(user.lang, now, user.zone), program=program_of(kit, user, row),
    )  # fmt: skip
