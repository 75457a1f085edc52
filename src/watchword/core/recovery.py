"""What follows a recovery: for a day what an account can be taken over by stays as it is (THREATS: taking over by recovery)."""

from __future__ import annotations


def restricted(recovered: int, now: int, delay_seconds: int) -> int:
    """Until when an account that was recovered at `recovered` has lower limits, 0 when it has none (any more).

    Meanwhile numbers, mail addresses, devices and security questions cannot be changed.
    """
    until = recovered + delay_seconds if recovered else 0
    return until if now < until else 0
