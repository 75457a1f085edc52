"""Orders of cards and tokens, and the stock of tokens. One UPDATE moves a state, so two people at a desk never both do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from sqlalchemy import func, select

from watchword.core.orders import Order
from watchword.flows.ports import Vault
from watchword.flows.tokens_ports import Token
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, by, insert, param, setting
from watchword.stores.rows import Changes, storable
from watchword.stores.tokens_tables import orders, tokens

_O, _T = orders, tokens
_COLUMNS = tuple(column.name for column in _O.c)
_CHANGES = Changes(_O, {"charge", "device_id", "serial", "moved", "replaces"})
_ADD = adding(_O)
_BY_ID = Query(by(_O, "id"))
_LOCK = Query(by(_O, "id").with_for_update())
_OF_USER = Query(by(_O, "user_id").order_by(_O.c.ordered, _O.c.id))
_OF_DEVICE = Query(by(_O, "device_id"))
_IN_STATE = Query(by(_O, "state").order_by(_O.c.ordered, _O.c.id).limit(param(_O.c.ordered, "limit")))
_CHARGED = Query(setting(_O, ["charge", "moved"]).where(_O.c.id == param(_O.c.id), _O.c.charge == param(_O.c.charge)))

_STOCK = Query(lambda dialect: insert(_T, dialect).on_conflict_do_nothing(index_elements=[_T.c.serial]))
_BY_SERIAL = Query(by(_T, "serial"))
_TAKEN = Query(
    setting(_T, ["state", "secret", "moved"]).where(_T.c.id == param(_T.c.id), _T.c.state == param(_T.c.state))
)
_COUNT = Query(select(func.count()).where(_T.c.state == param(_T.c.state)))


class Orders:
    """Port `Orders`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, order: Order) -> None:
        """A new one. Raises Duplicate for an id that exists."""
        self._db.run(_ADD, **dict(zip(_COLUMNS, astuple(order), strict=True)))

    def get(self, order_id: str, *, lock: bool = False) -> Order | None:
        """By id."""
        row = self._db.one(_LOCK if lock else _BY_ID, id=order_id) if storable(order_id) else None
        return None if row is None else Order(*row)

    def of_user(self, user_id: str) -> tuple[Order, ...]:
        """A person's, the oldest first."""
        return tuple(Order(*row) for row in self._db.all(_OF_USER, user_id=user_id))

    def of_device(self, device_id: str) -> Order | None:
        """The one that a device came by, None for a device that was never ordered."""
        row = self._db.one(_OF_DEVICE, device_id=device_id) if device_id else None
        return None if row is None else Order(*row)

    def in_state(self, state: str, limit: int) -> tuple[Order, ...]:
        """Everybody's in one state, the oldest first."""
        return tuple(Order(*row) for row in self._db.all(_IN_STATE, state=state, limit=limit))

    def move(self, order_id: str, state: str, to: str, **values: object) -> bool:
        """Compare-and-swap on the state; False when somebody was first."""
        return _CHANGES.move(self._db, order_id, state, to, values)

    def charge(self, order_id: str, charge: str, to: str, now: int) -> bool:
        """Compare-and-swap on the charge."""
        return self._db.run(_CHARGED, id=order_id, charge=charge, set_charge=to, set_moved=now) == 1


class Tokens:
    """Port `Tokens`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def add(self, found: Sequence[Token], now: int) -> str:
        """New ones into stock; the serial number of the first that is there already, "" where all are in. The caller then takes all back."""
        for one in found:
            sealed = self._vault.seal("devices", one.secret, _bound(one.id))
            values = {"id": one.id, "serial": one.serial, "state": one.state, "model": one.model, "secret": sealed}
            if self._db.run(_STOCK, **values, added=now, moved=now) != 1:
                return one.serial
        return ""

    def by_serial(self, serial: str) -> Token | None:
        """By what is printed on it."""
        row = self._db.one(_BY_SERIAL, serial=serial) if storable(serial) else None
        return None if row is None else self._token(row)

    def move(self, token: Token, to: str, secret: bytes, now: int) -> bool:
        """Compare-and-swap on the state; `secret` is what is kept here from now on."""
        sealed = self._vault.seal("devices", secret, _bound(token.id))
        return self._db.run(_TAKEN, id=token.id, state=token.state, set_state=to, set_secret=sealed, set_moved=now) == 1

    def count(self, state: str) -> int:
        """How many are in a state."""
        row = self._db.one(_COUNT, state=state)
        return int(row[0]) if row else 0

    def _token(self, row: Row) -> Token:
        return Token(row[0], row[1], row[2], row[3], self._vault.open("devices", row[4], _bound(row[0])))


def _bound(token_id: str) -> str:
    return f"tokens|secret|{token_id}"
