"""Questions that wait for an answer. One UPDATE counts a try and one DELETE takes a question, so neither happens twice."""

from __future__ import annotations

import json

from sqlalchemy import delete

from watchword.core.challenges import Challenge
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, Statement, by, insert, param
from watchword.stores.rows import packed

_T = tables.challenges
COLUMNS = tuple(column.name for column in _T.c)
_HERE = (_T.c.subject == param(_T.c.subject), _T.c.kind == param(_T.c.kind))


def _put(dialect: str) -> Statement:
    statement = insert(_T, dialect)
    names = [name for name in COLUMNS if name not in ("subject", "kind")]
    return statement.on_conflict_do_update(
        index_elements=[_T.c.subject, _T.c.kind], set_={name: statement.excluded[name] for name in names}
    )


_PUT = Query(_put)
_GET = Query(by(_T, "subject", "kind"))
_COUNT = Query(
    _T.update()
    .values(wrong=_T.c.wrong + 1)
    .where(*_HERE, _T.c.wrong < param(_T.c.wrong, "limit"))
    .returning(_T.c.wrong)
)
_END = Query(delete(_T).where(*_HERE))


class Challenges:
    """Port `Challenges`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, challenge: Challenge) -> None:
        """In place of the one that this subject and kind had."""
        values = {name: getattr(challenge, name) for name in COLUMNS}
        self._db.run(_PUT, **{**values, "stored": packed(dict(challenge.stored))})

    def get(self, subject: str, kind: str) -> Challenge | None:
        """The one that waits."""
        row = self._db.one(_GET, subject=subject, kind=kind)
        return None if row is None else Challenge(row[0], row[1], row[2], row[3], row[4], row[5], json.loads(row[6]))

    def count(self, subject: str, kind: str, limit: int) -> int | None:
        """One more wrong answer: the new number, or None when there is none or the limit is reached."""
        row = self._db.one(_COUNT, subject=subject, kind=kind, limit=limit)
        return None if row is None else int(row[0])

    def end(self, subject: str, kind: str) -> bool:
        """It was answered; False when somebody was first."""
        return self._db.run(_END, subject=subject, kind=kind) == 1
