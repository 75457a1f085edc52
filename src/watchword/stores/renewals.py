"""Renewals, found by id, by what a phone scanned, or by the phone that holds the old secrets."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import literal, select

from watchword.core.renewals import OPEN, Renewal
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, by, param
from watchword.stores.renewal_tables import renewals
from watchword.stores.rows import Changes, packed, unpacked

_T = renewals
COLUMNS = tuple(column.name for column in _T.c)
_FIELDS = attrgetter(*COLUMNS)
_DEVICES = COLUMNS.index("devices")
_CHANGES = Changes(_T, set(COLUMNS) - {"id", "state", "kind", "created"}, {"devices": packed})
_LIVE = _T.c.state.in_([literal(state) for state in sorted(OPEN)])

_ADD = adding(_T)
_BY_ID = Query(by(_T, "id"))
_LOCK = Query(by(_T, "id").with_for_update())
_BY_SECRET = Query(by(_T, "secret_hash").order_by(_T.c.created.desc(), _T.c.id.desc()).limit(1))
_OPEN_OF = Query(by(_T, "phone_id").where(_LIVE).order_by(_T.c.created, _T.c.id))
_RECOVERIES_OF = Query(
    by(_T, "user_id").where(_T.c.kind == literal("recovery"), _LIVE).order_by(_T.c.phone_id, _T.c.id)
)
_OVER = Query(
    select(*_T.c)
    .where(_LIVE, _T.c.expires < param(_T.c.expires, "before"))
    .order_by(_T.c.expires)
    .limit(param(_T.c.created, "limit"))
)


class Renewals:
    """Port `Renewals`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, renewal: Renewal) -> None:
        """A new one. Raises Duplicate for an id that exists."""
        values = dict(zip(COLUMNS, _FIELDS(renewal), strict=True))
        self._db.run(_ADD, **{**values, "devices": packed(renewal.devices)})

    def get(self, renewal_id: str, *, lock: bool = False) -> Renewal | None:
        """By id."""
        return _renewal(self._db.one(_LOCK if lock else _BY_ID, id=renewal_id))

    def by_secret(self, secret_hash: bytes) -> Renewal | None:
        """By the hash of the secret in a transfer's QR."""
        return _renewal(self._db.one(_BY_SECRET, secret_hash=secret_hash)) if secret_hash else None

    def open_of(self, phone_id: str) -> tuple[Renewal, ...]:
        """Those of a phone that have not ended, oldest first; time is the caller's to check."""
        return tuple(Renewal(*_row(row)) for row in self._db.all(_OPEN_OF, phone_id=phone_id))

    def recoveries_of(self, user_id: str) -> tuple[Renewal, ...]:
        """Recoveries of a user's Key that have not ended, by phone."""
        return tuple(Renewal(*_row(row)) for row in self._db.all(_RECOVERIES_OF, user_id=user_id))

    def overdue(self, before: int, limit: int) -> Sequence[Renewal]:
        """Open ones whose time was over before `before`."""
        return tuple(Renewal(*_row(row)) for row in self._db.all(_OVER, before=before, limit=limit))

    def move(self, renewal_id: str, state: str, to: str, **values: object) -> bool:
        """Compare-and-swap on the state, setting `values` with it; False when somebody was first."""
        return _CHANGES.move(self._db, renewal_id, state, to, values)

    def set(self, renewal_id: str, **values: object) -> None:
        """Set fields of Renewal whatever the state."""
        _CHANGES.set(self._db, renewal_id, values)

    def miss(self, renewal_id: str, limit: int) -> int | None:
        """One more wrong code: the new number, or None when the limit is reached or it has ended."""
        return _CHANGES.count(self._db, renewal_id, "wrong", limit, (_LIVE,))


def _row(row: Row) -> tuple[Any, ...]:
    pairs = tuple((old, new) for old, new in unpacked(row[_DEVICES]))
    return (*row[:_DEVICES], pairs, *row[_DEVICES + 1 :])


def _renewal(row: Row | None) -> Renewal | None:
    return None if row is None else Renewal(*_row(row))
