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


def values(openings: str | None) -> dict[str, str]:
    """The personal values of a row, {} where they were erased; only those that can be read."""
    found = _object(openings) if openings else None
    pairs = (
        (name, opening) for name, opening in (found or {}).items() if isinstance(opening, list) and len(opening) == 2
    )
    return {name: opening[1] for name, opening in pairs if isinstance(opening[1], str)}


def described(row: Row, openings: str | None, position: int | None, *, personal: bool) -> dict[str, object]:
    """A row for a reader: fields as an object, personal values where they are wanted, and whether they were erased."""
    return {
        "id": row.id,
        "at": row.at,
        "tag": row.tag,
        "user": row.user_id,
        "subject": row.subject,
        "fields": _object(row.fields) or {},
        **({"personal": values(openings)} if personal else {}),
        "erased": openings is None and row.commitments != "{}",
        "position": position,
    }


_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """A value for a table: a spreadsheet takes what begins like a formula for one, unless an apostrophe stands before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \ufeff").startswith(_RISKY) else text


COLUMNS = ("id", "at", "tag", "user", "subject", "fields", "personal", "erased", "position")


def json_line(shown: Mapping[str, object]) -> str:
    """A described row as a line of JSON."""
    return f"{json.dumps(shown, ensure_ascii=True)}\n"


def csv_line(shown: Mapping[str, object] | None = None) -> str:
    """A described row as a line of CSV (RFC 4180, every cell in quotes); the titles for None."""
    if shown is None:
        cells = [str(name) for name in COLUMNS]
    else:
        found = (shown.get(name) for name in COLUMNS)
        flat = (json.dumps(one, ensure_ascii=False) if isinstance(one, dict) else one for one in found)
        cells = [cell(one) for one in flat]
    quoted = (f'"{one}"' for one in (text.replace('"', '""').replace("\0", "\ufffd") for text in cells))
    return f"{','.join(quoted)}\r\n"


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
