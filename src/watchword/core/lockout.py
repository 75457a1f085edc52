"""The temporary lock on wrong passwords (S01, U03, table "wrong passwords before the lock").

Counted per name and per client class: a known browser has a counter of its own, all unknown ones share one, so that a stranger's
guesses do not count against the owner at home. Names that belong to nobody are counted alike, under a keyed hash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

IN_A_ROW = 5
LOCKS_SECONDS = (15 * 60, 30 * 60, 60 * 60)
FORGET_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Tries:
    """Counter of one name and client class. `wrong` are those in a row, `locks` how often it locked since the last success."""

    wrong: int = 0
    locks: int = 0
    locked_until: int = 0
    total: int = 0


def wrong(tries: Tries, now: int) -> Tries:
    """What the counter becomes after one more wrong password, which was counted already in `tries.wrong`."""
    if tries.wrong < IN_A_ROW:
        return tries
    length = LOCKS_SECONDS[min(tries.locks, len(LOCKS_SECONDS) - 1)]
    return replace(tries, wrong=0, locks=tries.locks + 1, locked_until=now + length)


def locked(tries: Tries, now: int) -> bool:
    """Whether a password is refused unread now."""
    return now < tries.locked_until
