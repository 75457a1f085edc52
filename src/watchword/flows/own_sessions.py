"""A person's own sessions, wherever they were begun: seen, and ended (S06, T01; ASVS 7.4.3, 7.4.5)."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.attempts import Attempt
from watchword.core.refusals import SESSION_GONE, Refusal
from watchword.core.sessions import Session
from watchword.flows import changes, given
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow


@dataclass(frozen=True, slots=True)
class Line:
    """One live session, the program it belongs to, and the attempt that tells where it was begun."""

    session: Session
    program: str
    attempt: Attempt | None
    this: bool


def look(kit: Kit, session: Session, lang: str) -> tuple[Line, ...]:
    """Every live session of this one's user, this one first, then the newest; programs by their name in `lang`."""
    with kit.store.read() as tx:
        live = tx.sessions.of_user(session.user_id, kit.clock.now())
        lines = [
            Line(
                found,
                kit.policy.clients[found.client].called(lang) if found.client in kit.policy.clients else found.client,
                tx.attempts.get(found.attempt_id) if found.attempt_id else None,
                found.id == session.id,
            )
            for found in live
        ]
    return tuple(sorted(lines, key=lambda line: not line.this))


def end_one(kit: Kit, session: Session, session_id: str, visit: Visit) -> Refusal | None:
    """End one of one's own. No held element is asked for: ending only ever protects."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = tx.sessions.get(session_id) if len(session_id) == 26 else None
        if found is None or found.user_id != session.user_id or not tx.sessions.end(found.id, now):
            return Refusal(SESSION_GONE, "session.foreign_or_over")
        fields = {"client": found.client, "by": "settings"}
        tx.audit.write(AuditRow("session.other.ended", session.user_id, found.id, fields, visit.personal()), now)
    kit.events.publish(f"session:{session_id}", {"state": "ended"})
    return None


def end_many(kit: Kit, session: Session, visit: Visit, *, this_too: bool) -> int | Refusal:
    """End all others, or all; how many."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        ended = tx.sessions.end_all(user.id, now, but="" if this_too else session.id)
        fields = {"count": len(ended), "this": this_too}
        tx.audit.write(AuditRow("session.all.ended", user.id, session.id, fields, visit.personal()), now)
    given.tell(kit, ended)
    return len(ended)
