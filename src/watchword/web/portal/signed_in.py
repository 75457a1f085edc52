"""Whose session this browser has, by the kinds that a page takes."""

from __future__ import annotations

from watchword.core.refusals import SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.flows import sessions
from watchword.web.asking import SESSION, Ask


def signed_in(ask: Ask) -> Session | Refusal:
    """The complete session of this browser."""
    return _of_kind(ask, ("portal",))


def enrolling_too(ask: Ask) -> Session | Refusal:
    """The session of this browser, complete or of somebody who has no device yet and may only put one in place (G, P05)."""
    return _of_kind(ask, ("portal", "enrolment"))


def _of_kind(ask: Ask, kinds: tuple[str, ...]) -> Session | Refusal:
    session = sessions.find(ask.site.kit, ask.cookies.get(SESSION, ""))
    if isinstance(session, Refusal):
        return session
    if session.kind not in kinds:
        return Refusal(SESSION_ABSENT, "session.kind")
    ask.session = session
    return session
