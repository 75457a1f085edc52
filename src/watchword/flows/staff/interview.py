"""The guided interview before assisted recovery (S05): answers in, matched or not matched out; no answer is kept, shown or written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from watchword.core import interviews
from watchword.core.interviews import FACTS, Interview, OnFile
from watchword.core.rates import Window
from watchword.core.refusals import STAFF_LIMITED, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff import access

# Each interview tells what is on file by yes or no: so few a day that nobody, fooled or malicious, can ask his way to the answers.
ABOUT_ONE = (Window(3, 24 * 60 * 60),)
BY_ONE = (Window(40, 24 * 60 * 60),)
LOGINS = 20


def open_it(kit: Kit, session: Session, username: str) -> str | Refusal:
    """Whether an interview about this person may begin; the username as it is on file. Asked before the questions are."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "interview", username, proof=True)
        return found if isinstance(found, Refusal) else found[1].user.username


def hold(kit: Kit, session: Session, username: str, answers: Mapping[str, str]) -> Interview | Refusal:
    """Judge a caller's answers, by fact; "" for what was not asked or not known. Counted before they are compared."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "interview", username, proof=True)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        limits = ((f"staff:interview:{subject.user.id}", ABOUT_ONE), (f"staff:interviewer:{who.user.id}", BY_ONE))
        for key, windows in limits:
            until = tx.rates.take(key, windows, now)
            if until:
                refusal = Refusal(STAFF_LIMITED, "interview.limit", {"until": until}, retry_after=until - now)
                return access.refused(kit, tx, who, "interview", refusal, subject.user.id)
        asked = tuple(fact for fact in FACTS if answers.get(fact, "").strip())
        matched = interviews.matched(answers, _on_file(tx, subject.user))
        held = Interview(kit.entropy.id(), subject.user.id, who.user.id, now, asked, matched)
        tx.staff.held_interview(held)
        fields = {"by": who.user.id, "asked": list(asked), "matched": list(matched)}
        access.note(kit, tx, AuditRow("staff.interview.held", subject.user.id, held.id, fields))
    return held


def _on_file(tx: Tx, user: User) -> OnFile:
    numbers = tuple(contact.value for contact in tx.contacts.of(user.id) if contact.kind == "sms" and contact.on_file)
    logins = tx.attempts.lines(user.id, LOGINS)
    last = next((attempt for attempt in logins if attempt.state == "collected"), None)
    return OnFile(
        details=tx.users.details(user.id),
        numbers=numbers,
        places=(last.context.place,) if last and last.context.place else (),
        last_login=last.started if last else 0,
        ahead=_ahead(user.zone, last.started) if last else 0,
    )


def _ahead(zone: str, at: int) -> int:
    offset = datetime.fromtimestamp(at, ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0
