"""What makers of authenticators vouch for: a FIDO Metadata Service BLOB (MDS 3.0), and the statements of registrations judged by it.

Signatures of the BLOB, of statements and of certificates are verified by fido2. What it leaves to its caller stands here: the times of
certificates, that only a CA issues one, whose name signed the BLOB, and what status reports mean
(WebAuthn Level 3, section 7.1, steps 21 to 24).
"""

from __future__ import annotations

import binascii
import json
import struct
from base64 import b64decode
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fido2 import mds3
from fido2.attestation import base as attestation
from fido2.attestation.apple import AppleAttestation
from fido2.attestation.packed import PackedAttestation
from fido2.attestation.tpm import TpmAttestation
from fido2.mds3 import AuthenticatorStatus, MdsAttestationVerifier, MetadataBlobPayload, MetadataBlobPayloadEntry
from fido2.utils import websafe_decode
from fido2.webauthn import Aaguid, AttestationObject

FORMATS = (PackedAttestation, TpmAttestation, AppleAttestation)
ALGORITHM = "RS256"  # the Alliance's; of the others fido2 reads signatures in another form than a JWT has them
WITHDRAWN = frozenset(
    {
        AuthenticatorStatus.REVOKED, AuthenticatorStatus.USER_VERIFICATION_BYPASS, AuthenticatorStatus.ATTESTATION_KEY_COMPROMISE,
        AuthenticatorStatus.USER_KEY_REMOTE_COMPROMISE, AuthenticatorStatus.USER_KEY_PHYSICAL_COMPROMISE,
    }
)  # fmt: skip
BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, NotImplementedError, OverflowError, RecursionError,
    struct.error, binascii.Error, UnsupportedAlgorithm, x509.ExtensionNotFound, x509.DuplicateExtension, x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)  # fmt: skip


class MdsFault(Exception):
    """A BLOB that cannot be trusted, or its root, in words for an operator."""


class Makers:
    """Port `Makers`, over one verified BLOB. `signer_ends` is the second after which its signature is believed no more.

    `allowed` are the models that may be added, as AAGUIDs of 16 bytes; empty for every one in the BLOB that was not withdrawn.
    """

    def __init__(self, blob: MetadataBlobPayload, allowed: Collection[bytes], signer_ends: int) -> None:
        self._blob, self._allowed, self.signer_ends = blob, frozenset(allowed), signer_ends
        # Withdrawn models stay in the table, so that the person hears what is the matter; status reports are read below.
        self._verifier = MdsAttestationVerifier(
            blob, entry_filter=None, attestation_filter=lambda *_: True, attestation_types=[one() for one in FORMATS]
        )

    @property
    def number(self) -> int:
        """The BLOB's own number; a later one is higher."""
        return self._blob.no

    @property
    def next_update(self) -> date:
        """When its publisher has a newer one, at the latest."""
        return self._blob.next_update

    @property
    def models(self) -> int:
        """How many models with an AAGUID it knows."""
        return sum(1 for entry in self._blob.entries if entry.aaguid)

    def judge(self, statement: AttestationObject, client_hash: bytes, now: int) -> str:
        """Whether a registration's statement holds and its model may be added: "", or one word for why not.

        `model_silent`: nobody but the key itself vouches. `model_unknown`: not in the BLOB. `model_statement`: altered, of another root, past its time,
        or of a format that is not verified. `model_withdrawn`: status reports. `model_barred`: not among `allowed`.
        """
        chain = statement.att_stmt.get("x5c") if isinstance(statement.att_stmt, dict) else None
        found = statement.auth_data.credential_data
        if found is None or statement.fmt == "none" or not chain:
            return "model_silent"
        entry = self._entry(found.aaguid)
        if entry is None:
            return "model_unknown"
        try:
            holds = self._verifier.find_entry(statement, client_hash) is entry and _path(_certificates(chain), now)
        except (attestation.InvalidAttestation, InvalidSignature, *BROKEN):
            holds = False
        if not holds:
            return "model_statement"
        if any(report.status in WITHDRAWN for report in entry.status_reports):
            return "model_withdrawn"
        return "model_barred" if self._allowed and bytes(found.aaguid) not in self._allowed else ""

    def name(self, aaguid: bytes, lang: str) -> str:
        """What its maker calls a model, in this language where there is one; "" where it is not in the BLOB."""
        entry = self._entry(aaguid)
        about = entry.metadata_statement if entry else None
        if about is None:
            return ""
        for names in (about.friendly_names, about.alternative_descriptions):
            for tag, name in (names or {}).items():
                if tag.partition("-")[0].lower() == lang and isinstance(name, str):
                    return name
        return about.description

    def missing(self) -> list[str]:
        """Allowed models that the BLOB does not know: a typing error, or one that its maker never entered."""
        return sorted(str(Aaguid(one)) for one in self._allowed if self._entry(one) is None)

    def _entry(self, aaguid: bytes) -> MetadataBlobPayloadEntry | None:
        return self._verifier.find_entry_by_aaguid(Aaguid(aaguid)) if any(aaguid) else None


