"""Very many users at once, straight into the tables: what a grown installation holds, made in seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table

from bench.servers import Installation
from watchword.stores import tables

BATCH = 20_000
TABLES: tuple[Table, ...] = (
    tables.users, tables.user_details, tables.contacts, tables.phones, tables.devices, tables.browsers, tables.attempts, tables.password_tries,
)  # fmt: skip
_ENCODED = "$argon2id$v=19$m=8,t=1,p=1$" + "c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43
Row = tuple[Any, ...]
# How many columns a maker speaks of; what the others hold, where it is not nothing, zero or the empty text.
_SAID = {
    "users": 13, "user_details": 2, "contacts": 8, "phones": 10, "devices": 12, "browsers": 7, "attempts": 38, "password_tries": 7,
}  # fmt: skip
_ELSE: dict[str, Any] = {"users.kind": "live", "attempts.action": "login"}


def fill(home: Installation, users: int) -> None:
    """`users` users, each with details, number, phone, device, browser, one past login and a counter. Nobody of them logs in:
    what is sealed or hashed is random bytes of the right length. Ends with the statistics that a grown database has."""
    now = home.built.kit.clock.now()
    if home.kind == "sqlite":
        _fill_sqlite(home, users, now)
    else:
        _fill_postgresql(home, users, now)


def _fill_sqlite(home: Installation, users: int, now: int) -> None:
    raw = home.built.store.engine.raw_connection()
    try:
        connection: Any = raw.dbapi_connection
        for pragma in ("synchronous = OFF", "cache_size = -400000", "foreign_keys = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        for table in TABLES:
            names = columns(table)
            statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            connection.execute("BEGIN")
            for rows in batches(table, users, now):
                connection.executemany(statement, rows)
            connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.invalidate()


def _fill_postgresql(home: Installation, users: int, now: int) -> None:
    raw = home.built.store.engine.raw_connection()
    try:
        connection: Any = raw.dbapi_connection
        assert isinstance(connection, psycopg.Connection)
        connection.execute(
            "SET statement_timeout = 0; SET session_replication_role = replica; SET synchronous_commit = off",
            prepare=False,
        )
        for table in TABLES:
            names = sql.SQL(", ").join(map(sql.Identifier, columns(table)))
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
            with connection.cursor().copy(statement) as copy:
                for rows in batches(table, users, now):
                    for row in rows:
                        copy.write_row(row)
        connection.execute("VACUUM ANALYZE", prepare=False)
        connection.execute("CHECKPOINT", prepare=False)
    finally:
        raw.invalidate()


def columns(table: Table) -> list[str]:
    """The columns in the order in which rows are made: named, since a database that grew has them in another."""
    return [column.name for column in table.c]


def _rest(table: Table) -> Row:
    """What the columns hold that no maker speaks of."""
    found = []
    for column in list(table.c)[_SAID[table.name] :]:
        empty = None if column.nullable else "" if column.type.python_type is str else 0
        found.append(_ELSE.get(f"{table.name}.{column.name}", empty))
    return tuple(found)


def batches(table: Table, users: int, now: int) -> Iterator[Sequence[Row]]:
    """Rows of one table in the order of its columns. Ids are derived from the user's number, so that tables agree."""
    make, rest = _MAKERS[table.name], _rest(table)
    for at in range(0, users, BATCH):
        noise = os.urandom(32 * BATCH)
        yield [
            make(number, noise[32 * (number - at) : 32 * (number - at) + 32], now) + rest
            for number in range(at, min(at + BATCH, users))
        ]


def _id(kind: str, number: int) -> str:
    """26 characters that spread over the index as random ones do: a permutation of the number leads (odd factor modulo 2^64)."""
    return f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}{kind}{number:09d}"


def _user(number: int, noise: bytes, now: int) -> Row:
    name = f"customer{number:07d}"
    return (
        _id("u", number),
        name,
        name,
        f"Customer {number}",
        "Customer",
        "en",
        "Europe/London",
        "active",
        _ENCODED,
        0,
        0,
        now - 8640000,
        0,
    )


def _details(number: int, noise: bytes, now: int) -> Row:
    return (_id("u", number), noise * 7)


def _contact(number: int, noise: bytes, now: int) -> Row:
    return (
        _id("c", number),
        _id("u", number),
        "sms",
        noise + noise[:10],
        noise[::-1],
        now - 8640000,
        True,
        now - 8640000,
    )


def _phone(number: int, noise: bytes, now: int) -> Row:
    return (_id("p", number), "active", noise, noise[::-1], "Phone", "{}", 0, 0, now - 8640000, None)


def _device(number: int, noise: bytes, now: int) -> Row:
    secret = noise + noise[:29]
    return (
        _id("d", number),
        _id("u", number),
        _id("p", number),
        "key",
        "active",
        "Phone",
        secret,
        0,
        0,
        now - 8640000,
        now - 86400,
        None,
    )


def _browser(number: int, noise: bytes, now: int) -> Row:
    return (_id("b", number), _id("u", number), '["v4:192.0.2.0/24"]', "[]", 0, now - 86400, noise)


def _attempt(number: int, noise: bytes, now: int) -> Row:
    at = now - 86400 - number % 5_000_000
    return (
        _id("a", number), _id("u", number), f"customer{number:07d}", "portal", "collected", noise, "", noise[:11].hex(), at, at + 900,
        "192.0.2.7", "", "", "v4:192.0.2.0/24", "Firefox", "Linux", True, False, False, _id("b", number), False, "", _id("d", number),
        f"[{at}]", at + 180, 0, 0, "none", 0, 0, 0, 0, 0, at + 8, f"{_id('d', number)}:approve:push", "hwk pop pin", _id("s", number), "en",
    )  # fmt: skip


def _tries(number: int, noise: bytes, now: int) -> Row:
    return (noise, f"browser:{_id('b', number)}", 0, 0, 0, 1, now - 3600)


_MAKERS = {
    "users": _user, "user_details": _details, "contacts": _contact, "phones": _phone, "devices": _device, "browsers": _browser,
    "attempts": _attempt, "password_tries": _tries,
}  # fmt: skip
