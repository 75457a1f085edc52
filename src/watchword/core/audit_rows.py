"""What of an audit row is sealed: its canonical bytes, and how a personal value is committed to without standing in them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from watchword.core.encoding import b64u, unb64u
from watchword.core.merkle import leaf_hash

SALT = 16
LONGEST_OPENING = (
    64_000  # characters of all values of one row; an altered row must not make whoever reads it work for long
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the table: `fields` and `commitments` are the JSON text of their columns, byte for byte."""

    id: int
    at: int
    tag: str
    user_id: str
    subject: str
    fields: str
    commitments: str

    def sealed(self) -> dict[str, object]:
        """The members that are sealed, as a proof shows them."""
        return {
            "id": self.id, "at": self.at, "tag": self.tag, "user": self.user_id, "subject": self.subject,
            "fields": self.fields, "commitments": self.commitments,
        }  # fmt: skip


_encode = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=True,
    default=lambda strange: {"": repr(strange)},
).encode


def canonical(members: Mapping[str, object]) -> bytes:
    """RFC 8785 of a sealed row. For text and whole numbers under ASCII names, sorted compact JSON is that form.

    A column into which something of another kind was written gives other bytes than any honest row, and never an error.
    """
    return _encode(members).encode("utf-8", "surrogatepass")


def leaf(row: Row) -> bytes:
    """The leaf hash of a row (RFC 6962)."""
    return leaf_hash(canonical(row.sealed()))


def commitment(salt: bytes, name: str, value: str) -> str:
    """What stands in the row for a personal value: base64url SHA-256 over salt, name and value. Raises UnicodeEncodeError."""
    return b64u(hashlib.sha256(salt + f"{name}\0{value}".encode()).digest())


def mistaken(commitments: str, openings: str) -> tuple[str, ...]:
    """Names of the openings that do not belong to a row's commitments, ("",) where one of the two cannot be read at all."""
    promised, shown = _object(commitments), _object(openings)
    if promised is None or shown is None or len(openings) > LONGEST_OPENING:
        return ("",)
    wrong = [name for name, opening in shown.items() if not _opens(promised.get(name), name, opening)]
    return tuple(sorted({*wrong, *(promised.keys() - shown.keys())}))


def _opens(promised: object, name: str, opening: object) -> bool:
    if not isinstance(promised, str) or not isinstance(opening, list) or len(opening) != 2:
        return False
    salt, value = unb64u(opening[0], SALT), opening[1]
    if salt is None or not isinstance(value, str):
        return False
    try:
        return hmac.compare_digest(commitment(salt, name, value).encode(), promised.encode())
    except UnicodeEncodeError:
        return False


def _object(text: str) -> dict[str, object] | None:
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
