"""Whether a login costs more among a million users than among a thousand: two servers, blocks of logins in turn."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from bench import bulk, load, people, servers
from bench.logins import WARM, Roster
from bench.servers import Running

FEW, MANY, ROUNDS, LOGINS = 1000, 1_000_000, 12, 25
SETTLE = 3.0


@dataclass(frozen=True, slots=True)
class Block:
    """Milliseconds a login of one block: CPU of server and database, and by the clock (median)."""

    cpu: float
    wall: float


def run(quick: bool) -> dict[str, float]:
    """Both databases; the worst of CPU and clock."""
    results: dict[str, float] = {}
    for kind in servers.KINDS:
        cpu, wall = measure(
            kind, FEW // 10 if quick else FEW, FEW if quick else MANY, 1 if quick else ROUNDS, 4 if quick else LOGINS
        )
        results |= {f"million_users_cpu_ratio_{kind}": cpu, f"million_users_wall_ratio_{kind}": wall}
    return {"million_users_ratio": max(results.values()), **results}


def measure(kind: str, few: int, many: int, rounds: int, logins: int) -> tuple[float, float]:
    """Median over the rounds of what a login costs among many over what it costs among few; the order changes each round."""
    with ExitStack() as stack:
        pool = stack.enter_context(load.generator())
        sides: list[tuple[Running, Roster]] = []
        for users in (few, many):
            home = stack.enter_context(servers.installation(kind, cheap=True))
            bulk.fill(home, users)
            roster = Roster(people.add(home.built, WARM + rounds * logins, cheap=True))
            server = stack.enter_context(servers.running(home))
            pool.submit(load.logins, home.site, roster.take(WARM), "portal", 2).result()
            sides.append((server, roster))
        time.sleep(SETTLE)
        cpu, wall = [], []
        for number in range(rounds):
            order = (0, 1) if number % 2 else (1, 0)
            found = {side: _block(*sides[side], pool, logins) for side in order}
            cpu.append(found[1].cpu / found[0].cpu)
            wall.append(found[1].wall / found[0].wall)
    return median(cpu), median(wall)


def _block(server: Running, roster: Roster, pool: ProcessPoolExecutor, logins: int) -> Block:
    began = server.cpu.seconds() + (server.database.seconds() if server.database else 0.0)
    done = pool.submit(load.logins, server.site, roster.take(logins), "portal", 1).result()
    ended = server.cpu.seconds() + (server.database.seconds() if server.database else 0.0)
    return Block((ended - began) / logins * 1000, median(done.whole))
