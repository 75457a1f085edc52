"""What withdrawals need from the store, and from the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from watchword.core.withdrawals import Held, Withdrawal


class Withdrawals(Protocol):
    """Withdrawals, each beside the attempt of the same id."""

    def add(self, row: Withdrawal) -> None: ...
    def get(self, withdrawal_id: str, *, lock: bool = False) -> Withdrawal | None: ...
    def by_reference(self, user_id: str, client: str, reference: str) -> Withdrawal | None: ...
    def move(self, withdrawal_id: str, state: str, to: str, now: int, *, shown: bool = False) -> bool:
        """Compare-and-swap on the state; False when somebody was first."""
        ...

    def of_user(self, user_id: str, limit: int, before: tuple[int, str]) -> Sequence[Withdrawal]: ...
    def held(self, user_id: str, day: int, five_days: int, now: int) -> Held:
        """What is reserved, authorised or collected since each of the two times."""
        ...

    def zones(self, user_id: str, since: int, now: int) -> Sequence[str]: ...
    def ended(self, user_id: str, now: int) -> Sequence[str]: ...
    def of_session(self, user_id: str, session_id: str) -> Sequence[str]:
        """Signed ones that were asked for in this session."""
        ...


class Calendar(Protocol):
    """Days: what day it is where, when it began, and whether the exchange is open on it."""

    def day(self, at: int, zone: str) -> date:
        """The date at a time in a zone."""
        ...

    def start(self, day: date, zone: str) -> int:
        """The first second of a date in a zone."""
        ...

    def is_open(self, day: date) -> bool:
        """Whether it is a business day."""
        ...
