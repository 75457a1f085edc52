"""A person's own devices: what they are called, whether they still count, and a push to try one (L04, B04)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from watchword.core.device_policy import deactivation_fault
from watchword.core.devices import (
    CARD_PLUS,
    CODE_APP,
    CODE_CARD,
    ONLINE_CARD,
    RECOVERY_CODE,
    TEMPORARY_CODE,
    Device,
    Level,
    lasting,
    on_phone,
    usable,
)
from watchword.core.rates import Window
from watchword.core.refusals import DEVICE_GONE, DEVICE_NAME, DEVICE_STAFF, DEVICE_TEST_LIMITED, Kind, Refusal
from watchword.core.sessions import Session
from watchword.core.users import Contact, User
from watchword.factors import registry
from watchword.flows import changes, given, letters, lower_limits, order_ends, reach, sharing_ends
from watchword.flows.details import plain
from watchword.flows.given import answered_by
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Letter, Sending, Tx

LONGEST_NAME = 64
TESTS = (Window(1, 30), Window(5, 60 * 60))
TEST_SECONDS = 60
TAGS = {
    TEMPORARY_CODE: "temporary",
    CODE_APP: "app",
    RECOVERY_CODE: "recovery",
    CODE_CARD: "card",
    ONLINE_CARD: "card",
    CARD_PLUS: "token",
}  # in the audit; every other kind by its own name
FAULTS: Mapping[str, Kind] = MappingProxyType({"inactive": DEVICE_GONE, "staff": DEVICE_STAFF})


@dataclass(frozen=True, slots=True)
class Line:
    """One device as its page shows it, active or disabled. `stays` says why its owner may not deactivate it, `others` how many more use this
    phone."""

    device: Device
    level: Level
    place: str
    others: int
    notified: bool
    stays: str
    here: bool


def look(kit: Kit, session: Session) -> tuple[Line, ...]:
    """The devices of a session's user that can be used, and those that were disabled, the oldest first."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        if user is None:
            return ()
        devices, contacts = tx.devices.of_user(user.id), tx.contacts.of(user.id)
        logins = tx.attempts.lines(user.id, 50)
        lines = []
        for device in (each for each in devices if usable(each, now) or each.state in ("disabled", "kept")):
            paired = tx.devices.of_phone(device.phone_id) if on_phone(device) else ()
            beside = {owner.id for each, owner in paired if each.state == "active"}
            last = next((attempt for attempt in logins if answered_by(attempt) == device.id), None)
            lines.append(
                Line(
                    device,
                    registry.level(kit.factors, device),
                    last.context.place if last is not None and last.decided == device.last_used else "",
                    len(beside - {user.id}),
                    tx.phones.push_target(device.phone_id) is not None,
                    _stays(kit, user, device, devices, contacts),
                    last is not None and last.session_id == session.id,
                )
            )
    return tuple(lines)


def _stays(kit: Kit, user: User, device: Device, devices: Sequence[Device], contacts: Sequence[Contact]) -> str:
    """Why a device is not for its owner to deactivate, or "": only what his own floor admits stands in for the one that goes."""
    now = kit.clock.now()
    others = [other for other in devices if other.id != device.id and usable(other, now) and lasting(other)]
    left = reach.above(kit.factors, others, user.floor, action="login")
    return deactivation_fault(device, left, contacts, restricted=lower_limits.binding(kit, user) is not None)


def named(typed: str) -> str:
    """A name for a device as it is kept, "" where what was typed is none."""
    name = " ".join(plain(typed[: LONGEST_NAME * 4]).split())
    return name if len(name) <= LONGEST_NAME else ""


def rename(kit: Kit, session: Session, device_id: str, typed: str) -> Refusal | None:
    """The person's own name for a device."""
    name = named(typed)
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = changes.owned(kit, tx, session, _mine(tx, device_id), ask="right")
        if isinstance(found, Refusal):
            return found
        user, device = found
        if not name:
            return Refusal(DEVICE_NAME, "device.name", {"most": LONGEST_NAME})
        if name != device.name:
            tx.devices.rename(device.id, name)
            tx.audit.write(AuditRow("device.name.set", user.id, device.id, personal={"phone": name}), now)
    return None


