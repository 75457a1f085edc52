"""How attempts end by time or by too many wrong answers, and what each end is called towards the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from watchword.core.attempts import ATTEMPT, OPEN_SECONDS, WRONG_FOR_ATTEMPT, Attempt, area, due, whose
from watchword.core.devices import on_phone
from watchword.core.refusals import ATTEMPT_GONE, CANCELLED, DENIED, EXPIRED, FAILED, LAPSED, NOT_ME, Kind, Refusal
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx

ENDINGS: Mapping[str, Kind] = MappingProxyType(
    {
        "denied": DENIED,
        "not_me": NOT_ME,
        "expired": EXPIRED,
        "failed": FAILED,
        "cancelled": CANCELLED,
        "lapsed": LAPSED,
        "collected": ATTEMPT_GONE,
    }
)


def settle(kit: Kit, tx: Tx, attempt: Attempt) -> Attempt:
    """Write down what time alone has done to this attempt, and return it as it is now."""
    event = due(attempt, kit.clock.now())
    if event is None:
        return attempt
    to = str(ATTEMPT.step(attempt.state, event))
    settled = replace(attempt, state=to)
    if tx.attempts.move(attempt.id, attempt.state, to):
        tx.audit.write(AuditRow(f"{area(attempt.action)}.attempt.{to}", whose(settled), attempt.id), kit.clock.now())
    return settled


def fail(kit: Kit, tx: Tx, attempt: Attempt, reason: str, *, device: str = "") -> None:
    """Too many wrong answers: the attempt is over for good. `device` is the id of the person's own that answered last, "" for none."""
    if tx.attempts.move(attempt.id, "pending", "failed", decided=kit.clock.now(), decided_by=reason):
        tx.audit.write(
            AuditRow(
                f"{area(attempt.action)}.attempt.failed", whose(attempt, device=device), attempt.id, {"reason": reason}
            ),
            kit.clock.now(),
        )


def not_right(kit: Kit, tx: Tx, attempt: Attempt, refusal: Refusal, wrong: int, *, device: str = "") -> Refusal:
    """What is said of an answer that did not fit, or that was not even compared: `refusal`, or that the attempt is over where this was its fifth.

    `wrong` is its count with this one, which the caller took before anything was compared; `device` is that of `fail`.
    """
    if wrong < WRONG_FOR_ATTEMPT:
        return refusal
    fail(kit, tx, attempt, "answers", device=device)
    return Refusal(ATTEMPT_GONE, "attempt.failed")


def close_beside(tx: Tx, attempt: Attempt, now: int) -> None:
    """*Not me* was said of one: whatever else of this user is open, or approved and not yet collected, ends with it."""
    for other in tx.attempts.recent(attempt.user_id, now - OPEN_SECONDS):
        if other.state in ("pending", "approved"):
            tx.attempts.move(other.id, other.state, "not_me", decided=now, decided_by="not_me")


def tell(kit: Kit, attempt: Attempt, state: str) -> None:
    """To the page that waits, and to every phone that lists this login: it has ended (protocol/spec.md 6.5). After the transaction."""
    kit.events.publish(f"attempt:{attempt.id}", {"state": state})
    with kit.store.read() as tx:
        phones = {
            device.phone_id
            for device in tx.devices.of_user(attempt.user_id)
            if device.state == "active" and on_phone(device)
        }
    for phone in sorted(phones):
        kit.events.publish(f"phone:{phone}", {"pending": "1"})
