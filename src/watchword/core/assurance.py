"""From the factors used to `amr` (RFC 8176) and `acr`, in the field's words."""

from __future__ import annotations

from watchword.core.devices import Level

PASSWORD = "pwd"

ACR_ONE = "urn:watchword:one-element"
ACR_TWO = "urn:watchword:two-elements"
ACR_TWO_ONLINE = "urn:watchword:two-elements:online"
ACR_TWO_RESISTANT = "urn:watchword:two-elements:phishing-resistant"
ACR_TWO_TEMPORARY = "urn:watchword:two-elements:temporary"

RESISTANT = (Level.PASSKEY_BOUND, Level.PASSKEY_SYNCED)


def amr(held: tuple[str, ...], *, password: bool = True) -> tuple[str, ...]:
    """All methods of a complete login: the password, what was held, and `mfa`, each once, in a stable order; of one without a device (Q01)
    the password alone; of one by a passkey that verified the person, no `password`."""
    if not held:
        return (PASSWORD,)
    return tuple(dict.fromkeys((*((PASSWORD,) if password else ()), *held, "mfa")))


def acr(held: tuple[str, ...], level: int = 0) -> str:
    """What a program can hold a login to: `…:phishing-resistant` for a passkey, `…:online` where the held element signed the very login it
    approved, `…:temporary` for a code in the place of a device, `one-element` where the person opted out of the device, else plain two elements."""
    if not held:
        return ACR_ONE
    if level in RESISTANT:
        return ACR_TWO_RESISTANT
    if level == Level.TEMPORARY:
        return ACR_TWO_TEMPORARY
    return ACR_TWO_ONLINE if "pop" in held else ACR_TWO
