"""The settings of sharing a device."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from watchword.app.setting_group import Group


class SharingSettings(Group):
    """Sharing a Digital Security Card+ or a Security Code Card between users of one person or entity (P01-P09)."""

    approval: Literal["automatic", "always"] = Field(
        "automatic",
        description="`automatic`: at once where identification is the same, by compliance where it is in doubt. `always`: by compliance.",
    )
