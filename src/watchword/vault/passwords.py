"""Argon2id for passwords through a bounded pool: a short wait, then a refusal, never a queue without end.

argon2-cffi releases the GIL while it hashes, so `threads` of one process use as many cores. docs/adr/0003-argon2.md picks the parameters.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from watchword.core.passwords import normal
from watchword.flows.ports import BusyError

T = TypeVar("T")


FAIR = 4  # of so many places in a row, one goes to strangers while they wait


class Pool:
    """At most `threads` hashes at once; `waiting` more of each class in line, for at most `patience` seconds.

    Two lines: known browsers, and everybody else. Known ones go first, so that a flood of strangers' passwords costs an owner at home the
    rest of one hash and no more; every FAIR-th place is a stranger's all the same, or a Monday morning would shut new browsers out.

    Each place is a thread of its own that lives as long as the pool, the one used last first: the allocator keeps a hash's memory with
    the thread that used it, so a hash in whichever thread serves the request would walk through a cold 19 MiB each time.
    """

    def __init__(self, threads: int, waiting: int, patience: float) -> None:
        self._waiting = waiting
        self._patience = patience
        self._lock = threading.Lock()
        self._lines: tuple[deque[_Ticket], deque[_Ticket]] = (deque(), deque())  # strangers, known
        self._ahead = 0  # known ones served in a row while strangers waited
        self._free = [ThreadPoolExecutor(1, thread_name_prefix=f"hash-{number}") for number in range(threads)]

    def full(self) -> bool:
        """Whether a stranger would be turned away now."""
        return not self._free and len(self._lines[False]) >= self._waiting

    def run(self, work: Callable[..., T], *args: object, known: bool = False) -> T:
        """Run `work` in one of the places; raises BusyError when none is free in time, and whatever `work` raises."""
        place = self._enter(known=known)
        try:
            return place.submit(work, *args).result()
        finally:
            self._leave(place)

    def _enter(self, *, known: bool) -> ThreadPoolExecutor:
        line = self._lines[known]
        with self._lock:
            if self._free and not self._lines[True] and (known or not line):
                return self._free.pop()
            if len(line) >= self._waiting:
                raise BusyError(2)
            ticket = _Ticket()
            line.append(ticket)
        if ticket.called.wait(self._patience):
            return ticket.taken()
        with self._lock:
            if ticket.place is None:
                line.remove(ticket)
                raise BusyError(2)
        return ticket.taken()  # called in the very moment of giving up

    def _leave(self, place: ThreadPoolExecutor) -> None:
        with self._lock:
            line = self._next()
            if line is None:
                self._free.append(place)
                return
            ticket = line.popleft()
            ticket.place = place
        ticket.called.set()

    def _next(self) -> deque[_Ticket] | None:
        """The line whose turn it is, None where nobody waits."""
        strangers, known = self._lines
        if known and not (strangers and self._ahead + 1 >= FAIR):
            self._ahead = self._ahead + 1 if strangers else 0
            return known
        self._ahead = 0
        return strangers or None


class _Ticket:
    """One who waits, and the place he gets."""

    __slots__ = ("called", "place")

    def __init__(self) -> None:
        self.called = threading.Event()
        self.place: ThreadPoolExecutor | None = None

    def taken(self) -> ThreadPoolExecutor:
        """The place."""
        if self.place is None:
            raise RuntimeError("called without a place")
        return self.place


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

    def full(self) -> bool:
        """Whether strangers would be turned away now."""
        return self._pool.full()

    def verify(self, encoded: str, password: str, *, known: bool = False) -> bool:
        """Whether the password fits. One hash is computed whatever comes; an empty `encoded` never fits. Raises BusyError.

        `known` browsers go before strangers.
        """
        given = self._pepper(normal(password))
        try:
            fits = self._pool.run(self._hasher.verify, encoded or self._dummy, given, known=known)
        except (VerificationError, InvalidHashError):
            return False
        return fits and bool(encoded)

    def stale(self, encoded: str) -> bool:
        """Whether the parameters have changed since this hash was made, so that it is renewed at the next right password."""
        return self._hasher.check_needs_rehash(encoded)
