"""People who wait: the memory of 10,000 open login pages, and how soon a page hears that its phone has approved."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from bench import load, people, servers
from bench.actors import LOGIN, Clocked, PhoneLine, approval
from bench.machine import memory_mb, open_files, percentile
from bench.people import Person
from bench.servers import Installation, Site
from bench.streams import Streams
from watchword_client import crypto

PAGES, LISTENERS, WARM = 10_000, 1000, 10
SPARE_FILES = 500
JSON = "Content-Type: application/json\r\nAccept-Language: en\r\n"


def run(quick: bool) -> dict[str, float]:
    """Memory with the real hash warm, since its memory is the process's too; then the latency on a new server."""
    pages, listeners = (40, 10) if quick else (PAGES, LISTENERS)
    allowed = open_files(pages + SPARE_FILES)
    if allowed < pages + SPARE_FILES:
        raise OSError(
            f"{pages} streams need {pages + SPARE_FILES} open files, {allowed} are allowed: raise `ulimit -Hn`"
        )
    return memory(pages, listeners) | latency(listeners)


def memory(pages: int, users: int) -> dict[str, float]:
    """RSS while all pages wait, and what each adds."""
    with servers.installation("sqlite") as home, load.generator() as pool:
        everybody = people.add(home.built, users + WARM)
        cookies = prepare(home, everybody[:users], pages)
        with servers.running(home) as server:
            pool.submit(load.logins, home.site, everybody[users:], "portal", 2).result()
            before = memory_mb(server.child.pid)["rss"]
            holding = pool.submit(hold, home.site, cookies, 25.0 if pages > 1000 else 0.5)
            most = before
            while not holding.done():
                time.sleep(0.2)
                most = max(most, memory_mb(server.child.pid)["rss"])
            holding.result()
    return {"waiting_10000_mb": most, "waiting_page_kb": (most - before) / pages * 1000}


def hold(site: Site, cookies: Sequence[str], seconds: float) -> None:
    """In the load generator: open every page's stream, keep them over a heartbeat, close."""
    open_files(len(cookies) + SPARE_FILES)
    streams = Streams(site.port, site.portal, cookies)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if any(not text for _, text in streams.read(0.5)):
            raise ValueError("the server closed a stream whose login still waits")
    streams.close()


def prepare(home: Installation, everybody: Sequence[Person], pages: int) -> list[str]:
    """Attempts that wait, a Cookie header's value for each; one after the other for each person in turn."""
    built, cookies = home.built, list[str]()
    for at in range(0, pages, people.BATCH):
        with built.store.write() as tx:
            for number in range(at, min(at + people.BATCH, pages)):
                collector = crypto.b64u(built.kit.entropy.bytes(16))
                people.open_attempt(built, tx, everybody[number % len(everybody)], collector, built.kit.clock.now())
                cookies.append(f"__Host-ww_c=0123456789012345678901; {LOGIN}={collector}")
    return cookies


def latency(listeners: int) -> dict[str, float]:
    """Each of the waiting is approved once, one after the other."""
    with servers.installation("sqlite", cheap=True) as home, load.generator() as pool:
        everybody = people.add(home.built, listeners, cheap=True)
        cookies = prepare(home, everybody, listeners)
        with servers.running(home):
            times = pool.submit(approvals, home.site, everybody, cookies).result()
    return {"approval_to_page_p99_ms": percentile(times, 0.99)}


def approvals(site: Site, everybody: Sequence[Person], cookies: Sequence[str]) -> list[float]:
    """In the load generator: milliseconds from a phone's POST to the state at its page, everything signed before."""
    open_files(len(cookies) + SPARE_FILES)
    phone, clocked = PhoneLine(site), Clocked()
    bodies = [json.dumps(approval(person, phone.pending(person, clocked)[0])).encode() for person in everybody]
    streams = Streams(site.port, site.portal, cookies)
    times = []
    for number, body in enumerate(bodies):
        began = time.perf_counter()
        phone.connection.send("POST", "/v1/decide", JSON, body)
        times.append((_heard(streams, number, began + 10) - began) * 1000)
        if phone.connection.receive().status != 200:
            raise ValueError("an approval was refused")
    streams.close()
    return times


def _heard(streams: Streams, number: int, until: float) -> float:
    """When this stream said `approved`. Raises TimeoutError."""
    while time.perf_counter() < until:
        for one, text in streams.read(0.5):
            if one == number and b"approved" in text:
                return time.perf_counter()
    raise TimeoutError("a page did not hear of its approval")
