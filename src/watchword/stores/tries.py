"""Wrong passwords: counted by one statement before anything is compared, so that no number of parallel guesses gets a free one."""

from __future__ import annotations

from sqlalchemy import case, delete, update

from watchword.core.lockout import FORGET_SECONDS, Tries
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, Statement, by, insert, param

_T = tables.password_tries
_NOW = param(_T.c.touched, "touched")


def _take(dialect: str) -> Statement:
    locked = _T.c.locked_until > _NOW
    old = _T.c.touched < param(_T.c.touched, "forget")
    statement = insert(_T, dialect).on_conflict_do_update(
        index_elements=[_T.c.subject, _T.c.client],
        set_={
            "wrong": case((locked, _T.c.wrong), (old, 1), else_=_T.c.wrong + 1),
            "locks": case((locked, _T.c.locks), (old, 0), else_=_T.c.locks),
            "total": case((locked, _T.c.total), else_=_T.c.total + 1),
            "touched": case((locked, _T.c.touched), else_=_NOW),
        },
    )
    return statement.returning(_T.c.wrong, _T.c.locks, _T.c.locked_until, _T.c.total)


def _put(dialect: str) -> Statement:
    statement = insert(_T, dialect)
    names = ("wrong", "locks", "locked_until", "total", "touched")
    return statement.on_conflict_do_update(
        index_elements=[_T.c.subject, _T.c.client], set_={name: statement.excluded[name] for name in names}
    )


_TAKE = Query(_take)
_PUT = Query(_put)
_CLEAR = Query(delete(_T).where(_T.c.subject == param(_T.c.subject)))
_LOCKED_UNTIL = Query(by(_T, "subject", "client", columns=("locked_until",)))
_REFUND = Query(
    update(_T)
    .values(wrong=_T.c.wrong - 1, total=_T.c.total - 1)
    .where(_T.c.subject == param(_T.c.subject), _T.c.client == param(_T.c.client), _T.c.wrong > 0)
)

_OF = Query(by(_T, "subject", columns=["client", "wrong", "locks", "locked_until", "total"]).order_by(_T.c.client))


class TryCounters:
    """Port `TryCounters`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def take(self, subject: bytes, client: str, now: int) -> Tries:
        """Count one more and return the counter; a locked one comes back as it is. FORGET_SECONDS without a try start it afresh."""
        row = self._db.one(
            _TAKE,
            subject=subject,
            client=client,
            wrong=1,
            locks=0,
            locked_until=0,
            total=1,
            touched=now,
            forget=now - FORGET_SECONDS,
        )
        if row is None:
            raise RuntimeError("an upsert returned no row")
        return Tries(*row)

    def locked_until(self, subject: bytes, client: str) -> int:
        """When its lock ends, 0 for a counter that never locked or is not there."""
        row = self._db.one(_LOCKED_UNTIL, subject=subject, client=client)
        return 0 if row is None else int(row[0])

    def put(self, subject: bytes, client: str, tries: Tries, now: int) -> None:
        """Set the counter: after a success, or when it locks."""
        self._db.run(
            _PUT,
            subject=subject,
            client=client,
            wrong=tries.wrong,
            locks=tries.locks,
            locked_until=tries.locked_until,
            total=tries.total,
            touched=now,
        )

    def clear(self, subject: bytes) -> None:
        """Forget every counter of a name."""
        self._db.run(_CLEAR, subject=subject)

    def refund(self, subject: bytes, client: str) -> None:
        """Take one count back; one that was reset meanwhile stays at nothing."""
        self._db.run(_REFUND, subject=subject, client=client)

    def of(self, subject: bytes) -> dict[str, Tries]:
        """Every counter of a name, by client."""
        return {row[0]: Tries(*row[1:]) for row in self._db.all(_OF, subject=subject)}
