"""What every page of the console begins with: who is signed in, in which roles, and how much waits. Reading it changes and counts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchword.core.refusals import STAFF_CLOSED, STAFF_FORM, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows.console_ports import Draft
from watchword.flows.kit import Kit

DRAFT_SECONDS = 60 * 60
DRAFTS_KEPT = 20
LONGEST_DRAFT = 12_000
QUEUE = "staff:requests"
"""The topic on which open pages hear that requests came or went."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is signed in. `waiting` is how many requests wait for a decision."""

    session: Session
    user: User
    roles: frozenset[str]
    waiting: int


def look(kit: Kit, session: Session) -> Desk | Refusal:
    """The desk of a live staff session; refused where its person is no staff any more."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        roles = tx.staff.roles(session.user_id)
        waiting, _ = tx.staff.queue(now)
    if user is None or user.state != "active" or not roles:
        return Refusal(STAFF_CLOSED, "staff.no_role")
    return Desk(session, user, roles, waiting)


def queue(kit: Kit) -> tuple[int, str]:
    """How many requests wait, and a mark that changes when one came or went."""
    with kit.store.read() as tx:
        count, newest = tx.staff.queue(kit.clock.now())
    return count, f"{count}-{newest}"


def keep(kit: Kit, session: Session, path: str, fields: Mapping[str, str], *, attempt_id: str = "") -> str | Refusal:
    """Keep what a form held, sealed, for an hour and for this session alone. Returns its id."""
    if sum(len(name) + len(value) for name, value in fields.items()) > LONGEST_DRAFT:
        return Refusal(STAFF_FORM, "draft.length", {"field": "text"})
    now = kit.clock.now()
    draft = Draft(kit.entropy.id(), session.id, attempt_id, path, fields, now, now + DRAFT_SECONDS)
    with kit.store.write() as tx:
        tx.drafts.add(draft, DRAFTS_KEPT)
    return draft.id


def kept(kit: Kit, session: Session, draft_id: str) -> Draft | None:
    """What was kept under an id, None where there is nothing of this session, or its hour is over."""
    with kit.store.read() as tx:
        draft = tx.drafts.get(draft_id, session.id)
    return draft if draft is not None and kit.clock.now() < draft.expires else None


def waiting_for(kit: Kit, session: Session, attempt_id: str) -> Draft | None:
    """What waits for an approval, None where nothing of this session does."""
    with kit.store.read() as tx:
        draft = tx.drafts.of_attempt(attempt_id, session.id)
    return draft if draft is not None and kit.clock.now() < draft.expires else None
