"""What the pages of a one-time link are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from watchword.web.pages.console_views import ConsolePage
from watchword.web.pages.views import EnrolPanel, PasswordRules

Step = Literal["open", "password", "key", "finish", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage(ConsolePage):
    """How the first administrators come in: open the link, choose a password, activate Key, finish."""

    template: ClassVar[str] = "staff_first.html"
    steps: ClassVar[tuple[Step, ...]] = ("open", "password", "key", "finish")
    path: str = "/first"
    step: Step
    username: str = ""
    rules: PasswordRules | None = None
    panel: EnrolPanel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitePage(ConsolePage):
    """An administrator invites somebody who is not on file. `wrong` is the field that an error belongs to."""

    template: ClassVar[str] = "staff_invite.html"
    section: ClassVar[str] = "members"
    path: str = "/members/invite"
    all_roles: tuple[str, ...] = ()
    typed: dict[str, str]
    roles: tuple[str, ...] = ()
    wrong: str = ""
