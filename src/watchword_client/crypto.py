"""The protocol's formulas: base64url, canonical JSON, ES256, HKDF, HMAC and the camouflage (spec.md 1 to 3)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

import rfc8785
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

Json = dict[str, Any]
PrivateKey = ec.EllipticCurvePrivateKey

SAFE_INTEGER = 2**53 - 1
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_CURVE = ec.SECP256R1()
_ES256 = ec.ECDSA(hashes.SHA256())
_B64U = re.compile(r"[A-Za-z0-9_-]*")


class FormError(ValueError):
    """Bytes or text that are not what the protocol says; `reason` is the word the vectors use."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def b64u(data: bytes) -> str:
    """base64url without padding (RFC 4648 5)."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def unb64u(text: str, size: int | None = None) -> bytes:
    """The bytes of strict base64url; FormError `padding`, `alphabet`, `length` or `trailing bits` (RFC 4648 3.5)."""
    if text.endswith("="):
        raise FormError("padding")
    if _B64U.fullmatch(text) is None:
        raise FormError("alphabet")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as fault:
        raise FormError("length") from fault
    if b64u(data) != text:
        raise FormError("trailing bits")
    if size is not None and len(data) != size:
        raise FormError("length")
    return data


def read_json(text: str | bytes) -> Any:
    """JSON as RFC 8259 has it: FormError `json` for anything else, NaN and Infinity among it."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise FormError("json") from fault


def _no_constant(name: str) -> None:
    raise ValueError(name)


def canonical(value: Any) -> bytes:
    """JCS(value) (RFC 8785), integers only; FormError `number` or `string`."""
    _check_numbers(value)
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as fault:
        raise FormError("string") from fault


def _check_numbers(value: Any) -> None:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > SAFE_INTEGER):
        raise FormError("number")
    if isinstance(value, dict):
        for member in value.values():
            _check_numbers(member)
    elif isinstance(value, list):
        for item in value:
            _check_numbers(item)


def new_key(entropy: bytes) -> PrivateKey:
    """A P-256 key from 48 random bytes: reduced modulo the order minus one, a bias below 2^-128 (FIPS 186-5 A.2.1)."""
    if len(entropy) != 48:
        raise ValueError("48 bytes are needed")
    return ec.derive_private_key(int.from_bytes(entropy, "big") % (_ORDER - 1) + 1, _CURVE)


def dump_key(key: PrivateKey) -> str:
    """PKCS #8 in DER, as `b64u`."""
    form = serialization.PrivateFormat.PKCS8
    return b64u(key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption()))


def load_key(text: str) -> PrivateKey:
    """What `dump_key` gave; FormError `key` when it is no P-256 key."""
    try:
        key = serialization.load_der_private_key(unb64u(text), password=None)
    except (ValueError, TypeError) as fault:
        raise FormError("key") from fault
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise FormError("key")
    return key


def public_of(key: PrivateKey) -> Json:
    """`{"x", "y"}` of the public half (spec.md 1)."""
    point = key.public_key().public_numbers()
    return {"x": b64u(point.x.to_bytes(32, "big")), "y": b64u(point.y.to_bytes(32, "big"))}


def load_public(key: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
    """The public key of `{"x", "y"}`; FormError `key` when it is not 2 × 32 bytes or no point of P-256."""
    try:
        x, y = (int.from_bytes(unb64u(key[name], 32), "big") for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, _CURVE).public_key()
    except (KeyError, TypeError, ValueError) as fault:
        raise FormError("key") from fault


def sign(key: PrivateKey, signed: Json) -> str:
    """`b64u(ES256(key, JCS(signed)))`, the 64 bytes r‖s."""
    r, s = decode_dss_signature(key.sign(canonical(signed), _ES256))
    return b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def verify(key: Mapping[str, Any], signed: Json, signature: str) -> None:
    """FormError `key`, `signature form` or `signature` unless `signature` is that of JCS(signed) under `key`."""
    public = load_public(key)
    try:
        raw = unb64u(signature, 64)
    except FormError as fault:
        raise FormError("signature form") from fault
    verify_bytes(public, canonical(signed), raw)


def verify_bytes(public: ec.EllipticCurvePublicKey, message: bytes, raw: bytes) -> None:
    """FormError `signature` unless the 64 bytes r‖s are a signature of `message`."""
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    try:
        public.verify(encode_dss_signature(r, s), message, _ES256)
    except InvalidSignature as fault:
        raise FormError("signature") from fault


def hkdf_extract(salt: bytes, ikm: bytes) -> bytes:
    """HKDF-SHA-256's first half (RFC 5869 2.2); an empty salt counts as 32 zeros."""
    return hmac.digest(salt or bytes(32), ikm, "sha256")


def hkdf_expand(prk: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA-256's second half (RFC 5869 2.3)."""
    output, block = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(prk, block + info + bytes([number]), "sha256")
        output += block
    return output[:length]


def hkdf(ikm: bytes, info: str) -> bytes:
    """HKDF(ikm, info) of spec.md 1: empty salt, 32 bytes."""
    return hkdf_expand(hkdf_extract(b"", ikm), info.encode(), 32)


def user_key(secret: bytes, label: str, iss: str, user: str, phone: str) -> bytes:
    """K(label) of spec.md 3, `label` one of hmac, totp, ocra, proof."""
    return hkdf(secret, f"watchword/v1|{label}|{iss}|{user}|{phone}")


def mac(key: bytes, signed: Json) -> str:
    """`b64u(HMAC(key, JCS(signed)))`."""
    return b64u(hmac.digest(key, canonical(signed), "sha256"))


def argon2(pin: str, salt: bytes) -> bytes:
    """A of spec.md 3 (RFC 9106, Argon2id 0x13, 19 MiB, t = 2, p = 1): 32 bytes. `pin` is folded already."""
    return hash_secret_raw(
        pin.encode(), salt, time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, type=Type.ID, version=0x13
    )


def pad(a: bytes, iss: str, user: str, device: str) -> bytes:
    """The pad of one user's secret (spec.md 3)."""
    return hkdf(a, f"watchword/v1|pad|{iss}|{user}|{device}")


def camouflage(data: bytes, pad_: bytes) -> bytes:
    """S XOR pad, which is its own inverse."""
    return bytes(x ^ y for x, y in zip(data, pad_, strict=True))


def slot_key(prf: bytes, phone: str) -> bytes:
    """The key that seals A in a biometric slot (spec.md 3)."""
    return hkdf(prf, f"watchword/v1|slot|{phone}")


def digest(value: bytes) -> str:
    """`b64u(SHA256(value))`."""
    return b64u(hashlib.sha256(value).digest())
