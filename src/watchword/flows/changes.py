"""Who may change security settings, and when: asked by every flow that changes one (Q02; ASVS 7.5.1; THREATS: taking over by recovery)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from watchword.core import floors
from watchword.core.refusals import PRIMARY_ONLY, SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import confirm, lower_limits
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx

Ask = Literal["none", "right", "element", "binding"]
Thing = TypeVar("Thing")


def person(tx: Tx, session: Session) -> User | Refusal:
    """The user of a session, locked, if he may act."""
    return _active(tx.users.lock(session.user_id))


def ahead(tx: Tx, session: Session) -> User | Refusal:
    """The same without the lock, for a look at what a change would be: it may have become another by the time it is asked for."""
    return _active(tx.users.get(session.user_id))


def _active(user: User | None) -> User | Refusal:
    return user if user is not None and user.state == "active" else Refusal(SESSION_ABSENT, "user.gone")


def owned(
    kit: Kit, tx: Tx, session: Session, find: Callable[[User], Thing | Refusal], *, ask: Ask
) -> tuple[User, Thing] | Refusal:
    """The head of every change to something of one's own: the user, locked, what `find(user)` finds of his, and whether he may.

    `ask` is `none`, `right` (whose right it is), `element` (and the held element) or `binding` (and the delay after a recovery).
    """
    user = person(tx, session)
    if isinstance(user, Refusal):
        return user
    thing = find(user)
    if isinstance(thing, Refusal):
        return thing
    refused = None
    if ask == "right":
        refused = by_primary(tx, user)
    elif ask != "none":
        refused = refusal(kit, tx, session, user, binding=ask == "binding")
    return refused or (user, thing)


def by_primary(tx: Tx, user: User) -> Refusal | None:
    """Refuse where somebody else changes this user's security settings, and name who does (Q02)."""
    if user.is_primary:
        return None
    primary = tx.users.get(user.primary_id)
    return Refusal(PRIMARY_ONLY, "user.secondary", {"name": named(primary) if primary else "–"})


def named(user: User) -> str:
    """A user as others of the account know him."""
    return f"{user.display_name} ({user.username})" if user.display_name else user.username


def refusal(
    kit: Kit, tx: Tx, session: Session, user: User, *, binding: bool, floor: int = floors.CHANGES
) -> Refusal | None:
    """Why this session may not change security settings now, or None. In order: whose right it is, the delay, the held element."""
    refused = by_primary(tx, user)
    if refused is None and binding:
        refused = lower_limits.binding(kit, user)
    return refused or confirm.required(kit, session, floor)
