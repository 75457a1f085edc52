"""The guided interview before assisted recovery (S05): answers in, matched or not matched out; no answer is kept, shown or written down."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from watchword.core import interviews
from watchword.core.encoding import b64u
from watchword.core.interviews import FACTS, Interview, OnFile
from watchword.core.rates import Window
from watchword.core.refusals import CONFIRM_FIRST, STAFF_LIMITED, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User, username_key
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff import access

# Each interview tells what is on file by yes or no: so few a day that nobody, fooled or malicious, can ask his way to the answers.
ABOUT_ONE = (Window(3, 24 * 60 * 60),)
BY_ONE = (Window(40, 24 * 60 * 60),)
LOGINS = 20
TALK_SECONDS = 30 * 60
LONGEST_TIME = 16


@dataclass(frozen=True, slots=True)
class Opening:
    """An interview that may begin. `pass_` lets its answers be judged for TALK_SECONDS, since a talk takes longer than Key counts as shown."""

    username: str
    pass_: str


def open_it(kit: Kit, session: Session, username: str) -> Opening | Refusal:
    """Whether an interview about this person may begin; the username as it is on file. Asked before the questions are."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "interview", username, proof=True)
        if isinstance(found, Refusal):
            return found
        now = kit.clock.now()
        return Opening(found[1].user.username, f"{now}.{_seal(kit, session, found[1].user, now)}")


def _seal(kit: Kit, session: Session, about: User, at: int) -> str:
    return b64u(kit.vault.mac("interview", f"{session.id}|{about.id}|{at}")[:16])


def _opened(kit: Kit, session: Session, about: User, pass_: str) -> bool:
    """Whether this very session opened an interview about this very person lately."""
    at, _, sealed = pass_.partition(".")
    if not (at.isascii() and at.isdecimal() and len(at) < LONGEST_TIME):
        return False
    right = hmac.compare_digest(sealed.encode(), _seal(kit, session, about, int(at)).encode())
    return right and 0 <= kit.clock.now() - int(at) < TALK_SECONDS


def last(kit: Kit, session: Session, username: str) -> Interview | None:
    """One's own last interview with a person that no request took, within the hour in which it counts."""
    with kit.store.read() as tx:
        user = tx.users.by_key(username_key(username))
        since = kit.clock.now() - interviews.GOOD_SECONDS
        return tx.staff.interview(user.id, session.user_id, since) if user else None


def hold(
    kit: Kit, session: Session, username: str, answers: Mapping[str, str], *, pass_: str = ""
) -> Interview | Refusal:  # fmt: skip
    """Judge a caller's answers, by fact; "" for what was not asked or not known. Counted before they are compared.

    Needs Key, shown lately, or the pass of an opening.
    """
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "interview", username)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        if not access.fresh(who.session, now) and not _opened(kit, session, subject.user, pass_):
            return Refusal(CONFIRM_FIRST, "session.not_confirmed")
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
