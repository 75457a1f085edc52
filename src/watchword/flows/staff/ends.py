"""Closing what is open for a person: sessions, logins under way, known browsers, Key on phones. The caller has locked the user's row."""

from __future__ import annotations

from collections.abc import Iterable

from watchword.core.attempts import OPEN_SECONDS
from watchword.core.devices import Device
from watchword.core.users import User
from watchword.flows import given, order_ends, renewals, sharing_ends
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx


def close_logins(kit: Kit, tx: Tx, user: User) -> None:
    """End every login under way, also one that was approved and not collected yet."""
    now = kit.clock.now()
    for attempt in tx.attempts.recent(user.id, now - OPEN_SECONDS):
        tx.attempts.move(attempt.id, "pending", "cancelled", decided=now, decided_by="staff")
        tx.attempts.move(attempt.id, "approved", "lapsed")


def end_sessions(kit: Kit, tx: Tx, user: User) -> list[str]:
    """End recoveries of Key and logins under way, then every session; what they were, for `tell` after the transaction."""
    now = kit.clock.now()
    renewals.void_recoveries(tx, user.id, now)
    close_logins(kit, tx, user)
    found = [session.id for session in tx.sessions.of_user(user.id, now)]
    return [session_id for session_id in found if tx.sessions.end(session_id, now)]


def end_key(kit: Kit, tx: Tx, user: User, devices: Iterable[Device], *, reason: str) -> list[Device]:
    """Key ends on these devices, and what is being activated with it; those that counted, or were put aside, until now."""
    now = kit.clock.now()
    ended = []
    # What is shared first: whoever answers with it has its owner's row before anything that was put aside for it.
    for device in sorted(devices, key=lambda one: not one.shared_from):
        if device.shared_from:
            sharing_ends.left(kit, tx, device, reason)
        # What was put aside goes too, also where the sharing that ended just now has made it count again.
        if not any(tx.devices.move(device.id, state, "inactive", now) for state in ("active", "kept")):
            continue
        ended.append(device)
        order_ends.closed(tx, device.id, "end", now)
        sharing_ends.of_device(kit, tx, device, reason)
        tx.audit.write(AuditRow("device.key.ended", user.id, device.id, {"reason": reason}), now)
    tx.enrolments.void_all(user.id)
    return ended


def tell(kit: Kit, user: User, session_ids: Iterable[str]) -> None:
    """To open pages and apps of this person: something has ended. After the transaction."""
    given.tell(kit, session_ids)
    with kit.store.read() as tx:
        phones = {device.phone_id for device in tx.devices.of_user(user.id)}
    for phone in sorted(phones):
        kit.events.publish(f"phone:{phone}", {"pending": "1"})
