"""Codes of letters and digits that a person types: Crockford's base32, in which no two characters look alike (G02, O03)."""

from __future__ import annotations

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def spelled(entropy: bytes, length: int) -> str:
    """`length` characters, five bits each, from the first bits of `entropy`. Raises ValueError where there are too few."""
    bits = 5 * length
    if len(entropy) * 8 < bits:
        raise ValueError(f"{length} characters need {bits} bits")
    number = int.from_bytes(entropy, "big") >> (len(entropy) * 8 - bits)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(bits - 5, -1, -5))


def normal(typed: str) -> str:
    """What was typed, as it is compared: NFKC, upper case, no blanks or hyphens, O as 0, I and L as 1 (protocol/spec.md 5.3)."""
    folded = unicodedata.normalize("NFKC", typed)
    plain = "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Pd" and c != "\u2212")
    return plain.upper().translate(str.maketrans("OIL", "011"))
