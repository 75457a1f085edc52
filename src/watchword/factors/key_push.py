"""Key's signed approval (B, C): by push, or by a scanned QR whose hash stands in for the typed confirmation code.

The order of the checks is the list CHECKS; each part counts on its own (protocol/spec.md 6.4): a wrong code costs the attempt, a
wrong HMAC the phone, a wrong signature nobody.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from watchword.core.devices import KEY, Level
from watchword.core.refusals import CONFIRMATION_WRONG, FIELDS, PIN_WRONG
from watchword.factors.base import Accepted, Holder, Rejected, Started, Verdict

BOUND = ("v", "type", "iss", "attempt", "nonce", "phone", "user", "device", "action", "client", "context")
DECISIONS = ("approve", "deny", "not_me")
USER_VERIFICATION = ("pin", "biometric")


class KeyPush:
    """`challenge` holds the expected fields, `confirm`, `confirmation`, `qr_hash`; `answer` the signed fields, their bytes and the HMAC."""

    kind = "key_push"
    device = KEY
    level = Level.KEY_ONLINE
    amr = ("hwk", "pop", "pin")

    def start(self, holder: Holder, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """The phone is told; it fetches the details itself."""
        return Started(pushed=True)

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """The signature over the bytes received was verified before; this judges what was signed."""
        for check in CHECKS:
            rejected = check(holder, challenge, answer)
            if rejected is not None:
                return rejected
        return Accepted()


def fields_equal(holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object]) -> Rejected | None:
    """Every field that binds the approval equals our own row, and says how the person was verified."""
    signed = answer["signed"]
    expected = challenge["fields"]
    if not isinstance(signed, Mapping) or not isinstance(expected, Mapping):
        return Rejected(FIELDS, "fields.shape")
    for name in BOUND:
        if signed.get(name) != expected[name]:
            return Rejected(FIELDS, f"fields.{name}")
    if signed.get("decision") == "approve" and signed.get("uv") not in USER_VERIFICATION:
        return Rejected(FIELDS, "fields.uv")
    return None


def confirmation_right(
    holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object]
) -> Rejected | None:
    """The six digits typed, or the hash of a QR that is still good; asked only where the attempt asks for it."""
    signed = answer["signed"]
    assert isinstance(signed, Mapping)
    if signed.get("decision") != "approve" or not challenge["confirm"]:
        return None
    given = str(signed.get("confirmation", ""))
    expected = str(challenge["confirmation"])  # "" where no digits will do
    digits = hmac.compare_digest(given.encode(), expected.encode()) and expected != ""
    qr_hash = str(challenge["qr_hash"])
    scanned = hmac.compare_digest(given.encode(), qr_hash.encode()) and qr_hash != ""
    return None if digits | scanned else Rejected(CONFIRMATION_WRONG, "confirmation.mismatch")


def pin_right(holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object]) -> Rejected | None:
    """The HMAC under the user's key: only the right PIN opens the secret that makes it."""
    signed = answer["signed"]
    assert isinstance(signed, Mapping)
    if signed.get("decision") != "approve":
        return None
    message, given = answer["bytes"], answer["hmac"]
    assert isinstance(message, bytes) and isinstance(given, bytes)
    if hmac.compare_digest(hmac.digest(holder.hmac, message, "sha256"), given):
        return None
    return Rejected(PIN_WRONG, "hmac.mismatch")


CHECKS = (fields_equal, confirmation_right, pin_right)
