"""Ed25519 over signed notes (https://c2sp.org/signed-note), and the keys an auditor checks them with.

The log signs each head twice with the same key: plainly (type 1), and with the time (type 4, https://c2sp.org/tlog-cosignature), whose
message begins with a line that no head begins with. The form of the head itself has no place for a time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from watchword.core.checkpoints import Head, Note, Signature, read_head, read_note

PLAIN, TIMED = b"\x01", b"\x04"
_TIME = 8


@dataclass(frozen=True, slots=True)
class Key:
    """A key that heads are checked with: the log's name and 32 bytes."""

    name: str
    public: bytes

    def id(self, kind: bytes) -> bytes:
        """The key's id in signatures of a kind."""
        return hashlib.sha256(self.name.encode() + b"\n" + kind + self.public).digest()[:4]

    def written(self) -> str:
        """`name+id+key`, as other programs for such logs take it."""
        return f"{self.name}+{self.id(PLAIN).hex()}+{base64.b64encode(PLAIN + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class Signed:
    """A head whose signature is right. `at` is when it was signed, 0 where it carries no time; `key` the id of the key in hexadecimal."""

    head: Head
    at: int
    key: str


def key_of(name: str, private: Ed25519PrivateKey) -> Key:
    """The key that a private one is checked with."""
    return Key(name, private.public_key().public_bytes_raw())


def read_key(text: str) -> Key | None:
    """A key as it is written, None for anything else. What stands after the second plus sign is base64, which may hold more of them."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    if not name or len(raw) != 33 or raw[:1] != PLAIN:
        return None
    key = Key(name, raw[1:])
    return key if key.id(PLAIN).hex() == key_id else None


def sign(head: Head, keys: Sequence[Ed25519PrivateKey], at: int) -> str:
    """The head as a signed note, by every key given: the present one, and the one before it while an auditor may know only that."""
    text, lines = head.text(), []
    for private in keys:
        key = key_of(head.origin, private)
        lines.append(Signature(key.name, key.id(PLAIN), private.sign(text.encode())))
        stamp = at.to_bytes(_TIME, "big")
        lines.append(Signature(key.name, key.id(TIMED), stamp + private.sign(_timed(text, at))))
    return Note(text, tuple(lines)).written()


def check(written: str, keys: Iterable[Key]) -> Signed | None:
    """The head of a note that one of these keys signed; None where none did, where one of their signatures is wrong, or where it is no head.

    Signatures of other keys do not count, neither for nor against.
    """
    note = read_note(written)
    head = read_head(note.text) if note else None
    if note is None or head is None:
        return None
    at, signer = 0, ""
    for key in keys:
        for one in note.signatures:
            kind = next((kind for kind in (PLAIN, TIMED) if (one.name, one.key_id) == (key.name, key.id(kind))), b"")
            if not kind or key.name != head.origin:
                continue
            seen = _right(key, kind, note.text, one.value)
            if seen is None:
                return None
            signer = signer or key.id(PLAIN).hex()
            at = max(at, seen)
    return Signed(head, at, signer) if signer else None


def _right(key: Key, kind: bytes, text: str, value: bytes) -> int | None:
    """The time of a right signature, 0 for a plain one; None for a wrong one."""
    at = int.from_bytes(value[:_TIME], "big") if kind == TIMED else 0
    message, signature = (_timed(text, at), value[_TIME:]) if kind == TIMED else (text.encode(), value)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return None
    return at


def _timed(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
