"""The check of a session, which every page and a reverse proxy asks for; and how soon all processes know that one was ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from itertools import cycle, islice

from bench import drive, load, people, servers
from bench.http1 import Connection
from bench.machine import percentile
from bench.servers import Installation, Site
from watchword.core.encoding import sha256
from watchword.core.sessions import Session
from watchword_client import crypto

SESSIONS, CHECKS, CLIENTS, ROUNDS = 2000, 8000, 32, 3
REVOCATIONS, WATCHERS = 20, 8
PATH = "/api/v1/session"


def run(quick: bool) -> dict[str, float]:
    """Rate on one process with SQLite; revocation across two with PostgreSQL."""
    return rate(8 if quick else SESSIONS, 32 if quick else CHECKS, 1 if quick else ROUNDS) | revocation(
        2 if quick else REVOCATIONS
    )


def rate(sessions: int, checks: int, rounds: int) -> dict[str, float]:
    """The middle round by its rate."""
    found = []
    with servers.installation("sqlite", cheap=True) as home, load.generator() as pool:
        tokens = prepare(home, sessions)
        with servers.running(home) as server:
            pool.submit(check, home.site, tokens, min(checks, 500)).result()
            for _ in range(rounds):
                began = server.cpu.seconds()
                done = pool.submit(check, home.site, tokens, checks).result()
                cost = (server.cpu.seconds() - began) / checks * 1000
                found.append((done.per_s, percentile(done.ms(200), 0.99), cost))
    per_s, p99, cost = sorted(found)[len(found) // 2]
    return {"session_checks_per_s": per_s, "session_checks_p99_ms": p99, "session_check_cpu_ms": cost}


def prepare(home: Installation, count: int) -> list[str]:
    """Live platform sessions; their tokens."""
    built, tokens = home.built, list[str]()
    kit, now = built.kit, built.kit.clock.now()
    person = people.add(built, 1, cheap=True)[0]
    for at in range(0, count, people.BATCH):
        with built.store.write() as tx:
            for _ in range(min(people.BATCH, count - at)):
                tokens.append(crypto.b64u(kit.entropy.bytes(32)))
                tx.sessions.add(
                    Session(
                        kit.entropy.id(),
                        person.user,
                        person.username,
                        "platform",
                        "terminal",
                        sha256(tokens[-1].encode()),
                        kit.entropy.id(),
                        "urn:watchword:acr:2",
                        "pwd hwk",
                        now,
                        now,
                        3600,
                        now + 86400,
                        0,
                        0,
                    )
                )
    return tokens


def check(site: Site, tokens: Sequence[str], count: int) -> drive.Driven:
    """In the load generator: `count` checks over all tokens in turn. Raises ValueError unless all were alive."""
    requests = [drive.request("GET", PATH, site.portal, _bearer(token)) for token in islice(cycle(tokens), count)]
    done = drive.closed(site.port, requests, CLIENTS)
    if done.count(200) != count:
        raise ValueError(f"{count - done.count(200)} of {count} sessions were not found alive")
    return done


def _bearer(token: str) -> str:
    return f"Authorization: Bearer {token}\r\nAccept: application/json\r\n"


def revocation(rounds: int) -> dict[str, float]:
    """The longest time, over all rounds and connections, that an ended session was still taken."""
    with servers.installation("postgresql", cheap=True) as home:
        tokens = prepare(home, rounds)
        with servers.running(home):
            worst = max(_revoked(home.site, token) for token in tokens)
    return {"revocation_s": worst}


def _revoked(site: Site, token: str) -> float:
    """Connections spread over the processes ask on and on; seconds from the end of DELETE to the last answer that took the token."""
    last_taken, ended = [0.0] * WATCHERS, threading.Event()

    def watch(number: int) -> None:
        connection = Connection(site.port, site.portal)
        while True:
            began = time.perf_counter()
            if connection.ask("GET", PATH, _bearer(token)).status == 200:
                last_taken[number] = began
            elif ended.is_set():
                return

    threads = [threading.Thread(target=watch, args=(number,)) for number in range(WATCHERS)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    Connection(site.port, site.portal).ask("DELETE", PATH, _bearer(token))
    at = time.perf_counter()
    ended.set()
    for thread in threads:
        thread.join(30)
    return max(0.0, max(last_taken) - at)
