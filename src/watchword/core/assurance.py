"""From the factors used to `amr` (RFC 8176) and `acr`, in the field's words."""

from __future__ import annotations

PASSWORD = "pwd"

ACR_TWO = "urn:watchword:two-elements"
ACR_TWO_ONLINE = "urn:watchword:two-elements:online"


def amr(held: tuple[str, ...]) -> tuple[str, ...]:
    """All methods of a complete login: the password, what was held, and `mfa`, each once, in a stable order."""
    return tuple(dict.fromkeys((PASSWORD, *held, "mfa")))


def acr(held: tuple[str, ...]) -> str:
    """`…:online` when the held element signed the very login it approved, else plain two elements."""
    return ACR_TWO_ONLINE if "pop" in held else ACR_TWO
