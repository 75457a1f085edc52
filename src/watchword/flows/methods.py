"""Which devices may answer an attempt, and the answers of those that are not Key (A07, A12; THREATS: falling back to a weaker factor).

The floor stands in the attempt's row. Every answer is counted in the attempt, in what was asked and on the device before it is compared;
five wrong ones end the attempt, three the question, thirty in a row the device, ten of one who shares it his sharing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from watchword.core.attempts import WRONG_FOR_ATTEMPT, Attempt, guarded, whose
from watchword.core.challenges import Challenge
from watchword.core.devices import BORROWER_WRONG_LIMIT, BORROWERS_WRONG_LIMIT, WRONG_LIMIT, Device, on_phone
from watchword.core.refusals import (
    ATTEMPT_GONE,
    DEVICE_DISABLED,
    DEVICE_RESTS,
    PASSKEY_WRONG,
    WAY_UNAVAILABLE,
    WITHDRAWAL_WAY,
    Refusal,
)
from watchword.core.withdrawals import ACTION as MONEY
from watchword.factors.base import NOTHING, Accepted, Holder, Rejected, Separate, Site, Started
from watchword.factors.registry import graded, of_device
from watchword.flows import by_hand, given, letters, order_ends, sent_codes, sharing_ends, sms, withdrawal_signing
from watchword.flows.endings import not_right, tell
from watchword.flows.kit import Kit
from watchword.flows.login import ask_again, pending
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.reach import KEY_ALONE, admitted


@dataclass(frozen=True, slots=True)
class Question:
    """What a page shows for a method. `shown` is what its factor says, `until` when it ends, 0 where nothing was asked."""

    kind: str
    shown: Mapping[str, object]
    until: int


@dataclass(frozen=True, slots=True)
class Method:
    """One line of the list (A07): a device, or every device of a kind whose answer says by itself which it is. `kind` is the factor's, or
    `key`."""

    kind: str
    devices: tuple[Device, ...]

    @property
    def id(self) -> str:
        """What a form sends to choose it."""
        return self.devices[0].id


def listed(kit: Kit, devices: Sequence[Device]) -> tuple[Method, ...]:
    """The methods that these devices are, passkeys first and then the one used last (M01: nothing typed)."""
    found: list[Method] = []
    for device in devices:
        kind, several = device.kind, False
        for factor in of_device(kit.factors, device.kind):
            if isinstance(factor, Separate):
                kind, several = factor.kind, factor.browser
        same = next((at for at, one in enumerate(found) if several and one.kind == kind), None)
        if same is None:
            found.append(Method(kind, (device,)))
        else:
            found[same] = Method(kind, (*found[same].devices, device))
    return tuple(sorted(found, key=lambda one: one.kind != "passkey"))


def choose(kit: Kit, collector: str, device_id: str, *, bound_key: str = "") -> Attempt | Refusal:
    """The method that the person picks from the list (A07): Key is asked, anything else stands first on the page."""
    with kit.store.write() as tx:
        attempt = pending(kit, tx, collector, bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        chosen = next((device for device in admitted(kit, tx, attempt) if device.id == device_id), None)
        if chosen is None:
            return Refusal(WAY_UNAVAILABLE, "device.unknown")
        if not on_phone(chosen):
            tx.attempts.set(attempt.id, device_id=chosen.id)
            user = tx.users.get(attempt.user_id)
            sent = sms.on_the_way(tx, attempt, kit.clock.now())
            if user is not None and (sent is None or sent.device != chosen.id):
                sms.begin(kit, tx, attempt, user, chosen)
            return replace(attempt, device_id=chosen.id)
    return ask_again(kit, collector, bound_key=bound_key, device_id=device_id)


def shows_question(kit: Kit, kind: str) -> bool:
    """Whether a kind of device is asked something that a person reads and answers by hand."""
    factor = kit.factors.get(kind)
    return isinstance(factor, Separate) and factor.seconds > 0 and not factor.browser and not factor.sends


def ask(kit: Kit, collector: str, kind: str, *, bound_key: str = "") -> Question | Refusal:
    """A new question to a device of this kind; the one before ends. Asking never forgets a wrong answer of the attempt or the device."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        attempt = pending(kit, tx, collector, bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        factor = _factor(kit, attempt, kind)
        if isinstance(factor, Refusal):
            return factor
        devices = _devices(kit, tx, attempt, kind)
        if not devices and attempt.action != "held":
            return Refusal(WAY_UNAVAILABLE, "device.none")
        if unfit := withdrawal_signing.fits(kit, tx, attempt, way=kind):
            return unfit
        if factor.sends:
            return _sent(kit, tx, attempt, devices[0])
        challenge_id = kit.entropy.id()
        holders = [Holder(thing) for _, thing in _things(tx, devices)]
        if devices and not holders:
            return Refusal(DEVICE_DISABLED, "device.shared_over")
        started = _started(kit, tx, attempt, factor, holders, challenge_id)
        until = min(now + factor.seconds, attempt.expires)
        chosen = devices[0].id if devices else ""
        tx.challenges.put(Challenge(attempt.id, kind, challenge_id, chosen, until, 0, by_hand.as_kept(started)))
    return Question(kind, started.shown, until)


