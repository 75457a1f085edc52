"""The settings of limits and restrictions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from watchword.app.calendar import exchanges
from watchword.app.setting_group import Group
from watchword.core.entitlements import GROUPS, SITUATIONS

MOST_DOLLARS = 10**12

Amounts = tuple[int, int]


class LimitSettings(Group):
    """What may be withdrawn: whole US dollars on one day, and within five business days (R01, R02, Q01). Each device that a person has counts;
    the better of each number holds."""

    card_plus: Amounts = Field((1_000_000, 1_500_000), description="With a Digital Security Card+.")
    key: Amounts = Field((1_000_000, 1_000_000), description="With Key or a passkey.")
    totp_app: Amounts = Field((500_000, 1_000_000), description="With another authenticator app.")
    code_card: Amounts = Field((200_000, 600_000), description="With a Security Code Card.")
    sms: Amounts = Field((100_000, 200_000), description="With SMS or a temporary device.")
    opted_out: Amounts = Field(
        (50_000, 100_000), description="At most, for those who opted out of the device at login."
    )
    recovered: Amounts = Field((50_000, 100_000), description="At most, in the time after a recovery.")
    no_device: Amounts = Field((50_000, 100_000), description="Without any active device.")
    unshown: Amounts = Field(
        (100_000, 200_000),
        description="At most, with what is held already, for a withdrawal signed by a device that cannot show amount and payee.",
    )
    calendar: str = Field(
        "XNYS", description="The exchange whose days are business days: a market code such as `XNYS`, `XJPX` or `XLON`."
    )
    opted_out_restrictions: list[Literal["otc_trading", "withdrawals"]] = Field(
        ["otc_trading"],
        description="What those who opted out may not do: `otc_trading` (Pink Sheet and OTCBB stocks), `withdrawals`.",
    )

    @field_validator("calendar")
    @classmethod
    def _known_exchange(cls, name: str) -> str:
        if name not in exchanges():
            raise ValueError(f"one of {', '.join(sorted(exchanges()))}")
        return name

    @field_validator(*GROUPS, *SITUATIONS)
    @classmethod
    def _in_order(cls, amounts: Amounts) -> Amounts:
        day, five_days = amounts
        if not 0 <= day <= five_days <= MOST_DOLLARS:
            raise ValueError("two amounts, a day's first: neither below 0, and a day's not above that of five days")
        return amounts
