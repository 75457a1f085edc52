"""Phones: one installed Key each, its public key, its sums of wrong answers, and where a push reaches it (sealed)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from operator import attrgetter

from sqlalchemy import update

from watchword.core.devices import Phone
from watchword.flows.ports import Vault
from watchword.stores import tables
from watchword.stores.database import Database, Row
from watchword.stores.errors import Duplicate
from watchword.stores.query import Query, by, insert, param, setting
from watchword.stores.rows import Changes, packed

# A device's count of wrong answers, and its phone's sum of them.
PARTS = {"wrong_signed": "signed_wrong", "wrong_offline": "offline_wrong"}

_T = tables.phones
COLUMNS = tuple(column.name for column in _T.c if column.name != "push")
_FIELDS = attrgetter(*COLUMNS)
_CHANGES = Changes(_T, set(COLUMNS) - {"id", "created"})

_ADD = Query(lambda dialect: insert(_T, dialect, COLUMNS).on_conflict_do_nothing())
_BY_ID = Query(by(_T, "id", columns=COLUMNS))
_LOCK = Query(by(_T, "id", columns=COLUMNS).with_for_update())
_BY_KEY = Query(by(_T, "key_x", "key_y", columns=COLUMNS))
_PUSH = Query(by(_T, "id", columns=["push"]))
_SET_PUSH = Query(setting(_T, ["push"]).where(_T.c.id == param(_T.c.id)))
_D = tables.devices
_FORGIVE = {
    total: Query(update(_D).values({part: 0}).where(_D.c.phone_id == param(_D.c.phone_id), _D.c[part] > 0))
    for part, total in PARTS.items()
}


class Phones:
    """Port `Phones`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def add(self, phone: Phone) -> None:
        """A new phone. Raises Duplicate when its key is known; the transaction can go on."""
        if not self._db.run(_ADD, **dict(zip(COLUMNS, _FIELDS(phone), strict=True))):
            raise Duplicate("phone key")

    def get(self, phone_id: str, *, lock: bool = False) -> Phone | None:
        """By id."""
        return _phone(self._db.one(_LOCK if lock else _BY_ID, id=phone_id))

    def by_key(self, key_x: bytes, key_y: bytes) -> Phone | None:
        """By public key."""
        return _phone(self._db.one(_BY_KEY, key_x=key_x, key_y=key_y))

    def set(self, phone_id: str, **values: object) -> None:
        """Set fields of Phone. A sum of wrong answers that is set to 0 takes its parts, the counts of the phone's devices, along."""
        _CHANGES.set(self._db, phone_id, values)
        for name, forgive in _FORGIVE.items():
            if values.get(name) == 0:
                self._db.run(forgive, phone_id=phone_id)

    def count(self, phone_id: str, column: str, limit: int) -> int | None:
        """One more wrong answer of this phone: the new sum, or None when the limit is reached."""
        return _CHANGES.count(self._db, phone_id, column, limit)

    def push_target(self, phone_id: str) -> Mapping[str, str] | None:
        """Where a push reaches it, or None. Raises ValueError for a row that was moved or changed."""
        row = self._db.one(_PUSH, id=phone_id)
        if row is None or row[0] is None:
            return None
        target: dict[str, str] = json.loads(self._vault.open("devices", row[0], _bound(phone_id)))
        return target

    def set_push(self, phone_id: str, target: Mapping[str, str] | None) -> None:
        """Another target, or none."""
        sealed = (
            None if target is None else self._vault.seal("devices", packed(dict(target)).encode(), _bound(phone_id))
        )
        self._db.run(_SET_PUSH, id=phone_id, set_push=sealed)


def _phone(row: Row | None) -> Phone | None:
    return None if row is None else Phone(*row)


def _bound(phone_id: str) -> str:
    return f"phones|push|{phone_id}"
