"""Names and codes that strangers chose, made harmless to look at.

A device, browser or person may be called anything: markup is escaped by the templates; here go control and format characters (bidi
overrides among them), piled-up combining marks, and length.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from markupsafe import Markup, escape

LONGEST = 64
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK = frozenset({"Zl", "Zp", "Zs"})
_MARKS = 3  # combining marks in a row: enough for every living script
_SEPARATORS = frozenset(
    " \t\r\n\u00a0\u2002\u2003\u2009\u202f\u3000-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d"
    "\u200b\u200e\u200f\u2060\ufeff"
)


@lru_cache(maxsize=4096)
def plain_name(name: str, longest: int = LONGEST) -> str:
    """One line of at most `longest` characters with nothing that moves or hides text; "–" where nothing is left."""
    clean = " ".join(_visible(name[: longest * 8]).split())
    if len(clean) > longest:
        clean = clean[: longest - 1].rstrip() + "…"
    return clean or "–"


def typed_text(text: str, longest: int = 256) -> str:
    """What a person typed, for its field again: nothing that moves or hides text, and no end to the page."""
    return _visible(text[:longest])


def written_text(text: str) -> str:
    """What a person wrote in several lines: nothing that moves or hides text, line ends kept."""
    return "\n".join(_visible(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _visible(text: str) -> str:
    out: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in _BLANK or char in "\t\n\r":
            out.append(" ")
        elif category not in _DROPPED and marks <= _MARKS:
            out.append(char)
    return "".join(out)


@lru_cache(maxsize=4096)
def safe_name(name: str, longest: int = LONGEST) -> Markup:
    """`plain_name`, escaped and isolated from the direction of the text around it."""
    return Markup("<bdi>") + escape(plain_name(name, longest)) + Markup("</bdi>")


def fold_code(typed: str) -> str:
    """A code as typed: full-width digits become ASCII, spaces and hyphens go, anything else stays to be refused."""
    return "".join(chr(ord(c) - 0xFEE0) if "０" <= c <= "９" else c for c in typed if c not in _SEPARATORS)