def _started(
    kit: Kit, tx: Tx, attempt: Attempt, factor: Separate, holders: Sequence[Holder], challenge_id: str
) -> Started:
    """What is asked: at random, or where money is signed, made of it."""
    if attempt.action == MONEY:
        return withdrawal_signing.question(kit, tx, attempt, holders[0], factor)
    now, entropy = kit.clock.now(), kit.entropy.bytes(32)
    return factor.ask(holders, site_of(kit, attempt), challenge_id=challenge_id, now=now, entropy=entropy)


def _sent(kit: Kit, tx: Tx, attempt: Attempt, device: Device) -> Question | Refusal:
    """What is asked is a code that goes out now."""
    user = tx.users.get(attempt.user_id)
    if user is None:
        return Refusal(ATTEMPT_GONE, "user.gone")
    sent = sms.send(kit, tx, attempt, user, device)
    return sent if isinstance(sent, Refusal) else Question(sms.KIND, {"to": sent.to}, sent.expires)


def asked(tx: Tx, attempt: Attempt, kind: str, now: int) -> Question | None:
    """The question of an attempt as it stands, None where there is none to answer."""
    found = by_hand.waiting(tx, attempt.id, kind, now)
    if found is None:
        return None
    shown = found.stored["shown"]
    return Question(kind, shown if isinstance(shown, Mapping) else NOTHING, found.until)


def site_of(kit: Kit, attempt: Attempt) -> Site:
    """The page that an attempt belongs to, by its client."""
    return site(kit, attempt.client, attempt.user_id, named=attempt.action != "held")


def site(kit: Kit, client: str, user_id: str, *, named: bool = True) -> Site:
    """A page of ours as passkeys know it. The user's handle says nothing about the user (WebAuthn section 14.6.1)."""
    policy = kit.policy.passkeys
    handle = kit.vault.mac("passkey-user", user_id)[:32]
    return Site(policy.rp_id, policy.origins.get(client, ""), handle, policy.embedder, named)


