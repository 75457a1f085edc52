"""Asking for another user's device, step by step (P05-P07): owner's username and password, what his device answers, a review, the outcome.

What an attacker could want of it, and what stands against it:
- *An oracle for passwords and names*: the owner's password goes the road of every login (flows/password_step.py), counted under the same
  counters, locks and networks, one hash whoever it is; besides, one user asks ten times an hour.
- *Who is who*: whether two users are one person is told only to who knows the owner's password and holds his device, as a yes or no.
- *A way round a device*: the requester shows his own, or, having none, a code to what was on file, as for any new device.
- *An answer that works twice*: it is counted in the question, the sharing and the owner's device before it is compared, and claimed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from watchword.core.devices import Device
from watchword.core.rates import Window
from watchword.core.refusals import (
    DEVICE_DISABLED,
    SESSION_ABSENT,
    SHARE_GONE,
    SHARE_LIMITED,
    SHARE_ONESELF,
    SHARE_OWNER,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.sharing import OPEN, SHARING, STEP_SECONDS, WRONG_LIMIT, Sharing, state_at
from watchword.core.users import User, username_key
from watchword.factors.base import Rejected
from watchword.flows import by_hand, changes, methods, networks, password_step, sharing_done, sharing_rules, suspicion
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.sharing_rules import Judged

TRIES = (Window(10, 60 * 60), Window(30, 24 * 60 * 60))


@dataclass(frozen=True, slots=True)
class Step:
    """Where a session's sharing stands: `owner` is the owner's username as he is known, `kind` that of the device, `asked` what it has to
    answer, None where there is no question now."""

    sharing: Sharing
    state: str
    owner: str
    kind: str
    asked: Mapping[str, object] | None


def ready(kit: Kit, session: Session) -> Refusal | None:
    """Why this session cannot ask for a device now, before anything was typed; None where it can."""
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        return sharing_rules.may(kit, tx, session, user) or sharing_rules.stands(kit, tx, user)


def begin(kit: Kit, session: Session, username: str, password: str, visit: Visit) -> Sharing | Refusal:
    """The owner's username and password; what follows is a question to his device."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        refused = sharing_rules.may(kit, tx, session, user) or sharing_rules.stands(kit, tx, user)
        if refused is not None:
            return refused
        if username_key(username) == user.username_key:
            return Refusal(SHARE_ONESELF, "sharing.oneself")
        until = tx.rates.take(f"sharing:{user.id}", TRIES, now)
        if until:
            return Refusal(SHARE_LIMITED, "sharing.limited", {"until": until}, retry_after=until - now)
    checked = password_step.check(kit, username, password, visit)
    if isinstance(checked, Refusal):
        return checked
    with kit.store.write() as tx:
        users = sharing_rules.locked(tx, session.user_id, checked.user.id)
        owner = networks.admit(kit, tx, checked, visit)
        if isinstance(owner, Refusal):
            result: Sharing | Refusal = owner
        else:
            suspect = bool(owner.flagged) or bool(suspicion.reason(kit, tx, owner, checked, visit))
            result = _begun(kit, tx, session, users.get(session.user_id), owner, visit, suspect=suspect)
    networks.told(kit, checked.user.id, result)
    return result


def _begun(
    kit: Kit, tx: Tx, session: Session, user: User | None, owner: User, visit: Visit, *, suspect: bool
) -> Sharing | Refusal:
    """A right password: the owner sees that it was used, whatever comes of it."""
    now = kit.clock.now()
    if user is None:
        return Refusal(SESSION_ABSENT, "user.gone")
    tx.audit.write(AuditRow("sharing.owner.named", owner.id, session.id, {"user": user.id}, visit.personal()), now)
    refused = sharing_rules.may(kit, tx, session, user) or sharing_rules.stands(kit, tx, user)
    if refused is not None:
        return refused
    if suspect:
        return Refusal(SHARE_OWNER, "owner.suspicion")
    device = sharing_rules.offered(kit, tx, user, owner)
    if isinstance(device, Refusal):
        return device
    for old in tx.sharings.of_user(user.id):
        if old.state in OPEN:  # one at a time: the page in another tab is over
            tx.sharings.move(old.id, old.state, "dropped", moved=now, by="user")
    made = Sharing(
        kit.entropy.id(), user.id, owner.id, device.id, "", session.id, "begun", 0, "", now, now + STEP_SECONDS, now, ""
    )
    tx.sharings.add(made)
    _question(kit, tx, made, device)
    return made


