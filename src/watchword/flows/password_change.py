"""Changing the password with the current one (S03, S06, ASVS 7.4.3): from the settings, or after *not me* flagged it."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.encoding import b64u, sha256
from watchword.core.lockout import Tries, locked, wrong
from watchword.core.refusals import BUSY, LOCKED, PASSWORD_CURRENT, SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import changes, device_tokens, letters, new_passwords, password_step
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, BusyError

COUNTER = "change"


@dataclass(frozen=True, slots=True)
class Changed:
    """The password was changed; the session that did it has a new token."""

    token: str


def change(
    kit: Kit, session: Session, current: str, password: str, visit: Visit, *, flagged: bool = False
) -> Changed | Refusal:
    """A new password, with the current one and, unless it is `flagged`, by the primary user and with an approval of the last minutes.

    A flagged one everybody replaces himself: whoever started the login knows it, and nothing else can be done before (Q02).
    """
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        if user is None or user.state != "active":
            return Refusal(SESSION_ABSENT, "user.gone")
        refused = None if flagged else changes.refusal(kit, tx, session, user, binding=False)
        if refused is not None:
            return refused
        earlier, known = tx.history.of(user.id), new_passwords.own_on_file(kit, tx, user)
    refused = new_passwords.refused(kit, password, known) or _wrong_current(kit, user, current)
    if refused is not None:
        return refused
    encoded = new_passwords.hashed(kit, user, earlier, password)
    return encoded if isinstance(encoded, Refusal) else _put(kit, session, user, encoded, visit)


def user_of(kit: Kit, session: Session) -> User | None:
    """Whose session it is."""
    with kit.store.read() as tx:
        return tx.users.get(session.user_id)


def is_flagged(kit: Kit, session: Session) -> bool:
    """Whether the password was reported as known to somebody else before this session began: then it is changed without asking the
    phone again. A session from before may be that somebody's."""
    user = user_of(kit, session)
    return user is not None and 0 < user.flagged < session.created


def _wrong_current(kit: Kit, user: User, current: str) -> Refusal | None:
    """Why the current password is not taken, or None. Counted before it is compared."""
    now = kit.clock.now()
    subject = kit.vault.mac(COUNTER, user.id)
    with kit.store.write() as tx:
        tries = tx.tries.take(subject, COUNTER, now)
        if locked(tries, now):
            return Refusal(LOCKED, "tries.locked", {"until": tries.locked_until}, retry_after=tries.locked_until - now)
        after = wrong(tries, now)
        if after != tries:
            tx.tries.put(subject, COUNTER, after, now)
    try:
        fits = kit.passwords.verify(user.password_hash, current, known=True)
    except BusyError as full:
        password_step.give_back(kit, subject, COUNTER, tries, locked=after != tries)
        return Refusal(BUSY, "hash.pool_full", retry_after=full.retry_after)
    if not fits:
        return Refusal(PASSWORD_CURRENT, "password.wrong")
    with kit.store.write() as tx:
        tx.tries.put(subject, COUNTER, Tries(), now)
    return None


def _put(kit: Kit, session: Session, seen: User, encoded: str, visit: Visit) -> Changed | Refusal:
    now = kit.clock.now()
    token = b64u(kit.entropy.bytes(32))
    with kit.store.write() as tx:
        user = tx.users.lock(seen.id)
        if user is None or user.password_hash != seen.password_hash:
            return Refusal(
                PASSWORD_CURRENT, "password.moved"
            )  # another change was first: the one just typed is not current
        refused = None if user.flagged else changes.by_primary(tx, user)
        if refused is not None:
            return refused
        if not tx.sessions.renew(session.id, sha256(token.encode())):
            return Refusal(SESSION_ABSENT, "session.ended")
        new_passwords.put(kit, tx, user, encoded, now)
        known = device_tokens.pick(kit, visit.device_token, user.id) if visit.device_token else ""
        browser = tx.browsers.by_token(user.id, sha256(known.encode())) if known else None
        ended = new_passwords.end_others(kit, tx, user, now, session=session.id, browser=browser.id if browser else "")
        letters.tell_all(kit, tx, user, "password_changed")
        fields = {"sessions": len(ended.sessions)}
        tx.audit.write(AuditRow("user.password.changed", user.id, session.id, fields, visit.personal()), now)
    new_passwords.publish(kit, ended)
    return Changed(token)
