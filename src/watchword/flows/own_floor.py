"""The weakest device that a person lets answer for him: his own floor under every login (THREATS: falling back to a weaker factor)."""

from __future__ import annotations

from watchword.core import floors
from watchword.core.refusals import DEVICE_WEAK, FLOOR_UNREACHED, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import changes, letters, reach
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Tx


def choose(kit: Kit, session: Session, floor: int, visit: Visit) -> Refusal | None:
    """Raise or lower it. A floor that no lasting device of the person reaches would shut him out, so it is refused."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = changes.owned(kit, tx, session, lambda user: _reached(kit, tx, user, floor), ask="binding")
        if isinstance(found, Refusal):
            return found
        user, _ = found
        if floor != user.floor:
            set_floor(kit, tx, user, floor)
            fields = {"floor": floor, "before": user.floor}
            tx.audit.write(AuditRow("device.floor.set", user.id, user.id, fields, visit.personal()), now)
    return None


def set_floor(kit: Kit, tx: Tx, user: User, floor: int) -> None:
    """Put it in place, and tell every channel."""
    tx.users.set_floor(user.id, floor)
    letters.tell_all(kit, tx, user, "floor_raised" if floor > user.floor else "floor_lowered")


def _reached(kit: Kit, tx: Tx, user: User, floor: int) -> int | Refusal:
    if floor not in floors.CHOICES:
        return Refusal(DEVICE_WEAK, "floor.unknown")
    devices = [device for device in active_devices(tx, user.id, kit.clock.now()) if not device.ends]
    fits = reach.above(kit.factors, devices, floor, action="login")
    return floor if fits else Refusal(FLOOR_UNREACHED, "floor.unreached")
