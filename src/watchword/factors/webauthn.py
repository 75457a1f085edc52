"""The two WebAuthn ceremonies as lists of checks (Web Authentication Level 3, sections 7.1 and 7.2): pure, each check one line.

Parsing, COSE keys and signatures are fido2's. What the library leaves to its caller stands here: the exact origin, frames, the backup
flags, the user handle, the algorithms asked for, and the signature counter.
"""

from __future__ import annotations

import hmac
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.webauthn import AttestationObject, AuthenticatorData, CollectedClientData

from watchword.core.encoding import b64u, sha256, unb64u_any

ALGORITHMS = (-7, -8, -257)  # ES256, EdDSA, RS256: what authenticators have; a further one is a line here
LONGEST_ID = 1023
TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})
MALFORMED = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error, OverflowError, RecursionError, UnsupportedAlgorithm,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credential:
    """What is kept of a passkey. `key` is its COSE key as CBOR, `eligible` and `backed_up` the flags BE and BS (section 6.1.3)."""

    id: bytes
    key: bytes
    count: int
    eligible: bool
    backed_up: bool
    transports: tuple[str, ...] = ()
    aaguid: bytes = bytes(16)

    def pack(self) -> bytes:
        """As a device's row keeps it."""
        return json.dumps(
            {
                "id": b64u(self.id), "key": b64u(self.key), "count": self.count, "eligible": self.eligible,
                "backed_up": self.backed_up, "transports": self.transports, "aaguid": b64u(self.aaguid),
            }
        ).encode()  # fmt: skip


