"""Judging a proof of the log that somebody brings as a file, with nothing but the keys of the log's heads."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchword.core import audit_rows, merkle
from watchword.core.audit_rows import canonical
from watchword.vault import notes
from watchword.vault.notes import Key, Signed

FORMAT = "watchword-audit-proof/1"
LONGEST_PATH = 64
_MEMBERS = frozenset({"id", "at", "tag", "user", "subject", "fields", "commitments"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A proof that holds. `row` is what was proven to be in the log, None for a proof between two heads, of which `old` is the first."""

    head: Signed
    row: Mapping[str, object] | None = None
    position: int = 0
    old: Signed | None = None


def judge(document: object, keys: Sequence[Key]) -> Judged | str:
    """The proof, or why it does not hold: `form`, `head` (no key given signed it), `path`, `personal`."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return "form"
    written, path = document.get("head"), _path(document.get("path"))
    if not isinstance(written, str) or path is None:
        return "form"
    head = notes.check(written, keys)
    if head is None:
        return "head"
    if document.get("kind") == "inclusion":
        return _inclusion(document, head, path)
    return _consistency(document, head, path, keys) if document.get("kind") == "consistency" else "form"


def _inclusion(document: Mapping[str, object], head: Signed, path: Sequence[bytes]) -> Judged | str:
    row, position, personal = document.get("row"), document.get("position"), document.get("personal", {})
    if (
        not isinstance(row, dict)
        or row.keys() != _MEMBERS
        or type(position) is not int
        or not isinstance(personal, dict)
    ):
        return "form"
    leaf = merkle.leaf_hash(canonical(row))
    if not merkle.included(leaf, position, head.head.size, head.head.root, path):
        return "path"
    if personal and audit_rows.mistaken(str(row["commitments"]), canonical(personal).decode("utf-8", "surrogatepass")):
        return "personal"
    return Judged(head, row, position)


def _consistency(
    document: Mapping[str, object], head: Signed, path: Sequence[bytes], keys: Sequence[Key]
) -> Judged | str:
    written = document.get("old")
    old = notes.check(written, keys) if isinstance(written, str) else None
    if old is None or old.head.origin != head.head.origin:
        return "head"
    first, second = old.head, head.head
    holds = merkle.consistent(first.size, first.root, second.size, second.root, path)
    return Judged(head, old=old) if holds else "path"


def _path(value: object) -> list[bytes] | None:
    if not isinstance(value, list) or len(value) > LONGEST_PATH:
        return None
    try:
        path = [base64.b64decode(one, validate=True) if isinstance(one, str) else b"" for one in value]
    except (binascii.Error, ValueError):
        return None
    return path if all(len(one) == merkle.SIZE for one in path) else None
