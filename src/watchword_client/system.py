"""The clock, the entropy and the wait that everything else here receives as arguments."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class System:
    """What the client takes from its machine; a test or a simulation gives its own.

    `now` is in seconds since 1970, `ticks` in seconds of any steady clock, `entropy(n)` gives n random bytes.
    """

    now: Callable[[], float] = time.time
    ticks: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    entropy: Callable[[int], bytes] = secrets.token_bytes
