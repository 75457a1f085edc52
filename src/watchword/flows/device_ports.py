"""Ports of what devices other than Key need: questions that wait for an answer."""

from __future__ import annotations

from typing import Protocol

from watchword.core.challenges import Challenge


class Challenges(Protocol):
    def put(self, challenge: Challenge) -> None:
        """In place of the one that this subject and kind had."""
        ...

    def get(self, subject: str, kind: str) -> Challenge | None: ...
    def count(self, subject: str, kind: str, limit: int) -> int | None:
        """One more wrong answer, counted before it is compared; None at the limit."""
        ...

    def end(self, subject: str, kind: str) -> bool:
        """It was answered; False when somebody was first."""
        ...
