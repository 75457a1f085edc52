"""The audit table: appended to, never changed. Personal fields stand in it as salted commitments, their openings beside it, erasable."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import bindparam, or_, select

from watchword.flows.ports import AuditLine, AuditRow, Event
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, Statement, among, insert, param
from watchword.stores.rows import packed

Commit = Callable[[Mapping[str, str]], tuple[dict[str, str], dict[str, list[str]]]]

_T = tables.audit
_P = tables.audit_personal
_COLUMNS = ("at", "tag", "user_id", "subject", "fields", "commitments")


def _both(dialect: str) -> Statement:
    """Both rows in one statement, where a data-modifying WITH is known (PostgreSQL); one round trip less."""
    row = insert(_T, dialect, _COLUMNS).returning(_T.c.id).cte("written")
    return insert(_P, dialect, ()).from_select(
        ["audit_id", "openings"], select(row.c.id, bindparam("openings", type_=_P.c.openings.type))
    )


_WRITE = Query(lambda dialect: insert(_T, dialect, _COLUMNS))
_WRITE_ID = Query(lambda dialect: insert(_T, dialect, _COLUMNS).returning(_T.c.id))
_WRITE_BOTH = Query(_both)
_OF_USER = Query(
    lambda dialect: (
        select(_T.c.id, _T.c.at, _T.c.tag, _T.c.subject, _T.c.fields, _P.c.openings)
        .outerjoin(_P, _P.c.audit_id == _T.c.id)
        .where(_T.c.user_id == param(_T.c.user_id), among(_T.c.tag, dialect, "tags"))
        .where(or_(_T.c.id < param(_T.c.id, "before"), param(_T.c.id, "before") == 0))
        .order_by(_T.c.id.desc())
        .limit(param(_T.c.at, "limit"))
    )
)
_OPENINGS = Query(lambda dialect: insert(_P, dialect))

_ABOUT = Query(
    select(_T.c.at, _T.c.tag, _T.c.subject, _T.c.fields)
    .where(_T.c.user_id == param(_T.c.user_id))
    .order_by(_T.c.at.desc(), _T.c.id.desc())
    .limit(param(_T.c.at, "limit"))
)

_LINES = Query(
    select(_T.c.id, _T.c.at, _T.c.tag, _T.c.subject, _T.c.fields, _P.c.openings)
    .outerjoin(_P, _P.c.audit_id == _T.c.id)
    .where(_T.c.user_id == param(_T.c.user_id))
    .where(or_(_T.c.id < param(_T.c.id, "before"), param(_T.c.id, "before") == 0))
    .order_by(_T.c.at.desc(), _T.c.id.desc())
    .limit(param(_T.c.at, "limit"))
)


class Audit:
    """Port `Audit`."""

    __slots__ = ("_commit", "_db")

    def __init__(self, db: Database, commit: Commit) -> None:
        self._db = db
        self._commit = commit

    def write(self, row: AuditRow, now: int) -> None:
        """Append one event."""
        commitments, openings = self._commit(row.personal) if row.personal else ({}, {})
        values = {
            "at": now,
            "tag": row.tag,
            "user_id": row.user_id,
            "subject": row.subject.replace("\0", "\ufffd"),
            "fields": packed(dict(row.fields)) if row.fields else "{}",
            "commitments": packed(commitments) if commitments else "{}",
        }
        if not openings:
            self._db.run(_WRITE, **values)
        elif self._db.dialect == "postgresql":
            self._db.run(_WRITE_BOTH, **values, openings=packed(openings))
        else:
            written = self._db.one(_WRITE_ID, **values)
            self._db.run(_OPENINGS, audit_id=written and written[0], openings=packed(openings))

    def about(self, user_id: str, limit: int) -> tuple[AuditLine, ...]:
        """The last events of a user, newest first, without what is personal."""
        rows = self._db.all(_ABOUT, user_id=user_id, limit=limit)
        return tuple(AuditLine(row[0], row[1], row[2], json.loads(row[3])) for row in rows)

    def lines(self, user_id: str, before: int, limit: int) -> tuple[Event, ...]:
        """Every event of a user, newest first; `before` is an id, 0 for the newest."""
        rows = self._db.all(_LINES, user_id=user_id, before=before, limit=limit)
        return tuple(Event(row[0], row[1], row[2], row[3], json.loads(row[4]), _values(row[5])) for row in rows)

    def of_user(self, user_id: str, tags: Sequence[str], before: int, limit: int) -> tuple[Event, ...]:
        """A user's events with one of these tags, newest first; `before` is an id, 0 for the newest."""
        rows = self._db.all(_OF_USER, user_id=user_id, tags=self._db.many(tags), before=before, limit=limit)
        return tuple(Event(row[0], row[1], row[2], row[3], json.loads(row[4]), _values(row[5])) for row in rows)


def _values(openings: str | None) -> Mapping[str, str]:
    """The values of a row's openings, {} where they were erased."""
    return {name: pair[1] for name, pair in json.loads(openings).items()} if openings else {}
