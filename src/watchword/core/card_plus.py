"""A Digital Security Card+ (O01): which OCRA suites it may have, its challenge, and what is kept of it.

A suite must take nothing but a challenge: a counter or a clock would drift from the server's, and a PIN in it would have to be known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from watchword.core.machine import Machine

SUITE = "OCRA-1:HOTP-SHA256-8:QN08"  # where a file names none
LEAST, MOST = 6, 10  # digits of a response
LEAST_KEY, MOST_KEY = 16, 64  # bytes
_SUITE = re.compile(r"OCRA-1:HOTP-SHA(?:1|256|512)-(?:[6-9]|10):Q[NA](0[4-9]|[1-5][0-9]|6[0-4])")
_SERIAL = re.compile(r"[A-Za-z0-9._-]{1,64}")
LONGEST_MODEL = 64
LEAST_CHALLENGE, MOST_CHALLENGE = 8, 16  # digits: fewer repeat too soon, more nobody types

TOKEN = Machine(
    "token",
    ("stock",),
    {
        ("stock", "assign"): "assigned",
        ("stock", "retire"): "retired",
        ("assigned", "drop"): "stock",
        ("assigned", "lose"): "retired",
        ("assigned", "return"): "returned",
        ("returned", "retire"): "retired",
    },
)


@dataclass(frozen=True, slots=True)
class Token:
    """What makes a token's responses. `key` is raw."""

    suite: str
    key: bytes

    def pack(self) -> bytes:
        """What a sealed row keeps of it."""
        return self.suite.encode() + b"\0" + self.key


def unpack(kept: bytes) -> Token:
    """Back from `pack`."""
    suite, _, key = kept.partition(b"\0")
    return Token(suite.decode(), key)


def suite_fits(suite: str) -> bool:
    """Whether a suite takes a challenge of digits that people can type, and nothing else."""
    found = _SUITE.fullmatch(suite)
    return found is not None and LEAST_CHALLENGE <= int(found[1]) <= MOST_CHALLENGE


def serial_fits(serial: str) -> bool:
    """Whether a serial number can be one: what fits on a label."""
    return _SERIAL.fullmatch(serial) is not None


def challenge(suite: str, entropy: bytes) -> str:
    """As many digits as the suite takes, from 16 bytes of entropy or more."""
    length = int(suite[-2:])
    return str(int.from_bytes(entropy[:16], "big") % 10**length).zfill(length)
