"""No statement that a request runs looks through a whole table: a million users cost what a thousand do."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from watchword import stores
from watchword.stores.engine import SqlStore
from watchword.stores.query import Query

# Housekeeping in the background, and small tables by nature.
MAY_SCAN = {
    "sweep._COUNT": "one count an hour, of a bounded table",
    "sweep._NTH": "only when there are too many counters",
    "sweep._DELETE.rates": "in bounded batches; an index on a value that changes each time would cost more",
    "sweep._DELETE.password_tries": "as rates",
    "sweep._DELETE.password_tries_surplus": "as rates",
    "staff._MEMBERS": "an institution's staff: tens of rows",
    "sealed_log._PLACES": "two rows at most",
    "sealed_log._WRITERS": "nothing on SQLite: it has one writer",
    "withdrawals._ANY_PLAIN": "as the next, and stops at the first",
    "withdrawals._PLAIN": "once in the life of a process, from an end of the primary key, with a limit",
    "outbox._RECENT": "by primary key, from its end, with a limit",
}


def queries() -> Iterator[tuple[str, Query]]:
    """Every statement of the repositories by module and name."""
    for found in pkgutil.iter_modules(stores.__path__):
        if found.ispkg:
            continue
        module = importlib.import_module(f"watchword.stores.{found.name}")
        for name, value in vars(module).items():
            if isinstance(value, Query):
                yield f"{found.name}.{name}", value
            elif isinstance(value, dict) and not name.startswith("__"):
                yield from (
                    (f"{found.name}.{name}.{key}", each) for key, each in value.items() if isinstance(each, Query)
                )


QUERIES = dict(queries())


def test_there_are_statements_to_look_at() -> None:
    assert len(QUERIES) > 80
    assert MAY_SCAN.keys() <= QUERIES.keys()


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_every_statement_finds_its_rows_by_an_index(store: SqlStore) -> None:
    scans = []
    with store.engine.connect() as connection:
        for name, query in QUERIES.items():
            if name == "audit._WRITE_BOTH":
                continue  # PostgreSQL only: SQLite knows no INSERT in a WITH
            sql = query.compiled("sqlite").sql
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?"))
            details = [row[3] for row in plan]
            if any(detail.startswith("SCAN") and "VIRTUAL TABLE" not in detail for detail in details):
                scans.append(name)
    assert sorted(scans) == sorted(MAY_SCAN)


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_every_statement_is_one_that_postgresql_understands(store: SqlStore) -> None:
    """Prepared with the types that are sent, not run."""
    with store.engine.connect() as connection:
        for n, query in enumerate(QUERIES.values()):
            sql, place = query.compiled("postgresql").sql, 0
            while "%s" in sql:
                place += 1
                sql = sql.replace("%s", f"${place}", 1)
            connection.exec_driver_sql(f"PREPARE check_{n} AS {sql}")
        assert connection.execute(
            text("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'check_%'")
        ).scalar_one() == len(QUERIES)
