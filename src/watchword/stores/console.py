"""The console's forms that wait for Key, sealed and bound to their session, and one-time links by the hash of their secret."""

from __future__ import annotations

import json
from operator import attrgetter

from sqlalchemy import delete, select

from watchword.core.staff_links import Link
from watchword.flows.console_ports import Draft
from watchword.flows.ports import Vault
from watchword.stores.console_tables import staff_drafts, staff_links
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, by, param
from watchword.stores.rows import Changes, packed, storable

_D, _L = staff_drafts, staff_links
COLUMNS = tuple(column.name for column in _L.c)
_FIELDS = attrgetter(*COLUMNS)
_CHANGES = Changes(_L, ("session_id",))

_ADD_DRAFT = adding(_D)
_DRAFT = Query(by(_D, "id", "session_id"))
_OF_ATTEMPT = Query(by(_D, "attempt_id", "session_id"))
_OLD = Query(
    delete(_D).where(
        _D.c.id.in_(
            select(_D.c.id)
            .where(_D.c.session_id == param(_D.c.session_id), _D.c.id != param(_D.c.id, "new"))
            .order_by(_D.c.made.desc(), _D.c.id.desc())
            .limit(1000)
            .offset(param(_D.c.made, "keep"))
        )
    )
)
_ADD_LINK = adding(_L)
_BY_TOKEN = Query(by(_L, "token_hash"))
_LOCK_TOKEN = Query(by(_L, "token_hash").with_for_update())
_OF_SESSION = Query(by(_L, "session_id"))
_LOCK_SESSION = Query(by(_L, "session_id").with_for_update())
_OF_USER = Query(by(_L, "user_id").order_by(_L.c.made.desc()))


class Drafts:
    """Port `Drafts`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def add(self, draft: Draft, keep: int) -> None:
        """A new one; of its session, the newest `keep` stay."""
        sealed = self._vault.seal("personal", packed(dict(draft.fields)).encode(), _bound(draft.id, draft.session_id))
        self._db.run(
            _ADD_DRAFT, id=draft.id, session_id=draft.session_id, attempt_id=draft.attempt_id, path=draft.path, content=sealed,
            made=draft.made, expires=draft.expires,
        )  # fmt: skip
        self._db.run(_OLD, session_id=draft.session_id, new=draft.id, keep=keep - 1)

    def get(self, draft_id: str, session_id: str) -> Draft | None:
        """By id, to its own session."""
        row = self._db.one(_DRAFT, id=draft_id, session_id=session_id) if storable(draft_id) else None
        return None if row is None else self._draft(row)

    def of_attempt(self, attempt_id: str, session_id: str) -> Draft | None:
        """The one that waits for this approval, to its own session."""
        row = self._db.one(_OF_ATTEMPT, attempt_id=attempt_id, session_id=session_id)
        return None if row is None else self._draft(row)

    def _draft(self, row: Row) -> Draft:
        fields = json.loads(self._vault.open("personal", row[4], _bound(row[0], row[1])))
        return Draft(row[0], row[1], row[2], row[3], fields, row[5], row[6])


def _bound(draft_id: str, session_id: str) -> str:
    return f"staff_drafts|content|{draft_id}|{session_id}"


class Links:
    """Port `Links`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, link: Link) -> None:
        """A new one. Raises Duplicate for an id or a secret that exists."""
        self._db.run(_ADD_LINK, **dict(zip(COLUMNS, _FIELDS(link), strict=True)))

    def by_token(self, token_hash: bytes, *, lock: bool = False) -> Link | None:
        """By the hash of its secret, whatever its state."""
        row = self._db.one(_LOCK_TOKEN if lock else _BY_TOKEN, token_hash=token_hash)
        return None if row is None else Link(*row)

    def of_session(self, session_id: str, *, lock: bool = False) -> Link | None:
        """The one that was begun in this session."""
        row = self._db.one(_LOCK_SESSION if lock else _OF_SESSION, session_id=session_id)
        return None if row is None else Link(*row)

    def of_user(self, user_id: str) -> tuple[Link, ...]:
        """Every one made for a person, newest first."""
        return tuple(Link(*row) for row in self._db.all(_OF_USER, user_id=user_id))

    def move(self, link_id: str, state: str, to: str, **values: object) -> bool:
        """Compare-and-swap on the state, setting `values` with it; False when somebody was first."""
        return _CHANGES.move(self._db, link_id, state, to, values)
