"""Salted commitments for personal fields of the audit table: the row keeps a hash, the erasable row value and salt."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watchword.core.audit_rows import SALT, commitment
from watchword.core.encoding import b64u


def commit(fields: Mapping[str, str], entropy: Callable[[int], bytes]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """`(commitments, openings)`: commitment = base64url SHA-256(salt, name, value); opening = [salt, value]."""
    commitments, openings = {}, {}
    for name, value in fields.items():
        salt = entropy(SALT)
        commitments[name] = commitment(salt, name, value)
        openings[name] = [b64u(salt), value]
    return commitments, openings
