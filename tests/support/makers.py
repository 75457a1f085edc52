"""Makers of security keys as a test needs them: certificates, packed statements, and a signed list of makers (FIDO MDS 3.0)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fido2.webauthn import Aaguid

from tests.support.fakes import START
from watchword.core.encoding import b64u

SIGNER = "mds.fidoalliance.org"
YEAR = 365 * 24 * 60 * 60
AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One key for each name in a run: they take their time."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(slots=True)
class Authority:
    """Who signs certificates: itself first. `now` is the time of the test."""

    name: str
    now: int = START
    key: PrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        self.certificate = self.issue([(NameOID.COMMON_NAME, self.name)], self.key, ca=True)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self, subject: Sequence[tuple[x509.ObjectIdentifier, str]], key: PrivateKey, *, ca: bool = False, ends: int = YEAR,
        more: Sequence[x509.ExtensionType] = (),
    ) -> x509.Certificate:  # fmt: skip
        """A certificate of somebody's, that ends so many seconds from `now`."""
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        name = x509.Name([x509.NameAttribute(kind, value) for kind, value in subject])
        at = datetime.fromtimestamp(self.now, UTC)
        made = x509.CertificateBuilder(issuer, name, key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(at - timedelta(days=400)).not_valid_after(at + timedelta(seconds=ends))
        made = made.add_extension(x509.BasicConstraints(ca, None), critical=True)
        for one in more:
            made = made.add_extension(one, critical=False)
        return made.sign(self.key, hashes.SHA256())


@dataclass(slots=True)
class Maker:
    """A maker of security keys. `ends` is when its keys' certificates end, in seconds from now; `via_leaf` issues them under a certificate that is
    no CA."""

    root: Authority
    ends: int = YEAR
    via_leaf: bool = False

    def statement(self, signed: bytes, aaguid: bytes) -> Mapping[str, Any]:
        """A packed statement over `signed` (WebAuthn Level 3, section 8.2)."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = [
            (NameOID.COUNTRY_NAME, "SE"), (NameOID.ORGANIZATION_NAME, "Example Keys"),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"), (NameOID.COMMON_NAME, "Example Keys Batch 7"),
        ]  # fmt: skip
        model = x509.UnrecognizedExtension(AAGUID_EXTENSION, b"\x04\x10" + aaguid)
        issuer, above = self.root, []
        if self.via_leaf:
            issuer = Authority("Stolen Batch", self.root.now)
            above = [self.root.issue([(NameOID.COMMON_NAME, "Stolen Batch")], issuer.key)]
        made = [issuer.issue(subject, key, ends=self.ends, more=[model]), *above]
        x5c = [one.public_bytes(Encoding.DER) for one in made]
        return {"alg": -7, "sig": key.sign(signed, ec.ECDSA(hashes.SHA256())), "x5c": x5c}


def entry(
    aaguid: str, name: str, root: Authority, *statuses: str, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A model as a list of makers has it."""
    statement = {
        "description": name, "authenticatorVersion": 1, "schema": 3, "upv": [{"major": 1, "minor": 0}], "attestationTypes": ["basic_full"],
        "userVerificationDetails": [[{"userVerificationMethod": "passcode_external"}]], "keyProtection": ["hardware"],
        "matcherProtection": ["on_chip"], "attachmentHint": ["external"], "tcDisplay": [], "aaguid": aaguid,
        "attestationRootCertificates": [b64encode(root.certificate.public_bytes(Encoding.DER)).decode()],
        **({"alternativeDescriptions": names} if names else {}),
    }  # fmt: skip
    reports = [{"status": one, "effectiveDate": "2026-01-01"} for one in ("FIDO_CERTIFIED_L1", *statuses)]
    return {
        "aaguid": aaguid,
        "metadataStatement": statement,
        "statusReports": reports,
        "timeOfLastStatusChange": "2026-01-01",
    }


@dataclass(slots=True)
class Publisher:
    """Who signs a list of makers, as the Alliance does."""

    now: int = START
    root: Authority = field(init=False)

    def __post_init__(self) -> None:
        self.root = Authority("Root of Lists", self.now, rsa_key("root"))

    def blob(
        self,
        entries: Sequence[Mapping[str, Any]],
        *,
        signer: str = SIGNER,
        ends: int = YEAR,
        update: int = YEAR,
        alg: str = "RS256",
    ) -> bytes:
        """The list, signed."""
        host = x509.SubjectAlternativeName([x509.DNSName(signer)])
        leaf = self.root.issue([(NameOID.COMMON_NAME, signer)], rsa_key("leaf"), ends=ends, more=[host])
        return self.signed(entries, [leaf], update=update, alg=alg)

    def signed(
        self,
        entries: Sequence[Mapping[str, Any]],
        chain: Sequence[x509.Certificate],
        *,
        update: int = YEAR,
        alg: str = "RS256",
    ) -> bytes:
        """The list under these certificates, by the key of the first."""
        head = {"alg": alg, "typ": "JWT", "x5c": [b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain]}
        next_update = datetime.fromtimestamp(self.now + update, UTC).date().isoformat()
        body = {"legalHeader": "A test's own.", "no": 7, "nextUpdate": next_update, "entries": list(entries)}
        message = ".".join(b64u(json.dumps(part).encode()) for part in (head, body)).encode()
        return message + b"." + b64u(rsa_key("leaf").sign(message, padding.PKCS1v15(), hashes.SHA256())).encode()


def raw(aaguid: str) -> bytes:
    """An AAGUID as authenticators have it."""
    return bytes(Aaguid.parse(aaguid))
