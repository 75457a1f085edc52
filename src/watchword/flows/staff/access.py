"""Who acts as staff: the session, the person and the roles, all read again in the very transaction that acts.

A role that was taken away, a session that ended and a person who was suspended count at once, also in the middle of an action: the
staff row is locked first, before every other lock, by whoever acts and by whoever changes roles.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core import staff
from watchword.core.rates import Window
from watchword.core.refusals import (
    CONFIRM_FIRST,
    STAFF_ABSENT,
    STAFF_CLOSED,
    STAFF_LIMITED,
    STAFF_NOBODY,
    STAFF_OWN,
    STAFF_ROLE,
    Refusal,
)
from watchword.core.sessions import Session, alive, confirmed
from watchword.core.users import User, username_key
from watchword.flows import sessions
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx

DOOR, DOOR_SECONDS = "staff.door", 24 * 60 * 60
LOOKS = (Window(60, 60 * 60), Window(300, 24 * 60 * 60))


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who acts as staff now."""

    session: Session
    user: User
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Subject:
    """The person whom an action is about. `roles` is empty for everybody who is no staff."""

    user: User
    roles: frozenset[str]


def current(kit: Kit, token: str) -> Session | Refusal:
    """The live staff session of a token. A portal's or a platform's session is none, as a staff session is none of theirs."""
    session = sessions.find(kit, token)
    if isinstance(session, Refusal):
        return Refusal(STAFF_ABSENT, session.reason)
    return session if session.kind == staff.SESSION_KIND else Refusal(STAFF_ABSENT, "session.kind")


def door(kit: Kit, tx: Tx) -> None:
    """Whoever becomes the first administrator passes here one at a time, before every other lock: what one sees of the others is settled."""
    tx.claims.hold(DOOR, kit.clock.now() + DOOR_SECONDS)


def emergency(session: Session) -> bool:
    """Whether the operator opened this session by breaking the glass."""
    return staff.EMERGENCY in session.amr.split()


def fresh(session: Session, now: int) -> bool:
    """Whether Key was shown in this session within five minutes; in an emergency's quarter of an hour nothing more can be shown."""
    return confirmed(session, now) or emergency(session)


def member(kit: Kit, tx: Tx, session: Session, *, about: str = "", beside: str = "") -> Member | Refusal:
    """Who acts, with the staff rows of him, of the person whom it is `about` and of one `beside` locked until the transaction ends."""
    locked = tx.staff.lock([session.user_id, *filter(None, (about, beside))])
    known = tx.sessions.get(session.id)
    user = tx.users.get(session.user_id)
    if known is None or known.kind != staff.SESSION_KIND or not alive(known, kit.clock.now()):
        return Refusal(STAFF_ABSENT, "session.ended")
    roles = locked.get(session.user_id, frozenset())
    if user is None or user.state != "active" or not roles:
        return Refusal(STAFF_CLOSED, "staff.no_role")
    return Member(known, user, roles)


def acting(
    kit: Kit, tx: Tx, session: Session, action: str, username: str, *, proof: bool = False
) -> tuple[Member, Subject] | Refusal:
    """Who acts and on whom, if roles allow this `action` (core/staff.py); with `proof`, only after Key was shown lately.

    The order of checks: session and roles, the person, his role for this, Key. What is refused is written down.
    """
    found = tx.users.by_key(username_key(username))
    who = member(kit, tx, session, about=found.id if found else "")
    if isinstance(who, Refusal):
        return who
    if not any(staff.may(action, frozenset({role})) for role in who.roles) and found is None:
        return refused(kit, tx, who, action, Refusal(STAFF_ROLE, "staff.role"))
    if found is None:
        return refused(kit, tx, who, action, Refusal(STAFF_NOBODY, "user.unknown"))
    subject = Subject(found, tx.staff.roles(found.id))
    denied = _denied(who, action, subject, oneself=himself(tx, who, found))
    if denied is not None:
        return refused(kit, tx, who, action, denied, found.id)
    if proof and not fresh(who.session, kit.clock.now()):
        return Refusal(CONFIRM_FIRST, "session.not_confirmed")
    return who, subject


def himself(tx: Tx, who: Member, about: User) -> bool:
    """Whether an account is that of who acts, his paper account included: one person has both."""
    return who.user.id in (about.id, tx.users.details(about.id).paper_of)


def _denied(who: Member, action: str, subject: Subject, *, oneself: bool) -> Refusal | None:
    if staff.may(action, who.roles, oneself=oneself, to_staff=bool(subject.roles)):
        return None
    own = oneself and action in staff.NEVER_TO_ONESELF
    return Refusal(STAFF_OWN, "staff.oneself") if own else Refusal(STAFF_ROLE, "staff.role")


def refused(kit: Kit, tx: Tx, who: Member, action: str, refusal: Refusal, subject: str = "") -> Refusal:
    """Write down that somebody tried, and hand the refusal on."""
    note(kit, tx, AuditRow("staff.action.refused", who.user.id, subject, {"action": action, "reason": refusal.reason}))
    return refusal


def looked(kit: Kit, tx: Tx, who: Member) -> Refusal | None:
    """Count one look at people; None while there are not too many (nobody reads all that is on file)."""
    now = kit.clock.now()
    until = tx.rates.take(f"staff:looks:{who.user.id}", LOOKS, now)
    return Refusal(STAFF_LIMITED, "staff.looks", {"until": until}, retry_after=until - now) if until else None


def note(kit: Kit, tx: Tx, row: AuditRow) -> None:
    """One event of staff, now."""
    tx.audit.write(row, kit.clock.now())
