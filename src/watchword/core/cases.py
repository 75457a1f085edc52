"""Cases of the message centre: what one may be about, its states, and the limits of what is written and attached (S07)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from watchword.core.machine import Machine
from watchword.core.rates import Window

CASE = Machine(
    "case",
    ("open",),
    {
        ("open", "reply"): "open",
        ("open", "answer"): "answered",
        ("open", "close"): "closed",
        ("answered", "reply"): "open",
        ("answered", "answer"): "answered",
        ("answered", "close"): "closed",
        ("closed", "answer"): "answered",
        ("closed", "reopen"): "open",
    },
)

TOPICS = ("login", "key", "password", "contact", "security", "account", "other")
LONGEST_SUBJECT = 120
LONGEST_TEXT = 10_000
MOST_PICTURES = 5
PICTURE_BYTES = 5 * 1024 * 1024
CASE_BYTES = 20 * 1024 * 1024
PICTURE_PIXELS = 12_000_000

_DAY = 24 * 60 * 60
NEW_CASES = (Window(10, _DAY),)
MESSAGES = (Window(50, _DAY),)
# Looking at a picture costs processor time even where it is refused; the windows above count only what was accepted.
LOOKS = (Window(60, 60 * 60), Window(200, _DAY))


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `unread` are answers its person has not opened yet, `stored` the bytes of its pictures, `touched` its last message."""

    id: str
    user_id: str
    topic: str
    state: str
    subject: str
    unread: int
    stored: int
    created: int
    touched: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `author` is `person` or `staff`, `author_id` that user; `post` is the token of the form, which is good once.

    `turn` counts the messages of its case from 0, since two may come in the same second.
    """

    id: str
    case_id: str
    user_id: str
    author: str
    author_id: str
    post: str
    text: str
    at: int
    turn: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture of a message, without its bytes. `kind` is `png` or `jpeg`, `size` its bytes as served, `place` its turn in the message."""

    id: str
    case_id: str
    message_id: str
    user_id: str
    kind: str
    name: str
    size: int
    width: int
    height: int
    place: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew from an upload: nothing of the uploaded bytes is in `data`."""

    kind: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its name is the sender's, and nothing is known of its bytes yet."""

    name: str
    data: bytes


def written(text: str) -> str:
    """What a person wrote, with line ends of one kind, without outer blanks and without characters that only control."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def fault_of_new(topic: str, subject: str) -> str | None:
    """Which field of a new case is missing or too long: `topic`, `subject`, or None."""
    if topic not in TOPICS:
        return "topic"
    one_line = written(subject)
    return None if 0 < len(one_line) <= LONGEST_SUBJECT and "\n" not in one_line else "subject"


def fault_of_text(text: str) -> str | None:
    """`empty`, `long`, or None for a text that can be sent."""
    length = len(written(text))
    if not length:
        return "empty"
    return "long" if length > LONGEST_TEXT else None


def room_for(stored: int, pictures: Sequence[Picture]) -> bool:
    """Whether a case that holds `stored` bytes of pictures takes these too."""
    return stored + sum(len(picture.data) for picture in pictures) <= CASE_BYTES


def file_name(given: str, kind: str) -> str:
    """A harmless name for a picture: the last part of the given one, printable, with the ending of what it is."""
    last = given.replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    clean = "".join(c for c in stem if c.isprintable() and c not in '<>:"|?*').strip(" .")
    return f"{clean[:80] or 'picture'}.{'jpg' if kind == 'jpeg' else kind}"
