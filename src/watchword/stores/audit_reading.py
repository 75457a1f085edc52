"""Reading the audit: pages of a search, the log beside its rows for verifying it, and the erasing of personal values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, select

from watchword.core.audit_rows import Row
from watchword.core.audit_search import Filter, Place
from watchword.flows.audit_ports import Found, Sheet
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, Statement, chosen, param
from watchword.stores.sealed_log import ROW

_A, _O, _L, _N = tables.audit, tables.audit_personal, tables.audit_leaves, tables.audit_nodes
_WIDTH = len(ROW)

_found = (
    select(*ROW, _O.c.openings, _L.c.position)
    .outerjoin_from(_A, _O, _O.c.audit_id == _A.c.id)
    .outerjoin(_L, _L.c.audit_id == _A.c.id)
)


def _page(*where: ColumnElement[bool]) -> Query:
    """By time and id, going down from a place; one index holds what `where` names, and the time behind it."""
    at = param(_A.c.at, "after")
    below = (_A.c.at < at) | (_A.c.id < param(_A.c.id, "after_id"))
    wanted = _found.where(*where, _A.c.at <= at, _A.c.at >= param(_A.c.at, "since"), below)
    return Query(wanted.order_by(_A.c.at.desc(), _A.c.id.desc()).limit(param(_A.c.at, "limit")))


def _erase(column: ColumnElement[str]) -> Query:
    found = (
        select(_A.c.id)
        .join(_O, _O.c.audit_id == _A.c.id)
        .where(column == param(_A.c.user_id), _A.c.at < param(_A.c.at, "before"))
        .limit(param(_A.c.at, "limit"))
    )

    def build(dialect: str) -> Statement:
        return delete(_O).where(chosen(_O.c.audit_id, found, dialect))

    return Query(build)


def _count(column: ColumnElement[str]) -> Select[Any]:
    return select(func.count()).select_from(_A).join(_O, _O.c.audit_id == _A.c.id).where(column == param(_A.c.user_id))


_BY_USER = _page(_A.c.user_id == param(_A.c.user_id, "value"))
_BY_SUBJECT = _page(_A.c.subject == param(_A.c.subject, "value"))
_BY_TAG = _page(_A.c.tag == param(_A.c.tag, "value"))
_BY_TIME = _page()
_ROW = Query(_found.where(_A.c.id == param(_A.c.id)))
_SHEETS = Query(
    select(_L.c.position, _L.c.audit_id, _L.c.hash, *ROW, _O.c.openings)
    .outerjoin_from(_L, _A, _A.c.id == _L.c.audit_id)
    .outerjoin(_O, _O.c.audit_id == _A.c.id)
    .where(_L.c.position >= param(_L.c.position, "first"), _L.c.position < param(_L.c.position, "end"))
    .order_by(_L.c.position)
)
_STRAYS = Query(
    select(*ROW)
    .where(_A.c.id > param(_A.c.id, "after"), _A.c.id <= param(_A.c.id, "settled"))
    .where(~exists().where(_L.c.audit_id == _A.c.id))
    .order_by(_A.c.id)
    .limit(param(_A.c.at, "limit"))
)
_SURPLUS_LEAVES = Query(select(func.count()).select_from(_L).where(_L.c.position >= param(_L.c.position, "size")))
_SURPLUS_NODES = Query(
    select(func.count())
    .select_from(_N)
    .where(_N.c.level == param(_N.c.level), _N.c.position >= param(_N.c.position, "size"))
)
_ERASE_USER, _ERASE_SUBJECT = _erase(_A.c.user_id), _erase(_A.c.subject)
_OF_USER, _ON_SUBJECT = (
    Query(_count(_A.c.user_id)),
    Query(_count(_A.c.subject).where(_A.c.user_id != param(_A.c.user_id))),
)
LEVELS = 8  # inner nodes of a log of 2^64 rows, at 256 to one


class AuditReading:
    """Port `AuditReading`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def page(self, wanted: Filter, after: Place, limit: int) -> Sequence[Found]:
        """Rows by time and id, newest first, of those that an index finds for the filter; what no index decides is not looked at."""
        bounds = {"since": wanted.since, "limit": limit, **_below(wanted, after)}
        if wanted.person:
            # One statement for each index: together they would be sorted whole.
            mine = self._all(_BY_USER, value=wanted.person, **bounds)
            about = self._all(_BY_SUBJECT, value=wanted.person, **bounds)
            both = {found.row.id: found for found in (*mine, *about)}.values()
            return sorted(both, key=lambda found: (found.row.at, found.row.id), reverse=True)[:limit]
        if wanted.subject:
            return self._all(_BY_SUBJECT, value=wanted.subject, **bounds)
        if wanted.whole_tag:
            return self._all(_BY_TAG, value=wanted.tag, **bounds)
        return self._all(_BY_TIME, **bounds)

    def row(self, audit_id: int) -> Found | None:
        """One row."""
        rows = self._all(_ROW, id=audit_id)
        return rows[0] if rows else None

    def sheets(self, first: int, count: int) -> Sequence[Sheet]:
        """The log from a position on, what stands there now with it."""
        rows = self._db.all(_SHEETS, first=first, end=first + count)
        return [
            Sheet(row[0], row[1], bytes(row[2]), None if row[3] is None else Row(*row[3 : 3 + _WIDTH]), row[3 + _WIDTH])
            for row in rows
        ]

    def strays(self, after: int, settled: int, limit: int) -> Sequence[Row]:
        """Rows up to `settled` that are not in the log, by id from above `after`."""
        return [Row(*row) for row in self._db.all(_STRAYS, after=after, settled=settled, limit=limit)]

    def surplus(self, size: int) -> tuple[int, int]:
        """How many leaves and inner nodes stand there beyond a tree of this size."""
        leaves = self._db.one(_SURPLUS_LEAVES, size=size)
        nodes = [
            self._db.one(_SURPLUS_NODES, level=level, size=size >> 8 * level) or (0,) for level in range(1, LEVELS + 1)
        ]
        return int(leaves[0]) if leaves else 0, sum(int(row[0]) for row in nodes)

    def erase(self, user_id: str, before: int, limit: int) -> int:
        """Delete personal values of rows about somebody, written before then; how many rows lost theirs."""
        return sum(
            self._db.run(query, user_id=user_id, before=before, limit=limit)
            for query in (_ERASE_USER, _ERASE_SUBJECT)
        )  # fmt: skip

    def personal(self, user_id: str) -> int:
        """How many rows about somebody still have personal values."""
        rows = (self._db.one(query, user_id=user_id) or (0,) for query in (_OF_USER, _ON_SUBJECT))
        return sum(int(row[0]) for row in rows)

    def _all(self, query: Query, **values: object) -> list[Found]:
        return [Found(Row(*row[:_WIDTH]), row[_WIDTH], row[_WIDTH + 1]) for row in self._db.all(query, **values)]


def _below(wanted: Filter, after: Place) -> dict[str, int]:
    """Where a page begins: after the last row of the one before, or at the end of the time that is wanted."""
    if after.at > wanted.until:
        return {"after": wanted.until, "after_id": Place().id}
    return {"after": after.at, "after_id": after.id}
