"""What an account may do, asked by a platform; and withdrawals of which a hundred race on one account, whose limit must hold."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bench import drive, load, servers, session_checks
from bench.servers import Installation, Site
from watchword.core.entitlements import Limits

SESSIONS, ASKED, CLIENTS, ROUNDS = 500, 4000, 32, 3
RACING, CENTS = 100, 100
FIT = 60  # of those that race, how many the limit takes
ENTITLEMENTS, WITHDRAWALS = "/api/v1/entitlements", "/api/v1/withdrawals"


def run(quick: bool) -> dict[str, float]:
    """Rates on SQLite with one process and PostgreSQL with two; the lower of each is the figure."""
    kinds = {kind: _rates(kind, 1 if quick else ROUNDS, 64 if quick else ASKED) for kind in ("sqlite", "postgresql")}
    found = {"entitlements_per_s": min(one[0] for one in kinds.values())}
    found["withdrawals_per_s"] = min(one[1] for one in kinds.values())
    return found | {f"withdrawals_{kind}_per_s": one[1] for kind, one in kinds.items()}


def _rates(kind: str, rounds: int, asked: int) -> tuple[float, float]:
    """The middle round of each, a second. Raises ValueError when a limit was passed or not used up."""
    looked, racing = [], []
    with servers.installation(kind, cheap=True) as home, load.generator() as pool:
        tokens = session_checks.prepare(home, SESSIONS)
        person = _person(home)
        with servers.running(home):
            pool.submit(ask, home.site, tokens, min(asked, 200)).result()
            for turn in range(rounds):
                looked.append(pool.submit(ask, home.site, tokens, asked).result().per_s)
                held = (turn + 1) * FIT * CENTS
                with home.built.store.write() as tx:
                    tx.own_limits.put(person, Limits(held, held), home.built.kit.clock.now())
                racing.append(pool.submit(race, home.site, tokens, turn).result().per_s)
        with home.built.store.read() as tx:
            held = tx.withdrawals.held(person, 0, 0, home.built.kit.clock.now()).day
    if held != rounds * FIT * CENTS:
        raise ValueError(f"{held} cents are held of a limit of {rounds * FIT * CENTS}")
    return sorted(looked)[rounds // 2], sorted(racing)[rounds // 2]


def _person(home: Installation) -> str:
    """Whose sessions they are."""
    with home.built.store.read() as tx:
        found = tx.users.by_key("bench000000")
    if found is None:
        raise LookupError("the benchmark's person is not there")
    return str(found.id)


def ask(site: Site, tokens: Sequence[str], count: int) -> drive.Driven:
    """In the load generator: what each account may do. Raises ValueError unless all were told."""
    requests = [
        drive.request("GET", ENTITLEMENTS, site.portal, _headers(tokens[at % len(tokens)])) for at in range(count)
    ]
    done = drive.closed(site.port, requests, CLIENTS)
    if done.count(200) != count:
        raise ValueError(f"{count - done.count(200)} of {count} were not told")
    return done


def race(site: Site, tokens: Sequence[str], turn: int) -> drive.Driven:
    """In the load generator: RACING withdrawals of one account at once. Raises ValueError unless exactly FIT were taken."""
    requests = []
    for at in range(RACING):
        wanted = {
            "amount": CENTS,
            "currency": "USD",
            "payee": {"name": "Kita", "account": "JP1"},
            "reference": f"{turn}-{at}",
        }
        headers = _headers(tokens[at]) + "Content-Type: application/json\r\n"
        requests.append(drive.request("POST", WITHDRAWALS, site.portal, headers, json.dumps(wanted).encode()))
    done = drive.closed(site.port, requests, RACING)
    if (done.count(201), done.count(409)) != (FIT, RACING - FIT):
        raise ValueError(f"{done.count(201)} were taken and {done.count(409)} refused of {RACING}, where {FIT} fit")
    return done


def _headers(token: str) -> str:
    return f"Authorization: Bearer {token}\r\nAccept: application/json\r\n"
