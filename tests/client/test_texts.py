"""English and Japanese say the same things, with the same blanks, in the house's voice."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import watchword_client
from watchword_client.guidelines import KINDS
from watchword_client.texts import LANGUAGES, catalogue, has, text

SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in Path(watchword_client.__file__).parent.glob("*.py"))
UNWANTED = {
    "en": re.compile(
        r"\binvalid\b|\boops\b|\bplease wait\b|\bsorry\b|!|\bsecure(ly)?\b|\btoken\b|\bOTP\b", re.IGNORECASE
    ),
    "ja": re.compile(r"無効な|お待ちください|[!！]|トークン"),
}


def blanks(content: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(content) if name is not None}


def test_both_languages_have_the_same_texts_and_blanks() -> None:
    english, japanese = catalogue("en"), catalogue("ja")
    assert sorted(english) == sorted(japanese)
    assert {key for key in english if blanks(english[key]) != blanks(japanese[key])} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_voice_is_calm_and_nothing_is_empty(language: str) -> None:
    found = {
        key: content
        for key, content in catalogue(language).items()
        if UNWANTED[language].search(content) or not content.strip()
    }
    assert found == {}


def test_japanese_is_japanese() -> None:
    same = {key for key, content in catalogue("en").items() if content == catalogue("ja")[key]}
    assert same == {"ask.pin"}


def quoted() -> set[str]:
    """Every dotted name that stands in quotes in the client's source."""
    return set(re.findall(r"""["']([a-z_]+\.[a-z_.]+)["']""", SOURCES))


def test_every_text_the_code_asks_for_is_there() -> None:
    groups = {key.partition(".")[0] for key in catalogue("en")}
    asked = {key for key in quoted() if key.partition(".")[0] in groups}
    assert len(asked) > 30
    assert {key for key in asked if not has(key)} == set()
    assert all(has(f"pin.kind.{kind}") for kind in (*KINDS.values(), "other"))


def test_every_text_is_asked_for() -> None:
    built = (
        "pin.kind.",
        "decision.",
        "login.state.",
        "mistyped.",
        "error.",
        "attempt.",
        "notice.",
        "respond.purpose.",
        "caller.",
        "money.",
    )
    unused = {key for key in catalogue("en") if not key.startswith(built)} - quoted()
    assert unused == set()


def test_blanks_are_filled() -> None:
    assert (
        text("en", "activate.sent", to="+81 •• •••• 4210", until="14:32")
        == "A code was sent to +81 •• •••• 4210, valid until 14:32."
    )
    assert "14:32" in text("ja", "activate.sent", to="x", until="14:32")
