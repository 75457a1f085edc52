"""What the pages of the staff console are told. Names, places and words of others may be hostile: the templates show them through filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from watchword.web.pages.views import Page, RefusalView

SECTIONS: tuple[tuple[str, str, str], ...] = ()
"""The head's entries: name, path, and the action of core/staff.py that a role needs for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The dark head: who is signed in, and where his roles lead."""

    name: str
    username: str
    roles: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLoginPage(Page):
    """Username and password of a member of staff. `notice` is news, such as the end of a session without activity."""

    template: ClassVar[str] = "staff_login.html"
    path: str = "/login"
    username: str = ""
    error: RefusalView | None = None
    notice: RefusalView | None = None
    logged_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePage(Page):
    """What every page behind the sign-in has. `section` is its entry in the head; `said` what was just done: `console.done_<word>`.

    `proven` says that Key was just shown, and what waited for it is in the form again.
    """

    section: ClassVar[str] = ""
    error: RefusalView | None = None
    said: str = ""
    proven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffStartPage(ConsolePage):
    """Where somebody lands whose roles open no other page first."""

    template: ClassVar[str] = "staff_start.html"
    path: str = "/"
