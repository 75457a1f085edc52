"""What other tests stand on stands: private servers come up empty, and go with the tests even when those are killed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
import sqlalchemy as sa

from tests.support.fakes import FakeClock, FakeEntropy
from tests.support.network import LeavesTheMachine
from tests.support.postgres import Postgres
from tests.support.process import Child, Died
from tests.support.programs import find, require


def test_a_database_is_new_and_empty(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == []
        connection.execute(sa.text("CREATE TABLE once (n INTEGER)"))
    engine.dispose()


def test_a_prepared_database_is_filled_once_and_copied(postgres: Postgres) -> None:
    calls = []

    def prepare(url: str) -> None:
        calls.append(url)
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE filled (n INTEGER)"))
        engine.dispose()

    names = [postgres.create_prepared("filled", prepare) for _ in range(2)]
    assert len(set(names)) == 2
    assert len(calls) == 1
    for name in names:
        engine = sa.create_engine(postgres.url(name))
        assert sa.inspect(engine).get_table_names() == ["filled"]
        engine.dispose()
        postgres.drop(name)


def test_a_paused_postgres_answers_nobody_until_it_goes_on(postgres: Postgres) -> None:
    name = postgres.create()
    with psycopg.connect(f"host={postgres.folder} user=watchword dbname={name}") as connection:
        wire = connection.pgconn
        postgres.pause()
        try:
            wire.send_query(b"SELECT 1")
            time.sleep(0.2)
            wire.consume_input()
            assert wire.is_busy()
        finally:
            postgres.resume()
        result = wire.get_result()
        assert result is not None
        assert result.get_value(0, 0) == b"1"
        assert wire.get_result() is None
    postgres.drop(name)


def test_redis_is_empty_and_asks_for_its_password(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")
    port = int(redis_url.rpartition(":")[2].partition("/")[0])
    with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_a_child_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = (
        "import pathlib, time\n"
        "from tests.support.process import Child\n"
        f"child = Child(['sleep', '60'], log=pathlib.Path({str(tmp_path / 'log')!r}))\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
    deadline = time.monotonic() + 60
    while _runs(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_that_ends_early_says_what_it_wrote(tmp_path: Path) -> None:
    child = Child(["sh", "-c", "echo no such thing; exit 3"], log=tmp_path / "log")
    with pytest.raises(Died, match=r"(?s)ended with 3.*no such thing"):
        child.wait_for("ready")


def test_no_test_reaches_another_machine() -> None:
    with socket.socket() as probe, pytest.raises(LeavesTheMachine, match=r"192\.0\.2\.1"):
        probe.connect(("192.0.2.1", 80))
    with pytest.raises(LeavesTheMachine, match=r"example\.com"):
        socket.getaddrinfo("example.com", 443)


def test_a_missing_program_skips_by_name_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find("no-such-program") is None
    monkeypatch.delenv("WATCHWORD_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        require("no-such-program")
    monkeypatch.setenv("WATCHWORD_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        require("no-such-program")


def test_the_clock_moves_when_told(clock: FakeClock) -> None:
    before = clock.now()
    assert clock.advance(30) == clock.now() == before + 30
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-1)


def test_entropy_repeats_between_runs_and_never_within_one(entropy: FakeEntropy) -> None:
    assert FakeEntropy("a").bytes(40) == FakeEntropy("a").bytes(40) != FakeEntropy("b").bytes(40)
    ids = {entropy.id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(one) == 26 and one.isalnum() and one == one.lower() for one in ids)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
