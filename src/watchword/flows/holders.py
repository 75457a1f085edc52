"""A user's device on the phone that asks, and the keys its factor needs (protocol/spec.md section 3)."""

from __future__ import annotations

from watchword.core.attempts import Attempt
from watchword.core.devices import Device, Phone
from watchword.factors.base import Holder
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx


def holder(kit: Kit, device: Device, *labels: str) -> Holder:
    """The device with the keys named by `labels` (`totp`, `ocra`, `hmac`)."""
    keys = {label: kit.vault.user_key(label, device.secret, device.user_id, device.phone_id) for label in labels}
    return Holder(device, **keys)


def device_here(tx: Tx, attempt: Attempt, phone: Phone) -> Device | None:
    """The active device of the attempt's user on this phone."""
    for device in tx.devices.of_user(attempt.user_id):
        if device.phone_id == phone.id and device.state == "active":
            return device
    return None
