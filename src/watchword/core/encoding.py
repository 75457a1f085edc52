"""The few encodings that everything shares with the wire: base64url and SHA-256."""

from __future__ import annotations

import base64
import hashlib


def b64u(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64u(text: object, length: int) -> bytes | None:
    """Exactly `length` bytes from base64url text, or None for anything else."""
    if not isinstance(text, str) or len(text) > 2 * length + 4:
        return None
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return raw if len(raw) == length and b64u(raw) == text else None


def unb64u_any(text: object) -> bytes:
    """The bytes of base64url text of any length, in its one spelling without padding. Raises ValueError for anything else."""
    if not isinstance(text, str):
        raise ValueError("no text")
    raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64u(raw) != text:
        raise ValueError("not the one spelling of these bytes")
    return raw


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()
