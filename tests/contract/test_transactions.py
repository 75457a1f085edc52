"""All of it or none of it; no transaction in another; a database that went away and came back."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from functools import partial

import psycopg
import pytest
from sqlalchemy import text

from tests.contract.conftest import OpenStore
from tests.contract.samples import DETAILS, Samples, added_user
from tests.support.fakes import START
from watchword.flows.ports import Store
from watchword.stores.engine import SqlStore, open_store
from watchword.stores.errors import Duplicate, Nested, Spoilt, Unavailable, Unstorable

ON_POSTGRESQL = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)


def test_it_is_a_store(store: SqlStore) -> None:
    port: Store = store
    with port.read() as tx:
        assert tx.users.page("", 1) == []
    assert store.ready()


def test_what_raises_leaves_nothing(store: SqlStore, samples: Samples) -> None:
    user = samples.user()
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.users.add(user, DETAILS)
        tx.claims.spend("once", START)
        raise ZeroDivisionError
    with store.write() as tx:
        assert tx.users.get(user.id) is None
        assert tx.claims.spend("once", START)


def test_what_is_told_afterwards_is_told_of_what_stands_and_of_nothing_else(store: SqlStore, samples: Samples) -> None:
    user, session, told = samples.user(), samples.session(), list[object]()

    def fails() -> None:
        raise ZeroDivisionError

    def look() -> None:
        with store.read() as tx:  # no transaction of this thread is open any more
            told.append(tx.users.get(user.id))

    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.after(look)
        fails()
    with pytest.raises(Spoilt), store.write() as tx:
        tx.after(look)
        tx.sessions.add(session)
        with suppress(Duplicate):
            tx.sessions.add(session)
    assert told == []
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.users.add(user, DETAILS)
        for action in (partial(told.append, "first"), fails, look):
            tx.after(action)
    assert told == ["first", user], "one that fails keeps nothing from the others"


def test_nobody_sees_what_is_not_committed(store: SqlStore, samples: Samples) -> None:
    user = samples.user()
    seen = []

    def look() -> None:
        with store.read() as tx:
            seen.append(tx.users.get(user.id))

    with store.write() as tx:
        tx.users.add(user, DETAILS)
        other = threading.Thread(target=look)
        other.start()
        other.join()
    look()
    assert seen == [None, user]


def test_a_read_may_not_write(store: SqlStore, samples: Samples) -> None:
    with pytest.raises(RuntimeError, match="a write inside"), store.read() as tx:
        tx.users.add(samples.user(), DETAILS)
    with pytest.raises(RuntimeError, match="a write inside"), store.read() as tx:
        tx.attempts.count("x", "wrong", 3)
    with store.read() as tx:
        assert tx.users.page("", 1) == []


@pytest.mark.parametrize(
    ("outer", "inner"), [("write", "write"), ("write", "read"), ("read", "write"), ("read", "read")]
)
def test_no_transaction_opens_in_another(store: SqlStore, outer: str, inner: str) -> None:
    with getattr(store, outer)(), pytest.raises(Nested):
        getattr(store, inner)().__enter__()
    with getattr(store, inner)():
        pass


def test_a_failed_statement_that_was_swallowed_is_not_committed(store: SqlStore, samples: Samples) -> None:
    session = samples.session()
    with pytest.raises(Spoilt), store.write() as tx:
        tx.sessions.add(session)
        with pytest.raises(Duplicate):
            tx.sessions.add(session)
    with store.write() as tx:
        assert tx.sessions.by_token(session.token_hash) is None
        tx.sessions.add(session)
    with store.read() as tx:
        assert tx.sessions.by_token(session.token_hash) == session


@pytest.mark.parametrize("text_of_nobody", ["half \ud83d", pytest.param("n\0l", id="nul")])
def test_text_that_no_column_takes_is_said_to_be_that(store: SqlStore, samples: Samples, text_of_nobody: str) -> None:
    if text_of_nobody == "n\0l" and store.engine.dialect.name == "sqlite":
        return  # SQLite takes it
    with pytest.raises(Unstorable), store.write() as tx:
        tx.sessions.add(samples.session(client=text_of_nobody))
    with pytest.raises(Unstorable), store.read() as tx:
        tx.phones.get(text_of_nobody)


def test_a_full_pool_is_unavailable_in_time(open_it: OpenStore) -> None:
    store = open_it(pool_size=1, pool_seconds=0.2)
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.read():
            taken.set()
            done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(60)
    with pytest.raises(Unavailable):
        store.read().__enter__()
    with pytest.raises(Unavailable):
        store.write().__enter__()
    done.set()
    holder.join()
    with store.write() as tx:
        assert tx.users.page("", 1) == []


def test_two_stores_write_to_one_database(open_it: OpenStore, samples: Samples) -> None:
    """Two processes do: the server and the command line."""
    first, second = open_it(), open_it()
    with first.write() as tx:
        tx.claims.spend("a", START)
        waiting = threading.Thread(target=lambda: _spend(second, "b"))
        waiting.start()
        time.sleep(0.05)
    waiting.join(60)
    with first.write() as tx:
        assert not tx.claims.spend("a", START)
        assert not tx.claims.spend("b", START)


def _spend(store: SqlStore, claim: str) -> None:
    with store.write() as tx:
        tx.claims.spend(claim, START)


@ON_POSTGRESQL
def test_connections_that_died_are_replaced_unseen(store: SqlStore, store_url: str, samples: Samples) -> None:
    user = added_user(store, samples)
    for _ in range(2):
        _kill_all(store_url)
        with store.read() as tx:
            assert tx.users.get(user.id) == user
        _kill_all(store_url)
        with store.write() as tx:
            tx.users.set_quiet(user.id, user.quiet_until, user.denied_at)


@ON_POSTGRESQL
def test_a_transaction_whose_connection_died_is_unavailable(store: SqlStore, store_url: str, samples: Samples) -> None:
    user = added_user(store, samples)
    with pytest.raises(Unavailable), store.write() as tx:
        tx.users.set_quiet(user.id, 1, 1)
        _kill_all(store_url)
        tx.users.get(user.id)
    with pytest.raises(Unavailable), store.write() as tx:
        tx.users.set_quiet(user.id, 2, 2)
        _kill_all(store_url)
    with store.read() as tx:
        assert tx.users.get(user.id) == user


def _kill_all(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )


@ON_POSTGRESQL
def test_no_idle_transaction_is_left_behind(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.users.lock(user.id)
        raise ZeroDivisionError
    with store.read() as tx:
        tx.users.get(user.id)
    with store.engine.connect() as connection:
        states = connection.execute(
            text("SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        )
        assert set(states.scalars()) <= {"idle"}


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_other_databases_are_refused_in_words(url: str) -> None:
    with pytest.raises(Exception, match=r"not a database|needs a file|parse"):
        open_store(url, vault=None, commit=None, entropy=None)  # type: ignore[arg-type]
