"""Recovery codes on paper: made and shown once, beside a device that they stand in for when it is lost."""

from __future__ import annotations

from watchword.core.devices import RECOVERY_CODE, Device, lasting
from watchword.core.recovery_codes import COUNT, ENTROPY_BYTES, code_from, grouped
from watchword.core.refusals import RECOVERY_CODE_ALONE, RECOVERY_CODES_SHOWN, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.factors.recovery_code import SALT, kept
from watchword.flows import changes, letters, once
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Tx


def make(kit: Kit, session: Session, form: str, visit: Visit) -> tuple[str, ...] | Refusal:
    """Ten new codes, as they are written down; those made before end. `form` is the token of the form that asks: the same one again makes none.
    A code itself never reaches this: it is a change (core/floors.py)."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        refused = changes.refusal(kit, tx, session, user, binding=True)
        if refused is not None:
            return refused
        if not any(lasting(device) for device in active_devices(tx, user.id, now)):
            return Refusal(RECOVERY_CODE_ALONE, "recovery_code.alone")
        refused = once.spent(kit, tx, user.id, form, Refusal(RECOVERY_CODES_SHOWN, "recovery_code.shown"))
        if refused is not None:
            return refused
        _end(kit, tx, user)
        codes = tuple(code_from(kit.entropy.bytes(ENTROPY_BYTES)) for _ in range(COUNT))
        name = kit.texts.plain(user.lang, "devices.called_recovery_code")
        secret = kept(codes, kit.entropy.bytes(SALT))
        device = Device(
            kit.entropy.id(), user.id, "", RECOVERY_CODE, "active", name, secret, 0, 0, now, 0, added_in=session.id
        )
        tx.devices.add(device)
        letters.tell_all(kit, tx, user, "recovery_code_made")
        tx.audit.write(AuditRow("device.recovery.made", user.id, device.id, {"codes": COUNT}, visit.personal()), now)
    return tuple(grouped(code) for code in codes)


def _end(kit: Kit, tx: Tx, user: User) -> None:
    now = kit.clock.now()
    for device in tx.devices.of_user(user.id):
        if device.kind == RECOVERY_CODE and device.state in ("active", "disabled"):
            tx.devices.move(device.id, device.state, "inactive", now)
            tx.audit.write(AuditRow("device.recovery.ended", user.id, device.id, {"reason": "renewed"}), now)
