"""Sessions: issued in exactly one function, checked on every page, ended by whoever holds them (DESIGN "One login" 5)."""

from __future__ import annotations

from watchword.core.encoding import b64u, sha256
from watchword.core.refusals import SESSION_ABSENT, SESSION_OVER, Refusal
from watchword.core.sessions import Session, alive, should_touch
from watchword.core.users import User
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx

ENROLMENT_LIFE_SECONDS = 30 * 60
ENDED = {"platform": "platform", "staff": "staff"}  # a portal's session and one for enrolling end alike


def issue(
    kit: Kit, tx: Tx, user: User,
    *, kind: str, client: str, attempt_id: str, acr: str, amr: tuple[str, ...], idle: int, life: int, level: int = 0, confirms: bool = False,
) -> tuple[Session, str]:  # fmt: skip
    """The only place where a session comes to be. Returns it with its token, of which the store keeps the hash. `level` is that of what was
    held, 0 where nothing was; `confirms` says whether that also counts for a change that matters, for a few minutes."""
    now = kit.clock.now()
    token = b64u(kit.entropy.bytes(32))
    session = Session(
        id=kit.entropy.id(),
        user_id=user.id,
        username=user.username,
        kind=kind,
        client=client,
        token_hash=sha256(token.encode()),
        attempt_id=attempt_id,
        acr=acr,
        amr=" ".join(amr),
        created=now,
        touched=now,
        idle_seconds=idle,
        expires=now + life,
        ended=0,
        proved=0,
        account=user.kind,
        level=level,
        confirmed=now if confirms else 0,
        confirmed_level=level if confirms else 0,
    )
    tx.sessions.add(session)
    return session, token


def find(kit: Kit, token: str, *, passive: bool = False) -> Session | Refusal:
    """The live session of a token. `passive` requests (streams, polls, prefetch) do not count as activity."""
    if not token:
        return Refusal(SESSION_ABSENT, "session.no_token")
    now = kit.clock.now()
    with kit.store.read() as tx:
        session = tx.sessions.by_token(sha256(token.encode()))
    return judge(kit, session, now, passive=passive)


def judge(kit: Kit, session: Session | None, now: int, *, passive: bool) -> Session | Refusal:
    """Whether a session that was looked up can be used, noting the activity."""
    if session is None:
        return Refusal(SESSION_ABSENT, "session.unknown")
    if not alive(session, now):
        return Refusal(
            SESSION_OVER, "session.ended" if session.ended else "session.idle", {"minutes": session.idle_seconds // 60}
        )
    if not passive and should_touch(session, now):
        with kit.store.write() as tx:
            tx.sessions.touch(session.id, now)
    return session


def end(kit: Kit, token: str) -> bool:
    """End the session of this token; True when it was alive. Telling nothing else, it needs no refusal."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        session = tx.sessions.by_token(sha256(token.encode()))
        if session is None or not tx.sessions.end(session.id, now):
            return False
        tx.audit.write(
            AuditRow(
                f"session.{ENDED.get(session.kind, 'portal')}.ended",
                session.user_id,
                session.id,
            ),
            now,
        )
    kit.events.publish(f"session:{session.id}", {"state": "ended"})
    return True
