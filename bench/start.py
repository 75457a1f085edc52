"""How soon a started server answers, and what an idle one holds."""

from __future__ import annotations

import time
from statistics import median

from bench import people, servers
from bench.http1 import Closed, Connection
from bench.machine import memory_mb
from bench.servers import Running

STARTS, SETTLE = 5, 5.0


def run(quick: bool) -> dict[str, float]:
    """Starts on SQLite; memory of every process on both databases."""
    starts, idle, percent = [], [], 0.0
    settle = 0.5 if quick else SETTLE
    for kind in servers.KINDS:
        with servers.installation(kind) as home:
            people.add(home.built, 10)
            for _ in range((1 if quick else STARTS) if kind == "sqlite" else 0):
                starts.append(first_answer(home))
            with servers.running(home) as server:
                time.sleep(settle)
                began = server.cpu.seconds()
                time.sleep(settle)
                percent = max(percent, (server.cpu.seconds() - began) / settle * 100)
                idle += [memory_mb(pid) for pid in server.serving()]
    return {
        "start_s": median(starts),
        "idle_mb": max(found["rss"] for found in idle),
        "idle_pss_mb": max(found["pss"] for found in idle),
        "idle_cpu_percent": percent,
    }


def first_answer(home: servers.Installation) -> float:
    """Seconds from exec to the login page."""
    began = time.perf_counter()
    server = Running(home)
    try:
        while True:
            connection = Connection(home.site.port, home.site.portal)
            try:
                if connection.ask("GET", "/login").status == 200:
                    return time.perf_counter() - began
            except (OSError, Closed):
                time.sleep(0.002)
            finally:
                connection.close()
            if time.perf_counter() - began > 60:
                raise TimeoutError(server.child.output()[-2000:])
    finally:
        server.child.stop()
