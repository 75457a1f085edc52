"""Which help belongs to what: the topics, what each points to, and where a refusal leads (table U, L06)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from watchword.core import refusals
from watchword.core.refusals import Kind
from watchword.web.pages.views import Page, PasswordRules

TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "u01": ("u03", "recovery", "password-rules"),
        "u02": ("u08",),
        "u03": ("u01", "locked", "recovery"),
        "u04": ("notifications",),
        "u05": ("recover-key", "app-cache"),
        "u06": (),
        "u07": (),
        "u08": ("u02",),
        "password-rules": ("recovery",),
        "locked": ("u03", "recovery"),
        "recovery": ("password-rules", "locked"),
        "recover-key": ("lost-phone", "new-phone"),
        "notifications": ("u04", "app-cache"),
        "app-cache": ("recover-key", "notifications"),
        "lost-phone": ("recover-key", "new-phone"),
        "new-phone": ("recover-key", "lost-phone"),
        "sharing": ("lost-phone",),
    }
)
"""Every topic with its own page, and those it points to."""

_PATHS: Mapping[Kind, str] = MappingProxyType(
    {
        refusals.NO_DEVICE: "/help#activate",
        refusals.PASSWORD_FLAGGED: "/help/password-rules",
        refusals.PASSWORD_POLICY: "/help/password-rules",
        refusals.USED_OR_OLD: "/help#activation-used",
        refusals.ALREADY_ACTIVE: "/help#already-active",
        refusals.PINS_SPENT: "/help/recover-key",
        **dict.fromkeys(
            (
                refusals.SHARE_WEAK,
                refusals.SHARE_IDENTITY,
                refusals.SHARE_TEMPORARY,
                refusals.SHARE_NO_DEVICE,
                refusals.SHARE_CIRCLE,
            ),
            "/help/sharing",
        ),
    }
)


def help_path(kind: Kind) -> str:
    """Where a refusal's cause and fix are told at length, "" where what it says is all there is."""
    topic = kind.reference.lower()
    return f"/help/{topic}" if topic in TOPICS else _PATHS.get(kind, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage(Page):
    """One topic: cause, what to check, what to do, whom to call."""

    template: ClassVar[str] = "help_topic.html"
    topics: ClassVar[tuple[str, ...]] = tuple(TOPICS)
    topic: str
    see: tuple[str, ...] = ()
    rules: PasswordRules | None = None
    logged_in: bool = False
