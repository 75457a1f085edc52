"""The number that Key was first activated with: a code to it gives Key back (L01, L02).

A device keeps it as a keyed hash, compared and never shown; which contact it is, if it is on file still, follows from that.
"""

from __future__ import annotations

from collections.abc import Iterable

from watchword.core.devices import lasting, on_phone
from watchword.core.users import Contact
from watchword.flows.kit import Kit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import Tx


def keyed(kit: Kit, number: str) -> bytes:
    """How a device's row keeps the number, b"" for none."""
    return kit.vault.mac("first-number", number) if number else b""


def on_file(kit: Kit, contacts: Iterable[Contact]) -> dict[bytes, Contact]:
    """The numbers on file by their keyed hashes."""
    return {keyed(kit, one.value): one for one in contacts if one.kind == "sms" and one.on_file}


def only_way(kit: Kit, tx: Tx, user_id: str, contacts: Iterable[Contact]) -> str:
    """The id of the contact by which the one working Key comes back, "" where there is none: of two devices one helps the other out."""
    devices = [one for one in active_devices(tx, user_id, kit.clock.now()) if lasting(one)]
    if len(devices) != 1 or not on_phone(devices[0]):
        return ""
    contact = on_file(kit, contacts).get(tx.devices.recovery_of(devices[0].id)[1])
    return contact.id if contact else ""
