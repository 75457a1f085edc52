"""Withdrawals: an amount to a payee, held against the limits of the account, then signed by its person (R01; PSD2 RTS article 5).

The rules this file stands for:
1. What is reserved counts like what is authorised, from the first moment: so many at once never pass a limit together.
2. What was cancelled, or ran out unsigned, counts for nothing.
3. A window is that of the account's zone, and of every zone that something was withdrawn in lately: whoever travels, or says he does,
   opens no window anew.
4. Amount and payee never change. Another amount is another withdrawal.
5. A program pays what it has collected, and nothing else. Until then its person can say that it was not he: it is `recalled`, for good.
   What was collected counts until its windows are over: nothing that a session alone can do gives back the share of what may be paid.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from watchword.core.attempts import Attempt, state_at
from watchword.core.entitlements import CENTS, Limits
from watchword.core.machine import Machine
from watchword.core.rates import Window
from watchword.core.refusals import (
    WITHDRAWAL_AMOUNT,
    WITHDRAWAL_CURRENCY,
    WITHDRAWAL_DAY,
    WITHDRAWAL_FIVE_DAYS,
    WITHDRAWAL_PAYEE,
    WITHDRAWAL_REFERENCE,
    Refusal,
)

ACTION = "withdraw"

WITHDRAWAL = Machine(
    "withdrawal",
    ("reserved",),
    {
        ("reserved", "sign"): "authorised",
        ("reserved", "cancel"): "cancelled",
        ("reserved", "expire"): "expired",
        ("authorised", "collect"): "collected",
        ("authorised", "cancel"): "cancelled",
        ("authorised", "recall"): "recalled",
    },
)

CURRENCY = "USD"
MOST = 10**12 * CENTS
LONGEST_NAME = 120  # what the phone shows whole (spec.md 6.2): nothing of a payee is ever clipped away unseen
SIGN_SECONDS = 10 * 60
LOOK_BACK_SECONDS = 60 * 24 * 60 * 60  # longer than any window
BY_ONE = (Window(600, 60 * 60), Window(2000, 24 * 60 * 60))
_BLANK = "\u115f\u1160\u3164\uffa0"  # fillers: letters by their category, and nothing to the eye
_ACCOUNT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,62}[A-Za-z0-9])?")
_REFERENCE = re.compile(r"[A-Za-z0-9._:/-]{1,64}")


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid: the name as its holder writes it, and the account in the form of its bank."""

    name: str
    account: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a platform asks for. `amount` is whole US cents; `reference` the platform's own, one for each withdrawal of an account."""

    amount: int
    payee: Payee
    reference: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is kept beside the attempt of the same id. `zone` is the account's at that time; `closed` when it came into this state, 0 while
    it is reserved; `shown` whether the device that signed it showed amount and payee."""

    id: str
    user_id: str
    client: str
    reference: str
    state: str
    amount: int
    payee_name: str
    payee_account: str
    zone: str
    at: int
    expires: int
    closed: int
    shown: bool

    def same(self, wanted: Wanted) -> bool:
        """Whether this is the very withdrawal asked for."""
        return (self.amount, self.payee_name, self.payee_account) == (
            wanted.amount, wanted.payee.name, wanted.payee.account,
        )  # fmt: skip

    def linked(self) -> dict[str, object]:
        """What a signature is bound to (spec.md 6.2)."""
        return {
            "amount": self.amount, "currency": CURRENCY,
            "payee_name": self.payee_name, "payee_account": self.payee_account,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """What is reserved, authorised or collected on this day and in the five business days, in US cents."""

    day: int = 0
    five_days: int = 0


def read(amount: object, currency: object, payee: object, reference: object) -> Wanted | Refusal:
    """What was asked for, or which part of it cannot be. Nothing is rounded, folded or trimmed: what is signed is what was sent."""
    if type(amount) is not int or not 1 <= amount <= MOST:
        return Refusal(WITHDRAWAL_AMOUNT, "withdrawal.amount")
    if currency != CURRENCY:
        return Refusal(WITHDRAWAL_CURRENCY, "withdrawal.currency")
    if not isinstance(payee, Mapping) or set(payee) != {"name", "account"}:
        return Refusal(WITHDRAWAL_PAYEE, "withdrawal.payee")
    name, account = payee["name"], payee["account"]
    if not isinstance(name, str) or not is_name(name):
        return Refusal(WITHDRAWAL_PAYEE, "withdrawal.payee_name")
    if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
        return Refusal(WITHDRAWAL_PAYEE, "withdrawal.payee_account")
    if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        return Refusal(WITHDRAWAL_REFERENCE, "withdrawal.reference")
    return Wanted(amount, Payee(name, account), reference)


def is_name(name: str) -> bool:
    """One line of printable text with a letter or a digit to be seen in it: no controls, none that turn the direction of what stands beside."""
    shown = any(unicodedata.category(one)[0] in "LN" and one not in _BLANK for one in name)
    return 0 < len(name) <= LONGEST_NAME and shown and name.isprintable() and name == name.strip()


def left(limits: Limits, held: Held) -> Limits:
    """What may still be asked for on this day and in the five business days; never below nothing. A day has no more than its window."""
    five = max(0, limits.five_days - held.five_days)
    return Limits(min(max(0, limits.day - held.day), five), five)


def over(limits: Limits, held: Held) -> Refusal | None:
    """Why what is held with this withdrawal in it is too much, or None."""
    if held.day > limits.day:
        return Refusal(WITHDRAWAL_DAY, "withdrawal.day")
    return Refusal(WITHDRAWAL_FIVE_DAYS, "withdrawal.five_days") if held.five_days > limits.five_days else None


def outcome(attempt: Attempt | None, now: int) -> str | None:
    """The event that the end of its attempt has brought for a reserved one, or None: `expire` or `cancel`. `sign` is never of this kind."""
    if attempt is None:
        return "expire"
    state = state_at(attempt, now)
    if state == "pending":
        return None
    return "expire" if state in ("expired", "lapsed") else "cancel"


def usd(cents: int) -> str:
    """As a person reads an amount that he signs: always with its cents, `1,234.50`."""
    return f"{cents // CENTS:,}.{cents % CENTS:02}"