def load(blob: bytes, root_pem: bytes, *, signer: str, allowed: Collection[bytes], now: int) -> Makers:
    """The makers of a BLOB whose signature holds up to `root_pem`, by a certificate for the host `signer`. Raises MdsFault that says what is wrong."""
    try:
        root = x509.load_pem_x509_certificate(root_pem)
    except ValueError as broken:
        raise MdsFault("the root is no certificate in PEM") from broken
    blob = blob.strip()
    chain = _signers(blob)
    try:
        payload = mds3.parse_blob(blob, root.public_bytes(Encoding.DER))
    except attestation.InvalidSignature as foreign:
        raise MdsFault("the certificates in the file do not lead to the root") from foreign
    except InvalidSignature as altered:
        raise MdsFault("the signature does not hold: the file was altered or cut off") from altered
    except (attestation.InvalidAttestation, *BROKEN) as broken:
        raise MdsFault(f"the file was altered or cut off: it cannot be read ({type(broken).__name__})") from broken
    path = [*chain, root]
    for one in path:
        if not _timely(one, now):
            subject = one.subject.rfc4514_string()
            raise MdsFault(
                f"the certificate {subject} holds from {one.not_valid_before_utc:%Y-%m-%d} to {one.not_valid_after_utc:%Y-%m-%d} only"
            )
    if not _path(path, now):
        raise MdsFault("a certificate in the file was issued by one that may issue none")
    if signer not in _names(chain[0]):
        raise MdsFault(f"it is signed by {', '.join(_names(chain[0])) or 'nobody named'}, not by {signer}")
    return Makers(payload, allowed, int(min(one.not_valid_after_utc for one in path).timestamp()))


def _signers(blob: bytes) -> list[x509.Certificate]:
    """The certificates in the head of a BLOB, the signing one first."""
    if blob.count(b".") != 2:
        raise MdsFault("the file is no signed BLOB: three parts with two dots between are expected")
    try:
        head = json.loads(websafe_decode(blob.partition(b".")[0].decode("ascii")))
        algorithm, found = head["alg"], _certificates([b64decode(one) for one in head["x5c"]])
    except BROKEN as broken:
        raise MdsFault("the file names no certificate that signed it (x5c)") from broken
    if algorithm != ALGORITHM:
        raise MdsFault(f"the file is signed with {algorithm}, and {ALGORITHM} is what is read")
    if not found:
        raise MdsFault("the file names no certificate that signed it (x5c)")
    return found


def _certificates(chain: Sequence[bytes]) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(one) for one in chain]


def _path(chain: Sequence[x509.Certificate], now: int) -> bool:
    """Whether certificates, each signed by the next, also may be: in their time, named so, and issued by a CA (RFC 5280, section 6.1)."""
    linked = all(below.issuer == above.subject and _issues(above) for below, above in pairwise(chain))
    return linked and all(_timely(one, now) for one in chain)


def _timely(one: x509.Certificate, now: int) -> bool:
    return one.not_valid_before_utc <= datetime.fromtimestamp(now, UTC) <= one.not_valid_after_utc


def _issues(one: x509.Certificate) -> bool:
    try:
        return one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _names(one: x509.Certificate) -> list[str]:
    """The hosts that a certificate is for."""
    try:
        names = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        return [str(name.value) for name in one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
