"""Limits of single accounts, and what is needed to look at everybody's at once."""

from __future__ import annotations

from sqlalchemy import delete

from watchword.core.entitlements import Limits
from watchword.stores.database import Database
from watchword.stores.limits_tables import own_limits
from watchword.stores.query import Query, Statement, by, insert, param

_T = own_limits


def _put(dialect: str) -> Statement:
    statement = insert(_T, dialect)
    names = ("day", "five_days", "set_at")
    return statement.on_conflict_do_update(
        index_elements=[_T.c.user_id], set_={name: statement.excluded[name] for name in names}
    )


_OWN = Query(by(_T, "user_id", columns=("day", "five_days")))
_PUT = Query(_put)
_NONE = Query(delete(_T).where(_T.c.user_id == param(_T.c.user_id)))


class OwnLimits:
    """Port `OwnLimits`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, user_id: str) -> Limits | None:
        """The limits of this account alone, None where it has those of its devices."""
        row = self._db.one(_OWN, user_id=user_id)
        return None if row is None else Limits(*row)

    def put(self, user_id: str, limits: Limits | None, now: int) -> None:
        """Set them, or with None go back to those of its devices."""
        if limits is None:
            self._db.run(_NONE, user_id=user_id)
        else:
            self._db.run(_PUT, user_id=user_id, day=limits.day, five_days=limits.five_days, set_at=now)
