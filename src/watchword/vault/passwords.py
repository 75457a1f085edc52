"""Argon2id for passwords through a bounded pool: a short wait, then a refusal, never a queue without end.

argon2-cffi releases the GIL while it hashes, so `threads` of one process use as many cores. docs/adr/0003-argon2.md picks the parameters.
"""

from __future__ import annotations

import base64
import hmac
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import Parameters, PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret

from watchword.core.passwords import normal
from watchword.flows.ports import BusyError

T = TypeVar("T")


FAIR = 4  # of so many places in a row, one goes to strangers while they wait
NICE = 10  # a tenth of the weight of everything else
HOPE = 0.5  # of the patience: a longer line of strangers is turned away at once
RECENT = 8  # hashes that the moving mean of their time looks back on


class Pool:
    """At most `threads` hashes at once; `waiting` more of each class in line, for at most `patience` seconds.

    Two lines: known browsers, and everybody else. Strangers leave one place of several free, so that an owner at home finds one in the
    midst of a flood; known ones go first, and every FAIR-th turn is a stranger's all the same, or a Monday morning would shut new browsers out.

    Each place is a thread of its own that lives as long as the pool, the one used last first: the allocator keeps a hash's memory with
    the thread that used it, so a hash in whichever thread serves the request would walk through a cold 19 MiB each time. Strangers have
    places of their own, which give way to everything else where cores are short: several processes share them, and a flood at one must
    not slow the owners at another.
    """

    def __init__(self, threads: int, waiting: int, patience: float, clock: Callable[[], float]) -> None:
        """`clock` counts seconds from anywhere."""
        self._threads = threads
        self._waiting = waiting
        self._patience = patience
        self._clock = clock
        self._pace = 0.0  # seconds that a stranger's hash takes now, as a moving mean
        self._lock = threading.Lock()
        self._lines: tuple[deque[_Ticket], deque[_Ticket]] = (deque(), deque())  # strangers, known
        self._busy = 0
        self._ahead = 0  # known ones served in a row while strangers waited
        self._places = max(1, threads - 1)  # that strangers may have
        self._free = (
            [ThreadPoolExecutor(1, f"hash-s{number}", _give_way) for number in range(self._places)],
            [ThreadPoolExecutor(1, f"hash-{number}") for number in range(threads)],
        )  # strangers, known

    def full(self) -> bool:
        """Whether a stranger would be turned away now."""
        return self._long(known=False) and not (self._busy < self._threads and self._free[False])

    def _long(self, *, known: bool) -> bool:
        """Whether a line takes nobody more. Strangers are turned away before they are counted rather than after they have waited in
        vain: that costs least, and what it costs is taken from owners."""
        ahead = len(self._lines[known])
        hopeless = not known and ahead * self._pace > HOPE * self._patience * self._places
        return ahead >= self._waiting or hopeless

    def run(self, work: Callable[..., T], *args: object, known: bool = False) -> T:
        """Run `work` in one of the places; raises BusyError when none is free in time, and whatever `work` raises."""
        place = self._enter(known=known)
        began = self._clock()
        try:
            return place.submit(work, *args).result()
        finally:
            self._leave(place, self._clock() - began, known=known)

    def _enter(self, *, known: bool) -> ThreadPoolExecutor:
        line = self._lines[known]
        with self._lock:
            if not line and self._busy < self._threads and self._free[known]:
                self._busy += 1
                return self._free[known].pop()
            if self._long(known=known):
                raise BusyError(2)
            ticket = _Ticket()
            line.append(ticket)
        if not ticket.called.wait(self._patience):
            with self._lock:
                if ticket.place is None:
                    line.remove(ticket)
                    raise BusyError(2)
        return ticket.taken()  # perhaps called in the very moment of giving up

    def _leave(self, place: ThreadPoolExecutor, took: float, *, known: bool) -> None:
        with self._lock:
            self._busy -= 1
            if not known:
                self._pace += (took - self._pace) / RECENT
            self._free[known].append(place)
            called = self._call()
        for ticket in called:
            ticket.called.set()

    def _call(self) -> list[_Ticket]:
        """Those whose turn has come, with their places."""
        called = []
        while self._busy < self._threads and (known := self._next()) is not None:
            ticket = self._lines[known].popleft()
            ticket.place = self._free[known].pop()
            self._busy += 1
            called.append(ticket)
        return called

    def _next(self) -> bool | None:
        """Whose turn it is: known ones', strangers', or None where nobody waits who may come in."""
        strangers, known = self._lines
        may = bool(strangers) and bool(self._free[False])
        if known and not (may and self._ahead + 1 >= FAIR):
            self._ahead = self._ahead + 1 if may else 0
            return True
        self._ahead = 0
        return False if may else None


def _give_way() -> None:
    """This thread runs when nothing else wants its core. Linux keeps a priority for each thread; elsewhere it would be the whole process's."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


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

    def hash(self, password: str, *, like: str = "") -> str:
        """The encoded hash of a new password, with the salt of `like` where that is given: whoever has one has shown who he is, and goes before strangers.
        Raises BusyError.

        All passwords that one person ever has share one salt, so that one hash says whether a new one was used before. It costs a
        thief of the database nothing less: the hashes of one person could be searched together, never those of two.
        """
        return self._pool.run(self._hash, self._pepper(normal(password)), like, known=bool(like))

    def _hash(self, given: bytes, like: str) -> str:
        return self._hasher.hash(given, salt=_salt(like)) if like else self._hasher.hash(given)

    def used(self, password: str, encoded: str, earlier: Sequence[str]) -> bool:
        """Whether `password`, whose hash is `encoded`, is one of `earlier`. Raises BusyError.

        No hash at all is computed where they share salt and parameters; one for each salt and parameters that were once in use.
        """
        found = _among(encoded, earlier)
        for other in {_form(one): one for one in earlier if _form(one) != _form(encoded)}.values():
            again = self._pool.run(_same_way, other, self._pepper(normal(password)), known=True)
            found |= _among(again, earlier)
        return found

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


def _among(encoded: str, others: Sequence[str]) -> bool:
    found = False
    for other in others:  # every one is compared, in constant time each
        found |= hmac.compare_digest(encoded.encode(), other.encode())
    return found


def _form(encoded: str) -> str:
    """Algorithm, parameters and salt: what two hashes must share to be comparable."""
    return encoded.rpartition("$")[0]


def _salt(encoded: str) -> bytes:
    text = encoded.split("$")[-2]
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _same_way(encoded: str, given: bytes) -> str:
    """`given` hashed with the parameters and the salt of `encoded`."""
    how: Parameters = extract_parameters(encoded)
    return hash_secret(
        given, _salt(encoded), how.time_cost, how.memory_cost, how.parallelism, how.hash_len, how.type, how.version
    ).decode()
