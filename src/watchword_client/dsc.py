"""A Digital Security Card+ in a file, to try and to test: a PIN, a challenge, a response. A real one is a token that no program reads.

It does what a token does: the key opens only under the PIN, wrong PINs are counted, and five in a row lock it for good.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from watchword_client.crypto import Json
from watchword_client.oath import Suite, ocra

SUITE = "OCRA-1:HOTP-SHA256-8:QN08"
KEY = 32
SALT = 16
TRIES = 5
LEAST_PIN, MOST_PIN = 4, 8
_COST: dict[str, Any] = {"n": 1 << 14, "r": 8, "p": 1, "dklen": 64}


class Locked(Exception):
    """Too many wrong PINs: the token answers nothing any more."""


class WrongPin(Exception):
    """The PIN is another; `left` tries remain."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} tries left")
        self.left = left


def pin_fits(pin: str) -> bool:
    """Four to eight digits."""
    return pin.isascii() and pin.isdigit() and LEAST_PIN <= len(pin) <= MOST_PIN


def made(serial: str, pin: str, entropy: bytes) -> tuple[Json, bytes]:
    """A new token's state and its key, which the server imports; `entropy` is SALT + KEY bytes."""
    salt, key = entropy[:SALT], entropy[SALT : SALT + KEY]
    pad, check = _opened(pin, salt)
    sealed = bytes(a ^ b for a, b in zip(key, pad, strict=True))
    state = {
        "serial": serial,
        "suite": SUITE,
        "salt": salt.hex(),
        "sealed": sealed.hex(),
        "check": check.hex(),
        "wrong": 0,
    }
    return state, key


def respond(state: Json, pin: str, challenge: str, save: Callable[[Json], None]) -> str:
    """The response. A try is counted, and kept by `save`, before the PIN is looked at. Raises Locked, WrongPin, ValueError for a challenge of
    another length."""
    suite = Suite.parse(str(state["suite"]))
    if len(challenge) != suite.length or not (challenge.isascii() and challenge.isdigit()):
        raise ValueError(f"a challenge has {suite.length} digits")
    wrong = int(state["wrong"])
    if wrong >= TRIES:
        raise Locked
    save({**state, "wrong": wrong + 1})
    pad, check = _opened(pin, bytes.fromhex(str(state["salt"])))
    if not hmac.compare_digest(check, bytes.fromhex(str(state["check"]))):
        if wrong + 1 >= TRIES:
            raise Locked
        raise WrongPin(TRIES - wrong - 1)
    save({**state, "wrong": 0})
    key = bytes(a ^ b for a, b in zip(bytes.fromhex(str(state["sealed"])), pad, strict=True))
    return ocra(suite, key, challenge)


def _opened(pin: str, salt: bytes) -> tuple[bytes, bytes]:
    """What the key is sealed with, and what shows that the PIN is right."""
    both = hashlib.scrypt(pin.encode(), salt=salt, **_COST)
    return both[:KEY], both[KEY:]
