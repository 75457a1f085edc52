"""Sealing: every row that commits is in the log once, whatever else is open, whoever seals, and wherever a sealer dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, select, text

from tests.support.fakes import START, FakeClock
from watchword.core import audit_rows, merkle
from watchword.core.audit_rows import Row
from watchword.flows.audit_tree import Tree
from watchword.flows.audit_verify import Verifier
from watchword.flows.ports import AuditRow
from watchword.flows.sealing import BATCH, Sealer
from watchword.stores import sealed_log, tables
from watchword.stores.engine import SqlStore

ROW = AuditRow("login.attempt.opened", "u" * 26, "s" * 26, {"n": 1}, {"address": "203.0.113.9"})


def put(store: SqlStore, count: int = 1, row: AuditRow = ROW) -> None:
    with store.write() as tx:
        for _ in range(count):
            tx.audit.write(row, START)


def seal(store: SqlStore) -> Sealer:
    """A sealer that has done all there is to do."""
    sealer = Sealer(store, FakeClock())
    while sealer.run_once():
        pass
    return sealer


def sealed_ids(store: SqlStore) -> list[int]:
    with store.engine.connect() as connection:
        leaves = tables.audit_leaves
        return list(connection.execute(select(leaves.c.audit_id).order_by(leaves.c.position)).scalars())


def state(store: SqlStore) -> Any:
    with store.read() as tx:
        return tx.sealed.state()


def faults(store: SqlStore) -> list[Any]:
    return list(Verifier(store).run())


def test_rows_become_leaves_in_order_and_the_root_is_that_of_rfc_6962(store: SqlStore) -> None:
    put(store, 700)
    seal(store)
    with store.engine.connect() as connection:
        rows = [Row(*row) for row in connection.execute(select(tables.audit).order_by(tables.audit.c.id))]
    tree = merkle.Frontier()
    for row in rows:
        tree.append(audit_rows.leaf(row))
    assert (state(store).size, merkle.Frontier(700, state(store).peaks).root()) == (700, tree.root())
    assert sealed_ids(store) == [row.id for row in rows]
    with store.read() as tx:
        assert Tree(tx).root(700) == tree.root()
        assert len(tx.sealed.nodes(1, 0, 10)) == 2
    assert faults(store) == []


def test_when_nothing_is_new_nothing_is_written(store: SqlStore) -> None:
    put(store, 3)
    sealer = seal(store)
    before = state(store)
    with store.read() as tx:
        assert not tx.sealed.waiting()
    assert sealer.run_once() == 0
    assert state(store) == before


def test_more_than_a_batch_at_once(store: SqlStore) -> None:
    put(store, BATCH + 5)
    sealer = Sealer(store, FakeClock())
    assert [sealer.run_once() for _ in range(3)] == [BATCH, 5, 0]
    assert faults(store) == []


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_row_that_commits_late_is_sealed_and_holds_nobody_up(store: SqlStore) -> None:
    """Ids are given before commit: one transaction has taken 1 and waits while 2 to 4 are sealed; then it commits."""
    sealer = Sealer(store, FakeClock())
    with store.write() as slow:
        slow.audit.write(ROW, START)
        in_thread(lambda: put(store, 3))
        in_thread(lambda: run(sealer, 3))
        assert sealed_ids(store) == [2, 3, 4]
        assert in_thread(lambda: state(store)).settled == 0, "1 may still come"
    run(sealer, 3)
    assert sealed_ids(store) == [2, 3, 4, 1]
    assert state(store).settled >= 4
    assert faults(store) == []


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_number_that_was_given_to_nobody_is_not_waited_for(store: SqlStore) -> None:
    sealer = Sealer(store, FakeClock())
    with suppress(KeyError), store.write() as tx:
        tx.audit.write(ROW, START)
        raise KeyError
    put(store)
    run(sealer, 2)
    assert sealed_ids(store) == [2]
    assert state(store).settled >= 2
    with store.read() as tx:
        assert not tx.sealed.waiting()


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_only_who_was_open_at_the_look_is_waited_for(store: SqlStore) -> None:
    """Under load somebody is always writing. What was open when the mark was set ends, and the mark is settled."""
    sealer = Sealer(store, FakeClock())
    first, second = Writing(store), Writing(store)
    put(store)
    run(sealer, 1)
    assert state(store).settled == 0
    first.end()
    second.end()
    third = Writing(store)
    run(sealer, 1)
    assert state(store).settled == 3, "the third came after the mark"
    run(sealer, 2)
    assert state(store).settled == 3
    third.end()
    run(sealer, 2)
    assert sorted(sealed_ids(store)) == [1, 2, 3, 4]


def test_hundreds_of_writers_beside_two_sealers(open_it: Callable[..., SqlStore]) -> None:
    """Every commit is sealed once, no rollback is; positions have no gaps, and both sealers' work is one tree."""
    store, other = open_it(pool_size=20), open_it()
    done = threading.Event()
    sealers = [threading.Thread(target=keep_sealing, args=(each, done)) for each in (store, other)]
    for thread in sealers:
        thread.start()

    def write(number: int) -> int:
        try:
            with store.write() as tx:
                tx.audit.write(AuditRow("a.b.c", "", str(number)), START)
                if number % 7 == 0:
                    raise KeyError
                tx.audit.write(AuditRow("a.b.d", "", str(number)), START)
        except KeyError:
            return 0
        return 2

    with ThreadPoolExecutor(16) as pool:
        committed = sum(pool.map(write, range(400)))
    done.set()
    for thread in sealers:
        thread.join(30)
    seal(store)
    with store.engine.connect() as connection:
        ids = set(connection.execute(select(tables.audit.c.id)).scalars())
        last = connection.execute(select(func.max(tables.audit_leaves.c.position))).scalar_one()
    assert len(ids) == committed
    assert sorted(sealed_ids(store)) == sorted(ids)
    assert last == committed - 1
    assert faults(store) == []


