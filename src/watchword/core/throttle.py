"""How many wrong passwords one network may type, whatever names they are for (THREATS: credential stuffing, spraying).

Known browsers are exempt, so a whole office behind one address goes on working while its guest is asked to wait.
"""

from __future__ import annotations

from dataclasses import dataclass

SECONDS = 60 * 60


@dataclass(frozen=True, slots=True)
class Limit:
    """For one hour: wrong passwords, and different names among them."""

    tries: int
    names: int


@dataclass(frozen=True, slots=True)
class Limits:
    """One address, and the network it belongs to: an autonomous system where that is known, else a /24 or /48."""

    address: Limit = Limit(120, 30)
    network: Limit = Limit(1500, 300)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was counted of an address or a network since `started`, this try included."""

    tries: int
    names: int
    started: int


def over(seen: Seen, limit: Limit) -> bool:
    """Whether passwords from there are refused unread until the hour is over."""
    return seen.tries > limit.tries or seen.names >= limit.names


def spraying(seen: Seen, limit: Limit) -> bool:
    """Whether half of the names that are allowed have failed: enough to ask more of a right password."""
    return 2 * seen.names >= limit.names
