"""English and Japanese are equal: the same keys, the same blanks, the same emphasis, and the house's voice in both."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.tree import SRC
from watchword.core.refusals import ALL

TEXTS = SRC / "watchword/texts"
LANGUAGES = ("en", "ja")

# Words and marks that look/voice forbids: they blame, hurry or promise.
_UNWANTED = {
    "en": re.compile(
        r"\binvalid\b|\boops\b|\bplease wait\b|\bsorry\b|\bunfortunately\b|\w!|\bsecure(ly)?\b|🔒|🛡", re.IGNORECASE
    ),
    "ja": re.compile(r"無効な|お待ちください|\w[!！]|🔒|🛡"),
}
_ALLOWED_WORDS = re.compile(
    r"Secure Login (System|Device)s?|Less secure device"
)  # names of things, and the words that P09 asks for


def texts(language: str) -> dict[str, str]:
    """Every text of a language: `file.key` -> text."""
    found: dict[str, str] = {}
    for file in sorted((TEXTS / language).glob("*.toml")):
        found |= dict(_flat(file.stem, tomllib.loads(file.read_text("utf-8"))))
    assert found, f"no texts in src/watchword/texts/{language}"
    return found


def _flat(prefix: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}.{key}", value)
        else:
            assert isinstance(value, str), f"{prefix}.{key} is not a text"
            yield f"{prefix}.{key}", value


def blanks(text: str) -> set[str]:
    """The names of the placeholders of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_texts() -> None:
    english, japanese = (set(texts(language)) for language in LANGUAGES)
    assert sorted(english - japanese) == [], "Japanese lacks these"
    assert sorted(japanese - english) == [], "English lacks these"


def test_both_languages_fill_the_same_blanks() -> None:
    english, japanese = (texts(language) for language in LANGUAGES)
    pairs = {key: (blanks(english[key]), blanks(japanese[key])) for key in english.keys() & japanese.keys()}
    # A date names its weekday in one language and not in the other.
    pairs = {key: pair for key, pair in pairs.items() if not key.startswith("dates.")}
    assert {key: pair for key, pair in pairs.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_empty(language: str) -> None:
    assert [key for key, text in texts(language).items() if not text.strip()] == []


def test_japanese_is_japanese() -> None:
    english, japanese = (texts(language) for language in LANGUAGES)
    same = [
        key
        for key in english.keys() & japanese.keys()
        if english[key] == japanese[key] and re.search(r"[a-z]{4,} [a-z]{2,}", english[key])
    ]
    assert sorted(same) == [], "left in English"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_voice_is_calm(language: str) -> None:
    found = {}
    for key, text in texts(language).items():
        match = _UNWANTED[language].search(_ALLOWED_WORDS.sub("", text))
        if match:
            found[key] = match.group()
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_says_what_why_and_what_to_do(language: str) -> None:
    have = texts(language)
    wanted = [f"refusals.{number}.{part}" for number in ALL for part in ("what", "why", "do")]
    assert [key for key in wanted if key not in have] == []
