"""What may be asked of the audit: filters, their limits, and which rows they let through (a million rows and 10,000 characters alike)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 200  # characters of a tag, a subject or the words
MOST_WORDS = 8
PAGE, LARGEST_PAGE = 50, 500
EXPORTED = 5_000  # rows of one file at the console
LOOKED_THROUGH = 20_000  # rows that one page may look through; then it says how far it came, and the next goes on there
LATEST = 2**53 - 1
_TAG = re.compile(r"[a-z_]+(\.[a-z_]+){0,2}\.?")
_CURSOR = re.compile(r"([0-9]{1,16})\.(-?[0-9]{1,19})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the next begins after the row of this time and id, both going down."""

    at: int = LATEST
    id: int = 2**63 - 1

    def written(self) -> str:
        """As it stands in a link or an option."""
        return f"{self.at}.{self.id}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows that are wanted; empty members let everything through.

    `tag` is a whole tag or how it begins (`login` or `login.attempt`), `outcome` its last part, `person` a user's id that is the row's
    user or subject, `since` and `until` seconds since the epoch, both included; each of the `words` stands somewhere in the row.
    """

    tag: str = ""
    person: str = ""
    subject: str = ""
    outcome: str = ""
    words: tuple[str, ...] = ()
    since: int = 0
    until: int = LATEST

    @property
    def whole_tag(self) -> bool:
        """Whether the tag has its three parts, so that an index finds it."""
        return self.tag.count(".") == 2 and not self.tag.endswith(".")

    def lets(self, tag: str, text: str) -> bool:
        """Whether a row of this tag passes what no index decides; `text` is all that the words are looked for in."""
        if self.tag and tag != self.tag and not tag.startswith(f"{self.tag.rstrip('.')}."):
            return False
        if self.outcome and tag.rpartition(".")[2] != self.outcome:
            return False
        found = text.casefold() if self.words else ""
        return all(word in found for word in self.words)


def read(given: Mapping[str, str], person: str = "") -> Filter | str:
    """The filter that somebody typed, or the name of the member that cannot be meant. `since` and `until` are whole seconds."""
    plain = {name: " ".join(given.get(name, "").split()) for name in ("tag", "subject", "outcome", "words")}
    for name, value in plain.items():
        if len(value) > LONGEST or "\0" in value:
            return name
    if plain["tag"] and not _TAG.fullmatch(plain["tag"]):
        return "tag"
    if plain["outcome"] and not re.fullmatch(r"[a-z_]+", plain["outcome"]):
        return "outcome"
    words = tuple(plain["words"].casefold().split())
    if len(words) > MOST_WORDS:
        return "words"
    times = {"since": 0, "until": LATEST}
    for name in times:
        text = given.get(name, "").strip()
        if text:
            if not re.fullmatch(r"[0-9]{1,15}", text):
                return name
            times[name] = int(text)
    return Filter(
        plain["tag"], person, plain["subject"], plain["outcome"], words, times["since"], min(times["until"], LATEST)
    )


def read_place(text: str) -> Place | None:
    """Where a page begins: the newest row for "", None for what no page ever gave out."""
    if not text:
        return Place()
    found = _CURSOR.fullmatch(text)
    place = Place(int(found[1]), int(found[2])) if found else None
    return place if place and place.at <= LATEST and -(2**63) <= place.id < 2**63 else None
