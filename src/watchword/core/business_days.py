"""Business days: which day a window of so many of them begins on. The calendar, with its weekends and holidays, is an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

WINDOW = 5  # business days (R01)
LONGEST_CLOSURE = 60  # days; a calendar that is closed for longer is a mistake
ONE = timedelta(days=1)

Open = Callable[[date], bool]


def latest(day: date, is_open: Open) -> date:
    """`day`, or else the last business day before it. Raises ValueError for a calendar that is closed for LONGEST_CLOSURE days."""
    for _ in range(LONGEST_CLOSURE):
        if is_open(day):
            return day
        day -= ONE
    raise ValueError(f"no business day in {LONGEST_CLOSURE} days before {day}")


def window_start(day: date, is_open: Open, count: int = WINDOW) -> date:
    """The first day of the last `count` business days that end with `day`, or with the latest business day before it.

    What lies between, and what is after the last of them, belongs to the window: money can be asked for on a Sunday too.
    """
    first = latest(day, is_open)
    for _ in range(count - 1):
        first = latest(first - ONE, is_open)
    return first
