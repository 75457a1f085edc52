"""Sharings of devices. One UPDATE moves a state, so two tabs, two people and whatever ends the device never all do."""

from __future__ import annotations

from dataclasses import astuple

from sqlalchemy import or_, update

from watchword.core.sharing import Sharing
from watchword.stores.database import Database
from watchword.stores.query import Query, adding, by, param
from watchword.stores.rows import Changes, storable
from watchword.stores.sharing_tables import sharings

_T = sharings
_COLUMNS = tuple(column.name for column in _T.c)
_CHANGES = Changes(_T, {"device_id", "session_id", "wrong", "request_id", "expires", "moved", "by"})
_ADD = adding(_T)
_BY_ID = Query(by(_T, "id"))
_OF_USER = Query(by(_T, "user_id").order_by(_T.c.begun.desc(), _T.c.id.desc()))
_OF_OWNER = Query(by(_T, "owner_id").order_by(_T.c.begun, _T.c.id))
_OF_DEVICE = Query(by(_T, "owner_device", "state").order_by(_T.c.id))
_BY_DEVICE = Query(by(_T, "device_id"))
_HAND_ON = Query(
    update(_T)
    .values(owner_device=param(_T.c.owner_device, "to"))
    .where(_T.c.owner_device == param(_T.c.owner_device), or_(_T.c.state == "pending", _T.c.state == "active"))
)


class Sharings:
    """Port `Sharings`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, sharing: Sharing) -> None:
        """A new one. Raises Duplicate for an id that exists."""
        self._db.run(_ADD, **dict(zip(_COLUMNS, astuple(sharing), strict=True)))

    def get(self, sharing_id: str) -> Sharing | None:
        """By id."""
        row = self._db.one(_BY_ID, id=sharing_id) if storable(sharing_id) else None
        return None if row is None else Sharing(*row)

    def of_user(self, user_id: str) -> tuple[Sharing, ...]:
        """What this user asked for, the newest first."""
        return tuple(Sharing(*row) for row in self._db.all(_OF_USER, user_id=user_id))

    def of_owner(self, owner_id: str) -> tuple[Sharing, ...]:
        """What was asked of this user, the oldest first."""
        return tuple(Sharing(*row) for row in self._db.all(_OF_OWNER, owner_id=owner_id))

    def of_device(self, owner_device: str, state: str) -> tuple[Sharing, ...]:
        """Those of one device in one state."""
        return tuple(Sharing(*row) for row in self._db.all(_OF_DEVICE, owner_device=owner_device, state=state))

    def by_device(self, device_id: str) -> Sharing | None:
        """The one that gave somebody this device."""
        row = self._db.one(_BY_DEVICE, device_id=device_id) if device_id else None
        return None if row is None else Sharing(*row)

    def move(self, sharing_id: str, state: str, to: str, **values: object) -> bool:
        """Compare-and-swap on the state; False when somebody was first."""
        return _CHANGES.move(self._db, sharing_id, state, to, values)

    def count(self, sharing_id: str, limit: int) -> int | None:
        """One more answer of one that is begun, counted before it is compared; None at the limit or when it has gone on."""
        return _CHANGES.count(self._db, sharing_id, "wrong", limit, (_T.c.state == "begun",))

    def hand_on(self, old: str, new: str) -> None:
        """What was shared from one device is shared from the one that took its place."""
        self._db.run(_HAND_ON, owner_device=old, to=new)
