"""Facts that can be spent once (`totp:<device>:<step>`). The unique index decides, under any concurrency and after any crash."""

from __future__ import annotations

from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, insert

_HOLD = Query(
    lambda dialect: (made := insert(tables.claims, dialect)).on_conflict_do_update(
        index_elements=[tables.claims.c.claim], set_={"expires": made.excluded.expires}
    )
)
_SPEND = Query(lambda dialect: insert(tables.claims, dialect).on_conflict_do_nothing())


class Claims:
    """Port `Claims`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def spend(self, claim: str, expires: int) -> bool:
        """False when it was spent before. It is kept until `expires`, by when the fact itself must have lost its use."""
        return self._db.run(_SPEND, claim=claim, expires=expires) == 1

    def hold(self, claim: str, expires: int) -> None:
        """Whoever else holds it waits until this transaction ends, also where nobody ever held it before."""
        self._db.run(_HOLD, claim=claim, expires=expires)
