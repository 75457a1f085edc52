"""Argon2id for passwords through a bounded pool: a short wait, then a refusal, never a queue without end.

argon2-cffi releases the GIL while it hashes, so `threads` of one process use as many cores. docs/adr/0003-argon2.md picks the parameters.
"""

from __future__ import annotations

import base64
import hmac
import math
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TypeVar

from argon2 import Parameters, PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret

from watchword.core.passwords import normal
from watchword.flows.ports import BusyError

T = TypeVar("T")


NICE = 10  # a tenth of the weight of everything else
HOPE = 0.5  # of the patience: a longer line of strangers is turned away at once
RECENT = 8  # hashes that the moving mean of their time looks back on

Turn = Callable[[int], AbstractContextManager[object]]


def _alone(_: int) -> AbstractContextManager[object]:
    return nullcontext()


class Pool:
    """At most `threads` hashes of known browsers at once, and one less (but one) of everybody else, in two lines of `waiting` each, where nobody
    stands longer than `patience` seconds.

    The lines meet nowhere: in the midst of a flood an owner at home finds the places he would find on a quiet day. Strangers' places give
    way to everything else where cores are short, so they cost owners little; they still get their tenth, or a Monday morning would shut new
    browsers out. Several processes share the cores: `turn(at)` is the lock of a stranger's place number `at`, and who has the place waits for
    the lock, so that no more of them hash on the whole machine than in one process.
    """

    def __init__(
        self, threads: int, waiting: int, patience: float, clock: Callable[[], float], turn: Turn = _alone
    ) -> None:
        """`clock` counts seconds from anywhere; without `turn` this process is the only one."""
        self._strangers = _Line(
            [_Place(f"hash-s{at}", turn(at), _give_way) for at in range(max(1, threads - 1))],
            waiting, patience, clock, hope=HOPE,
        )  # fmt: skip
        self._known = _Line([_Place(f"hash-{at}") for at in range(threads)], waiting, patience, clock)

    def full(self) -> bool:
        """Whether a stranger would be turned away now."""
        return self._strangers.full()

    def run(self, work: Callable[..., T], *args: object, known: bool = False) -> T:
        """Run `work` in one of the places; raises BusyError when none is free in time, and whatever `work` raises."""
        return (self._known if known else self._strangers).run(partial(work, *args))


class _Place:
    """A thread of its own that lives as long as the pool: the allocator keeps a hash's memory with the thread that used it, so a hash in whichever
    thread serves the request would walk through a cold 19 MiB each time."""

    def __init__(
        self, name: str, turn: AbstractContextManager[object] | None = None, start: Callable[[], None] | None = None
    ) -> None:
        self._thread = ThreadPoolExecutor(1, name, start)
        self._turn = turn or nullcontext()

    def run(self, work: Callable[[], T]) -> T:
        return self._thread.submit(self._at_turn, work).result()

    def _at_turn(self, work: Callable[[], T]) -> T:
        with self._turn:
            return work()


class _Line:
    """Those who wait for one kind of place, first come, first served; of the free places, the one used last."""

    def __init__(
        self,
        places: Sequence[_Place],
        waiting: int,
        patience: float,
        clock: Callable[[], float],
        *,
        hope: float = math.inf,
    ) -> None:
        self._free = list(places)
        self._places = len(places)
        self._waiting, self._patience, self._hope = waiting, patience, hope
        self._clock = clock
        self._pace = 0.0  # seconds that a hash takes here now, as a moving mean
        self._line: deque[_Ticket] = deque()
        self._lock = threading.Lock()

    def full(self) -> bool:
        """Whether nobody more is taken. A line without hope turns away before it counts rather than after a wait in vain: that costs
        least, and what strangers cost is taken from owners."""
        ahead = len(self._line)
        return not self._free and (
            ahead >= self._waiting or ahead * self._pace > self._hope * self._patience * self._places
        )

    def run(self, work: Callable[[], T]) -> T:
        place = self._enter()
        began = self._clock()
        try:
            return place.run(work)
        finally:
            self._leave(place, self._clock() - began)

    def _enter(self) -> _Place:
        with self._lock:
            if self._free:
                return self._free.pop()
            if self.full():
                raise BusyError(2)
            ticket = _Ticket()
            self._line.append(ticket)
        if not ticket.called.wait(self._patience):
            with self._lock:
                if ticket.place is None:
                    self._line.remove(ticket)
                    raise BusyError(2)
        return ticket.taken()  # perhaps called in the very moment of giving up

    def _leave(self, place: _Place, took: float) -> None:
        with self._lock:
            self._pace += (took - self._pace) / RECENT
            if not self._line:
                self._free.append(place)
                return
            ticket = self._line.popleft()
            ticket.place = place
        ticket.called.set()


def _give_way() -> None:
    """This thread runs when nothing else wants its core. Linux keeps a priority for each thread; elsewhere it would be the whole process's."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


class _Ticket:
    """One who waits, and the place he gets."""

    __slots__ = ("called", "place")

    def __init__(self) -> None:
        self.called = threading.Event()
        self.place: _Place | None = None

    def taken(self) -> _Place:
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
