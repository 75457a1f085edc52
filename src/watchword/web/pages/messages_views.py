"""What the pages of the message centre are told (S07). Subjects, texts and names of pictures are a person's own words: shown, never trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from watchword.core.cases import LONGEST_SUBJECT, LONGEST_TEXT, MOST_PICTURES, TOPICS
from watchword.web.pages.views import Page, RefusalView


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One line of the list; `touched` is when something was last written."""

    id: str
    topic: str
    subject: str
    state: str
    touched: int
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesPage(Page):
    """A person's cases; `more` is the id after which the next ones come, "" where these are all."""

    template: ClassVar[str] = "messages.html"
    path: str = "/messages"
    cases: tuple[CaseRow, ...] = ()
    later: bool = False  # not the first page
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingPage(Page):
    """What a form for a message holds: the token that is good once, and what was typed."""

    topics: ClassVar[tuple[str, ...]] = TOPICS
    longest: ClassVar[int] = LONGEST_TEXT
    longest_subject: ClassVar[int] = LONGEST_SUBJECT
    most_pictures: ClassVar[int] = MOST_PICTURES
    post: str
    text: str = ""
    error: RefusalView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCasePage(WritingPage):
    """Open a case: topic, subject, text, pictures."""

    template: ClassVar[str] = "message_new.html"
    path: str = "/messages/new"
    topic: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """A picture of a message. `size` in bytes."""

    id: str
    name: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One message, by the person or by staff."""

    staff: bool
    at: int
    text: str
    pictures: tuple[PictureView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage(WritingPage):
    """One case, oldest message first, with the form to go on."""

    template: ClassVar[str] = "message_case.html"
    case: CaseRow
    messages: tuple[MessageView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentPage(Page):
    """A message that came after its session had ended: the text to copy, and the way back in."""

    template: ClassVar[str] = "message_unsent.html"
    path: str = "/login"
    refusal: RefusalView
    text: str
