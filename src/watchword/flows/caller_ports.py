"""What proofs on the telephone need from the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from watchword.core.caller import CallerProof


class Callers(Protocol):
    """Proofs, each beside the attempt of the same id."""

    def add(self, proof: CallerProof) -> None: ...
    def get(self, attempt_id: str) -> CallerProof | None: ...
    def move(self, attempt_id: str, state: str, to: str, now: int) -> bool:
        """Compare-and-swap on the state of the words; False when somebody was first."""
        ...

    def alarm(self, attempt_id: str, now: int) -> None: ...
    def about(self, user_id: str, since: int, limit: int) -> Sequence[CallerProof]: ...
    def since(self, since: int, limit: int) -> Sequence[CallerProof]: ...
