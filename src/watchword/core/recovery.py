"""What follows a recovery: for a day what an account can be taken over by stays as it is (THREATS: taking over by recovery)."""

from __future__ import annotations

from watchword.core.users import User

DELAY_SECONDS = 24 * 60 * 60


def restricted(user: User, now: int) -> bool:
    """Whether this account was recovered so lately that binding changes are refused."""
    return bool(user.recovered) and now < user.recovered + DELAY_SECONDS
