"""Wrong passwords: what one costs against a right first step, and what a flood of them leaves to owners on browsers that are known."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

from bench import drive, load, people, servers
from bench.actors import AGENT, CSRF, DEVICE
from bench.http1 import Connection
from bench.machine import percentile
from bench.people import PASSWORD, Person
from bench.servers import Running, Site

WRONG = "Wrong-2026 horse"
TIMES, OWNERS = 5, 0.2  # of capacity: strangers, and owners among them
CLIENTS = 8
SERVED, REFUSED = 303, 401


@dataclass(frozen=True, slots=True)
class Sizes:
    """`block` first steps of each kind in `rounds` blocks; `capacity` logins measure what is possible; each flood lasts `seconds`."""

    block: int
    rounds: int
    capacity: int
    seconds: float


FULL = Sizes(40, 8, 300, 25.0)
QUICK = Sizes(4, 1, 12, 0.5)


def run(quick: bool) -> dict[str, float]:
    """Both databases; the worse counts."""
    found = {kind: measure(kind, QUICK if quick else FULL) for kind in servers.KINDS}
    ratios = [one["ratio"] for one in found.values()]
    return {
        "refused_login_cpu_ratio": max(ratios, key=lambda ratio: abs(ratio - 1)),
        "login_p99_under_attack_ratio": max(one["p99"] for one in found.values()),
        "login_served_under_attack": min(one["served"] for one in found.values()),
        **{f"refused_login_cpu_ratio_{kind}": one["ratio"] for kind, one in found.items()},
        **{f"login_p99_under_attack_ratio_{kind}": one["p99"] for kind, one in found.items()},
        **{f"login_p99_under_attack_ms_{kind}": one["ms"] for kind, one in found.items()},
    }


def measure(kind: str, sizes: Sizes) -> dict[str, float]:
    """The figures of one database. The limits by network are out of the way: strangers may come from everywhere."""
    enough = 2 * sizes.block * (sizes.rounds + 1) + 2 * sizes.capacity
    with servers.installation(kind) as home, load.generator() as pool:
        everybody = people.add(home.built, enough)
        with servers.running(home) as server:
            ratio = costs(server, pool, everybody, sizes)
            rest = everybody[2 * sizes.block * (sizes.rounds + 1) :]
            return {"ratio": ratio, **floods(home.site, pool, rest, sizes)}


def costs(server: Running, pool: ProcessPoolExecutor, everybody: Sequence[Person], sizes: Sizes) -> float:
    """Server CPU of a refused first step over that of a right one, in blocks one after the other; the median of their ratios."""
    ratios = []
    for at in range(sizes.rounds + 1):
        some = everybody[2 * sizes.block * at : 2 * sizes.block * (at + 1)]
        right = _cpu(server, pool, some[: sizes.block], PASSWORD, SERVED)
        wrong = _cpu(server, pool, some[sizes.block :], WRONG, REFUSED)
        ratios.append(wrong / right)
    return median(ratios[1:])  # the first block warms up


def _cpu(server: Running, pool: ProcessPoolExecutor, some: Sequence[Person], password: str, status: int) -> float:
    began = server.cpu.seconds()
    done = pool.submit(steps, server.site, some, password, 1).result()
    if done.count(status) != len(some):
        raise ValueError(f"{done.count(status)} of {len(some)} were answered with {status}")
    return server.cpu.seconds() - began


def floods(site: Site, pool: ProcessPoolExecutor, rest: Sequence[Person], sizes: Sizes) -> dict[str, float]:
    """Owners by themselves, owners among strangers, owners by themselves: the 99th of a hundred, and how many are served."""
    half = sizes.capacity
    capacity = pool.submit(steps, site, rest[:half], PASSWORD, CLIENTS).result()
    per_s = capacity.count(SERVED) / capacity.wall
    before = pool.submit(among, site, rest, per_s, 0.0, sizes.seconds).result()
    attacked = pool.submit(among, site, rest, per_s, TIMES, sizes.seconds).result()
    after = pool.submit(among, site, rest, per_s, 0.0, sizes.seconds).result()
    calm = [reply.ms for part in (before, after) for reply in part if reply.status == SERVED]
    served = [reply.ms for reply in attacked if reply.status == SERVED]
    p99 = percentile(served, 0.99)
    return {"p99": p99 / percentile(calm, 0.99), "ms": p99, "served": len(served) / len(attacked)}


def steps(site: Site, some: Sequence[Person], password: str, clients: int) -> drive.Driven:
    """In the load generator: a first step of each of these people."""
    token, cookies = form(site)
    return drive.closed(
        site.port, [step(site, token, cookies, one.username, password, one.cookie) for one in some], clients
    )


def among(site: Site, owners: Sequence[Person], capacity: float, times: float, seconds: float) -> list[drive.Reply]:
    """In the load generator: owners at a fifth of capacity, strangers at `times` capacity between them; the replies to the owners."""
    token, cookies = form(site)
    every = round((times + OWNERS) / OWNERS)
    per_s = capacity * OWNERS * every
    requests = []
    for at in range(int(per_s * seconds)):
        owner = owners[at // every % len(owners)]
        own = at % every == 0
        username, cookie = (owner.username, owner.cookie) if own else (f"stranger{at:07d}", "")
        requests.append(step(site, token, cookies, username, PASSWORD if own else WRONG, cookie))
    done = drive.at_rate(site.port, requests, per_s)
    return [reply for reply in done.replies if round(reply.at * per_s) % every == 0]


def form(site: Site) -> tuple[str, str]:
    """A form's token, and the cookies it belongs to."""
    connection = Connection(site.port, site.portal)
    answer = connection.ask("GET", "/login", "Accept-Language: en\r\n")
    found = CSRF.search(answer.body)
    connection.close()
    if found is None:
        raise ValueError("no form")
    return found[1].decode(), "; ".join(f"{name}={value}" for name, value in answer.cookies().items())


def step(site: Site, token: str, cookies: str, username: str, password: str, device: str) -> bytes:
    """The bytes of a post of username and password; `device` is the cookie of a known browser, or ""."""
    body = urlencode({"csrf": token, "username": username, "password": password}).encode()
    known = f"; {DEVICE}={device}" if device else ""
    headers = (
        f"User-Agent: {AGENT}\r\nAccept-Language: en\r\nOrigin: {site.origin}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nCookie: {cookies}{known}\r\n"
    )
    return drive.request("POST", "/login", site.portal, headers, body)