def deactivate(kit: Kit, session: Session, device_id: str, visit: Visit) -> Refusal | None:
    """End a device under the policy's conditions: its sessions end, this one excepted, every channel and the phone itself are told."""
    with kit.store.write() as tx:
        seen = tx.devices.get(device_id) if len(device_id) == 26 else None
        free = seen is not None and (seen.state == "disabled" or not lasting(seen))  # ending these only ever protects
        found = changes.owned(kit, tx, session, _mine(tx, device_id), ask="right" if free else "element")
        if isinstance(found, Refusal):
            return found
        user, device = found
        fault = _stays(kit, user, device, tx.devices.of_user(user.id), tx.contacts.of(user.id))
        if fault:
            return lower_limits.binding(kit, user) or Refusal(FAULTS[fault], f"device.{fault}")
        switch_off(kit, tx, user, device, by="settings", but=session.id, visit=visit)
    announce(kit, device)
    return None


def switch_off(
    kit: Kit,
    tx: Tx,
    user: User,
    device: Device,
    *,
    by: str,
    but: str = "",
    visit: Visit | None = None,
    order: str = "end",
) -> list[str]:
    """End a device of a user whose row is locked, and the sessions it gave; the ids of those. `by` goes into the audit,
    `order` is what happens to the order that it came by, "" where the caller moves it."""
    now = kit.clock.now()
    if device.shared_from:
        return sharing_ends.left(kit, tx, device, by, but=but) or []
    if on_phone(device):
        tx.phones.get(device.phone_id, lock=True)  # the order of locks everywhere: user, phone, attempt, device
    if not tx.devices.move(device.id, device.state, "inactive", now):
        return []
    if order:
        order_ends.closed(tx, device.id, order, now)
    ended = given.end_given(kit, tx, user.id, device.id, now, but=but)
    ended += sharing_ends.of_device(kit, tx, device, by)
    letters.tell_all(kit, tx, user, "device_off" if on_phone(device) else "device_gone", device=device.name)
    personal = {**(visit.personal() if visit else {}), "phone": device.name}
    tx.audit.write(
        AuditRow(
            f"device.{TAGS.get(device.kind, device.kind)}.deactivated",
            user.id,
            device.id,
            {"by": by, "sessions": len(ended)},
            personal,
        ),
        now,
    )
    return ended


def announce(kit: Kit, device: Device) -> None:
    """To the phone of a device that was switched off; the pages of its sessions have heard. After the transaction."""
    if on_phone(device):
        kit.events.publish(f"phone:{device.phone_id}", {"pending": "1"})


def test(kit: Kit, session: Session, device_id: str) -> str | Refusal:
    """Wake the phone once. Returns a reference to ask `tested` by, "" where the phone gets no notifications."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = changes.owned(kit, tx, session, _mine(tx, device_id), ask="none")
        if isinstance(found, Refusal):
            return found
        user, device = found
        if not on_phone(device):
            return Refusal(DEVICE_GONE, "device.no_phone")
        until = tx.rates.take(f"push-test:{user.id}", TESTS, now)
        if until:
            return Refusal(DEVICE_TEST_LIMITED, "test.limited", {"until": until}, retry_after=until - now)
        ref = ""
        if tx.phones.push_target(device.phone_id) is not None:
            ref = kit.entropy.id()
            data = {"id": ref, "until": str(now + TEST_SECONDS)}
            tx.outbox.put(Letter("push", device.phone_id, "", "", data, user.id, ref), now)
        tx.audit.write(AuditRow("device.push.tried", user.id, device.id, {"sent": bool(ref)}), now)
    kit.events.publish(f"phone:{device.phone_id}", {"pending": "1"})
    return ref


def tested(kit: Kit, session: Session, ref: str) -> Sending | None:
    """What became of a test push of this session's user."""
    with kit.store.read() as tx:
        return tx.outbox.of_ref(session.user_id, ref) if len(ref) == 26 else None


def _mine(tx: Tx, device_id: str) -> Callable[[User], Device | Refusal]:
    """Finds a user's device of that id that is active, disabled or put aside; one refusal for what is gone and for what is somebody else's."""

    def find(user: User) -> Device | Refusal:
        device = tx.devices.get(device_id) if len(device_id) == 26 else None
        mine = device is not None and device.user_id == user.id and device.state in ("active", "disabled", "kept")
        return device if mine and device is not None else Refusal(DEVICE_GONE, "device.foreign")

    return find
