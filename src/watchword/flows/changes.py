"""Who may change security settings, and when: asked by every flow that changes one (Q02; ASVS 7.5.1; THREATS: taking over by recovery)."""

from __future__ import annotations

from watchword.core.recovery import restricted
from watchword.core.refusals import PRIMARY_ONLY, RECOVERY_DELAY, SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import confirm
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx


def person(tx: Tx, session: Session) -> User | Refusal:
    """The user of a session, locked, if he may act."""
    user = tx.users.lock(session.user_id)
    return user if user is not None and user.state == "active" else Refusal(SESSION_ABSENT, "user.gone")


def by_primary(tx: Tx, user: User) -> Refusal | None:
    """Refuse where somebody else changes this user's security settings, and name who does (Q02)."""
    if user.is_primary:
        return None
    primary = tx.users.get(user.primary_id)
    return Refusal(PRIMARY_ONLY, "user.secondary", {"name": named(primary) if primary else "–"})


def named(user: User) -> str:
    """A user as others of the account know him."""
    return f"{user.display_name} ({user.username})" if user.display_name else user.username


def delayed(kit: Kit, user: User) -> Refusal | None:
    """Refuse a binding change in the day after a recovery."""
    until = restricted(user.recovered, kit.clock.now(), kit.policy.recovery_delay_seconds)
    return Refusal(RECOVERY_DELAY, "recovery.delay", {"until": until}) if until else None


def refusal(kit: Kit, tx: Tx, session: Session, user: User, *, binding: bool) -> Refusal | None:
    """Why this session may not change security settings now, or None. In order: whose right it is, the delay, the held element."""
    refused = by_primary(tx, user)
    if refused is None and binding:
        refused = delayed(kit, user)
    return refused or confirm.required(kit, session)
