"""How a sharing ends, whoever or whatever ends it, and what then counts again (P08).

A shared device has one row that holds what makes its answers, its owner's. Whatever takes that row out of use ends every sharing of it in the
same transaction; what those people had put aside counts again. Locks: the owner's device, then the sharing, then the device of who shared it.
"""

from __future__ import annotations

from dataclasses import replace

from watchword.core.devices import BORROWER_WRONG_LIMIT, Device
from watchword.core.sharing import LEVELS as SHARED_LEVELS
from watchword.core.sharing import SHAREABLE, SHARING, Sharing
from watchword.core.users import User
from watchword.flows import given, letters
from watchword.flows.kit import Kit
from watchword.flows.password_step import lasting_devices
from watchword.flows.ports import AuditRow, Tx

# Ends that need no held element, so that whoever has a password or an open session brings them about: nothing weaker comes back by them (A12).
UNSHOWN = ("answers", "disabled", "lost")


def thing(tx: Tx, device: Device) -> Device | None:
    """The row that holds what makes a device's answers: its own, or its owner's. None where the owner's is out of use."""
    if not device.shared_from:
        return device
    found = tx.devices.get(device.shared_from)
    return found if found is not None and found.state == "active" and not found.shared_from else None


def of_device(kit: Kit, tx: Tx, device: Device, by: str) -> list[str]:
    """An owner's device went out of use: what was shared from it is over. The sessions that ended with that."""
    if device.kind not in SHAREABLE or device.shared_from:
        return []
    found = tx.sharings.of_device(device.id, "active")
    return [session for sharing in found for session in close(kit, tx, sharing, "end", by) or []]


def people_of(tx: Tx, device: Device) -> tuple[str, ...]:
    """Everybody who holds or shares this thing: the owner's id and those of the others."""
    return (device.user_id, *sorted({one.user_id for one in tx.sharings.of_device(device.id, "active")}))


def hold(kit: Kit, tx: Tx, user_ids: tuple[str, ...], *, by: str) -> None:
    """After the thing was reported lost, by somebody who showed nothing: whoever has no lasting device now gets no new one by password and a code
    alone. It takes two of staff, as after any lost phone (L03)."""
    for user_id in user_ids:
        if not lasting_devices(tx, user_id, kit.clock.now()):
            tx.staff.hold(user_id, by, kit.clock.now())


def tired(kit: Kit, tx: Tx, mine: Device) -> None:
    """Who shares has answered wrong for the last time in a row: his sharing ends, and with it nobody else's use of the thing."""
    found = tx.devices.get(mine.id)
    if found is not None and found.wrong >= BORROWER_WRONG_LIMIT and left(kit, tx, found, "answers") is not None:
        hold(kit, tx, (found.user_id,), by=found.user_id)


def left(kit: Kit, tx: Tx, device: Device, by: str, *, but: str = "") -> list[str] | None:
    """Somebody's device that is shared from another's goes out of use, and nobody else's: as `close`. None for what is not shared."""
    sharing = tx.sharings.by_device(device.id) if device.shared_from else None
    return None if sharing is None else close(kit, tx, sharing, "end", by, but=but)


def close(kit: Kit, tx: Tx, sharing: Sharing, event: str, by: str, *, but: str = "") -> list[str] | None:
    """End one that is active: its device, the sessions that gave, `but` one; what was put aside counts again. None where somebody was first."""
    now = kit.clock.now()
    to = SHARING.step("active", event)
    tx.devices.get(sharing.owner_device, lock=True)
    if to is None or not tx.sharings.move(sharing.id, "active", to, moved=now, by=by):
        return None
    device = tx.devices.get(sharing.device_id)
    tx.devices.move(sharing.device_id, "active", "inactive", now)
    ended = given.end_given(kit, tx, sharing.user_id, sharing.device_id, now, but=but)
    unshown = by in UNSHOWN
    least = SHARED_LEVELS[device.kind] if unshown and device is not None else 0
    resumed = resume(tx, sharing.user_id, now, least=least)
    fields = {"by": by, "owner": sharing.owner_id, "resumed": len(resumed), "sessions": len(ended)}
    tx.audit.write(AuditRow("sharing.device.ended", sharing.user_id, sharing.id, fields), now)
    user, owner = tx.users.get(sharing.user_id), tx.users.get(sharing.owner_id)
    name = device.name if device is not None else ""
    if user is not None and owner is not None:
        letters.tell_all(kit, tx, user, "sharing_stopped" if unshown else "sharing_ended", device=name)
        alone = "sharing_guessed_owner" if by == "answers" else "sharing_ended_owner"
        letters.tell_all(kit, tx, owner, alone, name=user.username)
        tx.audit.write(AuditRow("sharing.owner.ended", owner.id, sharing.id, {"by": by, "user": user.id}), now)
    return ended


def undo(kit: Kit, tx: Tx, user_id: str, session_id: str, now: int) -> None:
    """What a stranger's session asked for, and what waits of it, is over."""
    for sharing in tx.sharings.of_user(user_id):
        to = {"begun": "dropped", "proven": "dropped", "pending": "withdrawn"}.get(sharing.state)
        if (
            sharing.session_id != session_id
            or to is None
            or not tx.sharings.move(sharing.id, sharing.state, to, moved=now, by="not_me")
        ):
            continue
        request = tx.staff.request(sharing.request_id, lock=True) if sharing.request_id else None
        if request is not None:
            tx.staff.close(replace(request, state="withdrawn", decided=now), "withdrawn")
        tx.audit.write(AuditRow("sharing.request.closed", user_id, sharing.id, {"event": "not_me"}), now)
        user, owner = tx.users.get(user_id), tx.users.get(sharing.owner_id)
        if user is not None and owner is not None and to == "withdrawn":  # he was told that it was asked for
            letters.tell_all(kit, tx, owner, "sharing_not_given", name=user.username)


def put_aside(kit: Kit, tx: Tx, user: User, devices: tuple[Device, ...]) -> int:
    """What is not needed meanwhile is kept, and answers nothing; how many."""
    now = kit.clock.now()
    kept = [device for device in devices if tx.devices.move(device.id, "active", "kept", now)]
    for device in kept:
        tx.audit.write(AuditRow("device.other.kept", user.id, device.id, personal={"phone": device.name}), now)
    return len(kept)


def resume(tx: Tx, user_id: str, now: int, *, least: int = 0) -> list[Device]:
    """What was put aside, and is of this level at the least, counts again."""
    found = [one for one in tx.devices.of_user(user_id) if one.state == "kept" and SHARED_LEVELS[one.kind] >= least]
    resumed = [device for device in found if tx.devices.move(device.id, "kept", "active", now)]
    for device in resumed:
        tx.audit.write(AuditRow("device.other.resumed", user_id, device.id, personal={"phone": device.name}), now)
    return resumed


def hand_on(kit: Kit, tx: Tx, old: Device, new: Device) -> None:
    """The next card of an owner, or the token in the place of another: who shared the old one shares the new one (P08; O02)."""
    now = kit.clock.now()
    tx.devices.get(old.id, lock=True)  # first, as whoever answers with it does
    for sharing in tx.sharings.of_device(old.id, "active"):
        user = tx.users.get(sharing.user_id)
        if user is not None:
            letters.tell_all(kit, tx, user, "sharing_moved", device=new.name)
        tx.audit.write(AuditRow("sharing.device.moved", sharing.user_id, sharing.id, {"owner": sharing.owner_id}), now)
    tx.sharings.hand_on(old.id, new.id)
    tx.devices.hand_on(old.id, new.id)
