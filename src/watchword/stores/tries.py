"""Wrong passwords: counted by one statement before anything is compared, so that no number of parallel guesses gets a free one."""

from __future__ import annotations

from sqlalchemy import and_, case, delete, not_, or_, select, update

from watchword.core.lockout import CAP, FORGET_SECONDS, UNKNOWN, Tries
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, Statement, by, insert, param

_T = tables.password_tries
_NOW = param(_T.c.touched, "touched")


def _take(dialect: str) -> Statement:
    strange = _T.c.client == UNKNOWN
    spent = and_(strange, _T.c.total >= CAP)  # the try after the CAP-th is marked by CAP + 1 and counts no further
    locked = or_(_T.c.locked_until > _NOW, spent)
    old = _T.c.touched < param(_T.c.touched, "forget")
    statement = insert(_T, dialect).on_conflict_do_update(
        index_elements=[_T.c.subject, _T.c.client],
        set_={
            "wrong": case((locked, _T.c.wrong), (old, 1), else_=_T.c.wrong + 1),
            "locks": case((locked, _T.c.locks), (old, 0), else_=_T.c.locks),
            "total": case(
                (not_(strange), 0), (spent, CAP + 1), (_T.c.locked_until > _NOW, _T.c.total), else_=_T.c.total + 1
            ),
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


_ONE_LESS = case((_T.c.total > 0, _T.c.total - 1), else_=0)
_TAKE = Query(_take)
_PUT = Query(_put)
_CLEAR = Query(delete(_T).where(_T.c.subject == param(_T.c.subject)))
_LOCKED_UNTIL = Query(by(_T, "subject", "client", columns=("locked_until",)))
_REFUND = Query(
    update(_T)
    .values(wrong=_T.c.wrong - 1, total=_ONE_LESS)
    .where(_T.c.subject == param(_T.c.subject), _T.c.client == param(_T.c.client), _T.c.wrong > 0)
)

_OF = Query(by(_T, "subject", columns=["client", "wrong", "locks", "locked_until", "total"]).order_by(_T.c.client))


def _lock(dialect: str) -> Statement:
    statement = insert(_T, dialect)
    until = statement.excluded.locked_until
    later = case((_T.c.locked_until > until, _T.c.locked_until), else_=until)
    return statement.on_conflict_do_update(
        index_elements=[_T.c.subject, _T.c.client], set_={"locked_until": later, "touched": statement.excluded.touched}
    )


_THIS = (_T.c.subject == param(_T.c.subject), _T.c.client == param(_T.c.client))
_RIGHT = Query(update(_T).values(wrong=0, locks=0, locked_until=0, total=_ONE_LESS).where(*_THIS))
_END_ROW = Query(update(_T).values(total=0).where(*_THIS, _T.c.total > 0))
_WRONG = Query(select(_T.c.wrong).where(*_THIS))
_LOCK = Query(_lock)


class TryCounters:
    """Port `TryCounters`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def take(self, subject: bytes, client: str, now: int) -> Tries:
        """Count one more and return the counter; a locked one comes back as it is. FORGET_SECONDS without a try start it afresh.

        `total` is kept for unknown browsers only, and through that: time alone forgives no stranger.
        """
        row = self._db.one(
            _TAKE,
            subject=subject,
            client=client,
            wrong=1,
            locks=0,
            locked_until=0,
            total=1 if client == UNKNOWN else 0,
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

    def wrong(self, subject: bytes, client: str) -> int:
        """How many were wrong since the last lock."""
        row = self._db.one(_WRONG, subject=subject, client=client)
        return int(row[0]) if row else 0

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

    def right(self, subject: bytes, client: str) -> None:
        """A right password: the lock is over and this try was none; strangers' tries stay counted."""
        self._db.run(_RIGHT, subject=subject, client=client)

    def end_row(self, subject: bytes) -> bool:
        """A complete login ends the row of wrong ones from unknown browsers; whether there were any."""
        return self._db.run(_END_ROW, subject=subject, client=UNKNOWN) > 0

    def lock(self, subject: bytes, until: int, now: int) -> None:
        """Close the name to unknown browsers until then, if it is not closed for longer."""
        self._db.run(_LOCK, subject=subject, client=UNKNOWN, wrong=0, locks=0, locked_until=until, total=0, touched=now)

    def of(self, subject: bytes) -> dict[str, Tries]:
        """Every counter of a name, by client."""
        return {row[0]: Tries(*row[1:]) for row in self._db.all(_OF, subject=subject)}
