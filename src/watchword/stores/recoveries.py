"""Recoveries of forgotten passwords, found by the hash of the secret that their browser holds."""

from __future__ import annotations

from operator import attrgetter

from watchword.core.recovery import Recovery
from watchword.stores.database import Database
from watchword.stores.password_tables import recoveries
from watchword.stores.query import Query, adding, by
from watchword.stores.rows import Changes

_T = recoveries
COLUMNS = tuple(column.name for column in _T.c)
_FIELDS = attrgetter(*COLUMNS)
_CHANGES = Changes(
    _T, ("proofs", "method", "contact_id", "attempt_id", "wrong_questions", "wrong_personal", "ended")
)  # fmt: skip

_ADD = adding(_T)
_BY_COLLECTOR = Query(by(_T, "collector_hash"))
_LOCK_COLLECTOR = Query(by(_T, "collector_hash").with_for_update())


class Recoveries:
    """Port `Recoveries`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, recovery: Recovery) -> None:
        """A new one. Raises Duplicate for an id or a collector that exists."""
        self._db.run(_ADD, **dict(zip(COLUMNS, _FIELDS(recovery), strict=True)))

    def by_collector(self, collector_hash: bytes, *, lock: bool = False) -> Recovery | None:
        """By the hash of the collector secret, whatever its state."""
        row = self._db.one(_LOCK_COLLECTOR if lock else _BY_COLLECTOR, collector_hash=collector_hash)
        return None if row is None else Recovery(*row)

    def move(self, recovery_id: str, state: str, to: str, **values: object) -> bool:
        """Compare-and-swap on the state, setting `values` with it; False when somebody was first."""
        return _CHANGES.move(self._db, recovery_id, state, to, values)

    def set(self, recovery_id: str, **values: object) -> None:
        """Set columns whatever the state."""
        _CHANGES.set(self._db, recovery_id, values)

    def count(self, recovery_id: str, column: str, limit: int) -> int | None:
        """One more wrong answer, counted before it is compared; None at the limit."""
        return _CHANGES.count(self._db, recovery_id, column, limit)
