"""Whose right it is to change a user's security settings (Q02): set by the operator, told to the user."""

from __future__ import annotations

from watchword.core.refusals import PRIMARY_UNFIT, Refusal
from watchword.core.users import User, username_key
from watchword.flows import changes, letters
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx


def set_primary(kit: Kit, username: str, primary: str, *, by: str = "operator") -> User | Refusal:
    """Let `primary` change the security settings of `username`; "" gives the right back to him. Returns the user as he was.

    A primary user answers to nobody: there are no chains, so it is always clear whom to ask.
    """
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = _locked(tx, username)
        other = tx.users.by_key(username_key(primary)) if primary else None
        if user is None or (primary and other is None):
            return Refusal(PRIMARY_UNFIT, "user.unknown")
        if other is not None:
            fault = _fault(tx, user, other)
            if fault:
                return Refusal(PRIMARY_UNFIT, fault)
        other_id = other.id if other is not None else ""
        if other_id != user.primary_id:
            tx.users.set_primary(user.id, other_id)
            letters.tell_all(
                kit, tx, user, "primary_set" if other else "primary_self", name=changes.named(other or user)
            )
            tx.audit.write(AuditRow("user.primary.set", user.id, user.id, {"primary": other_id, "by": by}), now)
    return user


def _locked(tx: Tx, username: str) -> User | None:
    found = tx.users.by_key(username_key(username))
    return tx.users.lock(found.id) if found is not None else None


def _fault(tx: Tx, user: User, other: User) -> str:
    if other.id == user.id:
        return "user.himself"
    if not other.is_primary:
        return "primary.secondary"
    return "user.has_secondary" if tx.users.has_secondary(user.id) else ""


def primary_of(kit: Kit, user: User) -> str:
    """The name of who changes this user's security settings; "" for himself."""
    if user.is_primary:
        return ""
    with kit.store.read() as tx:
        primary = tx.users.get(user.primary_id)
    return changes.named(primary) if primary is not None else "–"
