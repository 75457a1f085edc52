"""The message centre: a person's cases with their pictures, and what staff answer (S07).

A form carries a token that is good once for its author, so that a doubled post leads to the one case or message it made. Pictures are made
anew before the transaction begins; whatever is refused leaves nothing behind but its count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from watchword.core import cases as rules
from watchword.core.cases import CASE, Attachment, Case, Message, Picture, Upload
from watchword.core.rates import Window
from watchword.core.refusals import (
    CASE_CLOSED,
    CASE_FULL,
    CASE_HEAD,
    CASE_LIMIT,
    CASE_UNKNOWN,
    FORM_STALE,
    MESSAGE_LIMIT,
    PICTURE_BROKEN,
    PICTURE_BYTES,
    PICTURE_LIMIT,
    PICTURE_PIXELS,
    PICTURE_TYPE,
    PICTURES_MANY,
    SESSION_ABSENT,
    TEXT_EMPTY,
    TEXT_LONG,
    Kind,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.flows import letters
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx

PAGE = 50
POST_LENGTH = 22
_END_OF_TIME = 1 << 62
_PICTURE_FAULTS = {"type": PICTURE_TYPE, "broken": PICTURE_BROKEN, "pixels": PICTURE_PIXELS, "bytes": PICTURE_BYTES}


By = Callable[[Tx], str | Refusal]  # the id of the member of staff, if his roles allow it now


@dataclass(frozen=True, slots=True)
class Written:
    """What a person sends: `post` is the token of the form, `uploads` files as they came."""

    post: str
    text: str
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """A case with its messages and pictures, oldest first."""

    case: Case
    messages: tuple[Message, ...]
    pictures: tuple[Attachment, ...]

    def of(self, message: Message) -> tuple[Attachment, ...]:
        """The pictures of one message."""
        return tuple(picture for picture in self.pictures if picture.message_id == message.id)


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    picture: Picture


def begin(kit: Kit, session: Session, topic: str, subject: str, written: Written) -> str | Refusal:
    """Open a case with its first message. Returns the case's id."""
    refused = Refusal(CASE_HEAD, f"case.{fault}") if (fault := rules.fault_of_new(topic, subject)) else None
    pictures = refused or _checked(kit, session, written)
    if isinstance(pictures, Refusal):
        return pictures
    now = kit.clock.now()
    with kit.store.write() as tx:
        before = _before(tx, session, written)
        if before is not None:
            return before
        refused = _counted(tx, "message", session.user_id, rules.MESSAGES, MESSAGE_LIMIT, now) or _counted(
            tx, "case", session.user_id, rules.NEW_CASES, CASE_LIMIT, now
        )
        if refused is not None:
            return refused
        if not rules.room_for(0, [named.picture for named in pictures]):
            return Refusal(CASE_FULL, "case.bytes")
        case = Case(kit.entropy.id(), session.user_id, topic, "open", rules.written(subject), 0, 0, now, now)
        tx.cases.add(case)
        _add(kit, tx, case, session.user_id, written, pictures)
        fields = {"topic": topic, "pictures": len(pictures)}
        tx.audit.write(AuditRow("case.thread.opened", session.user_id, case.id, fields), now)
    return case.id


def reply(kit: Kit, session: Session, case_id: str, written: Written) -> str | Refusal:
    """Write to a case of one's own. Returns the case's id."""
    with kit.store.read() as tx:
        refused = None if _own(tx, session, case_id) else Refusal(CASE_UNKNOWN, "case.foreign")
    pictures = refused or _checked(kit, session, written)
    if isinstance(pictures, Refusal):
        return pictures
    now = kit.clock.now()
    with kit.store.write() as tx:
        before = _before(tx, session, written)
        if before is not None:
            return before
        case = _own(tx, session, case_id, lock=True)
        if case is None:
            return Refusal(CASE_UNKNOWN, "case.foreign")
        to = CASE.step(case.state, "reply")
        if to is None:
            return Refusal(CASE_CLOSED, "case.closed")
        if not rules.room_for(case.stored, [named.picture for named in pictures]):
            return Refusal(CASE_FULL, "case.bytes")
        refused = _counted(tx, "message", session.user_id, rules.MESSAGES, MESSAGE_LIMIT, now)
        if refused is not None:
            return refused
        tx.cases.move(case, to, now)
        _add(kit, tx, case, session.user_id, written, pictures)
        tx.audit.write(AuditRow("case.message.sent", session.user_id, case.id, {"pictures": len(pictures)}), now)
    return case.id


