"""Users and what is on file about them; the details are sealed and bound to their row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from operator import attrgetter
from typing import Any

from sqlalchemy import select

from watchword.core.users import Details, User
from watchword.flows.ports import Vault
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.errors import Duplicate
from watchword.stores.query import Query, adding, by, insert, param, setting
from watchword.stores.rows import packed, storable

_T = tables.users
COLUMNS = tuple(column.name for column in _T.c)
_FIELDS = attrgetter(*COLUMNS)

_BY_KEY = Query(by(_T, "username_key"))
_BY_ID = Query(by(_T, "id"))
# FOR NO KEY UPDATE: a row that points here (devices.user_id) takes FOR KEY SHARE when it is written, even the second time in one
# transaction, and would wait for a plain FOR UPDATE out of the order of locks that the flows keep.
_LOCK = Query(by(_T, "id").with_for_update(key_share=True))
_ADD = Query(lambda dialect: insert(_T, dialect).on_conflict_do_nothing())
_PAGE = Query(
    select(_T)
    .where(_T.c.username_key > param(_T.c.username_key, "after"))
    .order_by(_T.c.username_key)
    .limit(param(_T.c.created, "limit"))
)
_SET_PASSWORD = Query(setting(_T, ["password_hash", "password_changed"]).where(_T.c.id == param(_T.c.id)))
_REHASH = Query(setting(_T, ["password_hash"]).where(_T.c.id == param(_T.c.id)))
_SET_RECOVERED = Query(setting(_T, ["recovered"]).where(_T.c.id == param(_T.c.id)))
_SET_QUIET = Query(setting(_T, ["quiet_until", "denied_at"]).where(_T.c.id == param(_T.c.id)))
_SET_FLAGGED = Query(setting(_T, ["flagged"]).where(_T.c.id == param(_T.c.id)))
_SET_STATE = Query(setting(_T, ["state"]).where(_T.c.id == param(_T.c.id)))
_RELEASE = Query(setting(_T, ["username", "username_key", "state"]).where(_T.c.id == param(_T.c.id)))
_SET_PLACE = Query(setting(_T, ["lang", "zone"]).where(_T.c.id == param(_T.c.id)))
_SET_NOTIFY = Query(setting(_T, ["notify"]).where(_T.c.id == param(_T.c.id)))
_SET_FLOOR = Query(setting(_T, ["floor"]).where(_T.c.id == param(_T.c.id)))
_SET_PRIMARY = Query(setting(_T, ["primary_id"]).where(_T.c.id == param(_T.c.id)))
_SET_OPTED_OUT = Query(setting(_T, ["opted_out"]).where(_T.c.id == param(_T.c.id)))
_SECONDARY = Query(by(_T, "primary_id", columns=["id"]).limit(1))
_ADD_DETAILS = adding(tables.user_details)
_SET_DETAILS = Query(
    setting(tables.user_details, ["details"]).where(
        tables.user_details.c.user_id == param(tables.user_details.c.user_id)
    )
)
_DETAILS = Query(by(tables.user_details, "user_id", columns=["details"]))


class Users:
    """Port `Users`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def by_key(self, key: str) -> User | None:
        """The user of a username in its compared form."""
        if not storable(key):
            return None
        row = self._db.one(_BY_KEY, username_key=key)
        return None if row is None else User(*row)

    def get(self, user_id: str) -> User | None:
        """The user of an id."""
        row = self._db.one(_BY_ID, id=user_id)
        return None if row is None else User(*row)

    def lock(self, user_id: str) -> User | None:
        """The same, and nobody else changes or locks this user until the transaction ends."""
        row = self._db.one(_LOCK, id=user_id)
        return None if row is None else User(*row)

    def add(self, user: User, details: Details) -> None:
        """A new user. Raises Duplicate when the username or the id is taken; the transaction can go on."""
        if not self._db.run(_ADD, **dict(zip(COLUMNS, _FIELDS(user), strict=True))):
            raise Duplicate(f"username {user.username_key!r}")
        sealed = self._vault.seal("personal", packed(asdict(details)).encode(), _bound(user.id))
        self._db.run(_ADD_DETAILS, user_id=user.id, details=sealed)

    def details(self, user_id: str) -> Details:
        """What is on file; empty for nobody. Raises ValueError for a row that was moved or changed."""
        row = self._db.one(_DETAILS, user_id=user_id)
        if row is None:
            return Details()
        found: dict[str, Any] = json.loads(self._vault.open("personal", row[0], _bound(user_id)))
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
        }
        return Details(**values)

    def set_details(self, user_id: str, details: Details) -> None:
        """What is on file was put right."""
        sealed = self._vault.seal("personal", packed(asdict(details)).encode(), _bound(user_id))
        self._db.run(_SET_DETAILS, user_id=user_id, set_details=sealed)

    def set_password(self, user_id: str, encoded: str, now: int) -> None:
        """A new password."""
        self._db.run(_SET_PASSWORD, id=user_id, set_password_hash=encoded, set_password_changed=now)

    def rehash(self, user_id: str, encoded: str) -> None:
        """The same password, hashed anew: it did not change."""
        self._db.run(_REHASH, id=user_id, set_password_hash=encoded)

    def set_recovered(self, user_id: str, at: int) -> None:
        """The account was recovered: its limits are lower for a while."""
        self._db.run(_SET_RECOVERED, id=user_id, set_recovered=at)

    def set_quiet(self, user_id: str, until: int, denied_at: int) -> None:
        """No phone is asked before `until`."""
        self._db.run(_SET_QUIET, id=user_id, set_quiet_until=until, set_denied_at=denied_at)

    def set_flagged(self, user_id: str, at: int) -> None:
        """Somebody else may know the password, since `at`; 0 for nobody."""
        self._db.run(_SET_FLAGGED, id=user_id, set_flagged=at)

    def set_state(self, user_id: str, state: str) -> None:
        """`active` or `suspended`."""
        self._db.run(_SET_STATE, id=user_id, set_state=state)

    def release(self, user_id: str, username: str) -> None:
        """The account is closed for good, under this name from now on; the one before is free."""
        self._db.run(_RELEASE, id=user_id, set_username=username, set_username_key=username, set_state="closed")

    def set_place(self, user_id: str, lang: str, zone: str) -> None:
        """Language of messages, and time zone."""
        self._db.run(_SET_PLACE, id=user_id, set_lang=lang, set_zone=zone)

    def set_notify(self, user_id: str, notify: str) -> None:
        """The notices asked for, parted by blanks."""
        self._db.run(_SET_NOTIFY, id=user_id, set_notify=notify)

    def set_floor(self, user_id: str, floor: int) -> None:
        """The weakest level of device that may answer for this user."""
        self._db.run(_SET_FLOOR, id=user_id, set_floor=floor)

    def set_primary(self, user_id: str, primary_id: str) -> None:
        """Who changes this user's security settings; "" for himself."""
        self._db.run(_SET_PRIMARY, id=user_id, set_primary_id=primary_id)

    def set_opted_out(self, user_id: str, at: int) -> None:
        """A password alone logs in from a known browser, since `at`; 0 for no longer (Q01)."""
        self._db.run(_SET_OPTED_OUT, id=user_id, set_opted_out=at)

    def has_secondary(self, user_id: str) -> bool:
        """Whether somebody's security settings are changed by this user."""
        return self._db.one(_SECONDARY, primary_id=user_id) is not None

    def page(self, after: str, limit: int) -> Sequence[User]:
        """Up to `limit` users in the order of `username_key`, from the one behind `after`."""
        return [User(*row) for row in self._db.all(_PAGE, after=after, limit=limit)]


def _bound(user_id: str) -> str:
    return f"user_details|details|{user_id}"
