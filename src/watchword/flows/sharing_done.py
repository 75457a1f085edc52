"""What a sharing does once it may be: put in place, handed to compliance, refused, taken back, cancelled, reported lost (P07, P08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from watchword.core import sharing as rules
from watchword.core.devices import Device, lasting, usable
from watchword.core.refusals import (
    CONFIRM_FIRST,
    ENROLMENT_HELD,
    RECOVERY_DELAY,
    SHARE_GONE,
    SHARE_LAST,
    SHARE_UNKNOWN,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.sharing import SHARING, Sharing, state_at
from watchword.core.staff_requests import StaffRequest
from watchword.core.staff_requests import state_at as request_state
from watchword.core.users import User
from watchword.flows import changes, devices, letters, lower_limits, orders, sharing_ends, sharing_kept, sharing_rules
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff.desk import QUEUE

KIND = "share_device"  # of the request that compliance decides


@dataclass(frozen=True, slots=True)
class Shared:
    """A sharing as one of its two sides sees it: `other` is the username of the one across, `mine` whether he asked for it himself, `device`
    what the owner calls it, `kept` the names of what was put aside for it."""

    sharing: Sharing
    state: str
    other: str
    mine: bool
    device: str
    kept: tuple[str, ...] = ()


def activate(
    kit: Kit, tx: Tx, sharing: Sharing, user: User, owner: User, device: Device, *, personal: Mapping[str, str]
) -> Sharing:
    """It is shared from now on: a device of the requester that is the owner's, and what he does not need meanwhile is put aside.

    Both users' rows are locked, and the owner's device.
    """
    now = kit.clock.now()
    to = str(SHARING.step(sharing.state, "approve"))
    name = f"{orders.called(kit, user, device.kind)} ({owner.username})"
    answered = now if sharing.state == "proven" else 0  # by the person, a moment ago: it stands first at the next login
    mine = Device(
        kit.entropy.id(), user.id, "", device.kind, "active", name, b"", 0, 0, now, answered,
        added_in=sharing.session_id, shared_from=device.id,
    )  # fmt: skip
    aside = [one for one in rules.own(tx.devices.of_user(user.id), now) if one.state == "active"]
    if not tx.sharings.move(sharing.id, sharing.state, to, device_id=mine.id, moved=now):
        raise RuntimeError("a sharing moved under the locks of its users")
    tx.devices.add(mine)
    kept = sharing_ends.put_aside(kit, tx, user, tuple(aside))
    tx.staff.release(user.id)
    letters.tell_all(kit, tx, user, "sharing_active", device=name)
    letters.tell_all(kit, tx, owner, "sharing_given", device=device.name, name=user.username)
    fields = {"sharing": sharing.id, "owner": owner.id, "kept": kept}
    tx.audit.write(AuditRow("sharing.device.shared", user.id, mine.id, fields, personal), now)
    tx.audit.write(AuditRow("sharing.owner.given", owner.id, device.id, {"sharing": sharing.id, "user": user.id}), now)
    return replace(sharing, state=to, device_id=mine.id, moved=now)


def wait(kit: Kit, tx: Tx, sharing: Sharing, user: User, owner: User, device: Device, visit: Visit) -> Sharing:
    """Compliance decides: a request of the person's own, for one of them who is neither of the two."""
    now = kit.clock.now()
    request = StaffRequest(
        id=kit.entropy.id(), kind=KIND, state="open", user_id=user.id, asked_by=user.id, asked=now, expires=now + rules.WAIT_SECONDS,
        decided_by="", decided=0, reason="", evidence="", params={"sharing": sharing.id, "owner": owner.id},
    )  # fmt: skip
    tx.staff.ask(request)
    to = str(SHARING.step("proven", "wait"))
    tx.sharings.move(sharing.id, "proven", to, request_id=request.id, expires=request.expires, moved=now)
    letters.tell_all(kit, tx, user, "sharing_waits", device=device.name)
    letters.tell_all(kit, tx, owner, "sharing_asked_owner", device=device.name, name=user.username)
    fields = {"request": request.id, "owner": owner.id}
    tx.audit.write(AuditRow("sharing.request.waiting", user.id, sharing.id, fields, visit.personal()), now)
    return replace(sharing, state=to, request_id=request.id, expires=request.expires, moved=now)


