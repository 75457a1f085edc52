"""One-time codes: HOTP (RFC 4226), TOTP (RFC 6238) and OCRA (RFC 6287), general enough for the published vectors.

Key's own forms (spec.md 7) are `key_code` and `key_response`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

STEP = 30
SUITE = "OCRA-1:HOTP-SHA256-8:QA10"
_HASHES = ("SHA1", "SHA256", "SHA512")
_TIME_UNITS = {"S": 1, "M": 60, "H": 3600}
_SUITE = re.compile(
    r"OCRA-1:HOTP-(?P<hash>SHA1|SHA256|SHA512)-(?P<digits>0|[4-9]|10):"
    r"(?P<counter>C-)?Q(?P<form>[ANH])(?P<length>0[4-9]|[1-5][0-9]|6[0-4])"
    r"(?:-P(?P<pin>SHA1|SHA256|SHA512))?(?:-S(?P<session>\d{3}))?(?:-T(?P<steps>[1-9]\d?)(?P<unit>[SMH]))?"
)


def truncate(mac: bytes, digits: int) -> str:
    """Dynamic truncation (RFC 4226 5.3) to `digits` decimal digits."""
    at = mac[-1] & 0x0F
    return str((int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF) % 10**digits).zfill(digits)


def hotp(key: bytes, counter: int, digits: int = 6, algorithm: str = "SHA1") -> str:
    """The code of a counter (RFC 4226 5.2). `algorithm` is SHA1, SHA256 or SHA512; ValueError for another."""
    if algorithm not in _HASHES:
        raise ValueError(f"unknown hash {algorithm}")
    return truncate(hmac.digest(key, counter.to_bytes(8, "big"), algorithm), digits)


def totp(key: bytes, at: int, digits: int = 6, algorithm: str = "SHA256", period: int = STEP) -> str:
    """The code at second `at` since 1970, steps of `period` seconds from 0 (RFC 6238 4.2)."""
    return hotp(key, at // period, digits, algorithm)


@dataclass(frozen=True, slots=True)
class Suite:
    """A parsed OCRA suite (RFC 6287 6): what goes into the message, in which form."""

    text: str
    algorithm: str
    digits: int
    counter: bool
    form: str
    length: int
    pin_hash: str
    session: int
    period: int

    @classmethod
    def parse(cls, text: str) -> Suite:
        """ValueError when `text` is no OCRA-1 suite, or truncates to nothing (0 digits, which no one types)."""
        found = _SUITE.fullmatch(text)
        if found is None or found["digits"] == "0":
            raise ValueError(f"not a suite this client computes: {text}")
        period = int(found["steps"]) * _TIME_UNITS[found["unit"]] if found["unit"] else 0
        return cls(
            text=text,
            algorithm=found["hash"],
            digits=int(found["digits"]),
            counter=bool(found["counter"]),
            form=found["form"],
            length=int(found["length"]),
            pin_hash=found["pin"] or "",
            session=int(found["session"] or 0),
            period=period,
        )


def ocra(
    suite: Suite,
    key: bytes,
    question: str,
    *,
    counter: int = 0,
    pin_hash: bytes = b"",
    session: bytes = b"",
    time_steps: int = 0,
) -> str:
    """The response (RFC 6287 5.2). `pin_hash` is the PIN's digest, `time_steps` the time in the suite's own steps.

    A mutual computation (7.2) joins both challenges in one question, longer than one challenge of the suite.
    """
    message = suite.text.encode("ascii") + b"\0"
    if suite.counter:
        message += counter.to_bytes(8, "big")
    message += _question(suite.form, question).ljust(128, b"\0")
    if suite.pin_hash:
        if len(pin_hash) != hashlib.new(suite.pin_hash).digest_size:
            raise ValueError("the PIN's digest has another length than the suite says")
        message += pin_hash
    if suite.session:
        message += session.rjust(suite.session, b"\0")
    if suite.period:
        message += time_steps.to_bytes(8, "big")
    return truncate(hmac.digest(key, message, suite.algorithm), suite.digits)


def _question(form: str, question: str) -> bytes:
    """The question's bytes (RFC 6287 5.1): ASCII, hexadecimal, or a number written in hexadecimal, filled on the right."""
    if form == "A":
        data = question.encode("ascii")
    else:
        text = question if form == "H" else format(int(question), "x")
        data = bytes.fromhex(text + "0" * (len(text) % 2))
    if len(data) > 128:
        raise ValueError("the question is too long")
    return data


_KEY_SUITE = Suite.parse(SUITE)


def key_code(key: bytes, at: int) -> str:
    """Key's code: six digits, SHA-256, 30 s; `key` is K(totp) (spec.md 7)."""
    return totp(key, at)


def key_response(key: bytes, challenge: str) -> str:
    """Key's response to ten digits: eight digits; `key` is K(ocra) (spec.md 7)."""
    return ocra(_KEY_SUITE, key, challenge)


def check_digit(digits: str) -> str:
    """The check digit of ISO/IEC 7064 MOD 11,10 over decimal digits."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)
