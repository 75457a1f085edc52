"""A temporary code (O03): what a person logs in with for two days when the device is lost, until a lasting one is in its place."""

from __future__ import annotations

from watchword.core import crockford

LIFE_SECONDS = 2 * 24 * 60 * 60
LENGTH = 10  # 50 bits: 30 wrong ones in a row end it
GROUP = 5


def code_from(entropy: bytes) -> str:
    """Ten characters from seven bytes of entropy or more."""
    return crockford.spelled(entropy, LENGTH)


def grouped(code: str) -> str:
    """As it is written in a letter."""
    return f"{code[:GROUP]}-{code[GROUP:]}"


def normal(typed: str) -> str | None:
    """What was typed, as it is compared; None where it cannot be such a code."""
    plain = crockford.normal(typed[:64])
    return plain if len(plain) == LENGTH and set(plain) <= set(crockford.ALPHABET) else None
