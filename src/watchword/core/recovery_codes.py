"""Recovery codes: how many, how they are written down, and what was typed of one."""

from __future__ import annotations

from watchword.core import crockford

COUNT = 10
ENTROPY_BYTES = 17  # 26 characters take 130 bits
LENGTH = 26
GROUPS = (5, 5, 5, 5, 6)


def code_from(entropy: bytes) -> str:
    """26 characters of five bits, 128 bits and two more, from 17 bytes of entropy or more."""
    return crockford.spelled(entropy, LENGTH)


def grouped(code: str) -> str:
    """As it is written down."""
    parts, at = [], 0
    for size in GROUPS:
        parts.append(code[at : at + size])
        at += size
    return "-".join(parts)


def normal(typed: str) -> str | None:
    """What was typed, as it is compared; None where it cannot be such a code."""
    plain = crockford.normal(typed[:64])
    return plain if len(plain) == LENGTH and set(plain) <= set(crockford.ALPHABET) else None
