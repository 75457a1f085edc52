"""Twice as many logins as there is capacity for: how many are served, how long those wait, and that the rest is asked to come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from urllib.parse import urlencode

from bench import drive, load, people, servers
from bench.actors import AGENT, CSRF, DEVICE
from bench.http1 import Connection
from bench.machine import percentile
from bench.people import PASSWORD, Person
from bench.servers import Site

USERS, CLIENTS, CAPACITY, SECONDS, TIMES = 1500, 8, 400, 15.0, 2.0
SERVED, REFUSED = 303, 503


@dataclass(frozen=True, slots=True)
class Sizes:
    """`capacity` logins on each side of the flood measure what is possible; the flood lasts `seconds`."""

    users: int
    capacity: int
    seconds: float


FULL = Sizes(USERS, CAPACITY, SECONDS)
QUICK = Sizes(30, 16, 0.5)


def run(quick: bool) -> dict[str, float]:
    """Both databases; the worse counts."""
    found = {kind: measure(kind, QUICK if quick else FULL) for kind in servers.KINDS}
    return {
        "overload_served_share": min(one["share"] for one in found.values()),
        "overload_p99_ms": max(one["p99"] for one in found.values()),
        "overload_refused_share": min(one["refused"] for one in found.values()),
        **{f"overload_served_share_{kind}": one["share"] for kind, one in found.items()},
        **{f"overload_p99_ms_{kind}": one["p99"] for kind, one in found.items()},
    }


def measure(kind: str, sizes: Sizes) -> dict[str, float]:
    """Capacity, flood, capacity; the share is of the mean of both."""
    with servers.installation(kind) as home, load.generator() as pool:
        everybody = people.add(home.built, sizes.users)
        with servers.running(home):
            pool.submit(steady, home.site, everybody, 16).result()
            before = pool.submit(steady, home.site, everybody, sizes.capacity).result()
            flood = pool.submit(flooded, home.site, everybody, before * TIMES, sizes.seconds).result()
            after = pool.submit(steady, home.site, everybody, sizes.capacity).result()
    served, refused = flood.count(SERVED), [reply for reply in flood.replies if reply.status != SERVED]
    proper = sum(reply.status == REFUSED and reply.retry for reply in refused)
    return {
        "share": served / flood.wall / ((before + after) / 2),
        "p99": percentile(flood.ms(SERVED), 0.99),
        "refused": proper / len(refused) if refused else 1.0,
    }


def requests(site: Site, everybody: Sequence[Person], count: int) -> list[bytes]:
    """`count` posts of right passwords, over all people in turn, each with a form's token."""
    connection = Connection(site.port, site.portal)
    form = connection.ask("GET", "/login", "Accept-Language: en\r\n")
    found = CSRF.search(form.body)
    connection.close()
    if found is None:
        raise ValueError("no form")
    cookies = "; ".join(f"{name}={value}" for name, value in form.cookies().items())
    out = []
    for person in islice(cycle(everybody), count):
        body = urlencode({"csrf": found[1].decode(), "username": person.username, "password": PASSWORD}).encode()
        headers = (
            f"User-Agent: {AGENT}\r\nAccept-Language: en\r\nOrigin: {site.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Cookie: {cookies}; {DEVICE}={person.cookie}\r\n"
        )
        out.append(drive.request("POST", "/login", site.portal, headers, body))
    return out


def steady(site: Site, everybody: Sequence[Person], count: int) -> float:
    """In the load generator: logins a second that are served when no more come than that."""
    done = drive.closed(site.port, requests(site, everybody, count), CLIENTS)
    return done.count(SERVED) / done.wall


def flooded(site: Site, everybody: Sequence[Person], per_s: float, seconds: float) -> drive.Driven:
    """In the load generator: logins come at this rate, whatever becomes of them."""
    return drive.at_rate(site.port, requests(site, everybody, int(per_s * seconds)), per_s)
