"""The sealed log: how soon a row is sealed while people log in as fast as they can, how fast it is verified, what sealing adds to a login."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from bench import load, people, servers
from bench.logins import CLIENTS, WARM, Roster, block
from bench.machine import percentile
from bench.servers import Installation
from watchword.core.audit_search import Filter, Place
from watchword.flows.audit_verify import Verifier
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.sealing import Sealer

LOOK_SECONDS = 0.002
GIVE_UP = 30.0
ROW = AuditRow(
    "login.attempt.opened", "u" * 26, "s" * 26, {"client": "portal", "action": "login", "asked": True, "suspicion": ""},
    {"address": "192.0.2.7", "place": "Osaka", "network": "Example Net", "browser": "Firefox/Linux"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sizes:
    """`logins` by eight clients while rows are timed; `rows` to verify; rounds of logins for what sealing adds."""

    logins: int
    rows: int
    rounds: int
    block: int


FULL = Sizes(logins=600, rows=100_000, rounds=8, block=60)
QUICK = Sizes(logins=8, rows=600, rounds=1, block=6)


def run(quick: bool) -> dict[str, float]:
    """Both databases; the worse of the two where a figure has a bound."""
    sizes = QUICK if quick else FULL
    found: dict[str, float] = {}
    for kind in servers.KINDS:
        found |= lag(kind, sizes) | verifying(kind, sizes) | added(kind, sizes)
    found["audit_seal_lag_p99_ms"] = max(found[f"audit_seal_lag_p99_ms_{kind}"] for kind in servers.KINDS)
    found["audit_verify_rows_per_s"] = min(found[f"audit_verify_rows_per_s_{kind}"] for kind in servers.KINDS)
    found["audit_login_cpu_ratio"] = max(found[f"audit_login_cpu_ratio_{kind}"] for kind in servers.KINDS)
    return found


def lag(kind: str, sizes: Sizes) -> dict[str, float]:
    """From commit to sealed, of rows that are written beside logins at full rate."""
    lags: list[float] = []
    done = threading.Event()
    with servers.installation(kind) as home, load.generator() as pool:
        some = people.add(home.built, sizes.logins)
        with servers.running(home):
            watcher = threading.Thread(target=_watch, args=(home, lags, done))
            watcher.start()
            pool.submit(load.logins, home.site, some, "portal", CLIENTS).result()
            done.set()
            watcher.join()
    return {f"audit_seal_lag_p99_ms_{kind}": percentile(lags, 0.99), f"audit_seal_lag_ms_{kind}": median(lags)}


def _watch(home: Installation, lags: list[float], done: threading.Event) -> None:
    """One row after the other: written, then looked for in the log."""
    while not done.is_set() or not lags:
        with home.built.store.write() as tx:
            tx.audit.write(ROW, home.built.kit.clock.now())
        began = time.perf_counter()
        with home.built.store.read() as tx:
            row = _own(tx)
        while time.perf_counter() - began < GIVE_UP:
            with home.built.store.read() as tx:
                if tx.sealed.position(row) is not None:
                    break
            time.sleep(LOOK_SECONDS)
        lags.append((time.perf_counter() - began) * 1000)


def _own(tx: Tx) -> int:
    """The row that was just written: the newest of its tag and user, which nobody else writes."""
    newest = tx.audit_reading.page(Filter(person=ROW.user_id), Place(), 50)
    return max(one.row.id for one in newest)


def verifying(kind: str, sizes: Sizes) -> dict[str, float]:
    """Rows a second of `watchword audit verify`, with four personal values each."""
    with sealed(kind, sizes.rows) as home:
        began = time.perf_counter()
        assert list(Verifier(home.built.store).run()) == []
        return {f"audit_verify_rows_per_s_{kind}": sizes.rows / (time.perf_counter() - began)}


@contextmanager
def sealed(kind: str, rows: int) -> Iterator[Installation]:
    """An installation whose log has so many rows."""
    with servers.installation(kind, cheap=True) as home:
        for first in range(0, rows, 1000):
            with home.built.store.write() as tx:
                for _ in range(min(1000, rows - first)):
                    tx.audit.write(ROW, home.built.kit.clock.now())
        sealer = Sealer(home.built.store, home.built.kit.clock)
        while sealer.run_once():
            pass
        yield home


def added(kind: str, sizes: Sizes) -> dict[str, float]:
    """CPU of server and database for the rows of a login to be sealed, over the CPU of that login with its hash.

    The sealing is measured by itself, in this process: within a server it drowns in what else a login costs.
    """
    with servers.installation(kind) as home, load.generator() as pool:
        roster = Roster(people.add(home.built, WARM + sizes.rounds * sizes.block))
        with servers.running(home) as server:
            pool.submit(load.logins, home.site, roster.take(WARM), "portal", 2).result()
            before = _size(home)
            costs = [block(server, pool, roster.take(sizes.block), "portal") for _ in range(sizes.rounds)]
            time.sleep(1.5)
            rows = (_size(home) - before) / (sizes.rounds * sizes.block)
        login = median(cost.server + cost.database for cost in costs)
        each = _sealing(home, sizes)
    return {
        f"audit_login_cpu_ratio_{kind}": 1 + rows * each / login,
        f"audit_rows_per_login_{kind}": rows,
        f"audit_seal_cpu_us_{kind}": each * 1000,
    }


def _size(home: Installation) -> int:
    with home.built.store.read() as tx:
        state = tx.sealed.state()
    return state.size if state else 0


def _sealing(home: Installation, sizes: Sizes) -> float:
    """Milliseconds of CPU, this process's and the database's, to seal a row, in batches as small as a busy second makes them."""
    database = servers.CpuMeter(home.database.pid) if home.database else None
    sealer, spent, count = Sealer(home.built.store, home.built.kit.clock), 0.0, 0
    while sealer.run_once():
        pass
    for _ in range(20 * sizes.rounds):
        with home.built.store.write() as tx:
            for _ in range(25):
                tx.audit.write(ROW, home.built.kit.clock.now())
        began = time.process_time() + (database.seconds() if database else 0.0)
        count += sealer.run_once()
        spent += time.process_time() + (database.seconds() if database else 0.0) - began
    return spent / count * 1000
