"""The load generator: its functions run in a process of their own, so that its CPU time stands on a row of its own."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.actors import Clocked, PlatformClient, PortalClient
from bench.people import Person
from bench.servers import Site

CLIENTS: dict[str, Callable[[Site, Clocked], Any]] = {"portal": PortalClient, "platform": PlatformClient}


@dataclass(frozen=True, slots=True)
class Done:
    """What a block of work came to: how many ended well, wall seconds, this process's CPU seconds, milliseconds by step and in all,
    and how often the server asked to come back."""

    count: int
    wall: float
    cpu: float
    whole: list[float] = field(default_factory=list)
    steps: dict[str, list[float]] = field(default_factory=dict)
    busy: int = 0


@contextmanager
def generator() -> Iterator[ProcessPoolExecutor]:
    """A process to submit the functions here to."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def logins(site: Site, people: Sequence[Person], way: str, clients: int) -> Done:
    """One complete login for each person, by `portal` or `platform`, over `clients` connections at once. Raises Unexpected."""
    return together(people, clients, lambda clocked: CLIENTS[way](site, clocked).login)


def together(items: Sequence[Any], clients: int, make: Callable[[Clocked], Callable[[Any], object]]) -> Done:
    """Work through `items` with `clients` threads, each with a worker of its own from `make`. The first fault ends it and is raised."""
    queue, lock, faults = iter(items), threading.Lock(), list[BaseException]()
    clocks = [Clocked() for _ in range(clients)]
    whole: list[float] = []

    def run(clocked: Clocked) -> None:
        work = make(clocked)
        while not faults:
            with lock:
                item = next(queue, None)
            if item is None:
                return
            began = time.perf_counter()
            try:
                work(item)
            except BaseException as fault:  # noqa: BLE001 (it is raised again below, in the caller's thread)
                faults.append(fault)
                return
            whole.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=run, args=(clocked,)) for clocked in clocks]
    cpu, began = time.process_time(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    if faults:
        raise faults[0]
    steps: dict[str, list[float]] = {}
    for clocked in clocks:
        for name, times in clocked.steps.items():
            steps.setdefault(name, []).extend(times)
    return Done(len(whole), wall, time.process_time() - cpu, whole, steps, sum(clocked.busy for clocked in clocks))
