"""Statements written once in SQLAlchemy Core, compiled once for each database, then run by the bare driver.

Measured here, one row by key on SQLite: 37 µs through `Connection.execute`, 9 µs this way; PostgreSQL 90 µs and 38 µs of our CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, Table, Update, any_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import Select

Statement = Any  # any executable clause; SQLAlchemy has no narrower common type that all of them satisfy

DIALECTS: Mapping[str, Dialect] = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="qmark"),
    "postgresql": PGDialect_psycopg(paramstyle="format"),  # type: ignore[no-untyped-call]
}


class Compiled:
    """SQL text of one dialect and how to lay out its parameters."""

    __slots__ = ("_constants", "_names", "sql", "writes")

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect)
        if compiled.post_compile_params:
            raise ValueError(f"the text depends on the values, use `among` or literals: {compiled}")
        self.sql = str(compiled)
        self.writes = bool(compiled.isinsert or compiled.isupdate or compiled.isdelete)
        self._names = tuple(compiled.positiontup or ())
        self._constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """`values` in the order of the text. Raises KeyError for one that is missing."""
        if self._constants:
            values = {**self._constants, **values}
        return [values[name] for name in self._names]


class Query:
    """One statement. `build` is the clause, or makes it for a dialect name where the two databases differ."""

    __slots__ = ("_build", "_compiled")

    def __init__(self, build: Statement | Callable[[str], Statement]) -> None:
        self._build = build
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: str) -> Compiled:
        """The text for `dialect`, compiled at first use (twice at worst, when two threads come first)."""
        found = self._compiled.get(dialect)
        if found is None:
            clause = self._build(dialect) if callable(self._build) else self._build
            found = self._compiled[dialect] = Compiled(clause, DIALECTS[dialect])
        return found


def insert(table: Table, dialect: str, names: Sequence[str] | None = None) -> sqlite.Insert:
    """An INSERT that takes one parameter for each column, of the column's name. Both dialects' have the same methods here."""
    kind: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    chosen = [table.c[name] for name in names] if names is not None else list(table.c)
    values = {column.name: bindparam(column.name, type_=column.type) for column in chosen}
    statement: sqlite.Insert = kind(table).values(values).inline()  # no RETURNING of a key that nobody asked for
    return statement


def adding(table: Table, names: Sequence[str] | None = None) -> Query:
    """A plain INSERT."""
    return Query(lambda dialect: insert(table, dialect, names))


def param(column: ColumnElement[Any], name: str = "") -> BindParameter[Any]:
    """A parameter of a column's type, named as the column unless told otherwise."""
    return bindparam(name or column.key, type_=column.type)


def by(table: Table, *names: str, columns: Sequence[str] | None = None) -> Select[Any]:
    """SELECT columns (all of them by default) where the named columns equal parameters of their names."""
    chosen = [table.c[name] for name in columns] if columns is not None else list(table.c)
    return select(*chosen).where(*(table.c[name] == param(table.c[name]) for name in names))


def setting(table: Table, names: Sequence[str]) -> Update:
    """UPDATE that sets the named columns to parameters `set_<name>`; the caller adds the WHERE."""
    return update(table).values({name: param(table.c[name], f"set_{name}") for name in names})


def chosen(key: ColumnElement[Any], found: Select[Any], dialect: str) -> ColumnElement[bool]:
    """`key` is one of a limited SELECT … FOR UPDATE, run once: PostgreSQL may run a plain subquery again and so pass the limit.

    SQLite never does, and Python's sqlite3 counts no rows for a statement that opens with WITH.
    """
    return key.in_(found if dialect == "sqlite" else select(*found.cte("chosen").c))


def among(column: ColumnElement[Any], dialect: str, name: str = "ids") -> ColumnElement[bool]:
    """`column` is one of a list bound as one parameter (see `Database.many`), so that the text does not vary with its length."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(String)))
    return column.in_(select(func.json_each(bindparam(name, type_=String)).table_valued("value").c.value))