def answer(kit: Kit, collector: str, kind: str, given: Mapping[str, str], *, bound_key: str = "") -> Attempt | Refusal:
    """An answer of a device that is not Key. Returns the approved attempt."""
    with kit.store.write() as tx:
        attempt = pending(kit, tx, collector, bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        factor = _factor(kit, attempt, kind)
        if isinstance(factor, Refusal):
            return factor
        if attempt.action != "held" and not _devices(kit, tx, attempt, kind):
            return Refusal(WAY_UNAVAILABLE, "device.none")
        read = factor.read(given)
        if read is None:
            return Refusal(factor.malformed, "answer.form")
        if unfit := withdrawal_signing.fits(kit, tx, attempt, way=kind):
            return unfit
        result = _judge(kit, tx, attempt, factor, read)
    if isinstance(result, Refusal):
        if result.reason == "attempt.failed":
            tell(kit, attempt, "failed")
        return result
    tell(kit, attempt, "approved")
    return result


def _factor(kit: Kit, attempt: Attempt, kind: str) -> Separate | Refusal:
    """The factor of this kind, if this attempt may be answered by it at all."""
    factor = kit.factors.get(kind)
    if not isinstance(factor, Separate) or attempt.action in KEY_ALONE:
        return Refusal(WAY_UNAVAILABLE, "way.unknown")
    if attempt.action == MONEY and not factor.signs:
        return Refusal(WITHDRAWAL_WAY, "withdrawal.names_nothing")
    if guarded(attempt) and not factor.resists:
        return Refusal(WAY_UNAVAILABLE, "way.guarded")
    if factor.browser and attempt.bound_key:
        return Refusal(WAY_UNAVAILABLE, "way.browser")
    return factor


def _devices(kit: Kit, tx: Tx, attempt: Attempt, kind: str) -> tuple[Device, ...]:
    """The devices that may answer in this way: each by its own level, the chosen one first."""
    factor = kit.factors[kind]
    fitting = [
        device
        for device in admitted(kit, tx, attempt)
        if device.kind == factor.device and graded(factor, device)[0] >= attempt.floor
    ]
    return tuple(sorted(fitting, key=lambda device: device.id != attempt.device_id))


def _compared(
    kit: Kit, tx: Tx, attempt: Attempt, factor: Separate, given: Mapping[str, object]
) -> tuple[Mapping[str, object], Mapping[str, object]] | Refusal:
    """What was asked and what was answered, as the factor takes them; the try is counted in the question and in the code that was sent."""
    now = kit.clock.now()
    challenge: dict[str, object] = {"id": attempt.id}
    if factor.seconds:
        question = by_hand.taken(tx, attempt.id, factor.kind, now)
        if isinstance(question, Refusal):
            return question
        challenge = dict(question[0])
    if factor.sends:
        code = sent_codes.take(kit, tx, attempt.user_id, factor.sends, attempt.id)
        if isinstance(code, Refusal):
            return code
        challenge["mac"] = code.mac
        given = {"mac": sent_codes.keyed(kit, factor.sends, attempt.id, str(given["code"]))}
    return challenge, given


def _judge(kit: Kit, tx: Tx, attempt: Attempt, factor: Separate, given: Mapping[str, object]) -> Attempt | Refusal:
    now = kit.clock.now()
    compared = _compared(kit, tx, attempt, factor, given)
    if isinstance(compared, Refusal):
        return compared
    challenge, given = compared
    wrong = tx.attempts.count(attempt.id, "wrong", WRONG_FOR_ATTEMPT)
    if wrong is None:
        return Refusal(ATTEMPT_GONE, "attempt.moved")
    devices = [one for one in _devices(kit, tx, attempt, factor.kind) if challenge.get("device", one.id) == one.id]
    things = _things(tx, devices)
    holder = factor.pick([Holder(thing) for _, thing in things], given)
    if holder is None:
        foreign = PASSKEY_WRONG if factor.browser else WAY_UNAVAILABLE
        return _rejected(kit, tx, attempt, factor, None, Rejected(foreign, "device.foreign"), wrong)
    mine = next(own for own, thing in things if thing.id == holder.device.id)
    device = counted(tx, holder.device, mine=mine)
    if isinstance(device, Refusal):
        # Not compared, and counted on no device: the attempt ends by its fifth all the same.
        return _rejected(kit, tx, attempt, factor, None, Rejected(device.kind, device.reason), wrong)
    holder = replace(holder, device=device)
    if attempt.action == MONEY:  # from the row as it is now: what was shown for another amount or payee signs nothing
        challenge = {**challenge, **withdrawal_signing.question(kit, tx, attempt, holder, factor).stored}
    verdict = by_hand.compared(tx, factor, holder, challenge, given, now)
    if isinstance(verdict, Rejected):
        return _rejected(kit, tx, attempt, factor, device, verdict, wrong, mine)
    return _accepted(kit, tx, attempt, factor, mine, device, verdict)


def asked_for(tx: Tx, device: Device) -> Device | Refusal:
    """As `counted`, where somebody asks to share this device: his wrong answers are among those of all who share it, and stop it for nobody."""
    wrong = tx.devices.count(device.id, BORROWERS_WRONG_LIMIT)
    return Refusal(DEVICE_RESTS, "device.spent") if wrong is None else tx.devices.get(device.id) or device


def counted(tx: Tx, device: Device, state: str = "active", *, mine: Device | None = None) -> Device | Refusal:
    """A device in this state with one more wrong answer, read again under the lock that counting took: what a card has used is written by whoever
    answered with it a moment ago.

    `mine` is the row of who answers: where it is shared from this device, the answer counts in both. Those who share have a smaller part
    of the thirty, so that nobody stops the device of somebody else.
    """
    borrowed = mine is not None and mine.id != device.id
    wrong = tx.devices.count(device.id, BORROWERS_WRONG_LIMIT if borrowed else WRONG_LIMIT, state=state)
    if wrong is None:
        return Refusal(DEVICE_RESTS if borrowed else DEVICE_DISABLED, "device.spent")
    if borrowed and mine is not None and tx.devices.count(mine.id, BORROWER_WRONG_LIMIT) is None:
        return Refusal(DEVICE_DISABLED, "device.shared_over")
    return replace(tx.devices.get(device.id) or device, wrong=wrong)


def _things(tx: Tx, devices: Sequence[Device]) -> list[tuple[Device, Device]]:
    """Each device with the row that holds what makes its answers: a shared one's is its owner's, so it is counted and spent in one place."""
    found = ((device, sharing_ends.thing(tx, device)) for device in devices)
    return [(device, thing) for device, thing in found if thing is not None]


def _accepted(
    kit: Kit, tx: Tx, attempt: Attempt, factor: Separate, mine: Device, device: Device, verdict: Accepted
) -> Attempt | Refusal:
    """`mine` is the person's own row, `device` the one that holds what made the answer; they differ where it is shared."""
    now = kit.clock.now()
    reached, amr = graded(factor, device)
    moved = tx.attempts.move(
        attempt.id, "pending", "approved", decided=now, decided_by=f"{mine.id}:{factor.kind}", amr=" ".join(amr),
        level=int(reached), wrong=attempt.wrong,
    )  # fmt: skip
    if not moved:
        return Refusal(ATTEMPT_GONE, "attempt.moved")
    tx.devices.answered(device, now, verdict.state)
    if mine.id != device.id:
        tx.devices.answered(mine, now, None)
    tx.challenges.end(attempt.id, factor.kind)
    if factor.sends:
        tx.codes.end(factor.sends, attempt.id, now)
    user = tx.users.get(attempt.user_id) if factor.tells else None
    if user is not None:
        letters.tell_all(kit, tx, user, factor.tells, **verdict.told)
    if verdict.ends:
        used_up(kit, tx, device)
    fields = {"kind": factor.kind, "device": mine.id}
    tx.audit.write(AuditRow("login.device.accepted", attempt.user_id, attempt.id, fields), now)
    withdrawal_signing.signed(kit, tx, attempt, way=factor.kind, device=mine.id)
    return attempt


def _rejected(
    kit: Kit,
    tx: Tx,
    attempt: Attempt,
    factor: Separate,
    device: Device | None,
    verdict: Rejected,
    wrong: int,
    mine: Device | None = None,
) -> Refusal:
    now = kit.clock.now()
    for claim in verdict.claims:
        tx.claims.spend(claim, now + by_hand.CLAIM_SECONDS)
    own = device.id if device is not None else ""
    fields = {"kind": factor.kind, "reason": verdict.reason, "device": own}
    tx.audit.write(AuditRow("login.device.refused", whose(attempt, device=own), attempt.id, fields), now)
    if device is not None and (verdict.disables or device.wrong >= WRONG_LIMIT):
        disable(kit, tx, device, verdict.reason if verdict.disables else "answers")
        if verdict.disables:  # a copy of it may have opened what is open
            given.end_given(kit, tx, attempt.user_id, device.id, now)
    if mine is not None and mine.shared_from:
        sharing_ends.tired(kit, tx, mine)
    return not_right(kit, tx, attempt, verdict.refusal, wrong, device=own)


def used_up(kit: Kit, tx: Tx, device: Device) -> None:
    """There is no further answer in it."""
    now = kit.clock.now()
    if tx.devices.move(device.id, device.state, "inactive", now):
        order_ends.closed(tx, device.id, "end", now)
        sharing_ends.of_device(kit, tx, device, "used_up")
        tx.audit.write(AuditRow("device.other.used_up", device.user_id, device.id, {"kind": device.kind}), now)


def tired(kit: Kit, tx: Tx, device: Device) -> None:
    """Disable a device that was answered wrong for the last time in a row."""
    found = tx.devices.get(device.id)
    if found is not None and found.wrong >= WRONG_LIMIT:
        disable(kit, tx, found, "answers")


def disable(kit: Kit, tx: Tx, device: Device, reason: str) -> None:
    """A device that can be trusted no more: it answers nothing from now on, and its owner is told on every channel.

    Thirty wrong answers are anybody's who has the password. Whoever has no lasting device left gets no new one by what goes to a mailbox or a
    number: otherwise guessing badly would turn the strongest device into the weakest (A12).
    """
    now = kit.clock.now()
    user = tx.users.get(device.user_id)
    if user is None or not tx.devices.move(device.id, device.state, "disabled", now):
        return
    letters.tell_all(kit, tx, user, "device_disabled", device=device.name)
    affected = sharing_ends.people_of(tx, device)
    sharing_ends.of_device(kit, tx, device, "disabled")
    sharing_ends.hold(kit, tx, affected, by=user.id)
    personal = {"phone": device.name}
    tx.audit.write(AuditRow("device.other.disabled", user.id, device.id, {"reason": reason}, personal), now)
