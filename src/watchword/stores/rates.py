"""Sliding windows. The upsert locks its row, the rule decides on what it returned, so two at once are decided one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from watchword.core.rates import Window, first_free, kept
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, Statement, insert, param, setting
from watchword.stores.rows import packed, unpacked

_T = tables.rates


def _lock(dialect: str) -> Statement:
    statement = insert(_T, dialect)
    return statement.on_conflict_do_update(index_elements=[_T.c.key], set_={"stamps": _T.c.stamps}).returning(
        _T.c.stamps
    )


_LOCK = Query(_lock)
_SET = Query(setting(_T, ["stamps", "expires"]).where(_T.c.key == param(_T.c.key)))


class Rates:
    """Port `Rates`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def take(self, key: str, windows: Sequence[Window], now: int) -> int:
        """Count one if every window allows it and return 0, else the time from which it is allowed."""
        row = self._db.one(_LOCK, key=key, stamps="[]", expires=now)
        stamps = unpacked(row[0]) if row is not None else ()
        free = first_free(stamps, now, windows)
        if free > now:
            return free
        longest = max((window.seconds for window in windows), default=0)
        self._db.run(_SET, key=key, set_stamps=packed([*kept(stamps, now, windows), now]), set_expires=now + longest)
        return 0
