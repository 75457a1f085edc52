"""Complete logins against Argon2 alone: CPU by ratio with one client, rates with several."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import mean, median

from bench import argon, load, people, servers
from bench.people import Person
from bench.servers import Running, Site

CORES = os.cpu_count() or 1
CLIENTS = 8
WARM = 12


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rounds of hashes and logins in turn; `hashes` and `logins` a round for the ratio, `crowd` logins a round for the rate."""

    rounds: int
    hashes: int
    logins: int
    crowd_rounds: int
    crowd: int

    @property
    def people(self) -> int:
        """Users needed: nobody logs in twice, since a phone is asked three times in ten minutes at most."""
        return 2 * (WARM + self.rounds * self.logins) + self.crowd_rounds * self.crowd


FULL = Sizes(rounds=7, hashes=40, logins=40, crowd_rounds=3, crowd=400)
QUICK = Sizes(rounds=1, hashes=4, logins=4, crowd_rounds=1, crowd=8)


class Roster:
    """People, each handed out once."""

    def __init__(self, everybody: Sequence[Person]) -> None:
        self._left = iter(everybody)

    def take(self, count: int) -> list[Person]:
        """The next `count` people."""
        return [next(self._left) for _ in range(count)]


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of CPU a login, and what the reference hash cost beside it."""

    server: float
    database: float
    generator: float
    hash: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """Logins a second with several clients, hashes a second alone beside them, the ratio of their CPU, and answers of 503."""

    logins: float
    hashes: float
    ratio: float
    busy: int


def run(quick: bool) -> dict[str, float]:
    """Both databases."""
    results: dict[str, float] = {}
    rates: list[float] = []
    hashes: list[float] = []
    for kind in servers.KINDS:
        found, rate, cpu = measure(kind, QUICK if quick else FULL)
        results |= found
        rates.append(rate)
        hashes.append(cpu)
    return {"argon2_per_s": median(rates), "argon2_cpu_ms": median(hashes), **results}


def measure(kind: str, sizes: Sizes) -> tuple[dict[str, float], float, float]:
    """The figures of one database, hashes a second and CPU milliseconds of one beside it."""
    with servers.installation(kind) as home, load.generator() as pool:
        roster = Roster(people.add(home.built, sizes.people))
        with servers.running(home) as server:
            portal = _costs(server, pool, roster, "portal", sizes)
            platform = _costs(server, pool, roster, "platform", sizes)
            crowd = _crowd(server, pool, roster, home.site, sizes)
    found = {
        f"login_cpu_ratio_{kind}": median(cost.server / cost.hash for cost in portal),
        f"platform_login_cpu_ratio_{kind}": median(cost.server / cost.hash for cost in platform),
        f"login_server_ms_{kind}": median(cost.server for cost in portal),
        f"login_generator_ms_{kind}": median(cost.generator for cost in portal),
        f"logins_{kind}_per_s": median(one.logins for one in crowd),
        f"login_rate_share_{kind}": median(one.logins / one.hashes for one in crowd),
        f"login_cpu_ratio_loaded_{kind}": median(one.ratio for one in crowd),
    }
    found[f"logins_asked_to_return_{kind}"] = sum(one.busy for one in crowd)
    if server.database:
        found[f"login_database_ms_{kind}"] = median(cost.database for cost in portal)
    return found, median(one.hashes for one in crowd), median(cost.hash for cost in portal)


def _costs(server: Running, pool: ProcessPoolExecutor, roster: Roster, way: str, sizes: Sizes) -> list[Cost]:
    """Hashes, logins, hashes, logins, …, hashes: each block of logins is held against the hashes on both sides of it."""
    pool.submit(load.logins, server.site, roster.take(WARM), way, 2).result()
    before = pool.submit(argon.alone, sizes.hashes, 1).result().cpu_ms
    out = []
    for _ in range(sizes.rounds):
        cost = block(server, pool, roster.take(sizes.logins), way)
        after = pool.submit(argon.alone, sizes.hashes, 1).result().cpu_ms
        out.append(Cost(cost.server, cost.database, cost.generator, mean((before, after))))
        before = after
    return out


def block(server: Running, pool: ProcessPoolExecutor, some: Sequence[Person], way: str, clients: int = 1) -> Cost:
    """CPU milliseconds a login of one block."""
    began = (server.cpu.seconds(), server.database.seconds() if server.database else 0.0)
    done = pool.submit(load.logins, server.site, some, way, clients).result()
    ended = (server.cpu.seconds(), server.database.seconds() if server.database else 0.0)
    each = 1000 / done.count
    return Cost((ended[0] - began[0]) * each, (ended[1] - began[1]) * each, done.cpu * each, 0.0)


def _crowd(server: Running, pool: ProcessPoolExecutor, roster: Roster, site: Site, sizes: Sizes) -> list[Crowd]:
    """Hashes on every core, logins by several clients, hashes, …: each block of logins is held against the hashes on both sides of it."""
    before = pool.submit(argon.alone, sizes.crowd // 2, CORES).result()
    out = []
    for _ in range(sizes.crowd_rounds):
        began = server.cpu.seconds()
        done = pool.submit(load.logins, site, roster.take(sizes.crowd), "portal", CLIENTS).result()
        cost = (server.cpu.seconds() - began) / done.count * 1000
        after = pool.submit(argon.alone, sizes.crowd // 2, CORES).result()
        out.append(
            Crowd(
                done.count / done.wall,
                mean((before.per_s, after.per_s)),
                cost / mean((before.cpu_ms, after.cpu_ms)),
                done.busy,
            )
        )
        before = after
    return out
