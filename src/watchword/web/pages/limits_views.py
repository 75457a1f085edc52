"""What the page of limits and restrictions is told. Amounts are whole US cents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from watchword.core.entitlements import CENTS, Entitlements
from watchword.web.pages.views import SettingsPage


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """What would raise the limits: `opt_in`, `wait` until a moment, or a device of a group; and the two amounts then, in US dollars."""

    how: str
    group: str
    until: int
    day: str
    five_days: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsPage(SettingsPage):
    """Limits, restrictions, why, and what would raise them (Q01, R01). `source` is what the limits come from, `ceilings` what lowers them."""

    template: ClassVar[str] = "settings_limits.html"
    section: ClassVar[str] = "limits"
    path: str = "/settings/limits"
    day: str = ""
    five_days: str = ""
    source: str = ""
    ceilings: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    steps: tuple[StepRow, ...] = ()


def usd(cents: int) -> str:
    """As people read it: `1,000,000`, with cents only where there are some."""
    whole, rest = divmod(cents, CENTS)
    return f"{whole:,}.{rest:02}" if rest else f"{whole:,}"


def steps(may: Entitlements) -> tuple[StepRow, ...]:
    """What would raise the limits, as rows."""
    return tuple(
        StepRow(
            how=one.how, group=one.group, until=one.until, day=usd(one.limits.day), five_days=usd(one.limits.five_days)
        )
        for one in may.raises
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OptingPage(SettingsPage):
    """Whether a device is asked for at every login (Q01-Q04). `possible` says whether the profile lets people opt out; the amounts and
    restrictions are those of somebody who did. `review` is the step before opting out: amounts and
    restrictions are what it would bring this account, beside what it may withdraw now."""

    template: ClassVar[str] = "settings_login.html"
    section: ClassVar[str] = "login"
    path: str = "/settings/login"
    opted_out: bool = False
    floored: bool = False  # a weakest device of one's own stands above it
    since: int = 0
    possible: bool = False
    restrictions: tuple[str, ...] = ()
    day: str = ""
    five_days: str = ""
    review: bool = False
    now_day: str = ""
    now_five_days: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRow:
    """One withdrawal. `amount` is in US dollars with its cents; `shown` whether the device that signed it showed amount and payee.
    `signable` says that a Digital Security Card+ can sign it here, and `asked` what it was asked; `disowned` that its person can still
    say that it isn't his."""

    id: str = ""
    amount: str
    payee: str
    account: str
    at: int
    state: str
    until: int = 0
    shown: bool = True
    program: str = ""
    signable: bool = False
    asked: Mapping[str, object] | None = None
    disowned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalsPage(SettingsPage):
    """A person's withdrawals and what is left (R01). `older` continues the list, "" where nothing follows; `at` is the row that an error
    stands in; `blind_day` and `blind_five_days` what a device may sign that cannot show it."""

    template: ClassVar[str] = "settings_withdrawals.html"
    section: ClassVar[str] = "withdrawals"
    path: str = "/settings/withdrawals"
    rows: tuple[WithdrawalRow, ...] = ()
    day: str = ""
    five_days: str = ""
    left_day: str = ""
    left_five_days: str = ""
    older: str = ""
    newest: bool = True
    at: str = ""
    blind_day: str = ""
    blind_five_days: str = ""
