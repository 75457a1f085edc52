"""Argon2id for passwords through a bounded pool: a short wait, then a refusal, never a queue without end.

argon2-cffi releases the GIL while it hashes, so `threads` of one process use as many cores. docs/adr/0003-argon2.md picks the parameters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from watchword.core.passwords import normal
from watchword.flows.ports import BusyError


class Pool:
    """At most `threads` at once and `waiting` more in line, for at most `patience` seconds."""

    def __init__(self, threads: int, waiting: int, patience: float) -> None:
        self._slots = threading.BoundedSemaphore(threads)
        self._line = threading.BoundedSemaphore(threads + waiting)
        self._patience = patience

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one of the places; raises BusyError when none is free in time."""
        if not self._line.acquire(blocking=False):
            raise BusyError(2)
        try:
            if not self._slots.acquire(timeout=self._patience):
                raise BusyError(2)
            try:
                yield
            finally:
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
        with self._pool.place():
            return self._hasher.hash(self._pepper(normal(password)))

    def verify(self, encoded: str, password: str) -> bool:
        """Whether the password fits. One hash is computed whatever comes; an empty `encoded` never fits. Raises BusyError."""
        given = self._pepper(normal(password))
        with self._pool.place():
            try:
                fits = self._hasher.verify(encoded or self._dummy, given)
            except (VerificationError, InvalidHashError):
                return False
        return fits and bool(encoded)

    def stale(self, encoded: str) -> bool:
        """Whether the parameters have changed since this hash was made, so that it is renewed at the next right password."""
        return self._hasher.check_needs_rehash(encoded)
