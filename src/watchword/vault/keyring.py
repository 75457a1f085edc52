"""The keys of one installation, in one file made at first start: everything a stolen database alone must not hold.

Format: JSON with base64url values, mode 0600. `master` keys feed HKDF, one output a purpose; `signing` are the P-256 keys a phone
knows us by (current, then next); `vapid` identifies us to push services. Losing the file loses every enrolled device.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchword.core.encoding import b64u

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair of the server. `statement` is the predecessor's signed word for it, {} for the first."""

    kid: str
    private: ec.EllipticCurvePrivateKey
    statement: Mapping[str, Any]

    @property
    def public(self) -> dict[str, str]:
        """`{"x", "y"}` in base64url (protocol/spec.md section 1)."""
        return public_of(self.private)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """What the file holds, parsed. `signing[0]` signs now, `signing[1]` is announced as next; `audit[0]` signs heads, with it `audit[1]`
    where there was a key before it. A file of an earlier version has none (`with_audit`)."""

    master: Mapping[str, bytes]
    signing: tuple[SigningKey, ...]
    vapid: ec.EllipticCurvePrivateKey
    made: int
    issuer: str
    audit: tuple[Ed25519PrivateKey, ...] = ()


def unb64u(text: str) -> bytes:
    """The bytes of base64url text of any length; raises ValueError where it is none."""
    decoded = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64u(decoded) != text:
        raise ValueError("not canonical base64url")
    return decoded


def public_of(private: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half as `{"x", "y"}`."""
    numbers = private.public_key().public_numbers()
    return {"x": b64u(numbers.x.to_bytes(32, "big")), "y": b64u(numbers.y.to_bytes(32, "big"))}


def load(path: Path) -> KeyRing:
    """Read a key file. Raises FileNotFoundError, PermissionError (readable by others) or ValueError (not a key file)."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise PermissionError(
            f"{path} can be read by others: chmod 600 it, and treat its keys as known if anybody else had access"
        )
    try:
        raw = json.loads(path.read_text())
        signing = tuple(
            SigningKey(entry["kid"], _private(entry["private"]), entry.get("statement", {})) for entry in raw["signing"]
        )
        master = {name: unb64u(value) for name, value in raw["master"].items()}
        audit = tuple(Ed25519PrivateKey.from_private_bytes(unb64u(seed)) for seed in raw.get("audit", ()))
        made, issuer = int(raw["made"]), str(raw.get("issuer", ""))
        return KeyRing(master, signing, _private(raw["vapid"]), made, issuer, audit)
    except (AttributeError, KeyError, TypeError, ValueError) as broken:
        raise ValueError(f"{path} is not a Watchword key file") from broken


def create(path: Path, *, entropy: Entropy, now: int) -> KeyRing:
    """Make a new key file; never overwrites one. Raises FileExistsError."""
    first, following = _new_signing(entropy), _new_signing(entropy)
    document = {
        "about": "Watchword keys. Back this file up apart from the database; without it no enrolled device works.",
        "made": now,
        "master": {name: b64u(entropy(32)) for name in ("devices", "recovery", "personal", "mac", "pepper")},
        "signing": [first, {**following, "statement": {}}],
        "vapid": b64u(_pem(ec.generate_private_key(ec.SECP256R1()))),
        "audit": [b64u(entropy(32))],
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return load(path)


def rotate(path: Path, *, entropy: Entropy, sign: Callable[[SigningKey, dict[str, Any]], dict[str, Any]]) -> KeyRing:
    """Let the next signing key take over and announce a new one, signed by its predecessor. Keeps the old statements."""
    with _held(path):
        ring = load(path)
        raw = json.loads(path.read_text())
        fresh = _new_signing(entropy)
        signer = ring.signing[-1]
        key = SigningKey(fresh["kid"], _private(fresh["private"]), {})
        fresh["statement"] = sign(signer, {"kid": key.kid, "key": key.public, "from": signer.kid})
        raw["signing"] = [*raw["signing"][-1:], fresh]
        raw.setdefault("statements", []).append(fresh["statement"])
        _replace(path, raw)
    return load(path)


def with_audit(path: Path, *, entropy: Entropy) -> KeyRing:
    """The key file with a key for heads, which files of an earlier version lack; whoever comes first makes it. Raises OSError."""
    with _held(path):
        raw = json.loads(path.read_text())
        if not raw.get("audit"):
            raw["audit"] = [b64u(entropy(32))]
            _replace(path, raw)
    return load(path)


def rotate_audit(path: Path, *, entropy: Entropy) -> KeyRing:
    """A new key for heads; the one before signs beside it until the next time, so that who knows only that one learns the new one."""
    with _held(path):
        raw = json.loads(path.read_text())
        raw["audit"] = [b64u(entropy(32)), *raw.get("audit", [])[:1]]
        _replace(path, raw)
    return load(path)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """One process at a time changes the file. The lock is on its folder, since the file itself is replaced."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, document: Mapping[str, Any]) -> None:
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def statements(path: Path) -> list[Mapping[str, Any]]:
    """Every successor statement ever made, oldest first (protocol/spec.md section 9)."""
    return list(json.loads(path.read_text()).get("statements", []))


def _new_signing(entropy: Entropy) -> dict[str, Any]:
    private = ec.generate_private_key(ec.SECP256R1())
    return {"kid": b64u(entropy(6)), "private": b64u(_pem(private))}


def _pem(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_der_private_key(unb64u(text), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not an elliptic-curve key")
    return key
