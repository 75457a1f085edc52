"""Whether response times tell a known name from an unknown one where the answers are the same: AUC of every pair of cases."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from itertools import combinations
from urllib.parse import urlencode

from sqlalchemy import update

from bench import load, people, servers
from bench.actors import AGENT, CSRF
from bench.http1 import Connection
from bench.people import PASSWORD, Person
from bench.servers import Installation, Site
from watchword.stores import tables

TRIES = 4  # the fifth wrong one locks a name, known or not
NAMES = 220
REFUSED = 401


def run(quick: bool) -> dict[str, float]:
    """The worst pair on both databases."""
    return {"timing_auc": max(measure(kind, 3 if quick else NAMES) for kind in servers.KINDS)}


def measure(kind: str, names: int) -> float:
    """Known with a wrong password, unknown, suspended with the right one: 1101 each, one hash each."""
    with servers.installation(kind) as home, load.generator() as pool:
        known, held = people.add(home.built, names), people.add(home.built, names, start=names)
        suspend(home, held)
        cases = {
            "known": [(person.username, "Wrong-2026 horse") for person in known],
            "unknown": [(f"nobody{number:06d}", "Wrong-2026 horse") for number in range(names)],
            "suspended": [(person.username, PASSWORD) for person in held],
        }
        with servers.running(home):
            times = pool.submit(refused, home.site, cases).result()
    return max(auc(times[one], times[other]) for one, other in combinations(times, 2))


def suspend(home: Installation, everybody: Sequence[Person]) -> None:
    """These people may not log in."""
    ids = [person.user for person in everybody]
    with home.built.store.engine.begin() as connection:
        connection.execute(update(tables.users).where(tables.users.c.id.in_(ids)).values(state="suspended"))


def refused(site: Site, cases: dict[str, list[tuple[str, str]]]) -> dict[str, list[float]]:
    """In the load generator: every name TRIES times, all in one shuffled order over one connection; milliseconds by case."""
    connection = Connection(site.port, site.portal)
    form = connection.ask("GET", "/login", "Accept-Language: en\r\n")
    found = CSRF.search(form.body)
    if found is None:
        raise ValueError("no form")
    cookies = "; ".join(f"{name}={value}" for name, value in form.cookies().items())
    headers = f"User-Agent: {AGENT}\r\nAccept-Language: en\r\nOrigin: {site.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: {cookies}\r\n"
    todo = [(case, name, password) for case, names in cases.items() for name, password in names for _ in range(TRIES)]
    random.Random(7).shuffle(todo)
    times: dict[str, list[float]] = {case: [] for case in cases}
    for case, name, password in todo:
        body = urlencode({"csrf": found[1].decode(), "username": name, "password": password}).encode()
        began = time.perf_counter()
        status = connection.ask("POST", "/login", headers, body).status
        times[case].append(time.perf_counter() - began)
        if status != REFUSED:
            raise ValueError(f"{case}: {status} instead of {REFUSED}")
    return times


def auc(one: Sequence[float], other: Sequence[float]) -> float:
    """The chance that a time of one case is above one of the other, or below it if that is likelier: 0.5 to 1 (Mann-Whitney)."""
    ordered = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(rank for rank, (_, case) in enumerate(ordered, 1) if case == 0)
    above = (ranks - len(one) * (len(one) + 1) / 2) / (len(one) * len(other))
    return max(above, 1 - above)
