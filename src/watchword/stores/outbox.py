"""Letters to be sent after commit. A dispatcher takes them under a lease, so that a crash loses nothing and sends at most twice.

Address and text are sealed together and bound to kind and user; both are wiped once sent, except in the demo, which shows them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select, update

from watchword.flows.ports import Letter, Sending, Vault
from watchword.stores import tables
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, by, chosen, param, setting
from watchword.stores.rows import packed

_T = tables.outbox
_NOW = param(_T.c.created, "now")
_LEASED = (_T.c.id == param(_T.c.id), _T.c.state == "sending")

_ADD = adding(
    _T,
    ("kind", "user_id", "letter", "state", "tries", "due", "created", "sent_at", "detail", "ref", "report", "reported"),
)
_KIND = _T.c.kind == param(_T.c.kind)
_ANY_DUE = Query(select(_T.c.id).where(_T.c.due <= _NOW, _KIND).limit(1))
_NEXT_DUE = Query(select(func.min(_T.c.due)))
_FOUND = (
    select(_T.c.id)
    .where(_T.c.due <= _NOW, _KIND)
    .order_by(_T.c.due, _T.c.id)
    .limit(param(_T.c.created, "limit"))
    .with_for_update(skip_locked=True)
)
_LEASE = Query(
    lambda dialect: (
        update(_T)
        .values(state="sending", due=param(_T.c.due, "leased_until"), tries=_T.c.tries + 1)
        .where(chosen(_T.c.id, _FOUND, dialect))
        .returning(_T.c.id, _T.c.kind, _T.c.user_id, _T.c.letter, _T.c.tries)
    )
)
_END = Query(setting(_T, ["state", "due", "sent_at", "detail", "letter"]).where(*_LEASED))
_END_KEEPING = Query(setting(_T, ["state", "due", "sent_at", "detail"]).where(*_LEASED))
_RETRY = Query(setting(_T, ["state", "due", "detail"]).where(*_LEASED))
_OF_REF = Query(
    by(_T, "ref", "user_id", columns=["state", "created", "sent_at", "report", "reported"])
    .order_by(_T.c.id.desc())
    .limit(1)
)
_REPORT = Query(
    setting(_T, ["report", "reported"]).where(
        _T.c.id == param(_T.c.id), _T.c.kind == "sms", _T.c.report != "delivered", _T.c.report != "failed"
    )
)
_RECENT = Query(
    select(_T.c.id, _T.c.kind, _T.c.user_id, _T.c.letter, _T.c.state, _T.c.created, _T.c.sent_at, _T.c.detail)
    .order_by(_T.c.id.desc())
    .limit(param(_T.c.created, "limit"))
)


class Leased(NamedTuple):
    """A letter to send now. `tries` counts this one."""

    id: int
    letter: Letter
    tries: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the demo's outbox; `letter` is None where it has been wiped."""

    id: int
    letter: Letter | None
    state: str
    created: int
    sent_at: int
    detail: str


class Outbox:
    """Port `Outbox`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def put(self, letter: Letter, now: int) -> None:
        """Queue a letter; it leaves when this transaction has committed, and never if it does not."""
        plain = packed([letter.to, letter.subject, letter.body, dict(letter.data)]).encode()
        self._db.run(
            _ADD,
            kind=letter.kind,
            user_id=letter.user_id,
            letter=self._vault.seal("personal", plain, _bound(letter.kind, letter.user_id)),
            state="queued",
            tries=0,
            due=now,
            created=now,
            sent_at=0,
            detail="",
            ref=letter.ref,
            report="",
            reported=0,
        )

    def of_ref(self, user_id: str, ref: str) -> Sending | None:
        """What became of this user's newest letter of a reference."""
        row = self._db.one(_OF_REF, user_id=user_id, ref=ref) if ref else None
        return None if row is None else Sending(*row)

    def report(self, letter_id: int, state: str, now: int) -> bool:
        """What the gateway says became of it; False when there is no such letter or its end is known already."""
        return self._db.run(_REPORT, id=letter_id, set_report=state, set_reported=now) == 1


def any_due(db: Database, kind: str, now: int) -> bool:
    """Whether there is anything of this kind to take: a read, so that an idle dispatcher writes nothing."""
    return db.one(_ANY_DUE, kind=kind, now=now) is not None


def next_due(db: Database) -> int | None:
    """When the next letter is due, None when there is none: how long a dispatcher may sleep."""
    row = db.one(_NEXT_DUE)
    return None if row is None or row[0] is None else int(row[0])


def lease(db: Database, vault: Vault, kind: str, now: int, limit: int, seconds: int) -> list[Leased]:
    """Take up to `limit` letters of a kind that are due, for `seconds`; nobody else gets them meanwhile. Oldest first."""
    rows = db.all(_LEASE, kind=kind, now=now, limit=limit, leased_until=now + seconds)
    return [Leased(row[0], _letter(vault, row[1], row[2], row[3]), row[4]) for row in sorted(rows)]


def end(db: Database, letter_id: int, state: str, now: int, detail: str, *, keep: bool) -> None:
    """`sent` or `dropped`; only while leased."""
    values: dict[str, Any] = {
        "id": letter_id,
        "set_state": state,
        "set_due": None,
        "set_sent_at": now,
        "set_detail": detail,
    }
    if keep:
        db.run(_END_KEEPING, **values)
    else:
        db.run(_END, **values, set_letter=None)


def retry(db: Database, letter_id: int, not_before: int, detail: str) -> None:
    """Back into the queue; only while leased."""
    db.run(_RETRY, id=letter_id, set_state="queued", set_due=not_before, set_detail=detail)


def recent(db: Database, vault: Vault, limit: int) -> Sequence[Kept]:
    """The last letters, newest first."""
    return [_kept(vault, row) for row in db.all(_RECENT, limit=limit)]


def _kept(vault: Vault, row: Row) -> Kept:
    letter = None if row[3] is None else _letter(vault, row[1], row[2], row[3])
    return Kept(row[0], letter, row[4], row[5], row[6], row[7])


def _letter(vault: Vault, kind: str, user_id: str, sealed: bytes) -> Letter:
    to, subject, body, data = json.loads(vault.open("personal", sealed, _bound(kind, user_id)))
    return Letter(kind, to, subject, body, data, user_id)


def _bound(kind: str, user_id: str) -> str:
    return f"outbox|letter|{kind}|{user_id}"
