"""The words of portal and Key in one language, by the key of their catalogue: so that a test reads alike in English and Japanese."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from watchword.web.texts import Catalogue

_KEY = Path(__file__).parents[2] / "frontend/key/src/texts"


@cache
def _catalogue() -> Catalogue:
    return Catalogue.load()


@cache
def _key_texts(lang: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((_KEY / f"{lang}.json").read_text("utf-8"))
    return texts


class Words:
    """Texts without markup. A placeholder that is not given cuts the text there: what stands before it is enough to find it."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def key(self, name: str, **fill: object) -> str:
        """A text of the phone app."""
        text = re.sub(r"\*\*|`", "", _key_texts(self.lang)[name])
        return _cut(_filled(text, fill))

    def portal(self, name: str, /, **fill: object) -> str:
        """A text of the portal."""
        return _cut(_filled(re.sub(r"</?b>", "", _catalogue().pattern(self.lang, name)), fill))

    def refusal(self, number: int, part: str = "what") -> str:
        """What a refusal says, on the portal and on the phone alike."""
        return self.portal(f"refusals.{number}.{part}")


def _filled(text: str, fill: dict[str, object]) -> str:
    for name, value in fill.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def _cut(text: str) -> str:
    return max(re.split(r"\{\w+\}", text), key=len).strip()
