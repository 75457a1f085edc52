"""Fixed inputs and the few formulas of spec.md that the cases are made with."""

from __future__ import annotations

import base64
import copy
import hashlib
from typing import Any

import rfc8785
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Json = dict[str, Any]
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

ISS = "https://key.example.com"
USER = "0k3v9a7c2m5x8q1z4t6r0w3y5b"
OTHER_USER = "7h2n4p6r8t0v1x3z5b7d9f1g3j"
PHONE = "4f8h1k5m9p2r6t0v3x7z1b5d8g"
DEVICE = "2b6d0f4h8k1m5p9r3t7v0x4z6c"
ATTEMPT = "9q1s5u7w0y2a4c6e8g1i3k5m7o"
TIME = 1795356000


def fixed(name: str, size: int = 32) -> bytes:
    """Bytes that look random and never change."""
    return hashlib.shake_256(b"watchword vectors|" + name.encode()).digest(size)


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def hkdf(ikm: bytes, info: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info.encode()).derive(ikm)


def private(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(fixed("key " + name)) % (ORDER - 1) + 1, ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey) -> Json:
    point = key.public_key().public_numbers()
    return {"x": b64u(point.x.to_bytes(32)), "y": b64u(point.y.to_bytes(32))}


def der(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    return key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def es256(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = decode_dss_signature(der(key, message))
    return r.to_bytes(32) + s.to_bytes(32)


def sign(key: ec.EllipticCurvePrivateKey, signed: Json) -> str:
    return b64u(es256(key, rfc8785.dumps(signed)))


def user_key(secret: bytes, label: str, iss: str = ISS, user: str = USER, phone: str = PHONE) -> bytes:
    return hkdf(secret, f"watchword/v1|{label}|{iss}|{user}|{phone}")


def good(name: str, given: Any, expect: Any) -> Json:
    return {"name": name, "input": given, "expect": expect}


def bad(name: str, given: Any, reason: str) -> Json:
    return {"name": name, "input": given, "must_fail": reason}


def varied(value: Json, **changes: Any) -> Json:
    """A deep copy with some members changed; `None` removes one."""
    result = copy.deepcopy(value)
    for key, change in changes.items():
        if change is None:
            del result[key]
        else:
            result[key] = change
    return result


S = fixed("S")
SALT = fixed("salt", 16)
PHONE_KEY, OTHER_KEY = private("phone"), private("other")
SERVER = [private(f"server {n}") for n in range(5)]


def entry(n: int) -> Json:
    return {"kid": f"s{n}", "key": public(SERVER[n])}


NOTICE: Json = {
    "v": 1,
    "type": "notice",
    "iss": ISS,
    "id": ATTEMPT,
    "user": USER,
    "username": "mtanaka01",
    "kind": "locked",
    "params": {
        "reason": "passwords",
        "address": "198.51.100.9",
        "place": "大阪府",
        "network": "",
        "browser": "Chrome 142",
        "system": "Windows",
    },
    "at": TIME - 60,
    "until": TIME + 840,
}

DETAILS: Json = {
    "v": 1,
    "type": "login",
    "iss": ISS,
    "attempt": ATTEMPT,
    "nonce": b64u(fixed("attempt nonce", 16)),
    "user": USER,
    "username": "mtanaka01",
    "device": DEVICE,
    "action": "login",
    "operation": "",
    "client": "portal",
    "client_name": "Client Portal",
    "portal": "login.example.com",
    "place": "Osaka, Japan",
    "place_new": False,
    "network": "Kita Fiber",
    "network_new": True,
    "address": "203.0.113.7",
    "browser": "Firefox 145",
    "system": "Windows 11",
    "browser_new": True,
    "started": TIME - 20,
    "expires": TIME + 160,
    "confirm": True,
    "confirm_reason": "network",
}
