"""What the pages of the staff console are told. Names, places and words of others may be hostile: the templates show them through filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from watchword.core.cases import LONGEST_TEXT
from watchword.web.pages.messages_views import MessageView
from watchword.web.pages.views import Page, RefusalView

SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("users", "/users", "find"),
    ("requests", "/requests", "requests"),
    ("cases", "/cases", "cases"),
    ("orders", "/orders", "orders"),
    ("members", "/members", "members"),
    ("audit", "/audit", "audit"),
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentPage(ConsolePage):
    """What was written in a form whose session had ended meanwhile: pairs of its label's key and the text, to copy."""

    template: ClassVar[str] = "staff_unsent.html"
    path: str = "/login"
    refusal: RefusalView
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One line of a search."""

    id: str
    username: str
    name: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersPage(ConsolePage):
    """Looking people up. `rows` is None before anything was looked for; `more` says that there are others."""

    template: ClassVar[str] = "staff_users.html"
    section: ClassVar[str] = "users"
    path: str = "/users"
    text: str = ""
    rows: tuple[Found, ...] | None = None
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact:
    """What Key said of the call in which a request was made."""

    device: str
    at: int
    direction: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FourEyes:
    """A request as it is read and decided: `may` of approve, reject, withdraw; `params` pairs of name and value; `matched` the facts
    of an interview behind it; `note` what is typed.

    `call` is what Key said of the call it was made in; `alarm` when the person said, within a day, that nobody of his was calling. Without
    `decided_by` it was that which closed it. `compared` are fields of two people's identification: name, likeness, and what is shown of each.
    """

    id: str
    kind: str
    state: str
    about: str
    about_id: str
    asked_by: str
    asked: int
    expires: int
    reason: str
    evidence: str
    matched: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    decided_by: str = ""
    decided: int = 0
    said: str = ""
    told: str = ""
    mine: bool = False
    may: frozenset[str] = frozenset()
    note: str = ""
    call: CallFact | None = None
    alarm: int = 0
    compared: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsPage(ConsolePage):
    """What waits: for this member of staff, asked by him, and for others. `mark` changes when the queue does."""

    template: ClassVar[str] = "staff_requests.html"
    section: ClassVar[str] = "requests"
    path: str = "/requests"
    groups: tuple[tuple[str, tuple[FourEyes, ...]], ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage(ConsolePage):
    """One request."""

    template: ClassVar[str] = "staff_request.html"
    section: ClassVar[str] = "requests"
    card: FourEyes


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case in a list."""

    id: str
    topic: str
    subject: str
    state: str
    touched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesPage(ConsolePage):
    """Everybody's cases in one state; `more` is the id after which the next ones come."""

    template: ClassVar[str] = "staff_cases.html"
    section: ClassVar[str] = "cases"
    path: str = "/cases"
    states: ClassVar[tuple[str, ...]] = ("open", "answered", "closed")
    state: str = "open"
    rows: tuple[CaseLine, ...] = ()
    more: str = ""
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCasePage(ConsolePage):
    """One case with its messages; `answers` whether this member of staff may answer it. `post` is the form's token, good once."""

    template: ClassVar[str] = "staff_case.html"
    section: ClassVar[str] = "cases"
    case: CaseLine
    about: str = ""
    about_id: str = ""
    messages: tuple[MessageView, ...] = ()
    answers: bool = False
    post: str = ""
    text: str = ""
    longest: ClassVar[int] = LONGEST_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """One member of staff."""

    id: str
    username: str
    roles: tuple[str, ...]
    since: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage(ConsolePage):
    """Who is staff; `asks` whether this one may ask for roles."""

    template: ClassVar[str] = "staff_members.html"
    section: ClassVar[str] = "members"
    path: str = "/members"
    rows: tuple[MemberLine, ...] = ()
    asks: bool = False
