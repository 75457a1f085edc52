"""Codes that were sent: three tries each, counted before the code is compared."""

from __future__ import annotations

from operator import attrgetter

from watchword.core.codes import SentCode
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, adding, by, param, setting
from watchword.stores.rows import Changes

_T = tables.codes
COLUMNS = tuple(column.name for column in _T.c)
_FIELDS = attrgetter(*COLUMNS)
_CHANGES = Changes(_T, ("tries",))
_OPEN = (_T.c.ended == 0,)

_ADD = adding(_T)
_CURRENT = Query(by(_T, "purpose", "subject").where(*_OPEN).order_by(_T.c.sent.desc(), _T.c.id.desc()).limit(1))
_END = Query(
    setting(_T, ["ended"]).where(_T.c.purpose == param(_T.c.purpose), _T.c.subject == param(_T.c.subject), *_OPEN)
)
_SPEND = Query(setting(_T, ["ended"]).where(_T.c.id == param(_T.c.id), *_OPEN))


class Codes:
    """Port `Codes`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, code: SentCode) -> None:
        """A code that is being sent. Raises Duplicate for an id that exists."""
        self._db.run(_ADD, **dict(zip(COLUMNS, _FIELDS(code), strict=True)))

    def current(self, purpose: str, subject: str) -> SentCode | None:
        """The newest one that has not ended, whether or not its time is over."""
        row = self._db.one(_CURRENT, purpose=purpose, subject=subject)
        return None if row is None else SentCode(*row)

    def end(self, purpose: str, subject: str, now: int) -> None:
        """End every one of this purpose and subject."""
        self._db.run(_END, purpose=purpose, subject=subject, set_ended=now)

    def take(self, code_id: str, limit: int) -> bool:
        """Count one try before it is compared; False when the tries are used up or the code has ended."""
        return _CHANGES.count(self._db, code_id, "tries", limit, _OPEN) is not None

    def spend(self, code_id: str, now: int) -> bool:
        """End it as used; False when somebody was first."""
        return self._db.run(_SPEND, id=code_id, set_ended=now) == 1
