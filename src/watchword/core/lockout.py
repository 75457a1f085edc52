"""The temporary lock on wrong passwords, and the end of patience behind it (S01, S02, U03, table "wrong passwords before the lock").

Counted per name and per client class: a known browser has a counter of its own, all unknown ones share one, so that a stranger's
guesses do not count against the owner at home. Names that belong to nobody are counted alike, under a keyed hash.

CAP wrong ones in a row close the name to unknown browsers until a complete login, or a recovery, ends the row (NIST SP 800-63B-4
section 3.2.2). Time alone opens no closed name: a row is remembered for REMEMBER_SECONDS after its last try.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

IN_A_ROW = 5
LOCKS_SECONDS = (15 * 60, 30 * 60, 60 * 60)
FORGET_SECONDS = 24 * 60 * 60
REMEMBER_SECONDS = 365 * 24 * 60 * 60
CAP = 100
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tries:
    """Counter of one name and client class. `wrong` are those since the last lock, `locks` how often it locked in a row, `total` all
    wrong ones since the last complete login; CAP + 1 stands for a try that came after the last one allowed."""

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
    return now < tries.locked_until or tries.total > CAP


def timed(tries: Tries, now: int) -> bool:
    """Whether this is one of the growing locks, which waiting ends; else only a held element, a known browser or a person does."""
    return tries.total <= CAP and tries.locked_until - now <= LOCKS_SECONDS[-1]


def closes(tries: Tries) -> bool:
    """Whether this counted try, if it is wrong, is the last that is read from an unknown browser."""
    return tries.total >= CAP


def worst_case(days: int, proofs: int) -> int:
    """The most passwords that strangers can have compared for one name in so many days, while its row is ended `proofs` times.

    Whichever is smaller: CAP for each row, or what the growing locks let through, IN_A_ROW an hour once they have grown.
    """
    by_locks = IN_A_ROW * (days * 24 + (len(LOCKS_SECONDS) + 1) * (proofs + 1))
    return min(CAP * (proofs + 1), by_locks)
