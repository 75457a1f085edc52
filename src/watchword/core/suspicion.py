"""When a right password is not enough to trust the rest to a tap on a notification (S02).

Facts come as arguments; nothing here looks anything up. `ask` takes the notification and the plain code away from a login: what is left is
the QR, which somebody must scan who stands before this very screen, and the challenge. Wrong passwords lock by `core/lockout.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

FAILURES = 5
NOT_ME_SECONDS = 24 * 60 * 60
NOT_ME_LOCKS_AT = 2
LOCK_SECONDS = 24 * 60 * 60
REASONS = ("not_me", "guessed", "spraying")


@dataclass(frozen=True, slots=True)
class Facts:
    """About one right password. `failures` are wrong ones from unknown browsers since the last complete login, `not_me` seconds since the
    last *this isn't me* (-1 for never), `spraying` says that many people's names failed from this network or address."""

    browser_known: bool
    place_new: bool
    network_new: bool
    failures: int = 0
    not_me: int = -1
    spraying: bool = False


def reason(facts: Facts) -> str:
    """Why this login is asked for more, one of REASONS, or "" for not at all."""
    if facts.browser_known:
        return ""
    if 0 <= facts.not_me < NOT_ME_SECONDS:
        return "not_me"
    if facts.failures >= FAILURES and (facts.network_new or facts.place_new):
        return "guessed"
    return "spraying" if facts.spraying else ""


def locks(not_mes: int) -> bool:
    """Whether so many *this isn't me* within NOT_ME_SECONDS close the name to unknown browsers for LOCK_SECONDS."""
    return not_mes >= NOT_ME_LOCKS_AT
