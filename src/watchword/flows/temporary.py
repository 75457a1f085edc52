"""A temporary code's life (O03): issued by two members of staff, sent to a channel on file, over when a lasting device is in its place.

Nobody of the staff ever sees it. It logs in and puts a lasting device in place; whatever else matters wants a device (core/floors.py).
"""

from __future__ import annotations

from watchword.core.devices import TEMPORARY_CODE, Device
from watchword.core.temporary import LENGTH, LIFE_SECONDS, code_from, grouped
from watchword.core.users import Contact, User
from watchword.factors.temporary_code import SALT, kept
from watchword.flows import letters, sent_codes
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx


def issue(kit: Kit, tx: Tx, user: User, contact: Contact) -> Device:
    """A new code in place of the one before, sent to this contact. The user's row is locked; whoever calls tells the other channels."""
    now = kit.clock.now()
    end(kit, tx, user, "renewed")
    code = code_from(kit.entropy.bytes(LENGTH))
    name = kit.texts.plain(user.lang, "devices.called_temporary")
    secret = kept(code, kit.entropy.bytes(SALT))
    device = Device(
        kit.entropy.id(), user.id, "", TEMPORARY_CODE, "active", name, secret, 0, 0, now, 0, ends=now + LIFE_SECONDS
    )
    tx.devices.add(device)
    until = kit.texts.moment(user.lang, device.ends, user.zone)
    letters.put(kit, tx, user, contact, "temporary_code", code=grouped(code), until=until)
    personal = {"to": sent_codes.masked(kit, contact)}
    tx.audit.write(AuditRow("device.temporary.issued", user.id, device.id, {"kind": contact.kind}, personal), now)
    return device


def end(kit: Kit, tx: Tx, user: User, reason: str) -> bool:
    """Every temporary code of a user whose row is locked is over; whether there was one that could be used."""
    now = kit.clock.now()
    ended = False
    for device in tx.devices.of_user(user.id):
        if device.kind == TEMPORARY_CODE and tx.devices.move(device.id, "active", "inactive", now):
            ended = ended or now < device.ends
            tx.audit.write(AuditRow("device.temporary.ended", user.id, device.id, {"reason": reason}), now)
    return ended
