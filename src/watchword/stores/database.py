"""One open connection, as the repositories see it: run a statement, get tuples. One class for each driver."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import psycopg
from psycopg.pq import ExecStatus

from watchword.stores.errors import Duplicate, Spoilt, Unavailable, Unstorable
from watchword.stores.query import Compiled, Query

Row = tuple[Any, ...]
_UNIQUE = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})


class Database(Protocol):
    """What repositories run statements on."""

    dialect: str

    def one(self, query: Query, /, **values: Any) -> Row | None:
        """The first row or None."""
        ...

    def all(self, query: Query, /, **values: Any) -> list[Row]:
        """Every row."""
        ...

    def run(self, query: Query, /, **values: Any) -> int:
        """How many rows were written."""
        ...

    def many(self, values: Sequence[str]) -> Any:
        """A list of strings as one parameter (`query.among`)."""
        ...


def _checked(query: Query, dialect: str, *, writable: bool) -> Compiled:
    compiled = query.compiled(dialect)
    if compiled.writes and not writable:
        raise RuntimeError(f"a write inside store.read(): {compiled.sql[:60]}")
    return compiled


class SqliteDatabase:
    """A SQLite connection."""

    __slots__ = ("_connection", "_spoilt", "_writable")
    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection, *, writable: bool) -> None:
        self._connection = connection
        self._writable = writable
        self._spoilt = False

    def one(self, query: Query, /, **values: Any) -> Row | None:
        """The first row or None."""
        return self._execute(query, values).fetchone()  # type: ignore[no-any-return]

    def all(self, query: Query, /, **values: Any) -> list[Row]:
        """Every row."""
        return self._execute(query, values).fetchall()

    def run(self, query: Query, /, **values: Any) -> int:
        """How many rows were written."""
        return self._execute(query, values).rowcount

    def many(self, values: Sequence[str]) -> str:
        """JSON, for `json_each`."""
        return json.dumps(list(values))

    def command(self, text: str) -> None:
        """BEGIN IMMEDIATE, COMMIT or ROLLBACK. COMMIT after a failed statement is refused, as PostgreSQL does it."""
        if self._spoilt and text == "COMMIT":
            raise Spoilt("a statement of this transaction failed")
        try:
            self._connection.execute(text)
        except sqlite3.OperationalError as away:
            raise Unavailable(str(away)) from away

    def _execute(self, query: Query, values: dict[str, Any]) -> sqlite3.Cursor:
        compiled = _checked(query, "sqlite", writable=self._writable)
        try:
            return self._connection.execute(compiled.sql, compiled.parameters(values))
        except sqlite3.IntegrityError as broken:
            self._spoilt = True
            if broken.sqlite_errorcode in _UNIQUE:
                raise Duplicate(str(broken)) from broken
            raise
        except (UnicodeEncodeError, OverflowError) as strange:
            self._spoilt = True
            raise Unstorable(str(strange)) from strange
        except sqlite3.OperationalError as away:
            self._spoilt = True
            if away.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise Unavailable(str(away)) from away
            raise


class PostgresDatabase:
    """A PostgreSQL connection in autocommit; `command` opens and ends transactions."""

    __slots__ = ("_connection", "_cursor", "_renew", "_writable")
    dialect = "postgresql"

    def __init__(
        self, connection: psycopg.Connection[Row], renew: Callable[[], psycopg.Connection[Row]] | None
    ) -> None:
        """`renew` replaces a connection that was lost between two reads; None for a transaction, which is lost with it."""
        self._connection = connection
        self._cursor = connection.cursor()
        self._renew = renew
        self._writable = renew is None

    def one(self, query: Query, /, **values: Any) -> Row | None:
        """The first row or None."""
        return self._execute(query, values).fetchone()

    def all(self, query: Query, /, **values: Any) -> list[Row]:
        """Every row."""
        return self._execute(query, values).fetchall()

    def run(self, query: Query, /, **values: Any) -> int:
        """How many rows were written."""
        return self._execute(query, values).rowcount

    def many(self, values: Sequence[str]) -> list[str]:
        """A list, which psycopg sends as an array."""
        return list(values)

    def command(self, text: str) -> None:
        """BEGIN, COMMIT or ROLLBACK, as one simple message: half of what a cursor costs.

        The answer is compared, because PostgreSQL answers COMMIT of a failed transaction with a polite ROLLBACK.
        """
        try:
            result = self._connection.pgconn.exec_(text.encode())
        except psycopg.OperationalError as away:
            raise Unavailable(str(away)) from away
        if result.status != ExecStatus.COMMAND_OK:
            raise Unavailable(f"{text}: {result.error_message.decode(errors='replace')}")
        if not text.startswith((result.command_status or b"?").decode()):
            raise Spoilt("a statement of this transaction failed")

    @property
    def lost(self) -> bool:
        """Whether the connection has gone."""
        return self._connection.closed

    def _execute(self, query: Query, values: dict[str, Any]) -> psycopg.Cursor[Row]:
        compiled = _checked(query, "postgresql", writable=self._writable)
        parameters = compiled.parameters(values)
        try:
            return self._cursor.execute(compiled.sql, parameters, prepare=True)
        except psycopg.errors.UniqueViolation as broken:
            raise Duplicate(str(broken)) from broken
        except (UnicodeEncodeError, psycopg.DataError) as strange:
            raise Unstorable(str(strange)) from strange
        except psycopg.OperationalError as away:
            if self._renew is None or not self.lost:
                raise Unavailable(str(away)) from away
        return self._again(compiled, parameters, self._renew)

    def _again(
        self, compiled: Compiled, parameters: list[Any], renew: Callable[[], psycopg.Connection[Row]]
    ) -> psycopg.Cursor[Row]:
        self._connection = renew()
        self._cursor = self._connection.cursor()
        try:
            return self._cursor.execute(compiled.sql, parameters, prepare=True)
        except psycopg.OperationalError as away:
            raise Unavailable(str(away)) from away
