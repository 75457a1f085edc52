"""Argon2id for passwords through a bounded pool: a short wait, then a refusal, never a queue without end.

argon2-cffi releases the GIL while it hashes, so `threads` of one process use as many cores. docs/adr/0003-argon2.md picks the parameters.
"""

from __future__ import annotations

import base64
import hmac
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import Parameters, PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret

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

    def hash(self, password: str, *, like: str = "") -> str:
        """The encoded hash of a new password, with the salt of `like` where that is given. Raises BusyError.

        All passwords that one person ever has share one salt, so that one hash says whether a new one was used before. It costs a
        thief of the database nothing less: the hashes of one person could be searched together, never those of two.
        """
        return self._pool.run(self._hash, self._pepper(normal(password)), like)

    def _hash(self, given: bytes, like: str) -> str:
        return self._hasher.hash(given, salt=_salt(like)) if like else self._hasher.hash(given)

    def used(self, password: str, encoded: str, earlier: Sequence[str]) -> bool:
        """Whether `password`, whose hash is `encoded`, is one of `earlier`. Raises BusyError.

        No hash at all is computed where they share salt and parameters; one for each salt and parameters that were once in use.
        """
        found = _among(encoded, earlier)
        for other in {_form(one): one for one in earlier if _form(one) != _form(encoded)}.values():
            again = self._pool.run(_same_way, other, self._pepper(normal(password)))
            found |= _among(again, earlier)
        return found

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