def _question(kit: Kit, tx: Tx, sharing: Sharing, device: Device) -> None:
    """What the owner's device has to answer; a card is asked the same two as in every login of that day."""
    by_hand.put(kit, tx, sharing.id, device.kind, device, until=sharing.expires)


def look(kit: Kit, session: Session) -> Step | None:
    """What goes on in this session, or the newest that this user asked for and that is not over; None where there is neither."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        for found in tx.sharings.of_user(session.user_id):
            state = state_at(found, now)
            if state in OPEN and found.session_id != session.id:
                continue
            if state in (*OPEN, "pending", "active"):
                return _step(tx, found, state, now)
    return None


def last(kit: Kit, session: Session) -> Step | None:
    """The newest request of this user, where it was decided or ran out: what the page still tells of it."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        found = next((one for one in tx.sharings.of_user(session.user_id) if state_at(one, now) != "dropped"), None)
        return None if found is None else _step(tx, found, state_at(found, now), now)


def _step(tx: Tx, sharing: Sharing, state: str, now: int) -> Step:
    owner, device = tx.users.get(sharing.owner_id), tx.devices.get(sharing.owner_device)
    kind = device.kind if device is not None else ""
    asked = by_hand.shown(tx, sharing.id, kind, sharing.owner_device, now) if state == "begun" and kind else None
    return Step(sharing, state, owner.username if owner else "–", kind, asked)


def _going_on(
    kit: Kit, tx: Tx, session: Session, sharing_id: str, state: str
) -> tuple[Sharing, User, User, Device] | Refusal:
    """A sharing of this session in this state, its two users, locked, and the owner's device; if the requester may still go on."""
    seen = tx.sharings.get(sharing_id) if len(sharing_id) == 26 else None
    if seen is None or seen.user_id != session.user_id or seen.session_id != session.id:
        return Refusal(SHARE_GONE, "sharing.foreign")
    users = sharing_rules.locked(tx, seen.user_id, seen.owner_id)
    found, device = tx.sharings.get(sharing_id), tx.devices.get(seen.owner_device)
    user, owner = users.get(seen.user_id), users.get(seen.owner_id)
    if found is None or user is None or owner is None or device is None or state_at(found, kit.clock.now()) != state:
        return Refusal(SHARE_GONE, "sharing.over")
    return sharing_rules.may(kit, tx, session, user) or (found, user, owner, device)


def ask(kit: Kit, session: Session, sharing_id: str) -> Refusal | None:
    """Another question, where the one before is over. It forgets no wrong answer."""
    with kit.store.write() as tx:
        found = _going_on(kit, tx, session, sharing_id, "begun")
        if isinstance(found, Refusal):
            return found
        sharing, _, _, device = found
        if device.state != "active":
            return Refusal(DEVICE_DISABLED, "device.spent")
        _question(kit, tx, sharing, device)
    return None


def answer(kit: Kit, session: Session, sharing_id: str, typed: str, visit: Visit) -> Sharing | Refusal:
    """What the owner's device answers. What it spends is spent, also where the conditions turn out not to hold."""
    with kit.store.write() as tx:
        found = _going_on(kit, tx, session, sharing_id, "begun")
        if isinstance(found, Refusal):
            return found
        sharing, user, owner, device = found
        refused = _judge(kit, tx, sharing, device, typed, visit)
        if refused is not None:
            return refused
        judged = sharing_rules.judge(kit, tx, user, owner, device.id, but=sharing.id)
        if isinstance(judged, Refusal):
            return _dropped(kit, tx, sharing, judged)
        now = kit.clock.now()
        if not tx.sharings.move(sharing.id, "begun", str(SHARING.step("begun", "prove")), moved=now):
            return Refusal(SHARE_GONE, "sharing.moved")
        tx.audit.write(AuditRow("sharing.owner.shown", owner.id, sharing.id, {"user": user.id}, visit.personal()), now)
    return replace(sharing, state="proven", moved=now)


