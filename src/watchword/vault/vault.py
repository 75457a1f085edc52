"""The vault: seals what is stored, keys what is looked up, derives what need not be stored, signs for phones.

Sealing is AES-256-GCM with data bound to table, column and row, so that a ciphertext moved to another row does not open. Short-lived
secrets (QR, confirmation code, challenge) are derived from the row's id and a turn counter, so no row ever holds them.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from watchword.core.checkpoints import Head
from watchword.core.encoding import b64u, unb64u
from watchword.vault import notes
from watchword.vault.keyring import KeyRing, SigningKey

_ES256 = ec.ECDSA(hashes.SHA256())
_VERSION = b"\x01"


def hkdf(ikm: bytes, info: str) -> bytes:
    """HKDF-SHA-256 with an empty salt and 32 bytes of output (RFC 5869)."""
    pseudo = hmac.digest(b"\0" * 32, ikm, "sha256")
    return hmac.digest(pseudo, info.encode() + b"\x01", "sha256")


class Vault:
    """Every operation that needs a key of the installation."""

    def __init__(self, ring: KeyRing, *, issuer: str, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy
        self.issuer = issuer
        self._ring = ring
        self._seals = {
            name: AESGCM(hkdf(ring.master[name], f"watchword|seal|{name}"))
            for name in ("devices", "recovery", "personal")
        }
        self._mac = hkdf(ring.master["mac"], "watchword|mac")
        self._derive = hkdf(ring.master["mac"], "watchword|derive")
        self._pepper = hkdf(ring.master["pepper"], "watchword|pepper")

    def seal(self, purpose: str, plain: bytes, bound: str) -> bytes:
        """Encrypt; `purpose` is `devices`, `recovery` or `personal`, `bound` names table, column and row."""
        nonce = self._entropy(12)
        return _VERSION + nonce + self._seals[purpose].encrypt(nonce, plain, bound.encode())

    def open(self, purpose: str, sealed: bytes, bound: str) -> bytes:
        """Decrypt; raises ValueError where the row, the purpose or the key is not the one it was sealed for."""
        if sealed[:1] != _VERSION:
            raise ValueError("unknown seal")
        try:
            return self._seals[purpose].decrypt(sealed[1:13], sealed[13:], bound.encode())
        except InvalidTag as moved:
            raise ValueError("a sealed value does not belong to its row") from moved

    def mac(self, label: str, value: str) -> bytes:
        """A keyed hash (32 bytes) for looking up or comparing what must not stand in the database as it is."""
        return hmac.digest(self._mac, f"{label}\0{value}".encode(), "sha256")

    def derive(self, label: str, *parts: object) -> bytes:
        """32 bytes that only this installation can make from these parts, the same each time."""
        return hmac.digest(self._derive, "\0".join((label, *map(str, parts))).encode(), "sha256")

    def peppered(self, password: str) -> bytes:
        """What is hashed in a password's place, so that a stolen database cannot be searched without the key file."""
        return b64u(hmac.digest(self._pepper, password.encode(), "sha256")).encode()

    def user_key(self, label: str, secret: bytes, user: str, phone: str) -> bytes:
        """K(label) of a user's secret (protocol/spec.md section 3)."""
        return hkdf(secret, f"watchword/v1|{label}|{self.issuer}|{user}|{phone}")

    def sign(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A signed answer (protocol/spec.md section 2)."""
        return sign_with(self._ring.signing[0], fields)

    def canonical(self, fields: Mapping[str, Any]) -> bytes:
        """The bytes that are signed (RFC 8785). Raises ValueError for what JSON cannot carry exactly."""
        return canonical(fields)

    def verify(self, key_x: bytes, key_y: bytes, message: bytes, signature: str) -> bool:
        """Whether a phone's signature is right."""
        return signature_right(key_x, key_y, message, signature)

    def public_keys(self) -> list[dict[str, Any]]:
        """The current and the next server key."""
        return [{"kid": key.kid, "key": key.public} for key in self._ring.signing]

    def sign_head(self, head: Head, at: int) -> str:
        """A head of the log as a signed note; "" where the key file has no key for it (an old one that cannot be written to)."""
        return notes.sign(head, self._ring.audit, at) if self._ring.audit else ""

    def own_head(self, note: str, origin: str) -> tuple[Head, int] | None:
        """The head of a note that this installation signed, and when; None for any other."""
        signed = notes.check(note, self.head_keys(origin))
        return None if signed is None else (signed.head, signed.at)

    def head_keys(self, origin: str) -> tuple[notes.Key, ...]:
        """What its heads are checked with: the present key, and the one before."""
        return tuple(notes.key_of(origin, private) for private in self._ring.audit)

    @property
    def vapid(self) -> ec.EllipticCurvePrivateKey:
        """Our identity towards push services (RFC 8292)."""
        return self._ring.vapid


def sign_with(key: SigningKey, fields: Mapping[str, Any]) -> dict[str, Any]:
    """`{"signed", "signature", "kid"}` over the canonical bytes of `fields`."""
    r, s = decode_dss_signature(key.private.sign(canonical(fields), _ES256))
    return {"signed": dict(fields), "signature": b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big")), "kid": key.kid}


def canonical(fields: Mapping[str, Any]) -> bytes:
    """RFC 8785 bytes, integers only (protocol/spec.md section 1). Raises ValueError for what JSON cannot carry exactly.

    Where every name is ASCII and every number small, sorted compact JSON is the canonical form, and the C encoder of the standard
    library writes it eight times as fast as the library made for the purpose; everything else goes to that library.
    """
    try:
        if _plain(fields):
            return _encode_plain(fields).encode()
        if _has_fraction(fields):
            raise ValueError("a number that is no integer")
        return rfc8785.dumps(dict(fields))
    except (rfc8785.CanonicalizationError, RecursionError) as strange:
        raise ValueError("not canonical JSON") from strange


_LARGEST = 2**53 - 1
_encode_plain = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def _plain(value: object) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if isinstance(value, int):
        return kind is int and -_LARGEST <= value <= _LARGEST
    if isinstance(value, dict):
        return all(type(name) is str and name.isascii() and _plain(member) for name, member in value.items())
    return isinstance(value, (list, tuple)) and all(map(_plain, value))


def _has_fraction(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_fraction, value.values()))
    return any(map(_has_fraction, value)) if isinstance(value, (list, tuple)) else isinstance(value, float)


def signature_right(key_x: bytes, key_y: bytes, message: bytes, signature: str) -> bool:
    """Whether `signature` (64 bytes r and s in base64url) over `message` was made with this P-256 key."""
    try:
        raw = unb64u(signature, 64)
        if raw is None:
            return False
        encoded = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        public_key(key_x, key_y).verify(encoded, message, _ES256)
    except (ValueError, InvalidSignature):
        return False
    return True


@lru_cache(maxsize=4096)
def public_key(key_x: bytes, key_y: bytes) -> ec.EllipticCurvePublicKey:
    """A P-256 public key; raises ValueError for a point that is not on the curve."""
    return ec.EllipticCurvePublicNumbers(
        int.from_bytes(key_x, "big"), int.from_bytes(key_y, "big"), ec.SECP256R1()
    ).public_key()
