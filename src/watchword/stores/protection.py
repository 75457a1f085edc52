"""Account protection: allowed networks, notices for phones, and what each network has tried lately."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import case, delete, select, update

from watchword.core.networks import Allowed
from watchword.core.throttle import SECONDS, Seen
from watchword.flows.protection_ports import Notice
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, Statement, adding, among, by, insert, param
from watchword.stores.rows import packed

_N = tables.user_networks
_P = tables.phone_notices
_T = tables.network_tries
_S = tables.sessions
_A = tables.attempts


def _take(dialect: str) -> Statement:
    old = _T.c.started <= param(_T.c.started, "before")
    statement = insert(_T, dialect).on_conflict_do_update(
        index_elements=[_T.c.key],
        set_={
            "tries": case((old, 1), else_=_T.c.tries + 1),
            "names": case((old, 0), else_=_T.c.names),
            "started": case((old, param(_T.c.started, "started")), else_=_T.c.started),
        },
    )
    return statement.returning(_T.c.tries, _T.c.names, _T.c.started)


def _keep(dialect: str) -> Statement:
    statement = insert(_P, dialect)
    names = ("id", "params", "at", "until")
    return statement.on_conflict_do_update(
        index_elements=[_P.c.user_id, _P.c.kind], set_={name: statement.excluded[name] for name in names}
    )


_NETWORKS_OF = Query(by(_N, "user_id", columns=("cidr", "note", "created", "by")).order_by(_N.c.created, _N.c.cidr))
_ADD_NETWORK = adding(_N)
_NO_NETWORKS = Query(delete(_N).where(_N.c.user_id == param(_N.c.user_id)))
_TAKE = Query(_take)
_REFUND = Query(update(_T).values(tries=_T.c.tries - 1).where(_T.c.key == param(_T.c.key), _T.c.tries > 0))
_NAME = Query(update(_T).values(names=_T.c.names + 1).where(_T.c.key == param(_T.c.key)))
_KEEP = Query(_keep)
_NOTICES = Query(
    lambda dialect: (
        select(_P.c.id, _P.c.user_id, _P.c.kind, _P.c.params, _P.c.at, _P.c.until)
        .where(among(_P.c.user_id, dialect), _P.c.until > param(_P.c.until, "now"))
        .order_by(_P.c.at, _P.c.id)
    )
)
_NO_NOTICES = Query(delete(_P).where(_P.c.user_id == param(_P.c.user_id)))
_NO_NOTICE = Query(delete(_P).where(_P.c.user_id == param(_P.c.user_id), _P.c.kind == param(_P.c.kind)))
_SESSIONS = Query(
    select(_S.c.id, _A.c.address)
    .join_from(_S, _A, _A.c.id == _S.c.attempt_id, isouter=True)
    .where(_S.c.user_id == param(_S.c.user_id), _S.c.ended == 0, _S.c.expires > param(_S.c.expires, "now"))
    .order_by(_S.c.id)
)


class Protection:
    """Port `Protection`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def networks(self, user_id: str) -> tuple[Allowed, ...]:
        """The ranges of a user; none means everywhere."""
        return tuple(Allowed(*row) for row in self._db.all(_NETWORKS_OF, user_id=user_id))

    def set_networks(self, user_id: str, allowed: Sequence[tuple[str, Allowed]]) -> None:
        """These ranges, each with a new id, in place of those before."""
        self._db.run(_NO_NETWORKS, user_id=user_id)
        for row_id, one in allowed:
            self._db.run(
                _ADD_NETWORK, id=row_id, user_id=user_id, cidr=one.cidr, note=one.note, created=one.created, by=one.by
            )

    def sessions(self, user_id: str, now: int) -> tuple[tuple[str, str], ...]:
        """Sessions that have not ended, each with the address of its login, "" where that is not known."""
        return tuple((row[0], row[1] or "") for row in self._db.all(_SESSIONS, user_id=user_id, now=now))

    def take(self, key: str, now: int) -> Seen:
        """Count one more password of a network or an address, before anything is compared; an hour after the first it starts afresh."""
        row = self._db.one(_TAKE, key=key, tries=1, names=0, started=now, before=now - SECONDS)
        if row is None:
            raise RuntimeError("an upsert returned no row")
        return Seen(*row)

    def refund(self, keys: Sequence[str]) -> None:
        """Take one count back from each: the password was right, or never compared. In the order in which they were taken."""
        for key in keys:
            self._db.run(_REFUND, key=key)

    def name(self, key: str) -> None:
        """One more name failed from there."""
        self._db.run(_NAME, key=key)

    def notify(self, notice: Notice) -> None:
        """Keep a notice for the user's phones, in place of one of its kind."""
        self._db.run(
            _KEEP, id=notice.id, user_id=notice.user_id, kind=notice.kind, params=packed(dict(notice.params)),
            at=notice.at, until=notice.until,
        )  # fmt: skip

    def notices(self, user_ids: Sequence[str], now: int) -> tuple[Notice, ...]:
        """What these users' phones should show now, oldest first."""
        if not user_ids:
            return ()
        rows = self._db.all(_NOTICES, ids=self._db.many(user_ids), now=now)
        return tuple(Notice(row[0], row[1], row[2], _params(row[3]), row[4], row[5]) for row in rows)

    def clear(self, user_id: str, kind: str = "") -> None:
        """Nothing is left to tell, of this kind or at all."""
        if kind:
            self._db.run(_NO_NOTICE, user_id=user_id, kind=kind)
        else:
            self._db.run(_NO_NOTICES, user_id=user_id)


def _params(text: str) -> Mapping[str, object]:
    found: Mapping[str, object] = json.loads(text)
    return found