def turn(kit: Kit, session: Session, case_id: str, event: str) -> Refusal | None:
    """Close or reopen a case of one's own; done already is done. `event` is `close` or `reopen`."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        case = _own(tx, session, case_id, lock=True)
        if case is None:
            return Refusal(CASE_UNKNOWN, "case.foreign")
        to = CASE.step(case.state, event)
        if to is not None and tx.cases.move(case, to, now):
            tx.audit.write(AuditRow("case.state.changed", session.user_id, case.id, {"event": event}), now)
    return None


def read(kit: Kit, session: Session, case_id: str, *, seen: bool = True) -> Thread | Refusal:
    """A case of one's own. With `seen` its answers count as read from now on."""
    with kit.store.read() as tx:
        case = _own(tx, session, case_id)
        if case is None:
            return Refusal(CASE_UNKNOWN, "case.foreign")
        thread = _thread(tx, case)
    if seen and case.unread:
        with kit.store.write() as tx:
            tx.cases.read(case.id, session.user_id)
    return thread


def list_of(kit: Kit, session: Session, *, after: str = "") -> tuple[Case, ...]:
    """One's own cases, the last touched first, at most PAGE and one more that says there are more; `after` is a case's id."""
    with kit.store.read() as tx:
        last = _own(tx, session, after) if after else None
        return tx.cases.of(session.user_id, last.touched if last else _END_OF_TIME, last.id if last else "", PAGE + 1)


def unread(kit: Kit, session: Session) -> int:
    """How many of one's cases hold an answer that was not opened yet."""
    with kit.store.read() as tx:
        return tx.cases.unread(session.user_id)


def attachment(kit: Kit, session: Session, picture_id: str) -> tuple[Attachment, bytes] | Refusal:
    """A picture of a case of one's own, with its bytes; everybody else's is as unknown as none."""
    with kit.store.read() as tx:
        found = tx.cases.picture(picture_id)
    if found is None or found[0].user_id != session.user_id:
        return Refusal(CASE_UNKNOWN, "picture.foreign")
    return found


def answer(kit: Kit, by: By, case_id: str, text: str, *, post: str = "") -> str | Refusal:
    """Staff answer a case; its person is told by mail and SMS that there is something to read. Returns the message's id.

    `by` checks in the very transaction that this member of staff may answer. `post` makes a repeated call harmless, "" means that it is a new one.
    """
    fault = _text_fault(text)
    if fault is not None:
        return fault
    now = kit.clock.now()
    message_id = kit.entropy.id()
    with kit.store.write() as tx:
        staff_id = by(tx)
        if isinstance(staff_id, Refusal):
            return staff_id
        case = tx.cases.get(case_id, lock=True)
        user = tx.users.get(case.user_id) if case else None
        if case is None or user is None:
            return Refusal(CASE_UNKNOWN, "case.unknown")
        if post and tx.cases.posted(staff_id, post) is not None:
            return Refusal(FORM_STALE, "case.answered_before")
        tx.cases.move(case, str(CASE.step(case.state, "answer")), now, unread=1)
        at = tx.cases.written(case.id)
        text = rules.written(text)
        tx.cases.add_message(
            Message(message_id, case.id, case.user_id, "staff", staff_id, post or message_id, text, now, at)
        )
        letters.notice(kit, tx, user, "case_answered")
        tx.audit.write(AuditRow("case.message.answered", case.user_id, case.id, {"staff": staff_id}), now)
    kit.events.publish(f"user:{case.user_id}", {"unread": "1"})
    return message_id


def staff_list(kit: Kit, state: str, after: str = "", limit: int = PAGE) -> tuple[Case, ...] | Refusal:
    """Everybody's cases in a state, the last touched first; `after` is the id of the last one seen."""
    if state not in CASE.states:
        return Refusal(CASE_UNKNOWN, "state.unknown")
    with kit.store.read() as tx:
        last = tx.cases.get(after) if after else None
        return tx.cases.in_state(state, last.touched if last else _END_OF_TIME, last.id if last else "", limit)


def staff_read(kit: Kit, staff_id: str, case_id: str) -> Thread | Refusal:
    """A case as staff read it; that it was read, and by whom, is written down."""
    with kit.store.write() as tx:
        case = tx.cases.get(case_id)
        if case is None:
            return Refusal(CASE_UNKNOWN, "case.unknown")
        tx.audit.write(AuditRow("case.thread.viewed", case.user_id, case.id, {"staff": staff_id}), kit.clock.now())
        return _thread(tx, case)


