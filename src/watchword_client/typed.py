"""What a person types or scans, and what becomes of it: PIN, challenge, Session ID, confirmation code, QR link."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from watchword_client.crypto import FormError, b64u, digest, unb64u
from watchword_client.oath import check_digit

PIN_MIN, PIN_MAX = 4, 6
_IGNORED = re.compile(r"[\s\u2010-\u2015\u2212-]")
_CROCKFORD = re.compile(r"[0-9A-HJKMNP-TV-Z]*", re.ASCII)
_PURPOSES = {"1": "login", "2": "confirm", "3": "recover", "4": "withdraw"}


class Mistyped(FormError):
    """What was typed cannot be meant; `what` names the field, `reason` is the word the vectors use."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(reason)
        self.what = what


def pin(typed: str) -> str:
    """The PIN (spec.md 3): NFKC, 4 to 6 characters of U+0021 to U+007E. Mistyped `characters` or `length`."""
    folded = unicodedata.normalize("NFKC", typed)
    if any(not "!" <= character <= "~" for character in folded):
        raise Mistyped("pin", "characters")
    if not PIN_MIN <= len(folded) <= PIN_MAX:
        raise Mistyped("pin", "length")
    return folded


def digits(what: str, typed: str, count: int) -> str:
    """`count` ASCII digits, blanks and hyphens dropped, full-width forms folded. Mistyped `digits` or `length`."""
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", typed))
    if plain and not (plain.isascii() and plain.isdigit()):
        raise Mistyped(what, "digits")
    if len(plain) != count:
        raise Mistyped(what, "length")
    return plain


def confirmation(typed: str) -> str:
    """The six digits shown beside the login (spec.md 6.4)."""
    return digits("confirmation", typed, 6)


@dataclass(frozen=True, slots=True)
class Challenge:
    """Ten digits and what they ask for: `login`, `confirm` (a change inside a session) or `recover`."""

    digits: str
    purpose: str


def challenge(typed: str) -> Challenge:
    """A challenge (spec.md 7). Mistyped `digits`, `length`, `check` (a slip in copying) or `purpose` (unknown)."""
    plain = digits("challenge", typed, 10)
    if check_digit(plain[:9]) != plain[9]:
        raise Mistyped("challenge", "check")
    if plain[0] not in _PURPOSES:
        raise Mistyped("challenge", "purpose")
    return Challenge(plain, _PURPOSES[plain[0]])


def session_id(typed: str) -> str:
    """A Session ID's eight characters (spec.md 5.3). Mistyped `characters` or `length`."""
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", typed))
    if not plain.isascii():
        raise Mistyped("session_id", "characters")
    plain = plain.upper().translate(str.maketrans("OIL", "011"))
    if _CROCKFORD.fullmatch(plain) is None:
        raise Mistyped("session_id", "characters")
    if len(plain) != 8:
        raise Mistyped("session_id", "length")
    return plain


@dataclass(frozen=True, slots=True)
class Link:
    """What a QR code of ours holds. `kind` is `login`, `activation` or `transfer`; `secret_hash` is what a login tells the server."""

    kind: str
    secret: str
    secret_hash: str


def link(iss: str, scanned: str) -> Link:
    """Reads a scanned text (spec.md 5.2, 5.10, 6.3). Mistyped `origin`, `path` or `secret` when it is not one of ours."""
    rest = scanned[len(iss) :]
    if not scanned.startswith(iss) or (rest and rest[0] not in "/#?"):
        raise Mistyped("link", "origin")
    kind = {"/l#": "login", "/a#": "activation", "/t#": "transfer"}.get(rest[:3])
    if kind is None:
        raise Mistyped("link", "path")
    try:
        secret = unb64u(rest[3:], 16)
    except FormError as fault:
        raise Mistyped("link", "secret") from fault
    return Link(kind, b64u(secret), digest(secret))
