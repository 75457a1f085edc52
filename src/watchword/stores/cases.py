"""Cases, their messages and pictures. Subject, text, name and picture are sealed, each bound to its own row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import and_, func, or_, select, update

from watchword.core.cases import Attachment, Case, Message
from watchword.flows.ports import Vault
from watchword.stores.cases_tables import attachments, case_messages, cases
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, by, param, setting
from watchword.stores.rows import storable

_C, _M, _A = cases, case_messages, attachments
_CASE = (_C.c.id, _C.c.user_id, _C.c.topic, _C.c.state, _C.c.subject, _C.c.unread, _C.c.stored, _C.c.created, _C.c.touched)  # fmt: skip
_MESSAGE = (
    _M.c.id, _M.c.case_id, _M.c.user_id, _M.c.author, _M.c.author_id, _M.c.post, _M.c.text, _M.c.at, _M.c.turn,
)  # fmt: skip
_LISTED = ("id", "case_id", "message_id", "user_id", "kind", "name", "size", "width", "height", "place")
_OWN = (_C.c.id == param(_C.c.id), _C.c.user_id == param(_C.c.user_id))
_BEFORE = param(_C.c.touched, "before")
_OLDER = or_(_C.c.touched < _BEFORE, and_(_C.c.touched == _BEFORE, _C.c.id < param(_C.c.id, "after")))
_LIMIT = param(_C.c.created, "limit")

_ADD = adding(_C)
_GET = Query(select(*_CASE).where(_C.c.id == param(_C.c.id)))
_LOCK = Query(select(*_CASE).where(_C.c.id == param(_C.c.id)).with_for_update(key_share=True))
_OF = Query(
    select(*_CASE)
    .where(_C.c.user_id == param(_C.c.user_id), _OLDER)
    .order_by(_C.c.touched.desc(), _C.c.id.desc())
    .limit(_LIMIT)
)
_IN_STATE = Query(
    select(*_CASE)
    .where(_C.c.state == param(_C.c.state), _OLDER)
    .order_by(_C.c.touched.desc(), _C.c.id.desc())
    .limit(_LIMIT)
)
_UNREAD = Query(select(func.count()).where(_C.c.user_id == param(_C.c.user_id), _C.c.unread > 0))
_MOVE = Query(
    setting(_C, ["state", "touched"])
    .values(unread=_C.c.unread + param(_C.c.unread, "more"))
    .where(_C.c.id == param(_C.c.id), _C.c.state == param(_C.c.state))
)
_READ = Query(update(_C).values(unread=0).where(*_OWN, _C.c.unread > 0))
_STORED = Query(update(_C).values(stored=_C.c.stored + param(_C.c.stored, "more")).where(_C.c.id == param(_C.c.id)))
_ADD_MESSAGE = adding(_M)
_MESSAGES = Query(select(*_MESSAGE).where(_M.c.case_id == param(_M.c.case_id)).order_by(_M.c.turn))
_WRITTEN = Query(select(func.count()).where(_M.c.case_id == param(_M.c.case_id)))
_POSTED = Query(select(_M.c.case_id).where(_M.c.author_id == param(_M.c.author_id), _M.c.post == param(_M.c.post)))
_ADD_PICTURE = adding(_A)
_PICTURES = Query(by(_A, "case_id", columns=_LISTED).order_by(_A.c.place, _A.c.id))
_PICTURE = Query(by(_A, "id", columns=(*_LISTED, "data")))


class Cases:
    """Port `Cases`."""

    __slots__ = ("_db", "_vault")

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def add(self, case: Case) -> None:
        """A new case."""
        self._db.run(
            _ADD, id=case.id, user_id=case.user_id, topic=case.topic, state=case.state,
            subject=self._sealed(case.subject, "cases", "subject", case.id), unread=case.unread, stored=case.stored,
            created=case.created, touched=case.touched,
        )  # fmt: skip

    def get(self, case_id: str, *, lock: bool = False) -> Case | None:
        """The case of an id; with `lock` nobody else changes it until the transaction ends."""
        row = self._db.one(_LOCK if lock else _GET, id=case_id) if storable(case_id) else None
        return None if row is None else self._case(row)

    def of(self, user_id: str, before: int, after: str, limit: int) -> tuple[Case, ...]:
        """A person's cases, the last touched first, from after the one touched at `before` with the id `after`."""
        return tuple(map(self._case, self._db.all(_OF, user_id=user_id, before=before, after=after, limit=limit)))

    def in_state(self, state: str, before: int, after: str, limit: int) -> tuple[Case, ...]:
        """Everybody's cases in a state, in the same order."""
        return tuple(map(self._case, self._db.all(_IN_STATE, state=state, before=before, after=after, limit=limit)))

    def unread(self, user_id: str) -> int:
        """How many cases of a person hold an answer that was not opened yet."""
        row = self._db.one(_UNREAD, user_id=user_id)
        return int(row[0]) if row else 0

    def move(self, case: Case, to: str, now: int, *, unread: int = 0) -> bool:
        """Compare-and-swap on the state; `unread` more answers wait for the person. False when somebody was first."""
        return self._db.run(_MOVE, id=case.id, state=case.state, set_state=to, set_touched=now, more=unread) == 1

    def read(self, case_id: str, user_id: str) -> None:
        """The person has seen everything in it."""
        self._db.run(_READ, id=case_id, user_id=user_id)

    def add_message(self, message: Message) -> None:
        """A new message of a case."""
        self._db.run(
            _ADD_MESSAGE, id=message.id, case_id=message.case_id, user_id=message.user_id, author=message.author,
            author_id=message.author_id, post=message.post,
            text=self._sealed(message.text, "case_messages", "text", message.id), at=message.at, turn=message.turn,
        )  # fmt: skip

    def messages(self, case_id: str) -> tuple[Message, ...]:
        """The messages of a case, oldest first. Raises ValueError for a row that was moved or changed."""
        return tuple(map(self._message, self._db.all(_MESSAGES, case_id=case_id)))

    def written(self, case_id: str) -> int:
        """How many messages a case has."""
        row = self._db.one(_WRITTEN, case_id=case_id)
        return int(row[0]) if row else 0

    def posted(self, author_id: str, post: str) -> str | None:
        """The case that this form of this author was written to before, if it was."""
        row = self._db.one(_POSTED, author_id=author_id, post=post)
        return None if row is None else str(row[0])

    def add_picture(self, picture: Attachment, data: bytes) -> None:
        """A picture of a message; it counts towards what its case holds."""
        self._db.run(
            _ADD_PICTURE, id=picture.id, case_id=picture.case_id, message_id=picture.message_id, user_id=picture.user_id,
            kind=picture.kind, name=self._sealed(picture.name, "attachments", "name", picture.id), size=picture.size,
            width=picture.width, height=picture.height, place=picture.place,
            data=self._vault.seal("personal", data, _bound("attachments", "data", picture.id)),
        )  # fmt: skip
        self._db.run(_STORED, id=picture.case_id, more=picture.size)

    def pictures(self, case_id: str) -> Sequence[Attachment]:
        """The pictures of a case, without their bytes."""
        return [self._attachment(row) for row in self._db.all(_PICTURES, case_id=case_id)]

    def picture(self, picture_id: str) -> tuple[Attachment, bytes] | None:
        """A picture and its bytes. Raises ValueError for a row that was moved or changed."""
        row = self._db.one(_PICTURE, id=picture_id) if storable(picture_id) else None
        if row is None:
            return None
        return self._attachment(row), self._vault.open("personal", row[10], _bound("attachments", "data", row[0]))

    def _case(self, row: Row) -> Case:
        return replace(Case(*row), subject=self._opened(row[4], "cases", "subject", row[0]))

    def _message(self, row: Row) -> Message:
        return replace(Message(*row), text=self._opened(row[6], "case_messages", "text", row[0]))

    def _attachment(self, row: Row) -> Attachment:
        return replace(Attachment(*row[:10]), name=self._opened(row[5], "attachments", "name", row[0]))

    def _sealed(self, text: str, table: str, column: str, row_id: str) -> bytes:
        return self._vault.seal("personal", text.encode(errors="replace"), _bound(table, column, row_id))

    def _opened(self, sealed: bytes, table: str, column: str, row_id: str) -> str:
        return self._vault.open("personal", sealed, _bound(table, column, row_id)).decode()


def _bound(table: str, column: str, row_id: str) -> str:
    return f"{table}|{column}|{row_id}"
