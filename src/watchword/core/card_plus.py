"""A Digital Security Card+ (O01): which OCRA suites it may have, its challenge, and what is kept of it.

A suite must take nothing but a challenge: a counter or a clock would drift from the server's, and a PIN in it would have to be known here.

Two kinds of challenge are kept apart by their first digit (docs/adr/0028): MONEY begins one that stands for an amount and a payee, one of
ORDINARY every other. None begins with 0: RFC 6287 (section 5.1) writes a number in hexadecimal and fills it up with zeros behind, so a token
answers 2 500 000 as it answers 40 000 000, sixteen times as much; with as many digits and none of them 0 at the front that cannot be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from watchword.core.machine import Machine
from watchword.core.otp import PURPOSES

SUITE = "OCRA-1:HOTP-SHA256-8:QN08"  # where a file names none
LEAST, MOST = 6, 10  # digits of a response
LEAST_KEY, MOST_KEY = 16, 64  # bytes
_SUITE = re.compile(r"OCRA-1:HOTP-SHA(?:1|256|512)-([6-9]|10):Q[NA](0[4-9]|[1-5][0-9]|6[0-4])")
_SERIAL = re.compile(r"[A-Za-z0-9._-]{1,64}")
LONGEST_MODEL = 64
LEAST_CHALLENGE, MOST_CHALLENGE = 8, 16  # digits: fewer repeat too soon, more nobody types
MONEY, ORDINARY = PURPOSES["withdraw"], "12356789"

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
    return found is not None and LEAST_CHALLENGE <= int(found[2]) <= MOST_CHALLENGE


def response_length(suite: str) -> int:
    """How many digits a response of this suite has, 0 for a suite that does not fit."""
    found = _SUITE.fullmatch(suite)
    return int(found[1]) if found else 0


def serial_fits(serial: str) -> bool:
    """Whether a serial number can be one: what fits on a label."""
    return _SERIAL.fullmatch(serial) is not None


def challenge(suite: str, entropy: bytes, *, money: bool = False) -> str:
    """As many digits as the suite takes, from 17 bytes of entropy or more. Whether it stands for money shows in the first."""
    rest = int(suite[-2:]) - 1
    first = MONEY if money else ORDINARY[entropy[16] % len(ORDINARY)]
    return first + str(int.from_bytes(entropy[:16], "big") % 10**rest).zfill(rest)
