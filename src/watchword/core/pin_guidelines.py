"""Which pieces a person's PIN must not hold (K02, K03), as fragments that leave the server only as salted slow hashes.

The phone folds the PIN, hashes its substrings and looks them up; the list is padded with decoys to a fixed size, so that it tells
nothing about how much is on file. Pieces of four are enough: a longer piece of a number always holds one of them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from watchword.core.users import Contact, Details

ITERATIONS = 20_000
SIZE = 192
PIECE = 4
ENTRY_BYTES = 9
BIRTH, ADDRESS, DOCUMENT, PHONE, NAME, CITY, USERNAME = 1, 2, 3, 4, 5, 6, 7


def fold(text: str) -> str:
    """NFKC, lower case: the form in which PIN and fragments meet."""
    return unicodedata.normalize("NFKC", text).lower()


def fragments(username: str, details: Details, contacts: tuple[Contact, ...]) -> dict[str, int]:
    """Every forbidden piece with its kind, at most SIZE of them; the most telling kinds come first."""
    found: dict[str, int] = {}
    for kind, piece in _all(username, details, contacts):
        if len(found) == SIZE:
            break
        found.setdefault(piece, kind)
    return found


def _all(username: str, details: Details, contacts: tuple[Contact, ...]) -> Iterator[tuple[int, str]]:
    yield from ((BIRTH, piece) for piece in _dates(details.birth_date))
    names = _words(details.given_names) + _words(details.family_names)
    yield from ((NAME, initials) for initials in _initials(details))
    yield from ((NAME, name) for word in names for name in _word_pieces(word))
    for number in (details.document_number, details.tax_number):
        yield from ((DOCUMENT, piece) for piece in _pieces(_plain(number)))
    yield from ((PHONE, piece) for contact in contacts if contact.kind == "sms" for piece in _pieces(contact.value[1:]))
    for code in details.postal_codes:
        yield from ((ADDRESS, piece) for piece in _pieces(_plain(code)))
    for city in details.cities:
        yield from ((CITY, piece) for word in _words(city) for piece in _word_pieces(word))
    for address in details.addresses:
        yield from ((ADDRESS, piece) for piece in _address_pieces(address))
    yield from ((USERNAME, piece) for piece in _word_pieces(fold(username)))


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", fold(text))


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w]+", fold(text)) if word]


def _pieces(text: str) -> Iterator[str]:
    if 2 <= len(text) < PIECE:
        yield text
    for at in range(len(text) - PIECE + 1):
        yield text[at : at + PIECE]


def _word_pieces(word: str) -> Iterator[str]:
    """A word itself when it is short, else its pieces of four: 'tanaka' forbids 'tana', 'anak' and 'naka'."""
    if len(word) == 3 and word.isalpha():
        yield word
    elif len(word) >= PIECE:
        yield from _pieces(word)


def _initials(details: Details) -> Iterator[str]:
    given, family = _words(details.given_names), _words(details.family_names)
    if given and family:
        yield given[0][0] + family[-1][0]
        yield family[-1][0] + given[0][0]


def _dates(birth_date: str) -> Iterator[str]:
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", birth_date)
    if match is None:
        return
    year, month, day = match.groups()
    short = year[2:]
    for form in (year, month + day, day + month, short + month, month + short, short + day, day + short):
        yield form
    for form in (year + month + day, day + month + year, month + day + year):
        yield from _pieces(form)


def _address_pieces(address: str) -> Iterator[str]:
    for word in _words(address):
        if word.isdecimal():
            if len(word) >= 3:
                yield from _pieces(word)
        else:
            yield from _word_pieces(word)


def entry(fragment: str, kind: int, salt: bytes) -> bytes:
    """One entry of the list: eight bytes of the slow hash, then the kind hidden under the ninth (protocol/spec.md 5.4)."""
    slow = hashlib.pbkdf2_hmac("sha256", fragment.encode(), salt, ITERATIONS, ENTRY_BYTES)
    return slow[:8] + bytes([slow[8] ^ kind])
