"""The two lines before the hashes: known browsers first, strangers now and then, and nobody for ever."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from watchword.flows.ports import BusyError
from watchword.vault.passwords import FAIR, Pool

PATIENCE = 20.0


@contextmanager
def held(pool: Pool) -> Iterator[threading.Event]:
    """One place is taken until the event is set."""
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        leave.wait(PATIENCE)

    holder = threading.Thread(target=pool.run, args=(hold,))
    holder.start()
    assert entered.wait(PATIENCE)
    yield leave
    leave.set()
    holder.join(PATIENCE)


class Line:
    """Those who wait, each in a thread, and the order in which they were served."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.served, self.threads = pool, list[str](), list[threading.Thread]()

    def join(self, name: str, *, known: bool) -> None:
        """One more waits; returns once he stands in his line."""
        line = self.pool._lines[known]
        before = len(line)
        work = lambda: self.pool.run(lambda: self.served.append(name), known=known)  # noqa: E731
        self.threads.append(threading.Thread(target=work))
        self.threads[-1].start()
        while len(line) == before:
            threading.Event().wait(0.001)

    def finish(self) -> list[str]:
        """The order, when all were served."""
        for thread in self.threads:
            thread.join(PATIENCE)
        return self.served


def test_known_browsers_go_first() -> None:
    pool = Pool(1, 10, PATIENCE, time.monotonic)
    with held(pool) as leave:
        line = Line(pool)
        for at in range(3):
            line.join(f"stranger {at}", known=False)
        for at in range(2):
            line.join(f"known {at}", known=True)
        leave.set()
        assert line.finish() == ["known 0", "known 1", "stranger 0", "stranger 1", "stranger 2"]


def test_strangers_are_not_starved() -> None:
    pool = Pool(1, 20, PATIENCE, time.monotonic)
    with held(pool) as leave:
        line = Line(pool)
        for at in range(2):
            line.join(f"stranger {at}", known=False)
        for at in range(10):
            line.join(f"known {at}", known=True)
        leave.set()
        served = line.finish()
    assert [served.index("stranger 0"), served.index("stranger 1")] == [FAIR - 1, 2 * FAIR - 1]


def test_a_full_line_of_strangers_turns_away_no_known_browser() -> None:
    pool = Pool(1, 2, PATIENCE, time.monotonic)
    assert not pool.full()
    with held(pool) as leave:
        line = Line(pool)
        for at in range(2):
            line.join(f"stranger {at}", known=False)
        assert pool.full()
        with pytest.raises(BusyError):
            pool.run(lambda: None)
        for at in range(2):
            line.join(f"known {at}", known=True)
        with pytest.raises(BusyError):
            pool.run(lambda: None, known=True)
        leave.set()
        assert len(line.finish()) == 4
    assert not pool.full()


def test_of_several_places_strangers_leave_one_free() -> None:
    pool = Pool(2, 4, PATIENCE, time.monotonic)
    with held(pool) as leave:
        line = Line(pool)
        line.join("stranger", known=False)
        assert pool.run(lambda: "at once", known=True) == "at once"
        assert line.served == [], "a stranger stood in an owner's place"
        leave.set()
        assert line.finish() == ["stranger"]


def test_who_gives_up_leaves_no_gap_and_no_place_behind() -> None:
    pool = Pool(1, 4, 0.05, time.monotonic)
    with held(pool) as leave:
        with pytest.raises(BusyError):
            pool.run(lambda: None)
        with pytest.raises(BusyError):
            pool.run(lambda: None, known=True)
        assert [len(line) for line in pool._lines] == [0, 0]
        leave.set()
    assert [pool.run(lambda at=at: at) for at in range(3)] == [0, 1, 2]


def test_what_work_raises_gives_the_place_back() -> None:
    pool = Pool(1, 0, PATIENCE, time.monotonic)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            pool.run(lambda: 1 // 0)
    assert pool.run(lambda: "free") == "free"


def test_everybody_is_served_once_in_a_crowd() -> None:
    pool = Pool(3, 200, PATIENCE, time.monotonic)
    done, lock = [], threading.Lock()

    def work(at: int) -> None:
        with lock:
            done.append(at)

    threads = [threading.Thread(target=pool.run, args=(work, at), kwargs={"known": at % 3 == 0}) for at in range(150)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(done) == list(range(150))
    assert [len(places) for places in pool._free] == [2, 3]


def test_strangers_are_turned_away_rather_than_let_wait_in_vain() -> None:
    moments = iter(range(0, 1000, 3))  # each hash takes three seconds by this clock
    pool = Pool(1, 10, PATIENCE, lambda: float(next(moments)))
    for _ in range(40):
        pool.run(lambda: None)
    with held(pool) as leave:
        line = Line(pool)
        for at in range(4):  # with four ahead, the fifth would wait twelve of the twenty seconds that anybody waits
            assert not pool.full()
            line.join(f"stranger {at}", known=False)
        assert pool.full()
        with pytest.raises(BusyError):
            pool.run(lambda: None)
        line.join("owner", known=True)
        leave.set()
        assert line.finish()[0] == "owner"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives each thread a priority of its own")
def test_strangers_give_way_where_cores_are_short() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    pool = Pool(2, 10, PATIENCE, time.monotonic)
    mine = niceness()
    assert pool.run(niceness, known=True) == mine < pool.run(niceness)
    assert niceness() == mine
