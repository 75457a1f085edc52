"""The one place where time and randomness come from."""

from __future__ import annotations

import secrets
import time

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Whole seconds since the epoch."""
        return int(time.time())


class SystemEntropy:
    """The operating system's randomness."""

    def bytes(self, count: int) -> bytes:
        """`count` unpredictable bytes."""
        return secrets.token_bytes(count)

    def id(self) -> str:
        """26 characters of 0-9a-z: 134 bits."""
        number = int.from_bytes(secrets.token_bytes(17), "big")
        out = []
        for _ in range(26):
            number, digit = divmod(number, 36)
            out.append(ALPHABET[digit])
        return "".join(out)


monotonic = time.monotonic