def _judge(kit: Kit, tx: Tx, sharing: Sharing, device: Device, typed: str, visit: Visit) -> Refusal | None:
    """Counted in the question, the sharing and the device before it is compared. None for a right answer, which is spent."""

    def counted() -> Device | Refusal:
        if tx.sharings.count(sharing.id, WRONG_LIMIT) is None:
            return Refusal(SHARE_GONE, "sharing.spent")
        return methods.asked_for(tx, device)

    verdict = by_hand.judge(kit, tx, sharing.id, device.kind, device, typed, counted)
    if isinstance(verdict, Refusal):
        return verdict
    if isinstance(verdict, Rejected):
        return _wrong(kit, tx, sharing, device, verdict, visit)
    if verdict.ends:  # the card has no further answer in it: the next one is shared, when it is there
        methods.used_up(kit, tx, device)
        return _dropped(kit, tx, sharing, Refusal(SHARE_GONE, "device.used_up"))
    return None


def _wrong(kit: Kit, tx: Tx, sharing: Sharing, device: Device, verdict: Rejected, visit: Visit) -> Refusal:
    now = kit.clock.now()
    counted = tx.sharings.get(sharing.id) or sharing
    fields = {"user": sharing.user_id, "reason": verdict.reason, "device": device.id}
    tx.audit.write(AuditRow("sharing.owner.refused", sharing.owner_id, sharing.id, fields, visit.personal()), now)
    if counted.wrong >= WRONG_LIMIT:
        return _dropped(kit, tx, sharing, Refusal(SHARE_GONE, "sharing.spent"))
    return verdict.refusal


def _dropped(kit: Kit, tx: Tx, sharing: Sharing, refusal: Refusal) -> Refusal:
    """It comes to nothing, for this reason; the page begins anew."""
    now = kit.clock.now()
    for state in OPEN:
        tx.sharings.move(sharing.id, state, "dropped", moved=now, by="refused")
    row = AuditRow(
        "sharing.request.refused", sharing.user_id, sharing.id, {"reason": refusal.reason, "owner": sharing.owner_id}
    )
    tx.audit.write(row, now)
    return refusal


def drop(kit: Kit, session: Session, sharing_id: str) -> Refusal | None:
    """The person goes no further."""
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        seen = tx.sharings.get(sharing_id) if len(sharing_id) == 26 else None
        if isinstance(user, Refusal) or seen is None or seen.session_id != session.id or seen.state not in OPEN:
            return Refusal(SHARE_GONE, "sharing.over")
        tx.sharings.move(seen.id, seen.state, "dropped", moved=kit.clock.now(), by="user")
    return None


def send(kit: Kit, session: Session, sharing_id: str, visit: Visit) -> Sharing | Refusal:
    """The review is confirmed: shared at once, or waiting for compliance (P07). The conditions are judged again."""
    with kit.store.write() as tx:
        found = _going_on(kit, tx, session, sharing_id, "proven")
        if isinstance(found, Refusal):
            return found
        sharing, user, owner, device = found
        judged = sharing_rules.judge(kit, tx, user, owner, device.id, but=sharing.id)
        if isinstance(judged, Refusal):
            return _dropped(kit, tx, sharing, judged)
        result = _settled(kit, tx, sharing, user, owner, judged, visit)
    if result.state == "pending":
        sharing_done.tell_staff(kit)
    return result


def _settled(kit: Kit, tx: Tx, sharing: Sharing, user: User, owner: User, judged: Judged, visit: Visit) -> Sharing:
    if judged.waits:
        return sharing_done.wait(kit, tx, sharing, user, owner, judged.device, visit)
    return sharing_done.activate(kit, tx, sharing, user, owner, judged.device, personal=visit.personal())
