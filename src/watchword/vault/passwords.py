"""Argon2id for passwords through a bounded pool: a short wait, then a refusal, never a queue without end.

argon2-cffi releases the GIL while it hashes, so `threads` of one process use as many cores. docs/adr/0003-argon2.md picks the parameters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from watchword.core.passwords import normal
from watchword.flows.ports import BusyError

T = TypeVar("T")


class Pool:
    """At most `threads` hashes at once and `waiting` more in line, for at most `patience` seconds.

    Each place is a thread of its own that lives as long as the pool, the one used last first: the allocator keeps a hash's memory with
    the thread that used it, so a hash in whichever thread serves the request would walk through a cold 19 MiB each time.
    """

    def __init__(self, threads: int, waiting: int, patience: float) -> None:
        self._slots = threading.BoundedSemaphore(threads)
        self._line = threading.BoundedSemaphore(threads + waiting)
        self._patience = patience
        self._free = [ThreadPoolExecutor(1, thread_name_prefix=f"hash-{number}") for number in range(threads)]

    def run(self, work: Callable[..., T], *args: object) -> T:
        """Run `work` in one of the places; raises BusyError when none is free in time, and whatever `work` raises."""
        if not self._line.acquire(blocking=False):
            raise BusyError(2)
        try:
            if not self._slots.acquire(timeout=self._patience):
                raise BusyError(2)
            place = self._free.pop()
            try:
                return place.submit(work, *args).result()
            finally:
                self._free.append(place)
                self._slots.release()
        finally:
            self._line.release()


class Passwords:
    """Hashes and verifies. `pepper` keys the password before it is hashed (THREATS: database stolen)."""

    def __init__(
        self, pool: Pool, pepper: Callable[[str], bytes], *, memory_kib: int, passes: int, lanes: int, dummy_salt: bytes
    ) -> None:
        self._pool = pool
        self._pepper = pepper
        self._hasher = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=lanes, hash_len=32, type=Type.ID
        )
        self._dummy = self._hasher.hash(b"nobody", salt=dummy_salt)

    def hash(self, password: str) -> str:
        """The encoded hash of a new password. Raises BusyError."""
        return self._pool.run(self._hasher.hash, self._pepper(normal(password)))

    def verify(self, encoded: str, password: str) -> bool:
        """Whether the password fits. One hash is computed whatever comes; an empty `encoded` never fits. Raises BusyError."""
        given = self._pepper(normal(password))
        try:
            fits = self._pool.run(self._hasher.verify, encoded or self._dummy, given)
        except (VerificationError, InvalidHashError):
            return False
        return fits and bool(encoded)

    def stale(self, encoded: str) -> bool:
        """Whether the parameters have changed since this hash was made, so that it is renewed at the next right password."""
        return self._hasher.check_needs_rehash(encoded)
