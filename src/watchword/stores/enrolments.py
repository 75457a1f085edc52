"""Enrolments of Key, found by what the phone scanned, what a person typed, or the page that shows them."""

from __future__ import annotations

from operator import attrgetter

from sqlalchemy import case, literal, update

from watchword.core.enrolments import ENROLMENT, Enrolment
from watchword.stores import tables
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, by, param
from watchword.stores.rows import Changes

_T = tables.enrolments
COLUMNS = tuple(column.name for column in _T.c)
_FIELDS = attrgetter(*COLUMNS)
_CHANGES = Changes(_T, set(COLUMNS) - {"id", "state", "road", "created"})
_LIVE = (_T.c.state.in_([literal(state) for state in sorted(ENROLMENT.states - ENROLMENT.final)]),)
_NEWEST = (_T.c.created.desc(), _T.c.id.desc())
# Time is in whole seconds: of two made in one of them, that which the other ended, or followed, is the older.
_SHOWN = (
    _T.c.created.desc(),
    case((_T.c.state == literal("void"), 2), (_T.c.state == literal("active"), 1), else_=0),
    _T.c.id.desc(),
)

_ADD = adding(_T)
_BY_ID = Query(by(_T, "id"))
_LOCK = Query(by(_T, "id").with_for_update())
_BY_QR = Query(by(_T, "qr_hash").order_by(*_NEWEST).limit(1))
_BY_CODE = Query(by(_T, "code_hash").order_by(*_NEWEST).limit(1))
_OF_SESSION = Query(by(_T, "session_id").order_by(*_SHOWN).limit(1))
_ALL_OF_SESSION = Query(by(_T, "session_id").order_by(*_SHOWN))
_OFFERED = Query(by(_T, "user_id").where(_T.c.state == "offered").order_by(*_NEWEST))

_VOID_ALL = Query(update(_T).values(state=literal("void")).where(_T.c.user_id == param(_T.c.user_id), *_LIVE))


class Enrolments:
    """Port `Enrolments`. An empty hash or session id belongs to nobody and finds nothing."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, enrolment: Enrolment) -> None:
        """A new enrolment. Raises Duplicate for an id that exists."""
        self._db.run(_ADD, **dict(zip(COLUMNS, _FIELDS(enrolment), strict=True)))

    def get(self, enrolment_id: str, *, lock: bool = False) -> Enrolment | None:
        """By id."""
        return _enrolment(self._db.one(_LOCK if lock else _BY_ID, id=enrolment_id))

    def by_qr(self, qr_hash: bytes) -> Enrolment | None:
        """By the hash of the QR secret that is shown now."""
        return _enrolment(self._db.one(_BY_QR, qr_hash=qr_hash)) if qr_hash else None

    def by_code(self, code_hash: bytes) -> Enrolment | None:
        """By the hash of the code; the newest of equals."""
        return _enrolment(self._db.one(_BY_CODE, code_hash=code_hash)) if code_hash else None

    def of_session(self, session_id: str) -> Enrolment | None:
        """The newest one of a page's session; of several made in one second, the one that is still good."""
        return _enrolment(self._db.one(_OF_SESSION, session_id=session_id)) if session_id else None

    def all_of_session(self, session_id: str) -> tuple[Enrolment, ...]:
        """Every one of a page's session, newest first."""
        rows = self._db.all(_ALL_OF_SESSION, session_id=session_id) if session_id else ()
        return tuple(Enrolment(*row) for row in rows)

    def offered_to(self, user_id: str) -> tuple[Enrolment, ...]:
        """Those that a page offers to this user, newest first; time is the caller's to check."""
        return tuple(Enrolment(*row) for row in self._db.all(_OFFERED, user_id=user_id))

    def move(self, enrolment_id: str, state: str, to: str, **values: object) -> bool:
        """Compare-and-swap on the state, setting `values` with it; False when somebody was first."""
        return _CHANGES.move(self._db, enrolment_id, state, to, values)

    def set(self, enrolment_id: str, **values: object) -> None:
        """Set fields of Enrolment whatever the state."""
        _CHANGES.set(self._db, enrolment_id, values)

    def miss(self, enrolment_id: str, limit: int) -> int | None:
        """One more wrong answer: the new number, or None when the enrolment has ended or the limit is reached."""
        return _CHANGES.count(self._db, enrolment_id, "wrong", limit, _LIVE)

    def void_all(self, user_id: str) -> None:
        """Every enrolment of a user that is under way is over."""
        self._db.run(_VOID_ALL, user_id=user_id)


def _enrolment(row: Row | None) -> Enrolment | None:
    return None if row is None else Enrolment(*row)
