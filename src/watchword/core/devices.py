"""Authenticators and the phones they live on: kinds, levels, states, and what wrong answers cost.

A *device* here is one authenticator of one user: Key on one phone, a passkey, a temporary code. A *phone* is one installed app with one
signing key and any number of users; only Key lives on one.
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
        ("active", "disable"): "disabled",
        ("disabled", "deactivate"): "inactive",
        ("active", "keep"): "kept",
        ("kept", "resume"): "active",
        ("kept", "disable"): "disabled",
        ("kept", "deactivate"): "inactive",
    },
)

SIGNED_WRONG_LIMIT = 10
OFFLINE_WRONG_LIMIT = 10
WRONG_LIMIT = 30  # in a row for one authenticator that lives on no phone: it is disabled, whoever typed them
BORROWER_WRONG_LIMIT = 10  # of these, in a row under one username that shares another's: its sharing ends
BORROWERS_WRONG_LIMIT = 20  # once so many are counted, whoever typed them, who shares is not heard until a right answer

IN_USE = ("active", "disabled", "kept")  # what somebody has, whether it answers now or not

KEY, PASSKEY, TEMPORARY_CODE = "key", "passkey", "temporary_code"
SMS, CODE_APP, RECOVERY_CODE = "sms", "code_app", "recovery_code"
STOPGAPS = (SMS, RECOVERY_CODE)  # they log in, and nobody should have nothing else
CODE_CARD, ONLINE_CARD, CARD_PLUS = "code_card", "online_card", "card_plus"


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
    """One authenticator of one user. `secret` is what its factor keeps of it, unsealed: S for Key, a credential for a passkey.

    `phone_id`, `wrong_signed` and `wrong_offline` (this user's part of the phone's sums) are Key's; `wrong` counts wrong answers in a row of
    all others. `ends` is when a temporary one ends, 0 for never; `added_in` the session it was added in, "" where that was none.
    One that is `shared_from` another is that very thing in its owner's hand: its secret, the sum of its wrong answers and what it has spent
    stand in the owner's row alone (core/sharing.py); `wrong` is then this user's part of the sum. `kept` is one that was put aside meanwhile.
    """

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
    wrong: int = 0
    ends: int = 0
    added_in: str = ""
    shared_from: str = ""


def usable(device: Device, now: int) -> bool:
    """Whether it can be used at `now`: active, and not past its end."""
    return device.state == "active" and not (device.ends and now >= device.ends)


def on_phone(device: Device) -> bool:
    """Whether it is Key: it has a phone that can be woken, and answers by push, QR, challenge and code."""
    return device.kind == KEY


def lasting(device: Device) -> bool:
    """Whether a person can count on having it next month: a number goes to whoever the operator gives it, and paper runs out."""
    return not device.ends and device.kind not in STOPGAPS


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