def unpack(kept: bytes) -> Credential:
    """The credential that `pack` wrote."""
    row = json.loads(kept)
    return Credential(
        unb64u_any(row["id"]), unb64u_any(row["key"]), int(row["count"]), bool(row["eligible"]), bool(row["backed_up"]),
        tuple(row["transports"]), unb64u_any(row["aaguid"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expected:
    """What a ceremony was begun with. `origin` is the one page that may run it; `embedder` the one origin that may frame that page, "" for
    none; `user` the user handle."""

    challenge: bytes
    rp_id: str
    origin: str
    user: bytes
    embedder: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """A response, parsed: `data` is the client's JSON, `auth` what the authenticator signed."""

    id: bytes
    client: CollectedClientData
    data: Mapping[str, Any]
    auth: AuthenticatorData
    signature: bytes = b""
    user: bytes | None = None
    transports: tuple[str, ...] = ()
    statement: AttestationObject | None = None


Vouch = Callable[
    [AttestationObject, bytes], str
]  # a statement and the client data's hash: "", or one word for what is wrong with it


def registered(expected: Expected, response: Mapping[str, Any], vouch: Vouch | None = None) -> Credential | str:
    """The new credential of a registration response (`RegistrationResponseJSON`), or one word for what did not fit.

    Without `vouch` the attestation statement is not judged: with conveyance `none` clients take it away (section 7.1, step 24). With it, it is judged
    last, so that a word of it is about a response that fits otherwise.
    """
    try:
        read = _read_creation(response)
        found = read.auth.credential_data
        for name, holds in (*COMMON, *CREATION):
            if not holds(expected, read):
                return name
        if found is None or found.credential_id != read.id:
            return "credential"
        key = cbor.encode(found.public_key)
        credential = Credential(
            read.id, key, read.auth.counter, read.auth.is_backup_eligible(), read.auth.is_backed_up(), read.transports,
            bytes(found.aaguid),
        )  # fmt: skip
        _usable(key)
    except MALFORMED:
        return "malformed"
    if not read.auth.is_user_verified():
        return "verified"
    wrong = vouch(read.statement, read.client.hash) if vouch and read.statement else ""
    return wrong or credential


def asserted(expected: Expected, credential: Credential, response: Mapping[str, Any]) -> Credential | str:
    """The credential as it is after a right assertion (`AuthenticationResponseJSON`), or one word for what did not fit.

    `verified` and `counter` come last, so whoever is told of them has the key: its device did not check the person, or two devices have
    it (section 6.1.1).
    """
    try:
        read = _read_assertion(response)
        for name, holds in (*COMMON, *ASSERTION):
            if not holds(expected, read):
                return name
        if read.id != credential.id:
            return "credential"
        if read.auth.is_backup_eligible() != credential.eligible:
            return "backup"
        _key(credential.key).verify(bytes(read.auth) + read.client.hash, read.signature)
    except InvalidSignature:
        return "signature"
    except MALFORMED:
        return "malformed"
    if not read.auth.is_user_verified():
        return "verified"
    count = read.auth.counter
    if (count or credential.count) and count <= credential.count:
        return "counter"
    return Credential(
        credential.id, credential.key, count, credential.eligible, read.auth.is_backed_up(), credential.transports, credential.aaguid
    )  # fmt: skip


def credential_id(response: Mapping[str, Any]) -> bytes:
    """The id that a response names, b"" where it names none."""
    try:
        return unb64u_any(response["rawId"])
    except MALFORMED:
        return b""


def claimed_model(response: Mapping[str, Any]) -> bytes:
    """The AAGUID that a registration response names, believed or not; b"" where it names none."""
    try:
        found = AttestationObject(unb64u_any(response["response"]["attestationObject"])).auth_data.credential_data
    except MALFORMED:
        return b""
    return bytes(found.aaguid) if found else b""


def _read_creation(response: Mapping[str, Any]) -> _Read:
    inner, client = _client(response)
    attestation = AttestationObject(unb64u_any(inner["attestationObject"]))
    told = inner.get("transports", [])
    transports = tuple(sorted({str(one) for one in told[:16]} & TRANSPORTS)) if isinstance(told, list) else ()
    return _Read(
        _id(response),
        client,
        json.loads(client.decode()),
        attestation.auth_data,
        transports=transports,
        statement=attestation,
    )


def _read_assertion(response: Mapping[str, Any]) -> _Read:
    inner, client = _client(response)
    auth = AuthenticatorData(unb64u_any(inner["authenticatorData"]))
    handle = inner.get("userHandle")
    return _Read(
        _id(response), client, json.loads(client.decode()), auth, unb64u_any(inner["signature"]), unb64u_any(handle) if handle else None
    )  # fmt: skip


def _id(response: Mapping[str, Any]) -> bytes:
    if response["type"] != "public-key" or response["id"] != response["rawId"]:
        raise ValueError("a credential of another type, or of two ids")
    return unb64u_any(response["rawId"])


def _client(response: Mapping[str, Any]) -> tuple[Mapping[str, Any], CollectedClientData]:
    inner = response["response"]
    return inner, CollectedClientData(unb64u_any(inner["clientDataJSON"]))


def _key(kept: bytes) -> CoseKey:
    found = cbor.decode(kept)
    if not isinstance(found, Mapping):
        raise ValueError("no COSE key")
    return CoseKey.parse(found)


def _usable(key: bytes) -> None:
    """Raises what `verify` raises for a key that is none: a point off its curve would be found at the first login only."""
    try:
        _key(key).verify(b"", bytes(70))
    except InvalidSignature:
        return


def _framed(expected: Expected, read: _Read) -> bool:
    """Whether the page stood alone, or in the one frame that may hold it (Level 3: crossOrigin, topOrigin)."""
    crossed, top = read.data.get("crossOrigin", False), read.data.get("topOrigin")
    if crossed is False:
        return top is None
    return crossed is True and bool(expected.embedder) and top in (None, expected.embedder)


def _algorithm(expected: Expected, read: _Read) -> bool:
    found = read.auth.credential_data
    return found is not None and found.public_key.get(3) in ALGORITHMS


_Check = Callable[[Expected, _Read], bool]

COMMON: tuple[tuple[str, _Check], ...] = (
    ("id", lambda _, read: 0 < len(read.id) <= LONGEST_ID),
    ("challenge", lambda expected, read: hmac.compare_digest(read.client.challenge, expected.challenge)),
    ("origin", lambda expected, read: read.client.origin == expected.origin),
    ("frame", _framed),
    ("rp", lambda expected, read: hmac.compare_digest(read.auth.rp_id_hash, sha256(expected.rp_id.encode()))),
    ("present", lambda _, read: read.auth.is_user_present()),
    ("backup", lambda _, read: read.auth.is_backup_eligible() or not read.auth.is_backed_up()),
)
CREATION: tuple[tuple[str, _Check], ...] = (
    ("type", lambda _, read: read.client.type == "webauthn.create"),
    ("algorithm", _algorithm),
)
ASSERTION: tuple[tuple[str, _Check], ...] = (
    ("type", lambda _, read: read.client.type == "webauthn.get"),
    ("user", lambda expected, read: read.user is None or hmac.compare_digest(read.user, expected.user)),
)
