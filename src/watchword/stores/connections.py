"""Connections to either database: how one is set up, borrowed, put into a transaction and given back.

Both keep the driver in autocommit. A read is then one statement and nothing else, and a write sends its own BEGIN and COMMIT.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from typing import Any, Protocol, cast

import psycopg
from psycopg.types.numeric import Int8BinaryDumper
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from watchword.stores.database import Database, PostgresDatabase, SqliteDatabase
from watchword.stores.errors import Spoilt, Unavailable

BUSY_SECONDS = 5.0
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
# A statement or a lock that takes this long is a fault; a request that waits for it longer has been given up by its person.
_LIMITS = "SET statement_timeout = '15s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s'"
_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    # Accepted risk: a crash of ours loses nothing, but a power cut may take back the last commits (never leave a broken file).
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -1024",
    "PRAGMA mmap_size = 268435456",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)


class Loan(Protocol):
    """A borrowed connection."""

    @property
    def db(self) -> Database:
        """What to run statements on."""
        ...

    def finish(self, *, commit: bool) -> None:
        """End the transaction, if there is one, and give the connection back, whatever happens."""
        ...


class Connections(Protocol):
    """Where loans come from. Both raise Unavailable when none is to be had in time."""

    def reading(self) -> Loan: ...

    def writing(self) -> Loan: ...


def normal_url(url: str) -> URL:
    """The URL with the driver that is used. Raises ValueError for any other kind of database, and for SQLite in memory."""
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    if kind == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise ValueError(f"{kind} is not a database Watchword knows: use sqlite:///… or postgresql://…")
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("SQLite needs a file: several connections read it at once")
    return parsed


def make_engine(url: str, *, pool_size: int, pool_seconds: float) -> Engine:
    """An engine in autocommit whose connections need no reset when they come back."""
    parsed = normal_url(url)
    arguments: dict[str, Any] = {"prepare_threshold": 0, "connect_timeout": 5, "tcp_user_timeout": 10_000}
    if parsed.get_backend_name() == "sqlite":
        arguments = {
            "isolation_level": None,
            "check_same_thread": False,
            "cached_statements": 256,
            "timeout": BUSY_SECONDS,
        }
    engine = create_engine(
        parsed,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_seconds,
        pool_reset_on_return=None,
        pool_use_lifo=True,
        isolation_level="AUTOCOMMIT",
        connect_args=arguments,
    )
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: object, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        for pragma in _PRAGMAS:
            connection.execute(pragma).close()
    elif isinstance(connection, psycopg.Connection):
        # psycopg picks int2, int4 or int8 by value, and the server would prepare each statement once for every mixture.
        connection.adapters.register_dumper(int, Int8BinaryDumper)
        connection.prepared_max = 1000
        connection.execute(_LIMITS, prepare=False)


def _borrow(engine: Engine) -> PoolProxiedConnection:
    try:
        return engine.raw_connection()
    except PoolTimeout as busy:
        raise Unavailable("every database connection is in use") from busy
    except (DBAPIError, psycopg.OperationalError, sqlite3.OperationalError) as away:
        raise Unavailable(str(away)) from away


class _SqliteLoan:
    __slots__ = ("_borrowed", "_lock", "db")

    def __init__(self, engine: Engine, lock: threading.Lock | None) -> None:
        self._lock = lock
        self._borrowed = _borrow(engine)
        self.db = SqliteDatabase(cast("sqlite3.Connection", self._borrowed.dbapi_connection), writable=lock is not None)
        if lock is not None:
            try:
                self.db.command("BEGIN IMMEDIATE")
            except BaseException:
                self._borrowed.close()
                raise

    def finish(self, *, commit: bool) -> None:
        try:
            if self._lock is not None:
                self._end(commit=commit)
        finally:
            self._borrowed.close()
            if self._lock is not None:
                self._lock.release()

    def _end(self, *, commit: bool) -> None:
        try:
            self.db.command("COMMIT" if commit else "ROLLBACK")
        except BaseException:
            with suppress(Unavailable):
                self.db.command("ROLLBACK")
            raise


class SqliteConnections:
    """Any number of readers beside one writer. Writers of this process queue on a lock instead of polling SQLite's own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = threading.Lock()

    def reading(self) -> Loan:
        """A connection in autocommit."""
        return _SqliteLoan(self._engine, None)

    def writing(self) -> Loan:
        """A connection in a transaction that holds the write lock from its start, so that it never has to be repeated."""
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise Unavailable("another transaction writes for too long")
        try:
            return _SqliteLoan(self._engine, self._writer)
        except BaseException:
            self._writer.release()
            raise


class _PostgresLoan:
    __slots__ = ("_borrowed", "_engine", "_writing", "db")

    def __init__(self, engine: Engine, *, writing: bool) -> None:
        self._engine = engine
        self._writing = writing
        self._borrowed = _borrow(engine)
        self.db = PostgresDatabase(self._connection(), None if writing else self.renew)

    def begin(self) -> None:
        """Open the transaction. A connection that died in the pool is found here, where nothing is lost with it."""
        try:
            try:
                self.db.command(_BEGIN)
            except Unavailable:
                self.db = PostgresDatabase(self.renew(), None)
                self.db.command(_BEGIN)
        except BaseException:
            self._borrowed.invalidate()
            raise

    def renew(self) -> psycopg.Connection[Any]:
        """Another connection in place of a lost one; the others of its age are given up too."""
        self._borrowed.invalidate()
        self._engine.dispose()
        self._borrowed = _borrow(self._engine)
        return self._connection()

    def finish(self, *, commit: bool) -> None:
        try:
            if self._writing:
                self._end(commit=commit)
        finally:
            if self.db.lost and self._borrowed.is_valid:
                self._borrowed.invalidate()
            self._borrowed.close()

    def _end(self, *, commit: bool) -> None:
        try:
            self.db.command("COMMIT" if commit else "ROLLBACK")
        except Spoilt:
            raise
        except BaseException as failed:
            self._borrowed.invalidate()
            if commit or not isinstance(failed, Unavailable):
                raise

    def _connection(self) -> psycopg.Connection[Any]:
        return cast("psycopg.Connection[Any]", self._borrowed.dbapi_connection)


class PostgresConnections:
    """A pool in autocommit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reading(self) -> Loan:
        """A connection in autocommit."""
        return _PostgresLoan(self._engine, writing=False)

    def writing(self) -> Loan:
        """A connection in a READ COMMITTED transaction."""
        loan = _PostgresLoan(self._engine, writing=True)
        loan.begin()
        return loan
