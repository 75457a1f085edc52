"""The GSM 7-bit alphabet (3GPP TS 23.038): which texts need no UCS-2, and so hold 160 characters and not 70."""

from __future__ import annotations

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "^{}\\[~]|€\f"
_ALPHABET = frozenset(_BASIC + _EXTENSION)


def fits_gsm(text: str) -> bool:
    """True if every character is in the default alphabet or its extension table."""
    return _ALPHABET.issuperset(text)