def tell_staff(kit: Kit) -> None:
    """To open pages of the console: the queue has changed. After the transaction."""
    kit.events.publish(QUEUE, {"state": "changed"})


def approve(kit: Kit, tx: Tx, user: User, request: StaffRequest) -> Sharing | Refusal:
    """What an approved request does, if the conditions still hold: devices may have changed while it waited. Both users are locked."""
    found = _of_request(kit, tx, request)
    if isinstance(found, Refusal):
        return found
    sharing, owner = found
    waits = lower_limits.binding(kit, user)
    if user.state != "active" or owner.state != "active":
        return Refusal(SHARE_GONE, "user.not_active")
    if tx.staff.held(user.id) or user.flagged:  # a stranger may have asked for it: the person begins anew
        return Refusal(ENROLMENT_HELD, "requester.held" if tx.staff.held(user.id) else "requester.flagged")
    if waits is not None:
        return Refusal(RECOVERY_DELAY, "requester.recovered", waits.params, retry_after=waits.retry_after)
    judged = sharing_rules.judge(kit, tx, user, owner, sharing.owner_device, but=sharing.id)
    if isinstance(judged, Refusal):
        return judged
    return activate(kit, tx, sharing, user, owner, judged.device, personal={})


def refuse(kit: Kit, tx: Tx, user: User, request: StaffRequest, event: str) -> None:
    """Compliance refused it, or the person took it back at the console: both people are told."""
    now = kit.clock.now()
    found = _of_request(kit, tx, request)
    if isinstance(found, Refusal):
        return
    sharing, owner = found
    refused = event == "reject"
    tx.sharings.move(
        sharing.id, "pending", "refused" if refused else "withdrawn", moved=now, by="staff" if refused else "user"
    )
    letter = "sharing_refused" if refused else "sharing_withdrawn"
    letters.tell_all(kit, tx, user, letter)
    letters.tell_all(kit, tx, owner, "sharing_not_given", name=user.username)
    row = AuditRow("sharing.request.closed", user.id, sharing.id, {"event": event, "request": request.id})
    tx.audit.write(row, now)


def _of_request(kit: Kit, tx: Tx, request: StaffRequest) -> tuple[Sharing, User] | Refusal:
    sharing = tx.sharings.get(request.params.get("sharing", ""))
    owner = tx.users.get(sharing.owner_id) if sharing is not None else None
    if sharing is None or owner is None or state_at(sharing, kit.clock.now()) != "pending":
        return Refusal(SHARE_GONE, "sharing.not_pending")
    return sharing, owner


def _own(kit: Kit, tx: Tx, session: Session, sharing_id: str) -> tuple[Sharing, User, User] | Refusal:
    """A sharing in which this session's user is one of the two, that user, and the requester; both rows are locked.

    One refusal for what is not there and for what is between others.
    """
    seen = tx.sharings.get(sharing_id) if len(sharing_id) == 26 else None
    if seen is None or session.user_id not in (seen.user_id, seen.owner_id):
        return Refusal(SHARE_UNKNOWN, "sharing.foreign")
    for user_id in sorted({seen.user_id, seen.owner_id}):
        tx.users.lock(user_id)
    me, requester = changes.person(tx, session), tx.users.get(seen.user_id)
    found = tx.sharings.get(sharing_id)
    if isinstance(me, Refusal):
        return me
    if found is None or requester is None:
        return Refusal(SHARE_UNKNOWN, "sharing.gone")
    return found, me, requester


def cancel(kit: Kit, session: Session, sharing_id: str, typed: str = "") -> str | Refusal:
    """One of the two ends it: who asked takes it back while it waits, or cancels it; its owner lends the device no more.

    To take it back needs no held element: that protects. To end what is in use needs one, as ending any device does; `typed` is what the
    device answers that was put aside, "" where another was shown lately. Returns what was done: `withdrawn`, `cancelled`, or `lent` no more.
    """
    done = "withdrawn"
    with kit.store.write() as tx:
        found = _own(kit, tx, session, sharing_id)
        if isinstance(found, Refusal):
            return found
        sharing, me, requester = found
        state = state_at(sharing, kit.clock.now())
        if state == "pending":
            refused = changes.by_primary(tx, me) or _withdrawn(kit, tx, sharing, requester)
        elif state == "active":
            tx.devices.get(sharing.owner_device, lock=True)  # first, as whoever answers with it has it
            refused = _may_end(kit, tx, session, me, sharing, typed)
            if refused is None:
                by, done = ("user", "cancelled") if me.id == sharing.user_id else ("owner", "lent")
                sharing_ends.close(kit, tx, sharing, "cancel", by, but=session.id)
        else:
            refused = Refusal(SHARE_UNKNOWN, f"sharing.{state}")
    if refused is not None:
        return refused
    tell_staff(kit)
    return done


