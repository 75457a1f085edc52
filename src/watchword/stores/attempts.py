"""Login attempts. Every change is one UPDATE that names what it expects, so that the first right answer wins and no count is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import and_, not_, or_, select

from watchword.core.attempts import PUSH_SECONDS, UNANSWERED, Attempt, Context
from watchword.stores import tables
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, among, by, param
from watchword.stores.rows import Changes, packed, unpacked

_T = tables.attempts
_CONTEXT = (
    "address",
    "place",
    "network",
    "network_key",
    "browser",
    "system",
    "place_new",
    "network_new",
    "browser_new",
)
COLUMNS = tuple(column.name for column in _T.c if column.name != "qr_hash")
_FIELDS = attrgetter(*(f"context.{name}" if name in _CONTEXT else name for name in COLUMNS))
_ASKED = COLUMNS.index("asked")
_FIXED = {
    "id",
    "user_id",
    "username",
    "client",
    "state",
    "collector_hash",
    "bound_key",
    "started",
    "action",
    "operation",
}


def _or_null(qr_hash: Any) -> Any:
    return qr_hash or None


_CHANGES = Changes(_T, {column.name for column in _T.c} - _FIXED, {"asked": packed, "qr_hash": _or_null})
_PENDING = (_T.c.state == "pending",)

_ADD = adding(_T)
_BY_ID = Query(by(_T, "id", columns=COLUMNS))
_LOCK_ID = Query(by(_T, "id", columns=COLUMNS).with_for_update())
_BY_COLLECTOR = Query(by(_T, "collector_hash", columns=COLUMNS))
_LOCK_COLLECTOR = Query(by(_T, "collector_hash", columns=COLUMNS).with_for_update())
_BY_QR = Query(by(_T, "qr_hash", columns=COLUMNS))
_NEWEST = by(_T, "user_id", columns=COLUMNS).order_by(_T.c.started.desc(), _T.c.id.desc())
# Begun with the phone, and nobody's phone has answered: whoever types a name leaves such a row, and it says nothing about its owner.
_UNANSWERED = and_(
    _T.c.action == "held",
    or_(
        *(_T.c.state == state for state in UNANSWERED),
        # Only by passkeys that are nobody's here, or by guesses.
        and_(_T.c.state == "failed", _T.c.decided_by == "answers"),
    ),
)
_RECENT = Query(_NEWEST.where(_T.c.started >= param(_T.c.started, "since"), not_(_UNANSWERED)))
_LINES = Query(
    _NEWEST.where(or_(_T.c.action == "login", _T.c.action == "held"), not_(_UNANSWERED)).limit(
        param(_T.c.started, "limit")
    )
)
_OPEN = Query(
    lambda dialect: (
        select(*(_T.c[name] for name in COLUMNS))
        .where(among(_T.c.user_id, dialect), _T.c.state == "pending", _T.c.expires > param(_T.c.expires, "now"))
        .where(_T.c.started > param(_T.c.started, "since"))
        .order_by(_T.c.started, _T.c.id)
    )
)
_STATES = Query(lambda dialect: select(_T.c.id, _T.c.state).where(among(_T.c.id, dialect)))
_ASKED_SINCE = Query(
    select(tables.devices.c.phone_id)
    .distinct()
    .join(_T, _T.c.device_id == tables.devices.c.id)
    .where(_T.c.push_until >= param(_T.c.push_until, "until"), _T.c.state == "pending")
)
_LONGEST = 24 * 60 * 60


class Attempts:
    """Port `Attempts`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, attempt: Attempt) -> None:
        """A new attempt. Raises Duplicate for an id or a collector that exists."""
        row: list[object] = list(_FIELDS(attempt))
        row[_ASKED] = packed(row[_ASKED])
        self._db.run(_ADD, qr_hash=None, **dict(zip(COLUMNS, row, strict=True)))

    def get(self, attempt_id: str, *, lock: bool = False) -> Attempt | None:
        """By public id."""
        return _attempt(self._db.one(_LOCK_ID if lock else _BY_ID, id=attempt_id))

    def by_collector(self, collector_hash: bytes, *, lock: bool = False) -> Attempt | None:
        """By the hash of the collector secret."""
        return _attempt(self._db.one(_LOCK_COLLECTOR if lock else _BY_COLLECTOR, collector_hash=collector_hash))

    def by_qr(self, qr_hash: bytes) -> Attempt | None:
        """By the hash of the QR secret that is shown now."""
        return _attempt(self._db.one(_BY_QR, qr_hash=qr_hash)) if qr_hash else None

    def recent(self, user_id: str, since: int) -> tuple[Attempt, ...]:
        """A user's attempts started at `since` or later, newest first."""
        return tuple(map(_present, self._db.all(_RECENT, user_id=user_id, since=since)))

    def open_for(self, user_ids: Sequence[str], now: int) -> tuple[Attempt, ...]:
        """What waits for any of these users, oldest first."""
        if not user_ids:
            return ()
        rows = self._db.all(_OPEN, ids=self._db.many(user_ids), now=now, since=now - _LONGEST)
        return tuple(map(_present, rows))

    def move(self, attempt_id: str, state: str, to: str, **values: object) -> bool:
        """Compare-and-swap on the state, setting `values` with it; False when somebody was first."""
        return _CHANGES.move(self._db, attempt_id, state, to, values)

    def set(self, attempt_id: str, **values: object) -> None:
        """Set columns whatever the state. `qr_hash` is one, beside the fields of Attempt and Context."""
        _CHANGES.set(self._db, attempt_id, values)

    def count(self, attempt_id: str, column: str, limit: int) -> int | None:
        """One more wrong answer: the new number, or None when the attempt is not pending or the limit is reached."""
        return _CHANGES.count(self._db, attempt_id, column, limit, _PENDING)

    def states(self, attempt_ids: Sequence[str]) -> Mapping[str, str]:
        """The stored states of those that exist."""
        return dict(self._db.all(_STATES, ids=self._db.many(attempt_ids))) if attempt_ids else {}

    def lines(self, user_id: str, limit: int) -> tuple[Attempt, ...]:
        """A user's last logins, newest first; what was confirmed in between is not among them."""
        return tuple(map(_present, self._db.all(_LINES, user_id=user_id, limit=limit)))

    def phones_asked(self, since: int) -> Sequence[str]:
        """Phones asked at `since` or later by attempts that are still pending."""
        return [row[0] for row in self._db.all(_ASKED_SINCE, until=since + PUSH_SECONDS)]


def _attempt(row: Row | None) -> Attempt | None:
    return None if row is None else _present(row)


def _present(row: Row) -> Attempt:
    context = Context(*(*row[10:16], bool(row[16]), bool(row[17]), bool(row[18])))
    return Attempt(*(*row[:10], context, row[19], bool(row[20]), row[21], row[22], unpacked(row[23]), *row[24:]))
