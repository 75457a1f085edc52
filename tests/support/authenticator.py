"""A software authenticator: credentials as `navigator.credentials` gives them, right ones and every kind of wrong one (WebAuthn Level 3)."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

from tests.support.makers import Maker
from watchword.core.encoding import b64u, unb64u_any

UP, UV, BE, BS, AT, ED = 1, 4, 8, 16, 64, 128


@dataclass(slots=True)
class Authenticator:
    """One device with its credentials. `counter` None is one that keeps no count; `synced` says that its keys may be copied (BE and BS)."""

    seed: str
    origin: str
    uv: bool = True
    synced: bool = False
    counter: int | None = 0
    transports: tuple[str, ...] = ("internal",)
    keys: dict[bytes, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    users: dict[bytes, bytes] = field(default_factory=dict)
    maker: Maker | None = None
    aaguid: bytes = bytes(16)

    def create(self, options: Mapping[str, Any], **wrong: Any) -> str:
        """The registration response. `wrong` replaces `type`, `origin`, `challenge`, `rp`, `flags`, `alg`, `id`, `extra` (client data).

        With a `maker` it brings a packed statement; `statement` then changes that, once it is signed.
        """
        made = wrong.get("id", hashlib.sha256(f"{self.seed}|{len(self.keys)}".encode()).digest())
        number = int.from_bytes(hashlib.sha256(made + self.seed.encode()).digest(), "big") % (2**255) + 1
        key = ec.derive_private_key(number, ec.SECP256R1())
        self.keys[made], self.users[made] = key, unb64u_any(options["user"]["id"])
        point = key.public_key().public_numbers()
        cose = cbor.encode(
            {1: 2, 3: wrong.get("alg", -7), -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        data = self.aaguid + struct.pack(">H", len(made)) + made + cose
        auth = self._auth(options["rp"]["id"], wrong, AT) + data
        client = self._client("webauthn.create", options["challenge"], wrong)
        told: dict[str, Any] = {"fmt": "none", "attStmt": {}, "authData": auth}
        if self.maker and options["attestation"] == "direct":
            signed = self.maker.statement(auth + hashlib.sha256(client).digest(), self.aaguid)
            told |= {"fmt": "packed", "attStmt": wrong.get("statement", dict)(signed)}
        attestation = cbor.encode(told)
        response = {
            "clientDataJSON": b64u(client),
            "attestationObject": b64u(attestation),
            "transports": list(self.transports),
        }
        return json.dumps(
            {
                "id": b64u(made),
                "rawId": b64u(made),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )

    def get(self, options: Mapping[str, Any], **wrong: Any) -> str:
        """The assertion. `wrong` also replaces `key` (who signs), `user`, `count`, `signature`, `credential` (which id is named)."""
        allowed = [unb64u_any(one["id"]) for one in options["allowCredentials"]]
        chosen = wrong.get("credential") or next(one for one in self.keys if one in allowed or not allowed)
        if self.counter is not None:
            self.counter += 1
        auth = self._auth(options["rpId"], wrong, 0)
        client = self._client("webauthn.get", options["challenge"], wrong)
        key = wrong.get("key") or self.keys[chosen]
        signature = wrong.get("signature") or key.sign(
            auth + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        response = {
            "clientDataJSON": b64u(client), "authenticatorData": b64u(auth), "signature": b64u(signature),
            "userHandle": b64u(wrong["user"]) if "user" in wrong else b64u(self.users.get(chosen, b"")) or None,
        }  # fmt: skip
        return json.dumps(
            {
                "id": b64u(chosen),
                "rawId": b64u(chosen),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )

    def _auth(self, rp_id: str, wrong: Mapping[str, Any], more: int) -> bytes:
        flags = UP | (UV if self.uv else 0) | ((BE | BS) if self.synced else 0)
        count = wrong.get("count", self.counter or 0)
        return hashlib.sha256(wrong.get("rp", rp_id).encode()).digest() + struct.pack(
            ">BI", wrong.get("flags", flags) | more, count
        )

    def _client(self, kind: str, challenge: str, wrong: Mapping[str, Any]) -> bytes:
        data = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", challenge),
            "origin": wrong.get("origin", self.origin),
        }
        return json.dumps({**data, "crossOrigin": False, **wrong.get("extra", {})}).encode()
