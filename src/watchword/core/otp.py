"""One-time codes: HOTP (RFC 4226), TOTP (RFC 6238) and OCRA (RFC 6287), and the challenge people copy by hand."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STEP_SECONDS = 30
SUITE = "OCRA-1:HOTP-SHA256-8:QA10"
PURPOSES = {"login": "1", "confirm": "2", "recover": "3", "withdraw": "4"}
PURPOSE_LOGIN = PURPOSES["login"]
_HASHES = {"SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"}
_PIN_HASHES = {"PSHA1": hashlib.sha1, "PSHA256": hashlib.sha256, "PSHA512": hashlib.sha512}


def truncate(mac: bytes, digits: int) -> str:
    """Dynamic truncation (RFC 4226 section 5.3) to `digits` decimal digits; with 0 the whole 31-bit number."""
    at = mac[-1] & 15
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits) if digits else str(number)


def hotp(key: bytes, counter: int, *, digits: int = 6, algorithm: str = "SHA1") -> str:
    """The code of a counter (RFC 4226)."""
    return truncate(hmac.digest(key, counter.to_bytes(8, "big"), _HASHES[algorithm]), digits)


def totp(key: bytes, step: int, *, digits: int = 6, algorithm: str = "SHA256") -> str:
    """The code of a time step; the step is whole 30 seconds since the epoch (RFC 6238)."""
    return hotp(key, step, digits=digits, algorithm=algorithm)


def steps_of(key: bytes, typed: str, step: int, seen: int, *, algorithm: str = "SHA256") -> tuple[int, ...]:
    """The steps within `seen` of `step` whose code was typed. All are computed whatever comes, so that the work does not tell where one was
    found."""
    return tuple(
        at
        for at in range(step - seen, step + seen + 1)
        if hmac.compare_digest(totp(key, at, algorithm=algorithm), typed)
    )


def offset(found: Sequence[int], step: int) -> Mapping[str, object]:
    """How far a clock is off whose code is of another step: whole minutes, one at least, and whether it is slow."""
    nearest = min(found, key=lambda at: abs(at - step))
    return {"minutes": max(1, round(abs(nearest - step) * STEP_SECONDS / 60)), "slow": nearest < step}


@dataclass(frozen=True, slots=True)
class OcraInput:
    """What a suite may ask for. `question` is as shown to the person, `pin_hash` and `session` are bytes, `time` is in steps."""

    question: str
    counter: int = 0
    pin_hash: bytes = b""
    session: bytes = b""
    time: int = 0


def ocra(suite: str, key: bytes, given: OcraInput) -> str:
    """The response of an OCRA suite (RFC 6287 sections 5 and 6).

    Raises ValueError for a suite this code does not know.
    """
    try:
        version, function, inputs = suite.split(":")
        name, algorithm, digits = function.split("-")
        if (version, name) != ("OCRA-1", "HOTP"):
            raise ValueError(suite)
        message = suite.encode() + b"\0" + b"".join(_ocra_part(part, given) for part in inputs.split("-"))
        return truncate(hmac.digest(key, message, _HASHES[algorithm]), int(digits))
    except (KeyError, IndexError) as unknown:
        raise ValueError(suite) from unknown


def _ocra_part(part: str, given: OcraInput) -> bytes:
    if part == "C":
        return given.counter.to_bytes(8, "big")
    if part in _PIN_HASHES:
        return given.pin_hash
    if part[0] == "Q":
        return _question(part[1], given.question).ljust(128, b"\0")
    if part[0] == "S":
        return given.session.rjust(int(part[1:]), b"\0")
    if part[0] == "T":
        return given.time.to_bytes(8, "big")
    raise ValueError(part)


def _question(form: str, question: str) -> bytes:
    if form == "A":
        return question.encode("ascii")
    digits = format(int(question), "x") if form == "N" else question
    return bytes.fromhex(digits.ljust(len(digits) + len(digits) % 2, "0"))


def check_digit(digits: str) -> str:
    """The check digit of ISO/IEC 7064 MOD 11,10: it catches every single wrong digit and nearly every swapped pair."""
    product = 10
    for digit in digits:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return str((11 - product) % 10)


def challenge_digits(entropy: bytes, *, purpose: str = PURPOSE_LOGIN) -> str:
    """Ten digits: the purpose, eight at random from at least 8 bytes of entropy, the check digit."""
    nine = purpose + str(int.from_bytes(entropy[:8], "big") % 10**8).zfill(8)
    return nine + check_digit(nine)


def plain_digits(typed: str) -> str | None:
    """What was typed into a code field without blanks and hyphens, full-width digits folded; None where anything else is in it."""
    kept = []
    for character in typed:
        if character in " -\u3000\u2010\u2011\u2212\uff0d\t":
            continue
        if not (character.isdecimal() and character.isdigit()):
            return None
        kept.append(str(int(character)))
    return "".join(kept)