def staff_close(kit: Kit, by: By, case_id: str) -> Refusal | None:
    """Staff close a case; done already is done. `by` checks in the very transaction that this member of staff may."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        staff_id = by(tx)
        if isinstance(staff_id, Refusal):
            return staff_id
        case = tx.cases.get(case_id, lock=True)
        if case is None:
            return Refusal(CASE_UNKNOWN, "case.unknown")
        to = CASE.step(case.state, "close")
        if to is not None and tx.cases.move(case, to, now):
            fields = {"event": "close", "staff": staff_id}
            tx.audit.write(AuditRow("case.state.changed", case.user_id, case.id, fields), now)
    return None


def staff_attachment(kit: Kit, staff_id: str, picture_id: str) -> tuple[Attachment, bytes] | Refusal:
    """A picture as staff see it; that it was seen, and by whom, is written down."""
    with kit.store.write() as tx:
        found = tx.cases.picture(picture_id)
        if found is None:
            return Refusal(CASE_UNKNOWN, "picture.unknown")
        fields = {"staff": staff_id, "picture": picture_id}
        tx.audit.write(AuditRow("case.picture.viewed", found[0].user_id, found[0].case_id, fields), kit.clock.now())
    return found


def _own(tx: Tx, session: Session, case_id: str, *, lock: bool = False) -> Case | None:
    case = tx.cases.get(case_id, lock=lock) if len(case_id) == len(session.id) else None
    return case if case is not None and case.user_id == session.user_id else None


def _thread(tx: Tx, case: Case) -> Thread:
    return Thread(case, tx.cases.messages(case.id), tuple(tx.cases.pictures(case.id)))


def _text_fault(text: str) -> Refusal | None:
    fault = rules.fault_of_text(text)
    if fault is None:
        return None
    params = {"length": len(rules.written(text)), "limit": rules.LONGEST_TEXT}
    return Refusal(TEXT_EMPTY, "text.empty") if fault == "empty" else Refusal(TEXT_LONG, "text.long", params)


def _checked(kit: Kit, session: Session, written: Written) -> tuple[_Named, ...] | Refusal:
    """The pictures made anew, if text, number and limits allow looking at them."""
    if len(written.post) != POST_LENGTH:
        return Refusal(FORM_STALE, "post.form")
    refused = _text_fault(written.text)
    if refused is None and len(written.uploads) > rules.MOST_PICTURES:
        refused = Refusal(PICTURES_MANY, "picture.many")
    if refused is None and written.uploads:
        with kit.store.write() as tx:
            refused = _counted(tx, "look", session.user_id, rules.LOOKS, PICTURE_LIMIT, kit.clock.now())
    return refused or _remade(kit, written.uploads)


def _remade(kit: Kit, uploads: Sequence[Upload]) -> tuple[_Named, ...] | Refusal:
    made = []
    for upload in uploads:
        picture = kit.pictures.remake(upload.data)
        if isinstance(picture, str):
            return Refusal(_PICTURE_FAULTS[picture], f"picture.{picture}", {"name": upload.name or "?"})
        made.append(_Named(rules.file_name(upload.name, picture.kind), picture))
    return tuple(made)


def _before(tx: Tx, session: Session, written: Written) -> str | Refusal | None:
    """The case this very form was written to before; the user's row is locked, so that two at once come one after the other."""
    user = tx.users.lock(session.user_id)
    if user is None or user.state != "active":
        return Refusal(SESSION_ABSENT, "user.gone")
    return tx.cases.posted(session.user_id, written.post)


def _counted(tx: Tx, what: str, user_id: str, windows: Sequence[Window], kind: Kind, now: int) -> Refusal | None:
    free = tx.rates.take(f"case.{what}:{user_id}", windows, now)
    return Refusal(kind, f"case.{what}_limit", {"until": free}, retry_after=free - now) if free else None


def _add(kit: Kit, tx: Tx, case: Case, author: str, written: Written, pictures: Sequence[_Named]) -> None:
    message_id, now = kit.entropy.id(), kit.clock.now()
    text = rules.written(written.text)
    at = tx.cases.written(case.id)
    tx.cases.add_message(Message(message_id, case.id, case.user_id, "person", author, written.post, text, now, at))
    for place, named in enumerate(pictures):
        found = named.picture
        row = Attachment(
            kit.entropy.id(), case.id, message_id, case.user_id, found.kind, named.name, len(found.data), found.width,
            found.height, place,
        )  # fmt: skip
        tx.cases.add_picture(row, found.data)
