"""Many at once: the same work in threads that are let go together, and instruments that count what a server did meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from tests.support.installation import Installation
from watchword.stores.database import PostgresDatabase, SqliteDatabase
from watchword_client.transport import Localhost

T = TypeVar("T")


def together(works: Sequence[Callable[[], T]], *, threads: int = 0) -> list[T]:
    """The results of all, begun as close together as threads come, `threads` at a time (default: all)."""
    threads = threads or len(works)
    gate = threading.Barrier(threads)

    def worker(first: int) -> list[tuple[int, T]]:
        gate.wait(30)
        return [(at, works[at]()) for at in range(first, len(works), threads)]

    with ThreadPoolExecutor(threads) as pool:
        found = [pair for part in pool.map(worker, range(threads)) for pair in part]
    return [result for _, result in sorted(found, key=lambda pair: pair[0])]


@contextmanager
def wide_client(connections: int = 64) -> Iterator[httpx.Client]:
    """A client with room for so many requests at once."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    mounts = {"all://*.localhost": Localhost(httpx.HTTPTransport(limits=limits))}
    with httpx.Client(mounts=mounts, timeout=60) as client:
        yield client


class Counted:
    """Calls of a function, counted over all threads; `calls` are their positional arguments."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._lock = threading.Lock()
        self.calls: list[tuple[Any, ...]] = []

    def __call__(self, *given: Any, **named: Any) -> Any:
        with self._lock:
            self.calls.append(given)
        return self._function(*given, **named)


@contextmanager
def counting_hashes(here: Installation) -> Iterator[Counted]:
    """Every password that is compared, in the real hasher."""
    passwords: Any = here.built.kit.passwords
    counted = Counted(passwords.verify)
    passwords.verify = counted
    try:
        yield counted
    finally:
        del passwords.verify


@contextmanager
def counting_statements() -> Iterator[list[str]]:
    """Every statement that is sent to a database, in order, as its text."""
    found: list[str] = []
    originals = [(kind, kind._execute) for kind in (SqliteDatabase, PostgresDatabase)]

    def counting(original: Callable[..., Any]) -> Callable[..., Any]:
        def execute(self: Any, query: Any, values: dict[str, Any]) -> Any:
            cursor = original(self, query, values)
            found.append(query.compiled(self.dialect).sql)
            return cursor

        return execute

    for kind, original in originals:
        kind._execute = counting(original)  # type: ignore[method-assign]
    try:
        yield found
    finally:
        for kind, original in originals:
            kind._execute = original  # type: ignore[method-assign]
