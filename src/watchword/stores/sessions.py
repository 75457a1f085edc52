"""Sessions, found by the hash of their token."""

from __future__ import annotations

from operator import attrgetter

from watchword.core.sessions import Session, alive
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, adding, by, param, setting

_T = tables.sessions
COLUMNS = tuple(column.name for column in _T.c)
_FIELDS = attrgetter(*COLUMNS)
_LIVE = (_T.c.id == param(_T.c.id), _T.c.ended == 0)

_ADD = adding(_T)
_BY_TOKEN = Query(by(_T, "token_hash"))
_BY_ID = Query(by(_T, "id"))
_TOUCH = Query(setting(_T, ["touched"]).where(*_LIVE, _T.c.touched < param(_T.c.touched, "set_touched")))
_PROVED = Query(setting(_T, ["proved"]).where(*_LIVE))
_CONFIRM = Query(setting(_T, ["confirmed", "confirmed_level", "token_hash"]).where(*_LIVE))
_OF_USER = Query(
    by(_T, "user_id")
    .where(_T.c.ended == 0, _T.c.expires > param(_T.c.expires, "now"))
    .where(_T.c.touched + _T.c.idle_seconds > param(_T.c.touched, "now"))
    .order_by(_T.c.created.desc(), _T.c.id)
)
_RENEW = Query(setting(_T, ["token_hash"]).where(*_LIVE))
_END_ALL = Query(
    setting(_T, ["ended"])
    .where(_T.c.user_id == param(_T.c.user_id), _T.c.ended == 0, _T.c.id != param(_T.c.id, "but"))
    .returning(_T.c.id)
)
_END = Query(setting(_T, ["ended"]).where(*_LIVE).returning(*_T.c))


class Sessions:
    """Port `Sessions`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, session: Session) -> None:
        """A new session. Raises Duplicate for an id or a token that exists."""
        self._db.run(_ADD, **dict(zip(COLUMNS, _FIELDS(session), strict=True)))

    def by_token(self, token_hash: bytes) -> Session | None:
        """By the hash of its token, ended or not."""
        row = self._db.one(_BY_TOKEN, token_hash=token_hash)
        return None if row is None else Session(*row)

    def get(self, session_id: str) -> Session | None:
        """By its public id, ended or not."""
        row = self._db.one(_BY_ID, id=session_id)
        return None if row is None else Session(*row)

    def touch(self, session_id: str, now: int) -> None:
        """Activity: a session that ended stays ended, and time does not run back."""
        self._db.run(_TOUCH, id=session_id, set_touched=now)

    def end(self, session_id: str, now: int) -> bool:
        """End it. Returns whether it was alive until now: False for one that ended, idled out or expired before."""
        row = self._db.one(_END, id=session_id, set_ended=now)
        if row is None:
            return False
        values = dict(zip(COLUMNS, row, strict=True))
        return alive(Session(**{**values, "ended": 0}), now)

    def end_all(self, user_id: str, now: int, *, but: str = "") -> tuple[str, ...]:
        """End every session of a user, except `but`; the ids of those that had not ended before."""
        return tuple(row[0] for row in self._db.all(_END_ALL, user_id=user_id, set_ended=now, but=but))

    def renew(self, session_id: str, token_hash: bytes) -> bool:
        """Change the token of a live session (ASVS 7.2.4); False when it had ended."""
        return self._db.run(_RENEW, id=session_id, set_token_hash=token_hash) == 1

    def set_proved(self, session_id: str, now: int) -> None:
        """A contact on file was proved in this session, before the first device."""
        self._db.run(_PROVED, id=session_id, set_proved=now)

    def confirm(self, session_id: str, now: int, token_hash: bytes, level: int) -> bool:
        """A held element was shown again: note it and change the token (ASVS 7.2.4). False when the session had ended."""
        values = {"set_confirmed": now, "set_confirmed_level": level, "set_token_hash": token_hash}
        return self._db.run(_CONFIRM, id=session_id, **values) == 1

    def of_user(self, user_id: str, now: int) -> tuple[Session, ...]:
        """A user's sessions that can be used at `now`, the newest first."""
        return tuple(Session(*row) for row in self._db.all(_OF_USER, user_id=user_id, now=now))
