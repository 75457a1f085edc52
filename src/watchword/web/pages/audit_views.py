"""What the auditor's pages of the console are told. Whatever stands in a row was written by others: the templates show it through filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from watchword.web.pages.console_views import ConsolePage
from watchword.web.pages.views import RefusalView

FIELDS = ("words", "person", "tag", "outcome", "since", "until", "subject")
"""What the search form has, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One row in a list. `who` is the username where the user is on file, else the id; `reason` the private reason, "" for none."""

    id: int
    at: int
    tag: str
    who: str
    subject: str
    reason: str
    sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage(ConsolePage):
    """The search. `query` is what a link to another page of it needs; `older` where the next page begins, "" at the end; `wrong` names
    the field that a refusal is about."""

    template: ClassVar[str] = "staff_audit.html"
    section: ClassVar[str] = "audit"
    path: str = "/audit"
    fields: ClassVar[tuple[str, ...]] = FIELDS
    typed: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[AuditLine, ...] = ()
    draft: str = ""
    older: str = ""
    later: bool = False
    looked: int = 0
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRowPage(ConsolePage):
    """One row. `fields` and `personal` are pairs of name and value; `head` is the size of the head that proves it, 0 where nothing does, and
    `unproven` then says why."""

    template: ClassVar[str] = "staff_audit_row.html"
    section: ClassVar[str] = "audit"
    line: AuditLine
    subject_name: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    personal: tuple[tuple[str, str], ...] = ()
    erased: bool = False
    position: int = 0
    head: int = 0
    unproven: RefusalView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExportPage(ConsolePage):
    """Taking rows along as a file; `limit` is how many one file holds."""

    template: ClassVar[str] = "staff_audit_export.html"
    section: ClassVar[str] = "audit"
    path: str = "/audit/export"
    typed: tuple[tuple[str, str], ...] = ()
    draft: str = ""
    limit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLine:
    """One signed head."""

    size: int
    at: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """One place outside: `file` or `address`, the size it has, and since when it fails, 0 while it does not."""

    place: str
    size: int
    sent: int
    since: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogPage(ConsolePage):
    """The log: its name, its rows, its last heads, and where they went."""

    template: ClassVar[str] = "staff_audit_log.html"
    section: ClassVar[str] = "audit"
    path: str = "/audit/log"
    origin: str
    size: int
    sealed: int
    heads: tuple[HeadLine, ...] = ()
    places: tuple[PlaceLine, ...] = ()
