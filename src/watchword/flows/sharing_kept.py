"""Showing the device that was put aside, in the place of the shared one, to cancel the sharing that it is kept for (P08).

It answers nothing else meanwhile. Nobody takes a stronger device away with a weaker one: it has to reach what any change of this person takes.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchword.core import floors
from watchword.core import sharing as rules
from watchword.core.challenges import LIFE_SECONDS, WRONG_LIMIT, Challenge
from watchword.core.devices import Device
from watchword.core.rates import Window
from watchword.core.refusals import CONFIRM_FIRST, QUESTION_OVER, SEND_LIMITED, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.factors.base import Accepted, Holder, Separate
from watchword.factors.registry import level
from watchword.flows import changes
from watchword.flows.kit import Kit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Tx

SHOW = "kept"  # the kind of the question
TRIES = (Window(10, 60 * 60), Window(30, 24 * 60 * 60))
CLAIM_SECONDS = 3600


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
        if device is None:
            return None
        question = tx.challenges.get(session.id, SHOW)
        open_ = question is not None and question.device_id == device.id and now < question.until
        shown = question.stored["shown"] if question is not None and open_ and question.wrong < WRONG_LIMIT else None
        return device, shown if isinstance(shown, Mapping) else None


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
            return Refusal(SEND_LIMITED, "kept.limited", {"until": until}, retry_after=until - now)
        challenge_id = kit.entropy.id()
        started = _factor(kit, device).start(
            Holder(device), challenge_id=challenge_id, now=now, entropy=kit.entropy.bytes(32)
        )
        kept = {"stored": dict(started.stored), "shown": dict(started.shown)}
        tx.challenges.put(Challenge(session.id, SHOW, challenge_id, device.id, now + LIFE_SECONDS, 0, kept))
    return None


def judge(kit: Kit, tx: Tx, session: Session, user: User, typed: str) -> Refusal | None:
    """Its answer, counted before it is compared, three tries a question; None for a right one, which is spent."""
    now, device = kit.clock.now(), offered(kit, tx, user.id)
    question = tx.challenges.get(session.id, SHOW)
    if device is None or question is None or question.device_id != device.id or now >= question.until:
        return Refusal(QUESTION_OVER, "kept.over")
    factor = _factor(kit, device)
    given = factor.read({"answer": typed})
    if given is None:
        return Refusal(factor.malformed, "answer.form")
    if tx.challenges.count(session.id, SHOW, WRONG_LIMIT) is None:
        return Refusal(QUESTION_OVER, "kept.spent")
    stored = question.stored["stored"]
    challenge = {**(stored if isinstance(stored, Mapping) else {}), "id": question.id}
    verdict = factor.verify(Holder(device), challenge, given, now=now)
    if not isinstance(verdict, Accepted):
        fields = {"kind": factor.kind, "reason": verdict.reason, "device": device.id}
        tx.audit.write(AuditRow("login.device.refused", user.id, session.id, fields), now)
        return Refusal(verdict.kind, verdict.reason, verdict.params)
    spent = [tx.claims.spend(claim, now + CLAIM_SECONDS) for claim in verdict.claims]
    if not all(spent):
        return Refusal(QUESTION_OVER, "claim.spent")
    tx.challenges.end(session.id, SHOW)
    tx.devices.answered(device, now, verdict.state)
    return None


def _factor(kit: Kit, device: Device) -> Separate:
    factor = kit.factors[device.kind]
    if not isinstance(factor, Separate):
        raise TypeError("only cards and tokens are put aside")
    return factor
