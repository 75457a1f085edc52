"""How long a member of staff waits for one person among a million: the console's form and the page that shows who was found."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median
from urllib.parse import urlencode

from bench import bulk, people, servers
from bench.http1 import Connection
from bench.machine import percentile
from bench.servers import Installation
from watchword.core.encoding import b64u
from watchword.core.staff import SESSION_KIND
from watchword.flows import sessions

MANY, LOOKUPS, WARM = 1_000_000, 240, 20
EACH = 25  # by one member of staff: how often one looks people up is limited
NAME = "A" * 22  # of a browser's form cookie


@dataclass(frozen=True, slots=True)
class Seat:
    """One member of staff at the console: cookies as header lines, and the token of his forms."""

    headers: str
    csrf: str


def run(quick: bool) -> dict[str, float]:
    """Both databases; the worse of the two medians."""
    results: dict[str, float] = {}
    for kind in servers.KINDS:
        took = sorted(measure(kind, 400 if quick else MANY, 6 if quick else LOOKUPS))
        results[f"staff_search_p50_ms_{kind}"] = median(took)
        results[f"staff_search_p99_ms_{kind}"] = percentile(took, 0.99)
    return {"staff_search_p50_ms": max(results[f"staff_search_p50_ms_{kind}"] for kind in servers.KINDS), **results}


def measure(kind: str, users: int, lookups: int) -> list[float]:
    """Milliseconds of each look-up, by username, name, number and mail address in turn. Raises ValueError for a miss."""
    with ExitStack() as stack:
        home = stack.enter_context(servers.installation(kind, cheap=True))
        bulk.fill(home, users)
        staff = people.add(home.built, -(-(lookups + WARM) // EACH), cheap=True)
        seats = [_seat(home, person.user) for person in staff]
        wanted = list(islice(_wanted(home, users), lookups + WARM))
        stack.enter_context(servers.running(home))
        connection = Connection(home.settings.listen.port, home.settings.staff.url.partition("://")[2])
        took = [_look_up(connection, seats[at // EACH], *one) for at, one in enumerate(wanted)]
    return took[WARM:]


def _seat(home: Installation, user_id: str) -> Seat:
    kit = home.built.kit
    client = kit.policy.clients["staff"]
    with home.built.store.write() as tx:
        user = tx.users.get(user_id)
        if user is None:
            raise ValueError("a member of staff is not on file")
        tx.staff.put(user_id, frozenset({"client_services"}), "", kit.clock.now())
        _, token = sessions.issue(
            kit, tx, user, kind=SESSION_KIND, client="staff", attempt_id="", acr="", amr=(), idle=client.idle_seconds, life=client.life_seconds,
        )  # fmt: skip
    csrf = b64u(kit.vault.mac("csrf", NAME)[:16])
    return Seat(f"Cookie: __Host-ww_s={token}; __Host-ww_c={NAME}\r\nAccept-Language: en\r\n", csrf)


def _wanted(home: Installation, users: int) -> Iterator[tuple[str, str]]:
    """What is typed, and the username that has to be on the page. Those found by number or mail are the members of staff themselves."""
    with home.built.store.read() as tx:
        known = tx.users.by_key("bench000000")
        contacts = [one.value for one in tx.contacts.of(known.id)] if known else []
    for at in cycle(range(17, users, max(1, users // 997))):
        yield f"customer{at:07d}", f"customer{at:07d}"
        yield f"Customer {at}", f"customer{at:07d}"
        for contact in contacts:
            yield contact, "bench000000"


def _look_up(connection: Connection, seat: Seat, text: str, username: str) -> float:
    body = urlencode({"csrf": seat.csrf, "text": text}).encode()
    headers = f"{seat.headers}Content-Type: application/x-www-form-urlencoded\r\n"
    began = time.perf_counter()
    answer = connection.ask("POST", "/users", headers, body)
    found = connection.ask("GET", answer.header("location"), seat.headers)
    took = (time.perf_counter() - began) * 1000
    if username.encode() not in found.body:
        raise ValueError(f"{text} did not lead to {username}: {answer.status}, {found.status}")
    return took
