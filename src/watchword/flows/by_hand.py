"""What a device is asked that a person reads and answers by hand, and how its answer is judged: cards and tokens.

One road for every place that asks one: a login (flows/methods.py), the receipt of a new device, sharing, the device that was put aside.
An answer is counted before it is compared, at the least in the question; whoever asks says where else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watchword.core.challenges import LIFE_SECONDS, WRONG_LIMIT, Challenge
from watchword.core.devices import Device
from watchword.core.refusals import QUESTION_OVER, Refusal
from watchword.factors.base import Accepted, Holder, Rejected, Separate, Started, Verdict
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx

CLAIM_SECONDS = 3600  # an answer that was right stays spent for longer than any question lives


def factor_of(kit: Kit, device: Device) -> Separate:
    """The factor that asks a device and judges it. Raises TypeError for a device that is asked nothing by hand."""
    factor = kit.factors[device.kind]
    if not isinstance(factor, Separate):
        raise TypeError("only cards and tokens are asked here")
    return factor


def put(kit: Kit, tx: Tx, subject: str, kind: str, device: Device, *, until: int = 0) -> None:
    """Ask `device`. The question of this subject and kind before it ends; no wrong answer counted elsewhere is forgotten. It lives five minutes, or
    `until` where that is sooner."""
    now, challenge_id = kit.clock.now(), kit.entropy.id()
    started = factor_of(kit, device).start(
        Holder(device), challenge_id=challenge_id, now=now, entropy=kit.entropy.bytes(32)
    )
    ends = min(now + LIFE_SECONDS, until or now + LIFE_SECONDS)
    tx.challenges.put(Challenge(subject, kind, challenge_id, device.id, ends, 0, as_kept(started)))


def as_kept(started: Started) -> Mapping[str, object]:
    """What a question's row keeps."""
    return {"stored": dict(started.stored), "shown": dict(started.shown)}


def waiting(tx: Tx, subject: str, kind: str, now: int) -> Challenge | None:
    """The question as it stands, None where there is none that could still be answered."""
    found = tx.challenges.get(subject, kind)
    return found if found is not None and now < found.until and found.wrong < WRONG_LIMIT else None


def shown(tx: Tx, subject: str, kind: str, device_id: str, now: int) -> Mapping[str, object] | None:
    """What a page shows of the question to this device, None where it was asked nothing."""
    found = waiting(tx, subject, kind, now)
    what = found.stored["shown"] if found is not None and found.device_id == device_id else None
    return what if isinstance(what, Mapping) else None


def taken(tx: Tx, subject: str, kind: str, now: int) -> tuple[Mapping[str, object], str] | Refusal:
    """The question that an answer is for, as its factor takes it, and the device it was put to; the try is counted in it."""
    question = tx.challenges.get(subject, kind)
    if question is None or now >= question.until:
        return Refusal(QUESTION_OVER, "question.over")
    if tx.challenges.count(subject, kind, WRONG_LIMIT) is None:
        return Refusal(QUESTION_OVER, "question.spent")
    stored = question.stored["stored"]
    return {**(stored if isinstance(stored, Mapping) else {}), "id": question.id}, question.device_id


def compared(
    tx: Tx, factor: Separate, holder: Holder, challenge: Mapping[str, object], given: Mapping[str, object], now: int
) -> Verdict:
    """The verdict of the factor; a right answer whose claims somebody has spent before is a wrong one."""
    verdict: Verdict = factor.verify(holder, challenge, given, now=now)
    if isinstance(verdict, Accepted):
        spent = [tx.claims.spend(claim, now + CLAIM_SECONDS) for claim in verdict.claims]
        if not all(spent):
            return Rejected(factor.spent, "claim.spent")
    return verdict


def judge(
    kit: Kit, tx: Tx, subject: str, kind: str, device: Device, typed: str, counted: Callable[[], Device | Refusal]
) -> Verdict | Refusal:
    """The verdict on what was typed for this device, or a refusal where nothing was compared. The right answer ends the question and spends what it
    spends at a login too. `counted` counts the try elsewhere and returns the device as it stands under the lock that this took."""
    now, factor = kit.clock.now(), factor_of(kit, device)
    given = factor.read({"answer": typed})
    if given is None:
        return Refusal(factor.malformed, "answer.form")
    question = taken(tx, subject, kind, now)
    if isinstance(question, Refusal):
        return question
    challenge, asked = question
    if asked != device.id:
        return Refusal(QUESTION_OVER, "question.other_device")
    locked = counted()
    if isinstance(locked, Refusal):
        return locked
    verdict = compared(tx, factor, Holder(locked), challenge, given, now)
    if isinstance(verdict, Accepted):
        tx.devices.answered(locked, now, verdict.state)
        tx.challenges.end(subject, kind)
    return verdict
