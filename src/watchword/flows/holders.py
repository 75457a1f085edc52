"""From a device's row to the keys its factor needs (protocol/spec.md section 3)."""

from __future__ import annotations

from watchword.core.devices import Device
from watchword.factors.base import Holder
from watchword.flows.kit import Kit


def holder(kit: Kit, device: Device, *labels: str) -> Holder:
    """The device with the keys named by `labels` (`totp`, `ocra`, `hmac`)."""
    keys = {label: kit.vault.user_key(label, device.secret, device.user_id, device.phone_id) for label in labels}
    return Holder(device, **keys)
