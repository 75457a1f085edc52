"""A person's logins and security events, a page at a time, with where each came from."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.activity import tags
from watchword.core.attempts import LIFE_SECONDS, Attempt
from watchword.core.sessions import Session
from watchword.flows.kit import Kit
from watchword.flows.ports import Event

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One event, with the attempt it belongs to where that is still kept."""

    event: Event
    attempt: Attempt | None


def look(kit: Kit, session: Session, only: str, before: int) -> tuple[tuple[Line, ...], int]:
    """Up to PAGE events, newest first, and the `before` of the next page (0 for none). `only` is "", `login` or `change`."""
    with kit.store.read() as tx:
        events = tx.audit.of_user(session.user_id, tags(only), before, PAGE + 1)
        shown = events[:PAGE]
        attempts = tx.attempts.recent(session.user_id, shown[-1].at - LIFE_SECONDS) if shown else ()
    known = {attempt.id: attempt for attempt in attempts}
    known.update(
        {attempt.session_id: attempt for attempt in attempts if attempt.session_id and attempt.action == "login"}
    )
    more = shown[-1].id if len(events) > PAGE else 0
    return tuple(Line(event, known.get(event.subject)) for event in shown), more
