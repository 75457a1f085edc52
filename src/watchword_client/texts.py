"""What the commands say, in English and Japanese: `catalogue/en.toml` and `ja.toml`, the same keys in both."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "ja")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every text of a language by its dotted key."""
    content = files("watchword_client").joinpath("catalogue", f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flat("", tomllib.loads(content)))


def text(language: str, key: str, **values: object) -> str:
    """The text of `key` with its blanks filled; KeyError for a key that is not there."""
    return catalogue(language)[key].format(**values)


def has(key: str) -> bool:
    """Whether there is such a text."""
    return key in catalogue("en")


def _flat(prefix: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value
