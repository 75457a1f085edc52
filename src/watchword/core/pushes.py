"""How often a phone may be asked (table "What the pages leave open": pushes), so that nobody can be worn down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watchword.core.rates import Window, first_free

WINDOWS = (Window(3, 10 * 60), Window(5, 60 * 60))
TESTS = (Window(3, 10 * 60),)
QUIET_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Ask:
    """Whether the phone may be asked now. `until` is when it may be again, `why` one of "", `limited`, `quiet`."""

    allowed: bool
    why: str = ""
    until: int = 0


def may_ask(stamps: Iterable[int], *, quiet_until: int, now: int, windows: Sequence[Window] = WINDOWS) -> Ask:
    """Decide for one user. `stamps` are the times of earlier asks of all attempts; `quiet_until` follows a denial."""
    if now < quiet_until:
        return Ask(False, "quiet", quiet_until)
    until = first_free(tuple(stamps), now, windows)
    return Ask(True) if until <= now else Ask(False, "limited", until)
