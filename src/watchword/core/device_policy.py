"""Under which conditions a person deactivates a device without us (L04), and how strong each kind is in words a person reads."""

from __future__ import annotations

from collections.abc import Sequence

from watchword.core.devices import Device, Level, lasting
from watchword.core.users import Contact


def deactivation_fault(
    device: Device, others: Sequence[Device], contacts: Sequence[Contact], *, restricted: bool
) -> str:
    """Why this device is not for its owner to deactivate, or "": `inactive`, `delay` (the last one, lately recovered), `staff`.

    With another lasting device that he lets answer for him (`others`) a person goes on with that one. A temporary or a disabled one, and one
    put aside, may always go. The last one needs a verified number to enrol the next by; without it,
    or in the days after a recovery, somebody could be shut out of his own account, so a staff member looks at it first.
    """
    if device.state not in ("active", "disabled", "kept"):
        return "inactive"
    if device.state != "active" or not lasting(device):
        return ""
    if any(other.state == "active" and other.id != device.id for other in others):
        return ""
    if restricted:
        return "delay"
    return "" if any(contact.kind == "sms" and contact.verified for contact in contacts) else "staff"


def bars(level: Level) -> int:
    """How strong a device is, as one to four bars beside the word (LOOK.md, device card)."""
    if level >= Level.PASSKEY_SYNCED:
        return 4
    if level >= Level.TOTP_APP:
        return 3
    return 2 if level >= Level.CODE_CARD else 1
