"""What entitlements need from the store beside users and devices."""

from __future__ import annotations

from typing import Protocol

from watchword.core.entitlements import Limits


class OwnLimits(Protocol):
    """Limits that an institution sets for one account (R02)."""

    def of(self, user_id: str) -> Limits | None: ...
    def put(self, user_id: str, limits: Limits | None, now: int) -> None: ...
