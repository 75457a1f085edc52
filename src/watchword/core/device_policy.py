"""Under which conditions a person deactivates a device without us (L04), and how strong each kind is in words a person reads."""

from __future__ import annotations

from collections.abc import Sequence

from watchword.core.devices import Device, Level
from watchword.core.users import Contact

LEVELS = {"key": Level.KEY_ONLINE}


def deactivation_fault(
    device: Device, devices: Sequence[Device], contacts: Sequence[Contact], *, restricted: bool
) -> str:
    """Why this device is not for its owner to deactivate, or "": `inactive`, `delay` (the last one, lately recovered), `staff`.

    With another active device a person goes on with that one. The last one needs a verified number to enrol the next by; without it,
    or in the days after a recovery, somebody could be shut out of his own account, so a staff member looks at it first.
    """
    if device.state != "active":
        return "inactive"
    if any(other.state == "active" and other.id != device.id for other in devices):
        return ""
    if restricted:
        return "delay"
    return "" if any(contact.kind == "sms" and contact.verified for contact in contacts) else "staff"


def bars(kind: str) -> int:
    """How strong a kind of device is, as one to four bars beside the word (LOOK.md, device card)."""
    level = LEVELS[kind]
    if level >= Level.KEY_ONLINE:
        return 4
    if level >= Level.TOTP_APP:
        return 3
    return 2 if level >= Level.CODE_CARD else 1
