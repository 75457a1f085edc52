"""What the pages of the console about one person are told. No secret is among it: contacts are masked, birth dates and answers absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from watchword.web.pages.console_views import CaseLine, ConsolePage, FourEyes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One login, attempt or refused password. `outcome` names the words, `tone` ∈ "", ok, warn, bad; `reason` is the private one."""

    at: int
    outcome: str
    tone: str = ""
    icon: str = "info"
    reason: str = ""
    factors: tuple[str, ...] = ()
    place: str = ""
    network: str = ""
    address: str = ""
    browser: str = ""
    system: str = ""
    new_network: bool = False
    new_browser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDevice:
    """One device. `wrong` are answers in a row that did not fit, `others` how many more people have Key on this phone."""

    id: str
    name: str
    state: str
    bars: int
    last_used: int
    wrong: int
    limit: int
    kind: str = "key"
    ends: int = 0  # of a temporary one


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """One open session."""

    id: str
    kind: str
    client: str
    began: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One event: its sentence is `activity.<tag>` where there is one. `details` are pairs of field and value."""

    id: int
    at: int
    tag: str
    reason: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something out of the ordinary, in words: `console.flag_<name>` with its time."""

    name: str
    tone: str
    at: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPage(ConsolePage):
    """What every page about a person has."""

    section: ClassVar[str] = "users"
    id: str
    username: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage(AboutPage):
    """Everything staff see of a person. `acts` are open to this member of staff alone, `kinds` what he may ask for."""

    template: ClassVar[str] = "staff_person.html"
    state: str
    kind: str = "live"
    language: str = "en"
    created: int = 0
    roles: tuple[str, ...] = ()
    password: bool = True
    flags: tuple[Flag, ...] = ()
    lines: tuple[Line, ...] = ()
    devices: tuple[StaffDevice, ...] = ()
    sessions: tuple[StaffSession, ...] = ()
    contacts: tuple[tuple[str, str, bool], ...] = ()
    events: tuple[EventLine, ...] = ()
    cases: tuple[CaseLine, ...] = ()
    waiting: tuple[FourEyes, ...] = ()
    closed: tuple[FourEyes, ...] = ()
    acts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPage(AboutPage):
    """What was written down about a person, a page at a time; `older` is where the next begins."""

    template: ClassVar[str] = "staff_events.html"
    events: tuple[EventLine, ...] = ()
    older: int = 0
    newest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPage(AboutPage):
    """One act with what follows from it, and one press. `devices` are those to choose from, pairs of id and name."""

    template: ClassVar[str] = "staff_act.html"
    act: str
    devices: tuple[tuple[str, str], ...] = ()
    device: str = ""
    sessions: int = 0
    done: DoneView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneView:
    """What an act did."""

    count: int = 0
    device: str = ""
    others: int = 0
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewPage(AboutPage):
    """The guided interview. `pass_` is there while the questions are open; `held` are the facts asked and whether each matched."""

    template: ClassVar[str] = "staff_interview.html"
    facts: tuple[str, ...] = ()
    pass_: str = ""
    held: tuple[tuple[str, str], ...] = ()
    enough: bool = False
    until: int = 0
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage(AboutPage):
    """Who is on the telephone. Without `proof` it is the form; `digits` and `words` are there while Key is asked; `mark` changes with news.

    `outcome` ∈ asked, confirmed, denied, alarm, over; `words_state` that of core/caller.py; `words_lang` the person's language.
    """

    template: ClassVar[str] = "staff_caller.html"
    proof: str = ""
    outcome: str = ""
    direction: str = ""
    digits: str = ""
    words: tuple[str, ...] = ()
    words_state: str = ""
    words_lang: str = "en"
    device: str = ""
    decided: int = 0
    good_until: int = 0
    expires: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One parameter of a request. `form` ∈ text, area, choice, roles; `options` are pairs of value and words."""

    name: str
    form: str = "text"
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPage(AboutPage):
    """The form of a request. `wrong` is the field that an error belongs to, "" for the whole form."""

    template: ClassVar[str] = "staff_ask.html"
    kind: str
    fields: tuple[Field, ...] = ()
    reason: str = ""
    evidence: str = ""
    wrong: str = ""
    longest: int = 2000
    hours: int = 24
    interview: bool = False  # whether an interview that is enough stands behind it, where the kind needs one
    needs_interview: bool = False
