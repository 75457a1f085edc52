"""Authenticators and the phones they live on: levels, states, and what wrong answers cost.

A *device* here is one user's Key on one phone; a *phone* is one installed app with one signing key and any number of users.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from watchword.core.machine import Machine

DEVICE = Machine(
    "device",
    ("issued",),
    {
        ("issued", "confirm"): "active",
        ("issued", "drop"): "dropped",
        ("active", "deactivate"): "inactive",
    },
)

SIGNED_WRONG_LIMIT = 10
OFFLINE_WRONG_LIMIT = 10


class Level(IntEnum):
    """Strength of what is held, high to low (table "level of a device")."""

    PASSKEY_BOUND = 9
    CARD_PLUS = 8
    KEY_ONLINE = 7
    PASSKEY_SYNCED = 6
    KEY_OFFLINE = 5
    TOTP_APP = 4
    CODE_CARD = 3
    SMS = 2
    TEMPORARY = 1


@dataclass(frozen=True, slots=True)
class Phone:
    """One installed Key. Wrong answers are sums over its users: `signed_wrong` (valid signature, wrong HMAC) and `offline_wrong`."""

    id: str
    state: str
    key_x: bytes
    key_y: bytes
    name: str
    platform: str
    signed_wrong: int
    offline_wrong: int
    created: int


@dataclass(frozen=True, slots=True)
class Device:
    """One user's Key on one phone. `secret` is S, unsealed; `wrong_signed` and `wrong_offline` are this user's part of the sums."""

    id: str
    user_id: str
    phone_id: str
    kind: str
    state: str
    name: str
    secret: bytes
    wrong_signed: int
    wrong_offline: int
    created: int
    last_used: int


@dataclass(frozen=True, slots=True)
class Platform:
    """What a phone says of itself (I01, I02). None means that it cannot tell."""

    os: str = "other"
    version: str = ""
    model: str = ""
    lock: bool | None = None
    rooted: bool | None = None


MINIMUM = {"ios": (13, 0), "android": (7, 0)}


def platform_fault(platform: Platform) -> str | None:
    """Why activation is refused on what the phone states: `rooted`, `old`, `no_lock`, or None. Unknowns pass, as docs/phones.md says."""
    if platform.rooted is True:
        return "rooted"
    needed = MINIMUM.get(platform.os)
    if needed is not None:
        parts = platform.version.split(".")[:2]
        if parts[0].isdecimal():
            stated = tuple(int(part) if part.isdecimal() else 0 for part in parts)
            if stated < needed[: len(stated)]:
                return "old"
    if platform.lock is False:
        return "no_lock"
    return None
