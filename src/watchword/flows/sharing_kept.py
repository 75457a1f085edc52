"""Showing the device that was put aside, in the place of the shared one, to cancel the sharing that it is kept for (P08).

It answers nothing else meanwhile. Nobody takes a stronger device away with a weaker one: it has to reach what any change of this person takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from watchword.core import floors
from watchword.core import sharing as rules
from watchword.core.devices import Device
from watchword.core.rates import Window
from watchword.core.refusals import CONFIRM_FIRST, QUESTION_OVER, QUESTIONS_LIMITED, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.factors.base import Rejected
from watchword.factors.registry import level
from watchword.flows import by_hand, changes, methods
from watchword.flows.kit import Kit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Tx

SHOW = "kept"  # the kind of the question
TRIES = (Window(10, 60 * 60), Window(30, 24 * 60 * 60))


def offered(kit: Kit, tx: Tx, user_id: str) -> Device | None:
    """The device put aside that may confirm a change of this person, None where there is none."""
    now = kit.clock.now()
    active = [level(kit.factors, device) for device in active_devices(tx, user_id, now)]
    least = max(floors.CHANGES, floors.beside(active))
    kept = [device for device in rules.own(tx.devices.of_user(user_id), now) if device.state == "kept"]
    return next((device for device in kept if level(kit.factors, device) >= least), None)


def look(kit: Kit, session: Session) -> tuple[Device, Mapping[str, object] | None] | None:
    """The device of a session's user that is offered, and what it was asked, None before."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        device = offered(kit, tx, session.user_id)
        return None if device is None else (device, by_hand.shown(tx, session.id, SHOW, device.id, now))


def ask(kit: Kit, session: Session) -> Refusal | None:
    """Ask it. A new question forgets no wrong answer of the hour."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        device = offered(kit, tx, user.id)
        if device is None:
            return Refusal(CONFIRM_FIRST, "kept.none")
        until = tx.rates.take(f"sharing-kept:{user.id}", TRIES, now)
        if until:
            return Refusal(QUESTIONS_LIMITED, "kept.limited", {"until": until}, retry_after=until - now)
        by_hand.put(kit, tx, session.id, SHOW, device)
    return None


def judge(kit: Kit, tx: Tx, session: Session, user: User, typed: str) -> Refusal | None:
    """Its answer, counted in the question and on the device before it is compared, as at a login; None for a right one, which is spent."""
    now, device = kit.clock.now(), offered(kit, tx, user.id)
    if device is None:
        return Refusal(QUESTION_OVER, "kept.over")
    count = partial(methods.counted, tx, device, "kept")
    verdict = by_hand.judge(kit, tx, session.id, SHOW, device, typed, count)
    if isinstance(verdict, Refusal):
        return verdict
    if isinstance(verdict, Rejected):
        fields = {"kind": device.kind, "reason": verdict.reason, "device": device.id}
        tx.audit.write(AuditRow("login.device.refused", user.id, session.id, fields), now)
        methods.tired(kit, tx, device)
        return verdict.refusal
    if verdict.ends:
        methods.used_up(kit, tx, device)
    return None
