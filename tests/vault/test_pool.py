"""The two lines before the hashes: known browsers, and everybody else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from watchword.flows.ports import BusyError
from watchword.vault.passwords import Pool
from watchword.vault.turns import FileTurn

PATIENCE = 20.0


@contextmanager
def held(pool: Pool, *, known: bool = False) -> Iterator[threading.Event]:
    """One place is taken until the event is set."""
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        leave.wait(PATIENCE)

    holder = threading.Thread(target=pool.run, args=(hold,), kwargs={"known": known})
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
        line = (self.pool._known if known else self.pool._strangers)._line
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


def test_first_come_first_served() -> None:
    pool = Pool(1, 10, PATIENCE, time.monotonic)
    with held(pool) as leave:
        line = Line(pool)
        for at in range(5):
            line.join(f"{at}", known=False)
        leave.set()
        assert line.finish() == ["0", "1", "2", "3", "4"]


def test_owners_never_wait_for_strangers_nor_strangers_for_owners() -> None:
    pool = Pool(1, 4, PATIENCE, time.monotonic)
    with held(pool) as leave:
        line = Line(pool)
        line.join("stranger", known=False)
        assert pool.run(lambda: "at once", known=True) == "at once"
        assert line.served == [], "a stranger stood in an owner's place"
        leave.set()
        assert line.finish() == ["stranger"]
    with held(pool, known=True):
        assert pool.run(lambda: "at once") == "at once"


def test_a_full_line_of_strangers_turns_away_no_known_browser() -> None:
    pool = Pool(1, 2, PATIENCE, time.monotonic)
    assert not pool.full()
    with held(pool) as leave, held(pool, known=True) as leave_too:
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
        leave_too.set()
        assert len(line.finish()) == 4
    assert not pool.full()


def test_of_several_cores_strangers_leave_one() -> None:
    pool = Pool(3, 4, PATIENCE, time.monotonic)
    with held(pool) as leave, held(pool) as leave_too:
        line = Line(pool)
        line.join("third", known=False)
        assert line.served == []
        leave.set()
        assert line.finish() == ["third"]
        leave_too.set()


def test_who_gives_up_leaves_no_gap_and_no_place_behind() -> None:
    pool = Pool(1, 4, 0.05, time.monotonic)
    with held(pool), held(pool, known=True):
        for known in (False, True):
            with pytest.raises(BusyError):
                pool.run(lambda: None, known=known)
        assert [len(line._line) for line in (pool._strangers, pool._known)] == [0, 0]
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
    assert [len(line._free) for line in (pool._strangers, pool._known)] == [2, 3]


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
        leave.set()
        assert len(line.finish()) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives each thread a priority of its own")
def test_strangers_give_way_where_cores_are_short() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    pool = Pool(2, 10, PATIENCE, time.monotonic)
    mine = niceness()
    assert pool.run(niceness, known=True) == mine < pool.run(niceness)
    assert niceness() == mine


def test_who_has_a_place_waits_for_the_turn_that_processes_share(tmp_path: Path) -> None:
    first, other = (
        Pool(2, 10, PATIENCE, time.monotonic, lambda at: FileTurn(tmp_path / f"{at}.lock", PATIENCE, time.monotonic))
        for _ in range(2)
    )
    with held(first) as leave:
        line = Line(other)
        line.threads.append(threading.Thread(target=other.run, args=(lambda: line.served.append("stranger"),)))
        line.threads[-1].start()
        while other._strangers._free:
            threading.Event().wait(0.001)
        assert other.run(lambda: "at once", known=True) == "at once"
        assert line.served == [], "strangers of two processes hashed at once"
        leave.set()
        assert line.finish() == ["stranger"]


def test_the_turn_of_a_process_that_was_killed_is_free_again(tmp_path: Path) -> None:
    path = tmp_path / "turn.lock"
    script = "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        child.kill()
    with FileTurn(path, PATIENCE, time.monotonic):
        pass


def test_nobody_waits_without_end_for_a_process_that_was_stopped_in_its_turn(tmp_path: Path) -> None:
    seconds = iter(range(100))
    pool = Pool(2, 10, 5, time.monotonic, lambda at: FileTurn(tmp_path / f"{at}.lock", 5, lambda: next(seconds)))
    with FileTurn(tmp_path / "0.lock", PATIENCE, time.monotonic), pytest.raises(BusyError):
        pool.run(lambda: "never")
    assert pool.run(lambda: "again") == "again", "the place was lost with the turn"