_SEALER = """
import sys
from tests.support.fakes import FakeClock
from watchword.flows.sealing import Sealer
from watchword.stores.engine import open_store
store = open_store(sys.argv[1], vault=None, commit=None, entropy=None)
sealer = Sealer(store, FakeClock())
print("on", flush=True)
while True:
    sealer.run_once()
"""


def test_a_sealer_that_is_killed_leaves_a_batch_done_or_not_done(store: SqlStore, store_url: str) -> None:
    """kill -9 wherever it stands, five times over, while rows come; then another goes on where it was."""
    for _ in range(5):
        child = subprocess.Popen([sys.executable, "-c", _SEALER, store_url], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"on\n"
        for _ in range(15):
            put(store, 40)
        os.kill(child.pid, signal.SIGKILL)
        child.wait(10)
        child.stdout.close()
    # A server goes on with the statement a killed client has sent, and holds the state until it hears that nobody listens.
    sealer, deadline = Sealer(store, FakeClock()), time.monotonic() + 30
    while len(sealed_ids(store)) < 5 * 15 * 40 and time.monotonic() < deadline:
        sealer.run_once()
    assert len(sealed_ids(store)) == 5 * 15 * 40
    assert faults(store) == []


def test_while_one_seals_another_passes_by(open_it: Callable[..., SqlStore], store_url: str) -> None:
    if store_url.startswith("sqlite"):
        pytest.skip(reason="one writer at a time, so the other waits for its turn")
    store, other = open_it(), open_it()
    put(store)
    seal(store)
    put(store, 5)
    with store.write() as tx:
        assert tx.sealed.claim() is not None
        assert in_thread(Sealer(other, FakeClock()).run_once) == 0
    assert Sealer(other, FakeClock()).run_once() == 5


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_looking_for_new_rows_walks_through_nothing_that_is_sealed(store: SqlStore) -> None:
    put(store, 3000)
    seal(store)
    put(store, 2)
    with store.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        settled = state(store).settled
        sql = store_sql(store).replace("%s::BIGINT", str(settled), 2).replace("%s::BIGINT", "1000", 1)
        plan = "\n".join(row[0] for row in connection.execute(text(f"EXPLAIN (ANALYZE, BUFFERS OFF) {sql}")))
    assert "Seq Scan" not in plan, plan
    assert "rows=3000" not in plan, plan


def store_sql(store: SqlStore) -> str:
    return sealed_log._UNSEALED.compiled("postgresql").sql


class Writing:
    """A transaction in a thread of its own that has written a row and stays open until `end`."""

    def __init__(self, store: SqlStore) -> None:
        self._go, self._ready = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(store,))
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self, store: SqlStore) -> None:
        with store.write() as tx:
            tx.audit.write(ROW, START)
            self._ready.set()
            self._go.wait(10)

    def end(self) -> None:
        self._go.set()
        self._thread.join(10)


def keep_sealing(store: SqlStore, done: threading.Event) -> None:
    sealer = Sealer(store, FakeClock())
    while not done.is_set():
        sealer.run_once()


def run(sealer: Sealer, times: int) -> None:
    for _ in range(times):
        sealer.run_once()


def in_thread(work: Callable[[], Any]) -> Any:
    """Elsewhere, since this thread is inside a transaction."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(20)
