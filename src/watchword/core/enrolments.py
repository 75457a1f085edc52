"""Enrolling Key: two roads to one device (F, G), each with its own proof before a secret is handed out.

By activation code: `started` -> proven by the code sent to a number that was on file, or to a new one after a proof.
By QR or Session ID: `offered` on a page whose session has proven both elements, or the first enrolment's extra proof.
By a recovery whose PIN is forgotten: `proven` at once, in the place of a device that ends with it (L02).
A claim, chosen by the phone, binds the enrolment to that phone from its first answer on.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core import crockford
from watchword.core.machine import Machine

ENROLMENT = Machine(
    "enrolment",
    ("started", "offered", "proven"),
    {
        ("started", "prove"): "proven",
        ("offered", "claim"): "proven",
        ("proven", "issue"): "issued",
        ("issued", "issue"): "issued",
        ("issued", "confirm"): "active",
        ("started", "void"): "void",
        ("offered", "void"): "void",
        ("proven", "void"): "void",
        ("issued", "void"): "void",
        ("started", "expire"): "expired",
        ("offered", "expire"): "expired",
        ("proven", "expire"): "expired",
        ("issued", "expire"): "expired",
    },
)

LIVE = ENROLMENT.states - ENROLMENT.final  # what can still become active
OFFER_SECONDS = 10 * 60
START_SECONDS = 30 * 60
FINISH_SECONDS = 15 * 60
WRONG_SESSION_IDS = 5


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One row of `enrolments`. `road` is `sms`, `page` or `again` (L02); `session_id` names the page's session, "" on the phone's own road."""

    id: str
    user_id: str
    road: str
    state: str
    session_id: str
    claim_hash: bytes
    turn: int
    qr_hash: bytes
    code_hash: bytes
    wrong: int
    proved: int
    contact_id: str
    new_number: str
    phone_id: str
    device_id: str
    platform: str
    created: int
    expires: int


def normal_session_id(typed: str) -> str:
    """A Session ID as it is compared (G02; protocol/spec.md 5.3): NFKC, upper case, no blanks or hyphens, O as 0, I and L as 1."""
    return crockford.normal(typed)


def session_id_from(entropy: bytes) -> str:
    """Eight characters from five bytes of entropy (40 bits)."""
    return crockford.spelled(entropy, 8)
