"""Devices: one user's Key on one phone, its secret sealed, and this user's part of the phone's wrong answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select, update

from watchword.core.devices import Device
from watchword.core.users import User
from watchword.flows.ports import Vault
from watchword.stores import tables
from watchword.stores.database import Database, Row
from watchword.stores.phones import PARTS
from watchword.stores.query import Query, by, insert, param, setting
from watchword.stores.rows import Changes

_T = tables.devices
_P = tables.phones
ASIDE = ("recovery", "pending", "first_number", "handle")
COLUMNS = tuple(column.name for column in _T.c if column.name not in ASIDE)
_CHANGES = Changes(_T, ("wrong",))
_IN = {state: (_T.c.state == state,) for state in ("active", "kept")}  # what answers, and what may be shown (P08)
_SECRET = COLUMNS.index("secret")
_ID = _T.c.id == param(_T.c.id)

_ADD = Query(
    lambda dialect: insert(_T, dialect, (*COLUMNS, "handle")).on_conflict_do_nothing(index_elements=[_T.c.handle])
)
_BY_HANDLE = Query(by(_T, "handle", columns=COLUMNS))
_ANSWERED = Query(setting(_T, ["last_used", "wrong"]).where(_ID))
_ANSWERED_ANEW = Query(setting(_T, ["last_used", "secret", "wrong"]).where(_ID))
_BY_ID = Query(by(_T, "id", columns=COLUMNS))
_LOCK = Query(by(_T, "id", columns=COLUMNS).with_for_update(key_share=True))
_OF_USER = Query(by(_T, "user_id", columns=COLUMNS).order_by(_T.c.created, _T.c.id))
_OF_PHONE = Query(
    select(*(_T.c[name] for name in COLUMNS), *tables.users.c)
    .join(tables.users, tables.users.c.id == _T.c.user_id)
    .where(_T.c.phone_id == param(_T.c.phone_id))
    .order_by(_T.c.created, _T.c.id)
)
_USED = Query(setting(_T, ["last_used"]).where(_ID))
_KEEP = Query(setting(_T, ["recovery", "first_number"]).where(_ID))
_KEPT = Query(by(_T, "id", columns=["recovery", "first_number"]))
_AWAIT = Query(setting(_T, ["pending"]).where(_ID))
_AWAITED = Query(by(_T, "id", columns=["pending"]))
_RENEW = Query(setting(_T, ["secret", "pending"]).where(_ID))
_RECEIVED = Query(setting(_T, ["state", "added_in"]).where(_ID, _T.c.state == param(_T.c.state)))
_HAND_ON = Query(
    setting(_T, ["shared_from"]).where(_T.c.shared_from == param(_T.c.shared_from), _T.c.state == param(_T.c.state))
)
_RENAME = Query(setting(_T, ["name"]).where(_ID))

# By the device's own column: one more; the phone locked and how many there are; the phone's sum less those; used and cleared.
_WRONG = {part: Query(update(_T).values({part: _T.c[part] + 1}).where(_ID)) for part in PARTS}
_COUNTED = {
    part: Query(select(_P.c.id, _T.c[part]).join(_P, _P.c.id == _T.c.phone_id).where(_ID).with_for_update(of=_P))
    for part in PARTS
}
_USED_CLEAR = {part: Query(setting(_T, ["last_used", part]).where(_ID)) for part in PARTS}


def _less(part: str, total: str) -> Query:
    counted = select(_T.c[part]).where(_T.c.id == param(_T.c.id, "device_id")).scalar_subquery()
    left = case((_P.c[total] > counted, _P.c[total] - counted), else_=0)
    return Query(update(_P).values({total: left}).where(_P.c.id == param(_P.c.id)))


_LESS = {part: _less(part, total) for part, total in PARTS.items()}


class Devices:
    """Port `Devices`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def add(self, device: Device, *, handle: bytes | None = None) -> bool:
        """A new device; False where one with this handle exists. Raises Duplicate for an id that exists."""
        values: dict[str, Any] = {name: getattr(device, name) for name in COLUMNS}
        values["secret"] = self._vault.seal("devices", device.secret, _bound(device.id))
        return self._db.run(_ADD, **values, handle=handle) == 1

    def get(self, device_id: str, *, lock: bool = False) -> Device | None:
        """By id. Raises ValueError for a secret that was moved here from another row."""
        row = self._db.one(_LOCK if lock else _BY_ID, id=device_id)
        return None if row is None else self._device(row)

    def by_handle(self, handle: bytes) -> Device | None:
        """By what it is known by outside, such as the hash of a credential's id."""
        row = self._db.one(_BY_HANDLE, handle=handle) if handle else None
        return None if row is None else self._device(row)

    def of_user(self, user_id: str) -> tuple[Device, ...]:
        """A user's devices in every state, oldest first."""
        return tuple(self._device(row) for row in self._db.all(_OF_USER, user_id=user_id))

    def of_phone(self, phone_id: str) -> tuple[tuple[Device, User], ...]:
        """A phone's devices in every state, oldest first, each with its user."""
        cut = len(COLUMNS)
        return tuple((self._device(row[:cut]), User(*row[cut:])) for row in self._db.all(_OF_PHONE, phone_id=phone_id))

    def move(self, device_id: str, state: str, to: str, now: int) -> bool:
        """Compare-and-swap on the state."""
        return _CHANGES.move(self._db, device_id, state, to, {})

    def used(self, device_id: str, now: int, *, clear: str = "") -> None:
        """A success. `clear` names the device's column whose wrong answers are forgiven here and in the phone's sum."""
        # The phone is locked before the device, as counting does it (phones.count, then wrong), so the two never deadlock: an
        # UPDATE … WHERE wrong > 0 would, since PostgreSQL keeps the lock on a row it waited for and then passed by. What is
        # subtracted is read by the next statement, under that lock, so two successes never forgive the same answers twice.
        counted = self._db.one(_COUNTED[clear], id=device_id) if clear else None
        if counted is None or not counted[1]:
            self._db.run(_USED, id=device_id, set_last_used=now)
            return
        self._db.run(_LESS[clear], id=counted[0], device_id=device_id)
        self._db.run(_USED_CLEAR[clear], id=device_id, set_last_used=now, **{f"set_{clear}": 0})

    def answered(self, device: Device, now: int, secret: bytes | None) -> None:
        """A success of a device that is not Key. `secret` is what its factor keeps from now on, None for what it kept."""
        values: dict[str, Any] = {"id": device.id, "set_last_used": now, "set_wrong": 0}
        if secret is None:
            self._db.run(_ANSWERED, **values)
        else:
            self._db.run(_ANSWERED_ANEW, **values, set_secret=self._vault.seal("devices", secret, _bound(device.id)))

    def count(self, device_id: str, limit: int, *, state: str = "active") -> int | None:
        """One more wrong answer of a device in this state: the new number, or None when it is in another or the limit is reached."""
        return _CHANGES.count(self._db, device_id, "wrong", limit, _IN[state])

    def receive(self, device_id: str, session_id: str) -> bool:
        """An issued one is active, put in place in this session; False when it is not issued any more."""
        return self._db.run(_RECEIVED, id=device_id, state="issued", set_state="active", set_added_in=session_id) == 1

    def hand_on(self, old: str, new: str) -> None:
        """What was shared from one device is shared from the one that took its place."""
        self._db.run(_HAND_ON, shared_from=old, state="active", set_shared_from=new)

    def rename(self, device_id: str, name: str) -> None:
        """The person's own name for it."""
        self._db.run(_RENAME, id=device_id, set_name=name)

    def wrong(self, device_id: str, column: str) -> None:
        """One more in the device's own `wrong_signed` or `wrong_offline`."""
        self._db.run(_WRONG[column], id=device_id)

    def keep_recovery(self, device_id: str, sealed: bytes, first_number: bytes) -> None:
        """Keep the blob for the day this phone is lost, sealed by the caller under the recovery key, and the keyed hash of the number
        that Key was first activated with (b"" for none)."""
        self._db.run(_KEEP, id=device_id, set_recovery=sealed, set_first_number=first_number)

    def recovery_of(self, device_id: str) -> tuple[bytes, bytes]:
        """What `keep_recovery` kept, b"" where it kept nothing."""
        row = self._db.one(_KEPT, id=device_id)
        return (row[0] or b"", row[1] or b"") if row else (b"", b"")

    def set_pending(self, device_id: str, secret: bytes | None) -> None:
        """The secret that waits to take the place of the one in use; None forgets it."""
        sealed = None if secret is None else self._vault.seal("devices", secret, _bound_pending(device_id))
        self._db.run(_AWAIT, id=device_id, set_pending=sealed)

    def pending(self, device_id: str) -> bytes | None:
        """The secret that waits, or None."""
        row = self._db.one(_AWAITED, id=device_id)
        return None if row is None or row[0] is None else self._vault.open("devices", row[0], _bound_pending(device_id))

    def renew(self, device_id: str, secret: bytes) -> None:
        """The secret that waited is the one in use from now on."""
        self._db.run(
            _RENEW, id=device_id, set_secret=self._vault.seal("devices", secret, _bound(device_id)), set_pending=None
        )

    def _device(self, row: Row) -> Device:
        secret = self._vault.open("devices", row[_SECRET], _bound(row[0]))
        return Device(*(*row[:_SECRET], secret, *row[_SECRET + 1 :]))


def _bound_pending(device_id: str) -> str:
    return f"devices|pending|{device_id}"


def _bound(device_id: str) -> str:
    return f"devices|secret|{device_id}"
