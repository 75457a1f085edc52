"""Sliding windows: how many of something in how long, decided from the times of those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` in any `seconds`."""

    limit: int
    seconds: int


def first_free(stamps: Sequence[int], now: int, windows: Sequence[Window]) -> int:
    """The earliest time at which one more is allowed by every window; `now` or earlier means at once."""
    free = 0
    ordered = sorted(stamps)
    for window in windows:
        inside = [at for at in ordered if at > now - window.seconds]
        if len(inside) >= window.limit:
            free = max(free, inside[len(inside) - window.limit] + window.seconds)
    return free


def kept(stamps: Sequence[int], now: int, windows: Sequence[Window]) -> tuple[int, ...]:
    """The stamps that still matter to some window, oldest first."""
    longest = max((window.seconds for window in windows), default=0)
    return tuple(sorted(at for at in stamps if at > now - longest))
