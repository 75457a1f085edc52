"""Which sessions a device gave: they end with it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from watchword.core.attempts import OPEN_SECONDS, Attempt
from watchword.core.sessions import Session
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx


def answered_by(attempt: Attempt) -> str:
    """The id of the device that approved an attempt, "" where none did."""
    if attempt.state not in ("approved", "collected"):
        return ""
    device, decision, _ = attempt.decided_by.partition(":")
    return device if decision else attempt.device_id


def given_by(tx: Tx, user_id: str, device_id: str, now: int) -> list[Session]:
    """The live sessions of a user that this device opened."""
    found = []
    for session in tx.sessions.of_user(user_id, now):
        attempt = tx.attempts.get(session.attempt_id) if session.attempt_id else None
        if attempt is not None and answered_by(attempt) == device_id:
            found.append(session)
    return found


def end_given(kit: Kit, tx: Tx, user_id: str, device_id: str, now: int, *, but: str = "") -> list[str]:
    """End them, `but` one, and what it approved that no session was collected for yet; the ids of the sessions. Their pages hear of it once
    the transaction has committed."""
    for attempt in tx.attempts.recent(user_id, now - OPEN_SECONDS):
        if attempt.state == "approved" and answered_by(attempt) == device_id:
            tx.attempts.move(attempt.id, "approved", "lapsed")
    ended = [
        given.id
        for given in given_by(tx, user_id, device_id, now)
        if given.id != but and tx.sessions.end(given.id, now)
    ]
    tx.after(partial(tell, kit, ended))
    return ended


def tell(kit: Kit, session_ids: Iterable[str]) -> None:
    """To the pages of sessions that have ended. After the transaction."""
    for session_id in session_ids:
        kit.events.publish(f"session:{session_id}", {"state": "ended"})
