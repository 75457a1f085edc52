"""Showing a held element once more inside a session, before what matters changes (table "Settings"; ASVS 7.5.1).

Asked for by a settings page or a staff command. The attempt is that of a login in everything but what it gives: all of Key's ways are
open, the phone shows which change is to be approved, and *not me* ends the session that asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core import floors
from watchword.core.encoding import b64u, sha256
from watchword.core.refusals import ATTEMPT_GONE, CONFIRM_FIRST, NO_DEVICE, SESSION_ABSENT, Refusal
from watchword.core.sessions import Session, confirmed
from watchword.factors.registry import level
from watchword.flows import device_tokens, login, reach
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow

OPERATIONS = (
    "password", "contacts", "devices", "sessions", "questions", "notices", "networks", "account", "login",
    "staff", "staff_request", "staff_approval",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A session that may change what matters for the next minutes, and its new token."""

    session_id: str
    token: str
    operation: str


def required(kit: Kit, session: Session, floor: int = floors.CHANGES) -> Refusal | None:
    """Why this session may not change what matters now, or None. Flows ask it themselves; pages ask it to show the way."""
    return None if confirmed(session, kit.clock.now(), floor) else Refusal(CONFIRM_FIRST, "session.not_confirmed")


def begin(
    kit: Kit, session: Session, operation: str, visit: Visit, *, bound_key: str = "", terminal: bool = False
) -> login.Opened | Refusal:
    """Ask the person's device to approve a change. Raises KeyError for an operation that is not one of OPERATIONS."""
    if operation not in OPERATIONS:
        raise KeyError(operation)
    with kit.store.write() as tx:
        user = tx.users.lock(session.user_id)
        if user is None or user.state != "active":
            return Refusal(SESSION_ABSENT, "user.gone")
        active = reach.answering(kit, tx, user.id)
        if not active:
            return Refusal(NO_DEVICE, "device.none")
        levels = (level(kit.factors, device) for device in active)
        floor = max(floors.floor(session.client, "confirm", operation, user.floor), floors.beside(levels))
        devices = reach.fitting(
            kit,
            active,
            floor,
            action="confirm",
            browser=not (terminal or bound_key) and reach.has_page(kit, session.client),
        )
        if isinstance(devices, Refusal):
            return devices
        token = device_tokens.pick(kit, visit.device_token, user.id) if visit.device_token else ""
        browser = tx.browsers.by_token(user.id, sha256(token.encode())) if token else None
        client = kit.policy.clients[session.client]
        opened = login.open_attempt(
            kit, tx, user, client, devices, browser, visit,
            bound_key=bound_key, action="confirm", operation=operation, session_id=session.id, floor=floor,
        )  # fmt: skip
    login.announce(kit, opened)
    return opened


def collect(kit: Kit, session: Session, collector: str, *, bound_key: str = "") -> Confirmed | Refusal:
    """Turn the approved attempt into minutes in which this session may change things; its token changes with it."""
    now = kit.clock.now()
    token = b64u(kit.entropy.bytes(32))
    with kit.store.write() as tx:
        attempt = login.approved(kit, tx, collector, "confirm", bound_key=bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        if attempt.session_id != session.id or not tx.sessions.confirm(
            session.id, now, sha256(token.encode()), attempt.level
        ):
            return Refusal(ATTEMPT_GONE, "session.other")
        if not tx.attempts.move(attempt.id, "approved", "collected"):
            raise RuntimeError("an attempt was collected twice under its lock")
        tx.audit.write(
            AuditRow("session.proof.repeated", session.user_id, session.id, {"operation": attempt.operation}), now
        )
    kit.events.publish(f"attempt:{attempt.id}", {"state": "collected"})
    return Confirmed(session.id, token, attempt.operation)