def _withdrawn(kit: Kit, tx: Tx, sharing: Sharing, requester: User) -> Refusal | None:
    now = kit.clock.now()
    request = tx.staff.request(sharing.request_id, lock=True)
    if request is None or request_state(request, now) != "open":
        return Refusal(SHARE_UNKNOWN, "request.over")
    tx.staff.close(replace(request, state="withdrawn", decided=now), "withdrawn")
    refuse(kit, tx, requester, request, "withdraw")
    return None


def _may_end(kit: Kit, tx: Tx, session: Session, me: User, sharing: Sharing, typed: str) -> Refusal | None:
    """Whether this person may end it now: his right, the held element, and for who shares it something left to log in with."""
    if session.kind == "enrolment":
        return Refusal(SHARE_UNKNOWN, "session.kind")
    refused = changes.refusal(kit, tx, session, me, binding=False)
    if refused is not None and refused.kind is CONFIRM_FIRST and typed and me.id == sharing.user_id:
        refused = sharing_kept.judge(kit, tx, session, me, typed)
    if refused is not None or me.id != sharing.user_id:
        return refused
    now = kit.clock.now()
    held = tx.devices.of_user(me.id)
    left = [one for one in held if one.id != sharing.device_id and (usable(one, now) or one.state == "kept")]
    numbers = any(one.kind == "sms" and one.verified for one in tx.contacts.of(me.id))
    if any(lasting(one) for one in left) or (numbers and lower_limits.binding(kit, me) is None):
        return None
    return Refusal(SHARE_LAST, "device.last")


def lost(kit: Kit, session: Session, sharing_id: str, visit: Visit) -> Refusal | None:
    """The shared thing is lost or stolen: it ends for its owner and for everybody who shares it, whoever says so. Needs no held element,
    since it is what is missing."""
    with kit.store.write() as tx:
        found = _own(kit, tx, session, sharing_id)
        if isinstance(found, Refusal):
            return found
        sharing, me, _ = found
        refused = changes.by_primary(tx, me)
        if refused is not None:
            return refused
        if session.kind == "enrolment":
            return Refusal(CONFIRM_FIRST, "session.enrolment")
        if sharing.state != "active":
            return Refusal(SHARE_UNKNOWN, f"sharing.{sharing.state}")
        owner, device = tx.users.get(sharing.owner_id), tx.devices.get(sharing.owner_device)
        if owner is None or device is None:
            return Refusal(SHARE_UNKNOWN, "device.gone")
        affected = sharing_ends.people_of(tx, device)
        devices.switch_off(kit, tx, owner, device, by="lost", but=session.id, visit=visit)
        sharing_ends.hold(kit, tx, affected, by=me.id)
        tx.audit.write(
            AuditRow("sharing.device.lost", me.id, sharing.id, {"owner": owner.id}, visit.personal()), kit.clock.now()
        )
    return None


def of_session(kit: Kit, session: Session) -> tuple[Shared, ...]:
    """What this user shares with others, and others with him: in use, and what waits."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        both = (*tx.sharings.of_user(session.user_id), *tx.sharings.of_owner(session.user_id))
        live = [one for one in both if state_at(one, now) in ("pending", "active")]
        return tuple(_shared(tx, one, session.user_id, now) for one in live)


def _shared(tx: Tx, sharing: Sharing, user_id: str, now: int) -> Shared:
    mine = sharing.user_id == user_id
    other = tx.users.get(sharing.owner_id if mine else sharing.user_id)
    device = tx.devices.get(sharing.device_id if mine and sharing.device_id else sharing.owner_device)
    kept = tuple(one.name for one in tx.devices.of_user(user_id) if one.state == "kept") if mine else ()
    return Shared(
        sharing, state_at(sharing, now), other.username if other else "–", mine, device.name if device else "–", kept
    )
