"""What a login costs beside its hash: the same logins of people whose stored hash costs nothing (environment = test)."""

from __future__ import annotations

from statistics import median

from bench import load, people, servers
from bench.logins import WARM, Roster, block

ROUNDS, LOGINS = 8, 60


def run(quick: bool) -> dict[str, float]:
    """Both databases, both ways."""
    results: dict[str, float] = {}
    for kind in servers.KINDS:
        results |= measure(kind, 1 if quick else ROUNDS, 6 if quick else LOGINS)
    return results


def measure(kind: str, rounds: int, logins: int) -> dict[str, float]:
    """The figures of one database; portal and platform in turn."""
    costs: dict[str, list[float]] = {"portal": [], "platform": []}
    walls: list[float] = []
    with servers.installation(kind, cheap=True) as home, load.generator() as pool:
        roster = Roster(people.add(home.built, 2 * (WARM + rounds * logins) + rounds * logins, cheap=True))
        with servers.running(home) as server:
            for way in costs:
                pool.submit(load.logins, home.site, roster.take(WARM), way, 2).result()
            for _ in range(rounds):
                for way, found in costs.items():
                    found.append(block(server, pool, roster.take(logins), way).server)
                walls += pool.submit(load.logins, home.site, roster.take(logins), "portal", 1).result().whole
    return {
        f"login_ms_without_hash_{kind}": median(costs["portal"]),
        f"platform_login_ms_without_hash_{kind}": median(costs["platform"]),
        f"login_wall_ms_without_hash_{kind}": median(walls),
    }
