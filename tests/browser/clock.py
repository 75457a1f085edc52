"""The server's clock of these tests: the machine's, because a real browser has no other; a test may put it forward."""

from __future__ import annotations

import time

from tests.support.fakes import FakeClock


class WallClock(FakeClock):
    """Now, plus what was added by `advance`."""

    def __init__(self) -> None:
        super().__init__(0)

    def now(self) -> int:
        """Whole seconds since the epoch."""
        return int(time.time()) + super().now()
