"""The clock and the entropy of a test: a clock that moves when told, and randomness that is the same in every run."""

from __future__ import annotations

import hashlib

START = 1_795_000_000  # 2026-11-18T11:06:40Z, a Wednesday
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 26


class FakeClock:
    """Whole seconds since the epoch, standing still between calls of `advance`."""

    def __init__(self, start: int = START) -> None:
        self._now = start

    def now(self) -> int:
        """The time."""
        return self._now

    def advance(self, seconds: int) -> int:
        """Let `seconds` pass, and return the new time."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self._now += seconds
        return self._now


class FakeEntropy:
    """A stream of bytes made from a seed by SHA-256 over a counter."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed.encode()
        self._turn = 0

    def bytes(self, count: int) -> bytes:
        """The next `count` bytes."""
        out = b""
        while len(out) < count:
            out += hashlib.sha256(self._seed + self._turn.to_bytes(8, "big")).digest()
            self._turn += 1
        return out[:count]

    def id(self) -> str:
        """A new public id: 26 characters of 0-9a-z."""
        number = int.from_bytes(self.bytes(32), "big")
        digits = []
        for _ in range(_ID_LENGTH):
            number, digit = divmod(number, len(_ALPHABET))
            digits.append(_ALPHABET[digit])
        return "".join(digits)
