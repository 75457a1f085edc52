"""The settings of devices that are handed out."""

from __future__ import annotations

from pydantic import Field

from watchword.app.setting_group import Group

MOST_CENTS = 1_000_000


class OrderSettings(Group):
    """Cards that people order (O04). What is charged is a state that staff keep; no payment is made here."""

    code_card_cents: int = Field(
        0, ge=0, le=MOST_CENTS, description="Charge for a Security Code Card, in US cents; 0 for none."
    )
    card_plus_cents: int = Field(
        0, ge=0, le=MOST_CENTS, description="Charge for a Digital Security Card+, in US cents; 0 for none."
    )
