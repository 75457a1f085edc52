"""Housekeeping: delete what has expired, a bounded number of rows in each transaction, so that no login waits behind it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select, tuple_

from watchword.core.lockout import CAP, FORGET_SECONDS, REMEMBER_SECONDS, UNKNOWN
from watchword.core.throttle import SECONDS as THROTTLE_SECONDS
from watchword.stores import tables
from watchword.stores.query import Query, chosen, param
from watchword.stores.tx import SqlTx

_DAY = 24 * 60 * 60
BATCH = 500
SEAL_BATCH = 200  # rows sealed in one transaction: each is one encryption, and those who withdraw wait meanwhile


@dataclass(frozen=True, slots=True)
class Retention:
    """How long finished rows stay, in seconds, and how much one sweep does.

    `attempts` feed "your last logins"; `counters` bounds the number of wrong-password counters, most of which belong to nobody. `renewals` stay
    for a year and more: a phone that was off since it confirmed a new PIN still learns that it holds.
    """

    attempts: int = 90 * _DAY
    sessions: int = 30 * _DAY
    letters: int = 30 * _DAY
    enrolments: int = 30 * _DAY
    renewals: int = 400 * _DAY
    withdrawals: int = 400 * _DAY
    sharings: int = 400 * _DAY
    counters: int = 1_000_000
    batches: int = 20


DEFAULT = Retention()


def _dead(table: Table, where: ColumnElement[bool]) -> Query:
    """DELETE of one batch. Rows in use are passed by: the next sweep finds them."""
    key = list(table.primary_key.columns)
    limit = param(tables.claims.c.expires, "limit")
    found = select(*key).where(where).limit(limit).with_for_update(skip_locked=True)
    column: ColumnElement[Any] = key[0] if len(key) == 1 else tuple_(*key)
    return Query(lambda dialect: delete(table).where(chosen(column, found, dialect)))


def _older(table: Table, name: str) -> ColumnElement[bool]:
    return table.c[name] < param(table.c[name], "before")


_TRIES = tables.password_tries
_OUTBOX = tables.outbox
_SHARINGS = tables.sharings
_idle = _TRIES.c.locked_until <= param(_TRIES.c.locked_until, "now")
# What strangers tried is remembered, or a patient one would begin a new row each day.
_row_over = or_(
    _TRIES.c.client != UNKNOWN, _TRIES.c.total == 0, _TRIES.c.touched < param(_TRIES.c.touched, "remembered")
)
_DELETE = {
    "claims": _dead(tables.claims, _older(tables.claims, "expires")),
    "rates": _dead(tables.rates, _older(tables.rates, "expires")),
    "challenges": _dead(tables.challenges, _older(tables.challenges, "until")),
    "codes": _dead(tables.codes, _older(tables.codes, "expires")),
    "enrolments": _dead(tables.enrolments, _older(tables.enrolments, "expires")),
    "renewals": _dead(tables.renewals, _older(tables.renewals, "expires")),
    "attempts": _dead(tables.attempts, _older(tables.attempts, "started")),
    "caller_proofs": _dead(tables.caller_proofs, _older(tables.caller_proofs, "opened")),
    "withdrawals": _dead(tables.withdrawals, _older(tables.withdrawals, "at")),
    "sharings": _dead(_SHARINGS, and_(_older(_SHARINGS, "begun"), _SHARINGS.c.state != "active")),
    "sessions": _dead(tables.sessions, _older(tables.sessions, "expires")),
    "recoveries": _dead(tables.recoveries, _older(tables.recoveries, "expires")),
    "outbox": _dead(_OUTBOX, and_(_OUTBOX.c.due.is_(None), _older(_OUTBOX, "created"))),
    "network_tries": _dead(tables.network_tries, _older(tables.network_tries, "started")),
    "phone_notices": _dead(tables.phone_notices, _older(tables.phone_notices, "until")),
    "staff_drafts": _dead(tables.staff_drafts, _older(tables.staff_drafts, "expires")),
    "password_tries": _dead(_TRIES, and_(_older(_TRIES, "touched"), _idle, _row_over)),
    "password_tries_surplus": _dead(_TRIES, and_(_older(_TRIES, "touched"), _idle, _TRIES.c.total < CAP)),
}
_COUNT = Query(select(func.count()).select_from(_TRIES))
_NTH = Query(select(_TRIES.c.touched).order_by(_TRIES.c.touched).offset(param(_TRIES.c.touched, "offset")).limit(1))


def sweep(write: Callable[[], AbstractContextManager[SqlTx]], now: int, retention: Retention) -> dict[str, int]:
    """Delete what is past its time at `now`; how many rows of which table."""
    before = {
        "claims": now,
        "rates": now,
        "challenges": now - _DAY,
        "codes": now - _DAY,
        "enrolments": now - retention.enrolments,
        "renewals": now - retention.renewals,
        "attempts": now - retention.attempts,
        "caller_proofs": now - retention.attempts,
        "withdrawals": now - retention.withdrawals,
        "sharings": now - retention.sharings,
        "sessions": now - retention.sessions,
        "recoveries": now - _DAY,
        "outbox": now - retention.letters,
        "network_tries": now - THROTTLE_SECONDS,
        "phone_notices": now,
        "staff_drafts": now,
        "password_tries": now - FORGET_SECONDS,
    }
    done = {table: _batches(write, table, before[table], now, retention.batches) for table in before}
    with write() as tx:
        surplus = _surplus(tx, retention.counters)
    if surplus is not None:
        done["password_tries"] += _batches(write, "password_tries_surplus", surplus, now, retention.batches)
    return done


def seal_payees(write: Callable[[], AbstractContextManager[SqlTx]], batches: int) -> int:
    """Seal what stands in plain columns, after what is past its time has gone; how many rows."""
    total = 0
    for _ in range(batches):
        with write() as tx:
            sealed = tx.withdrawals.seal_plain(SEAL_BATCH)
        total += sealed
        if sealed < SEAL_BATCH:
            break
    return total


def _surplus(tx: SqlTx, limit: int) -> int | None:
    """The time before which counters go because there are more than `limit`; locked ones stay, or the lock could be flooded away."""
    row = tx.db.one(_COUNT)
    over = int(row[0]) - limit if row else 0
    if over <= 0:
        return None
    nth = tx.db.one(_NTH, offset=over - 1)
    return None if nth is None else int(nth[0]) + 1


def _batches(
    write: Callable[[], AbstractContextManager[SqlTx]], table: str, before: int, now: int, batches: int
) -> int:
    total = 0
    for _ in range(batches):
        with write() as tx:
            deleted = tx.db.run(_DELETE[table], before=before, now=now, remembered=now - REMEMBER_SECONDS, limit=BATCH)
        total += deleted
        if deleted < BATCH:
            break
    return total
