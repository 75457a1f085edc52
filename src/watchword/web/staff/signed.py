"""Who is signed in at the console, on every request of it anew."""

from __future__ import annotations

from watchword.core import staff
from watchword.core.refusals import SESSION_ABSENT, STAFF_CLOSED, Refusal
from watchword.core.sessions import Session
from watchword.flows import sessions
from watchword.flows.staff import desk
from watchword.flows.staff.desk import Desk
from watchword.web.asking import SESSION, Ask
from watchword.web.pages.console_views import SECTIONS, Bar


def live(ask: Ask, *, passive: bool = False) -> Session | Refusal:
    """The staff session of this browser. A portal's session is none here, as this one is none there."""
    session = sessions.find(ask.site.kit, ask.cookies.get(SESSION, ""), passive=passive)
    if isinstance(session, Refusal) or session.kind == staff.SESSION_KIND:
        return session
    return Refusal(SESSION_ABSENT, "session.kind")


def signed_in(ask: Ask) -> Desk | Refusal:
    """Session, person and roles as they are now; the head of the page is made of them. Who is no staff any more is signed out."""
    session = live(ask)
    if isinstance(session, Refusal):
        return session
    found = desk.look(ask.site.kit, session)
    if isinstance(found, Refusal):
        if found.kind is STAFF_CLOSED:
            sessions.end(ask.site.kit, ask.cookies.get(SESSION, ""))
            ask.drop_cookie(SESSION)
        return found
    ask.session, ask.bar = session, _bar(found)
    return found


def _bar(found: Desk) -> Bar:
    open_to = tuple((name, path) for name, path, action in SECTIONS if staff.may(action, found.roles))
    return Bar(
        name=found.user.display_name, username=found.user.username, roles=tuple(sorted(found.roles)), sections=open_to,
        waiting=found.waiting,
    )  # fmt: skip
