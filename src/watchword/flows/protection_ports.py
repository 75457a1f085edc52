"""What account protection needs from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from watchword.core.networks import Allowed
from watchword.core.throttle import Seen


@dataclass(frozen=True, slots=True)
class Notice:
    """Something only the owner is told, on his enrolled phones, until `until`. Params are texts and whole numbers."""

    id: str
    user_id: str
    kind: str
    params: Mapping[str, object]
    at: int
    until: int


class Protection(Protocol):
    def networks(self, user_id: str) -> tuple[Allowed, ...]: ...
    def set_networks(self, user_id: str, allowed: Sequence[tuple[str, Allowed]]) -> None: ...
    def sessions(self, user_id: str, now: int) -> tuple[tuple[str, str], ...]:
        """Sessions that have not ended, with the address of the login that gave each."""
        ...

    def take(self, key: str, now: int) -> Seen:
        """Count one more password of a network before anything is compared."""
        ...

    def refund(self, keys: Sequence[str]) -> None: ...
    def name(self, key: str) -> None: ...
    def notify(self, notice: Notice) -> None: ...
    def notices(self, user_ids: Sequence[str], now: int) -> tuple[Notice, ...]: ...
    def clear(self, user_id: str, kind: str = "") -> None:
        """Nothing is left to tell, of this kind or at all."""
        ...
