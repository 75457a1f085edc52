"""Argon2id alone, by the library and the parameters that the server uses: the measure of every ratio."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher, Type

MEMORY_KIB, PASSES, LANES = 19456, 2, 1
_GIVEN = b"a peppered password of forty-three characters"


@dataclass(frozen=True, slots=True)
class Hashed:
    """`cpu_ms` is the CPU time of one verification on its own thread, `per_s` how many ended a second by the wall."""

    count: int
    cpu_ms: float
    per_s: float


def hasher(*, cheap: bool = False) -> PasswordHasher:
    """The server's hasher; `cheap` one whose cost vanishes beside a login."""
    if cheap:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=32, type=Type.ID)
    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=32, type=Type.ID)


def alone(count: int, threads: int) -> Hashed:
    """`count` verifications on `threads` threads, and nothing else."""
    made = hasher()
    encoded = made.hash(_GIVEN)

    def verify(_: int) -> float:
        began = time.thread_time()
        made.verify(encoded, _GIVEN)
        return time.thread_time() - began

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(verify, range(threads)))
        began = time.perf_counter()
        spent = list(pool.map(verify, range(count)))
        wall = time.perf_counter() - began
    return Hashed(count, sum(spent) / count * 1000, count / wall)
