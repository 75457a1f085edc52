"""Codes that we send: six digits as proof, eight to activate, and the first password's one-time code (table "SMS, mail and activation codes")."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.rates import Window

TRIES = {
    "proof": 3,
    "recover": 3,
    "activation": 3,
    "key_recovery": 3,
    "contact": 3,
    "login": 3,
    "start": 1000,
}  # ten digits behind a lock a network: strangers cannot use them up
_TEN_MINUTES = dict.fromkeys(("proof", "recover", "activation", "key_recovery", "contact", "login"), 10 * 60)
LIFE_SECONDS = {**_TEN_MINUTES, "start": 7 * 24 * 60 * 60}
DIGITS = {"proof": 6, "recover": 6, "activation": 8, "key_recovery": 8, "contact": 6, "login": 6, "start": 10}

PER_USER_TRIES = (Window(10, 24 * 60 * 60),)
SENDS = (Window(1, 60), Window(5, 60 * 60), Window(10, 24 * 60 * 60))
PER_PREFIX = 500


@dataclass(frozen=True, slots=True)
class SentCode:
    """One code that was sent. `mac` is its keyed hash; `subject` is the enrolment, session or user that it serves."""

    id: str
    user_id: str
    purpose: str
    subject: str
    contact_id: str
    mac: bytes
    tries: int
    expires: int
    ended: int
    sent: int


def digits_from(entropy: bytes, count: int) -> str:
    """`count` decimal digits from at least 16 bytes of entropy (the bias is below 2**-70)."""
    return str(int.from_bytes(entropy[:16], "big") % 10**count).zfill(count)
