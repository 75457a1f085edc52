"""Numbers and mail addresses, sealed and bound to their row, with a keyed hash to look one up by."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from watchword.core.users import Contact
from watchword.flows.ports import Vault
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, adding, param, setting

_T = tables.contacts
_COLUMNS = (_T.c.id, _T.c.user_id, _T.c.kind, _T.c.value, _T.c.verified, _T.c.is_default, _T.c.on_file)
_OF = Query(
    select(*_COLUMNS)
    .where(_T.c.user_id == param(_T.c.user_id))
    .order_by(_T.c.kind.desc(), _T.c.is_default.desc(), _T.c.on_file, _T.c.id)
)
_ADD = adding(_T)
_ID = _T.c.id == param(_T.c.id)
_VERIFIED = Query(setting(_T, ["verified"]).where(_ID))
_ON_FILE = Query(setting(_T, ["verified", "on_file"]).where(_ID, _T.c.on_file == 0))
_DEFAULT = Query(
    update(_T)
    .values(is_default=_T.c.id == param(_T.c.id, "chosen"))
    .where(_T.c.user_id == param(_T.c.user_id), _T.c.kind == param(_T.c.kind))
)
_REMOVE = Query(delete(_T).where(_ID))


class Contacts:
    """Port `Contacts`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def of(self, user_id: str) -> tuple[Contact, ...]:
        """A user's contacts: numbers before mails, of each the default first, then the longest on file. Raises ValueError for a row that was moved."""
        return tuple(
            Contact(
                row[0],
                row[1],
                row[2],
                self._vault.open("personal", row[3], _bound(row[0])).decode(),
                row[4],
                bool(row[5]),
                row[6],
            )
            for row in self._db.all(_OF, user_id=user_id)
        )

    def add(self, contact: Contact) -> None:
        """A new contact."""
        self._db.run(
            _ADD,
            id=contact.id,
            user_id=contact.user_id,
            kind=contact.kind,
            value=self._vault.seal("personal", contact.value.encode(), _bound(contact.id)),
            value_mac=self._vault.mac(f"contact.{contact.kind}", contact.value),
            verified=contact.verified,
            is_default=contact.is_default,
            on_file=contact.on_file,
        )

    def verified(self, contact_id: str, now: int) -> None:
        """Somebody has typed a code that was sent there."""
        self._db.run(_VERIFIED, id=contact_id, set_verified=now)

    def put_on_file(self, contact_id: str, now: int) -> None:
        """Somebody has typed the code that was sent there, and from now on it counts; one that is on file stays as it is."""
        self._db.run(_ON_FILE, id=contact_id, set_verified=now, set_on_file=now)

    def set_default(self, user_id: str, kind: str, contact_id: str) -> None:
        """One of a kind is the default, the others are not."""
        self._db.run(_DEFAULT, user_id=user_id, kind=kind, chosen=contact_id)

    def remove(self, contact_id: str) -> None:
        """Forget it."""
        self._db.run(_REMOVE, id=contact_id)


def _bound(contact_id: str) -> str:
    return f"contacts|value|{contact_id}"
