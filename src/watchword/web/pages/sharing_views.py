"""What the page of sharing a device is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from watchword.web.pages.views import RefusalView, SettingsPage

SharingStep = Literal["start", "answer", "review", "pending", "active", "lent", "blocked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRow:
    """One sharing: with whom, which device, since when. `mine` says that this person asked for it; `kept` what he put aside."""

    id: str
    state: str
    other: str
    device: str
    mine: bool
    at: int
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingPage(SettingsPage):
    """Steps: `start` (conditions, the owner's username and password) → `answer` (his device) → `review` → `pending` or `active`.

    `lent` is the page of who shares his own device with others; `blocked` where something of this person's own stands in the way, which the
    refusal of that name says. `confirmed` is whether a held element was shown
    lately, as somebody with a device has to; `asked` what the owner's device answers; `decided` the end of the request before: refused,
    withdrawn, expired; `ask` the sharing whose end is asked about, `how` in which way.
    """

    template: ClassVar[str] = "sharing.html"
    section: ClassVar[str] = "devices"
    path: str = "/sharing"
    step: SharingStep
    id: str = ""
    owner: str = ""
    kind: str = ""
    asked: Mapping[str, object] | None = None
    until: int = 0
    decided: str = ""
    rows: tuple[SharedRow, ...] = ()
    ask: str = ""
    how: str = ""
    kept: str = ""  # the device put aside that may confirm the cancelling
    kept_kind: str = ""
    kept_asked: Mapping[str, object] | None = None
    typed: str = ""
    enrolling: bool = False
    blocked: RefusalView | None = None
    ended: str = ""  # what just became of one: `sharing.done_<word>`
