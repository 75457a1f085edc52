"""Proofs on the telephone: who asked whose Key, and what became of the words."""

from __future__ import annotations

from dataclasses import astuple

from sqlalchemy import select

from watchword.core.caller import CallerProof
from watchword.stores import caller_tables
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, by, param
from watchword.stores.rows import Changes, storable

_T = caller_tables.caller_proofs

_CHANGES = Changes(_T, {"words_at", "alarmed"})
_ADD = adding(_T)
_BY_ID = Query(by(_T, "id"))
_NEWEST = (_T.c.opened.desc(), _T.c.id.desc())
_OF_USER = Query(
    by(_T, "user_id")
    .where(_T.c.opened >= param(_T.c.opened, "since"))
    .order_by(*_NEWEST)
    .limit(param(_T.c.opened, "limit"))
)
_SINCE = Query(
    select(_T).where(_T.c.opened >= param(_T.c.opened, "since")).order_by(*_NEWEST).limit(param(_T.c.opened, "limit"))
)
_COLUMNS = tuple(column.name for column in _T.c)


class Callers:
    """Port `Callers`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, proof: CallerProof) -> None:
        """A new one. Raises Duplicate for an id that exists."""
        self._db.run(_ADD, **dict(zip(_COLUMNS, astuple(proof), strict=True)))

    def get(self, attempt_id: str) -> CallerProof | None:
        """By the attempt's id."""
        return _proof(self._db.one(_BY_ID, id=attempt_id)) if storable(attempt_id) else None

    def move(self, attempt_id: str, state: str, to: str, now: int) -> bool:
        """Compare-and-swap on the state of the words; False when somebody was first."""
        return _CHANGES.move(self._db, attempt_id, state, to, {"words_at": now})

    def alarm(self, attempt_id: str, now: int) -> None:
        """The person said that this was not him."""
        _CHANGES.set(self._db, attempt_id, {"alarmed": now})

    def about(self, user_id: str, since: int, limit: int) -> tuple[CallerProof, ...]:
        """Those of one person opened at `since` or later, newest first."""
        rows = self._db.all(_OF_USER, user_id=user_id, since=since, limit=limit)
        return tuple(CallerProof(*row) for row in rows)

    def since(self, since: int, limit: int) -> tuple[CallerProof, ...]:
        """Everybody's opened at `since` or later, newest first."""
        return tuple(CallerProof(*row) for row in self._db.all(_SINCE, since=since, limit=limit))


def _proof(row: Row | None) -> CallerProof | None:
    return None if row is None else CallerProof(*row)
