"""What passwords and their recovery need from the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from watchword.core.recovery import Recovery


class Passwords(Protocol):
    """Password hashing through a bounded pool."""

    def hash(self, password: str, *, like: str = "") -> str:
        """The encoded hash of a new password, with the salt of the encoded hash `like` where one is given."""
        ...

    def verify(self, encoded: str, password: str, *, known: bool = False) -> bool:
        """One hash, whatever comes. `known` browsers have a line of their own before it. Raises BusyError."""
        ...

    def full(self) -> bool:
        """Whether strangers would be turned away now."""
        ...

    def stale(self, encoded: str) -> bool: ...

    def used(self, password: str, encoded: str, earlier: Sequence[str]) -> bool:
        """Whether `password`, whose hash is `encoded`, is one of `earlier`; no further hash where they share salt and parameters."""
        ...


class Blocklist(Protocol):
    """Passwords that strangers try first."""

    def common(self, word: str) -> bool:
        """Whether a word in lower case is one of the most used."""
        ...

    def breached(self, password: str) -> bool:
        """Whether this very password is in the imported list of breaches."""
        ...


class History(Protocol):
    def of(self, user_id: str) -> tuple[str, ...]: ...
    def add(self, user_id: str, encoded: str, now: int) -> None: ...


class SecurityAnswers(Protocol):
    def of(self, user_id: str) -> tuple[tuple[str, str], ...]: ...
    def replace(self, user_id: str, answers: Sequence[tuple[str, str]], now: int) -> None: ...


class Recoveries(Protocol):
    def add(self, recovery: Recovery) -> None: ...
    def by_collector(self, collector_hash: bytes, *, lock: bool = False) -> Recovery | None: ...
    def move(self, recovery_id: str, state: str, to: str, **values: object) -> bool: ...
    def set(self, recovery_id: str, **values: object) -> None: ...
    def count(self, recovery_id: str, column: str, limit: int) -> int | None:
        """One more wrong answer, counted before it is compared; None at the limit."""
        ...
