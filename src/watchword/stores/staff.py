"""Staff: roles, requests with their sealed words, interviews, held activations, and looking people up."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, delete, func, select

from watchword.core.interviews import Interview
from watchword.core.staff_requests import StaffRequest
from watchword.core.users import User
from watchword.flows.ports import Vault
from watchword.flows.staff_ports import Role
from watchword.stores import staff_tables, tables
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, Statement, adding, among, by, insert, param, setting
from watchword.stores.rows import Changes, packed, storable, unpacked

_S = staff_tables.staff
_R = staff_tables.staff_requests
_I = staff_tables.staff_interviews
_H = staff_tables.enrolment_holds
_U = tables.users
_BEHIND = "\U0010ffff"

_ROLES = Query(by(_S, "user_id", columns=["roles"]))
# Whoever acts as staff and whoever takes the role away wait for each other here, so that it counts at once.
_LOCK = Query(
    lambda dialect: (
        select(_S.c.user_id, _S.c.roles).where(among(_S.c.user_id, dialect)).order_by(_S.c.user_id).with_for_update()
    )
)
_MEMBERS = Query(
    select(_S.c.user_id, _U.c.username, _S.c.roles, _S.c.added, _S.c.added_by, _U.c.state)
    .join(_U, _U.c.id == _S.c.user_id)
    .order_by(_U.c.username_key)
)


def _put(dialect: str) -> Statement:
    statement = insert(_S, dialect)
    return statement.on_conflict_do_update(
        index_elements=[_S.c.user_id], set_={name: statement.excluded[name] for name in ("roles", "added", "added_by")}
    )


_PUT = Query(_put)
_REMOVE = Query(delete(_S).where(_S.c.user_id == param(_S.c.user_id)))

_CHANGES = Changes(_R, {"decided_by", "decided", "content"})
_ADD_REQUEST = adding(_R)
_REQUEST = Query(by(_R, "id"))
_LOCK_REQUEST = Query(by(_R, "id").with_for_update())
_NEWEST = (_R.c.asked.desc(), _R.c.id.desc())
_OF_USER = Query(by(_R, "user_id").order_by(*_NEWEST).limit(param(_R.c.asked, "limit")))
_IN_STATE = Query(by(_R, "state").order_by(_R.c.asked, _R.c.id).limit(param(_R.c.asked, "limit")))
_QUEUE = Query(
    select(func.count(), func.coalesce(func.max(_R.c.asked), 0)).where(
        _R.c.state == "open", _R.c.expires > param(_R.c.expires, "now")
    )
)

_ADD_INTERVIEW = adding(_I)
_INTERVIEW = Query(
    by(_I, "user_id", "staff_id")
    .where(_I.c.at >= param(_I.c.at, "since"), _I.c.used == 0)
    .order_by(_I.c.at.desc(), _I.c.id.desc())
    .limit(1)
)
_USE_INTERVIEW = Query(setting(_I, ["used"]).where(_I.c.id == param(_I.c.id), _I.c.used == 0))

_HOLD = Query(lambda dialect: insert(_H, dialect).on_conflict_do_nothing())
_HELD = Query(by(_H, "user_id", columns=["since"]))
_RELEASE = Query(delete(_H).where(_H.c.user_id == param(_H.c.user_id)))


def _beginning(column: Column[str]) -> Query:
    """Users whose `column` begins with a text, by its index: bytewise on both databases."""

    def build(dialect: str) -> Statement:
        first, last = param(column, "first"), param(column, "last")
        inside: tuple[ColumnElement[bool], ...]
        if dialect == "postgresql":
            inside = column.op("~>=~", is_comparison=True)(first), column.op("~<~", is_comparison=True)(last)
        else:
            inside = column >= first, column < last
        return select(_U).where(*inside).order_by(column).limit(param(_U.c.created, "limit"))

    return Query(build)


_BY_USERNAME = _beginning(_U.c.username_key)
_BY_NAME = _beginning(_U.c.display_name)
_BY_CONTACT = Query(
    select(_U)
    .join(tables.contacts, tables.contacts.c.user_id == _U.c.id)
    .where(tables.contacts.c.value_mac == param(tables.contacts.c.value_mac))
    .order_by(_U.c.username_key)
    .limit(param(_U.c.created, "limit"))
)


class Staff:
    """Port `Staff`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def roles(self, user_id: str) -> frozenset[str]:
        """The roles of a user now; empty for everybody who is no staff."""
        row = self._db.one(_ROLES, user_id=user_id)
        return frozenset() if row is None else frozenset(row[0].split())

    def lock(self, user_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """The roles of these users, which nobody changes until the transaction ends; those who are no staff are left out."""
        rows = self._db.all(_LOCK, ids=self._db.many(sorted(set(user_ids))))
        return {row[0]: frozenset(row[1].split()) for row in rows}

    def members(self) -> tuple[Role, ...]:
        """Everybody with a role, by username."""
        return tuple(
            Role(row[0], row[1], frozenset(row[2].split()), row[3], row[4], row[5]) for row in self._db.all(_MEMBERS)
        )

    def put(self, user_id: str, roles: frozenset[str], by: str, now: int) -> None:
        """Give these roles in place of those before; none takes the person off the staff."""
        if roles:
            self._db.run(_PUT, user_id=user_id, roles=" ".join(sorted(roles)), added=now, added_by=by)
        else:
            self._db.run(_REMOVE, user_id=user_id)

    def ask(self, request: StaffRequest) -> None:
        """A new request. Raises Duplicate for an id that exists."""
        self._db.run(
            _ADD_REQUEST, id=request.id, kind=request.kind, state=request.state, user_id=request.user_id, asked_by=request.asked_by,
            asked=request.asked, expires=request.expires, decided_by=request.decided_by, decided=request.decided, content=self._sealed(request),
        )  # fmt: skip

    def request(self, request_id: str, *, lock: bool = False) -> StaffRequest | None:
        """By id. Raises ValueError for words that were moved here from another row."""
        row = self._db.one(_LOCK_REQUEST if lock else _REQUEST, id=request_id) if storable(request_id) else None
        return None if row is None else self._request(row)

    def requests_about(self, user_id: str, limit: int) -> tuple[StaffRequest, ...]:
        """Those about one person, newest first."""
        return tuple(self._request(row) for row in self._db.all(_OF_USER, user_id=user_id, limit=limit))

    def requests_in(self, state: str, limit: int) -> tuple[StaffRequest, ...]:
        """Those in a state, oldest first."""
        return tuple(self._request(row) for row in self._db.all(_IN_STATE, state=state, limit=limit))

    def queue(self, now: int) -> tuple[int, int]:
        """How many wait for a decision now, and when the newest of them was asked."""
        row = self._db.one(_QUEUE, now=now)
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def close(self, request: StaffRequest, to: str) -> bool:
        """Compare-and-swap from open, keeping who decided, when, and what he wrote; False when somebody was first."""
        values = {"decided_by": request.decided_by, "decided": request.decided, "content": self._sealed(request)}
        return _CHANGES.move(self._db, request.id, "open", to, values)

    def held_interview(self, interview: Interview) -> None:
        """Keep what matched."""
        self._db.run(
            _ADD_INTERVIEW, id=interview.id, user_id=interview.user_id, staff_id=interview.staff_id, at=interview.at,
            asked=packed(interview.asked), matched=packed(interview.matched), used=interview.used,
        )  # fmt: skip

    def interview(self, user_id: str, staff_id: str, since: int) -> Interview | None:
        """The newest unused one that this member of staff held with this person at `since` or later."""
        row = self._db.one(_INTERVIEW, user_id=user_id, staff_id=staff_id, since=since)
        return None if row is None else Interview(*(*row[:4], unpacked(row[4]), unpacked(row[5]), row[6]))

    def use_interview(self, interview_id: str, now: int) -> bool:
        """Take it for a request; False when another did."""
        return self._db.run(_USE_INTERVIEW, id=interview_id, set_used=now) == 1

    def hold(self, user_id: str, by: str, now: int) -> None:
        """No new Key for this person until it is released."""
        self._db.run(_HOLD, user_id=user_id, since=now, held_by=by)

    def held(self, user_id: str) -> int:
        """Since when a new Key is held back, 0 where it is not."""
        row = self._db.one(_HELD, user_id=user_id)
        return 0 if row is None else int(row[0])

    def release(self, user_id: str) -> None:
        """Key may be activated again."""
        self._db.run(_RELEASE, user_id=user_id)

    def find(self, key: str, name: str, contacts: Sequence[bytes], limit: int) -> tuple[User, ...]:
        """People whose username or name begins so, or to whom one of these contacts (by keyed hash) belongs; each once."""
        rows = [row for mac in contacts for row in self._db.all(_BY_CONTACT, value_mac=mac, limit=limit)]
        for query, first in ((_BY_USERNAME, key), (_BY_NAME, name)):
            if first and storable(first):
                rows += self._db.all(query, first=first, last=first + _BEHIND, limit=limit)
        return tuple({row[0]: User(*row) for row in rows}.values())[:limit]

    def _sealed(self, request: StaffRequest) -> bytes:
        words = {
            "reason": request.reason,
            "evidence": request.evidence,
            "params": dict(request.params),
            "note": request.note,
            "caller": dict(request.caller),
        }
        return self._vault.seal("personal", packed(words).encode(), _bound(request.id))

    def _request(self, row: Row) -> StaffRequest:
        words = json.loads(self._vault.open("personal", row[9], _bound(row[0])))
        return StaffRequest(*row[:9], **words)


def _bound(request_id: str) -> str:
    return f"staff_requests|content|{request_id}"
