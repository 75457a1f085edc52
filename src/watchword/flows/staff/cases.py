"""Cases of the message centre as staff read and answer them, each time as a named member of staff whose role allows it (S07)."""

from __future__ import annotations

from watchword.core.cases import Attachment, Case
from watchword.core.refusals import STAFF_OWN, STAFF_ROLE, Refusal
from watchword.core.sessions import Session
from watchword.core.staff import may
from watchword.core.users import User
from watchword.flows import cases
from watchword.flows.cases import Thread
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx
from watchword.flows.staff import access

PAGE = 50


def listed(kit: Kit, session: Session, state: str, after: str = "") -> tuple[Case, ...] | Refusal:
    """Everybody's cases in a state, the last touched first; `after` is the id of the last one seen."""
    staff_id = _allowed(kit, session, "cases")
    return staff_id if isinstance(staff_id, Refusal) else cases.staff_list(kit, state, after, PAGE)


def one(kit: Kit, session: Session, case_id: str) -> Thread | Refusal:
    """A case with its messages."""
    staff_id = _allowed(kit, session, "cases", case_id)
    return staff_id if isinstance(staff_id, Refusal) else cases.staff_read(kit, staff_id, case_id)


def answer(kit: Kit, session: Session, case_id: str, text: str, *, post: str = "") -> str | Refusal:
    """Answer a case; its person is told. Never one's own. `post` is the form's token, good once. Returns the message's id."""
    return cases.answer(kit, lambda tx: _may(kit, tx, session, "answer", case_id), case_id, text, post=post)


def close(kit: Kit, session: Session, case_id: str) -> Refusal | None:
    """Close a case; its person may reopen it. Never one's own."""
    return cases.staff_close(kit, lambda tx: _may(kit, tx, session, "answer", case_id), case_id)


def picture(kit: Kit, session: Session, picture_id: str) -> tuple[Attachment, bytes] | Refusal:
    """A picture of a case, with its bytes."""
    staff_id = _allowed(kit, session, "cases")
    return staff_id if isinstance(staff_id, Refusal) else cases.staff_attachment(kit, staff_id, picture_id)


def person(kit: Kit, user_id: str) -> User | None:
    """Whose case it is, for a page that shows it."""
    with kit.store.read() as tx:
        return tx.users.get(user_id)


def _allowed(kit: Kit, session: Session, action: str, case_id: str = "") -> str | Refusal:
    """The id of the member of staff, if his roles allow this on this case."""
    with kit.store.write() as tx:
        return _may(kit, tx, session, action, case_id)


def _may(kit: Kit, tx: Tx, session: Session, action: str, case_id: str) -> str | Refusal:
    """The same inside the transaction that acts: a role taken away counts at once."""
    who = access.member(kit, tx, session)
    if isinstance(who, Refusal):
        return who
    case = tx.cases.get(case_id) if len(case_id) == len(session.id) else None
    oneself = case is not None and case.user_id == who.user.id
    if may(action, who.roles, oneself=oneself):
        return who.user.id
    refusal = Refusal(STAFF_OWN, "case.own") if oneself else Refusal(STAFF_ROLE, "staff.role")
    return access.refused(kit, tx, who, action, refusal, case.id if case else "")
