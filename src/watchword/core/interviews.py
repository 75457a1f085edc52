"""The guided interview before assisted recovery (S05): which facts a caller is asked for, and whether an answer matches what is on file.

An answer is only ever turned into matched or not matched. Enough are three facts that match, one of them of recent activity: what
stands in a stolen wallet or a letter is not enough.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from watchword.core.users import Details

PERSONAL = ("birth_date", "document_number", "address", "number")
RECENT = ("last_login_place", "last_login_date")
FACTS = (*PERSONAL, *RECENT)

ENOUGH = 3
SHORTEST_PART = 4
DAYS_OFF = 1
LONGEST_ANSWER = 200
GOOD_SECONDS = 60 * 60


@dataclass(frozen=True, slots=True)
class OnFile:
    """What answers are held against. `places` are those of the last login in each language; `last_login` is its time, 0 for none."""

    details: Details
    numbers: Sequence[str]
    places: Sequence[str]
    last_login: int
    ahead: int = 0  # the person's zone, seconds east of UTC


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview as it is kept: which facts were asked for and which matched, never an answer. `used` is when a request took it."""

    id: str
    user_id: str
    staff_id: str
    at: int
    asked: tuple[str, ...]
    matched: tuple[str, ...]
    used: int = 0


def enough(matched: Sequence[str]) -> bool:
    """Whether these facts show that the caller is the person."""
    found = set(matched)
    return len(found & set(FACTS)) >= ENOUGH and bool(found & set(RECENT))


def matched(answers: Mapping[str, str], on_file: OnFile) -> tuple[str, ...]:
    """The facts whose answers match. An empty answer, and a fact of which nothing is on file, never does."""
    return tuple(fact for fact in FACTS if _TESTS[fact](answers.get(fact, "")[:LONGEST_ANSWER], on_file))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def _same(typed: str, kept: str) -> bool:
    return bool(typed) and hmac.compare_digest(typed.encode(), kept.encode())


def _birth_date(typed: str, on_file: OnFile) -> bool:
    return _same(_digits(typed), _digits(on_file.details.birth_date))


def _document(typed: str, on_file: OnFile) -> bool:
    return _same(_plain(typed), _plain(on_file.details.document_number))


def _address(typed: str, on_file: OnFile) -> bool:
    """The postal code, or a part of the street with its number: whole words, or, where a script has none, characters that follow."""
    details, part = on_file.details, _plain(typed)
    if len(part) < SHORTEST_PART:
        return False
    codes = [_same(part, _plain(code)) for code in details.postal_codes]
    named = any(c.isdecimal() for c in part) and any(c.isalpha() for c in part)
    streets = [named and _holds(address, typed) for address in details.addresses]
    return any([*codes, *streets])


def _holds(address: str, part: str) -> bool:
    if not part.isascii():
        return _plain(part) in _plain(address)
    return f" {_spaced(part)} " in f" {_spaced(address)} "


def _spaced(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", folded))


def _number(typed: str, on_file: OnFile) -> bool:
    """A mobile number on file, with its country or as it is dialled at home."""
    digits = _digits(typed)
    national = digits.removeprefix("0")
    if len(national) < 8:
        return False
    kept = [_digits(number) for number in on_file.numbers]
    return any(_same(digits, number) or number.endswith(national) for number in kept)


def _place(typed: str, on_file: OnFile) -> bool:
    """The city of the last login: the first part of its place, in any language."""
    cities = [_plain(place.partition(",")[0]) for place in on_file.places]
    return any(_same(_plain(typed), city) for city in cities)


def _date(typed: str, on_file: OnFile) -> bool:
    """The day of the last login in the person's zone, or the day beside it."""
    if not on_file.last_login:
        return False
    try:
        said = date.fromisoformat(unicodedata.normalize("NFKC", typed).strip())
    except ValueError:
        return False
    day = datetime.fromtimestamp(on_file.last_login + on_file.ahead, UTC).date()
    return abs(said - day) <= timedelta(days=DAYS_OFF)


def _digits(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdecimal())


_TESTS = {
    "birth_date": _birth_date,
    "document_number": _document,
    "address": _address,
    "number": _number,
    "last_login_place": _place,
    "last_login_date": _date,
}
