# ruff: noqa: E501 - drawings are read as pictures
"""The line icons as SVG symbols, and the markup that uses them. Every page carries the symbols it needs, so nothing is fetched for them."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

SYMBOLS: dict[str, str] = {
    "bell": '<path d="M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 2h-15zM10 21h4"/>',
    "camera": '<rect x="3" y="6.5" width="18" height="13" rx="2.5"/><circle cx="12" cy="13" r="3.5"/><path d="M8.5 6.5l1.5-2.5h4l1.5 2.5"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "chev": '<path d="M6 9.5l6 6 6-6"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.5l3.5 2"/>',
    "code": '<rect x="2.5" y="6.5" width="19" height="11" rx="2.5"/><path d="M7 12v.01M12 12v.01M17 12v.01"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.8v.01"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M3.5 7l8.5 6.5L20.5 7"/>',
    "okc": '<circle cx="12" cy="12" r="9"/><path d="M8 12.3l2.8 2.8L16 9.5"/>',
    "passkey": '<circle cx="8" cy="9" r="4.5"/><path d="M12 11l8.5 8.5M17 16l2.5-2.5M14.5 13.5L17 11"/>',
    "phone": '<rect x="6.5" y="2.5" width="11" height="19" rx="2.5"/><path d="M10.5 18.5h3"/>',
    "qr": '<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM20 14v2.5M17 20h3M14 20v0"/>',
    "reply": '<path d="M4 5h11a2 2 0 0 1 2 2v3M4 5v8a2 2 0 0 0 2 2h2M11 13.5h7.5A1.5 1.5 0 0 1 20 15v5l-2.6-2H11a1 1 0 0 1-1-1v-2.5a1 1 0 0 1 1-1z"/>',
    "screen": '<rect x="3" y="4" width="18" height="12.5" rx="2"/><path d="M9 20.5h6M12 16.5v4"/>',
    "sms": '<path d="M4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5H10l-5 4v-4h-.5A1.5 1.5 0 0 1 3 15.5v-9A1.5 1.5 0 0 1 4.5 5z"/><path d="M8 11v.01M12 11v.01M16 11v.01"/>',
    "stop": '<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.2v.01"/>',
    "two": '<circle cx="8" cy="8" r="3.5"/><path d="M2 19c.5-3.5 2.7-5 6-5s5.5 1.5 6 5M15 5a3.5 3.5 0 0 1 0 6.5M17.5 14.5c2.5.5 4 2 4.5 4.5"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.7-6 7.5-6s6.7 2 7.5 6"/>',
    "x": '<path d="M6 6l12 12M18 6L6 18"/>',
    "warn": '<path d="M12 4l9 16H3zM12 10v4.5M12 17.3v.01"/>',
}


def icon(name: str, *classes: str) -> Markup:
    """An icon in use; it is decoration, a word stands beside it."""
    if name not in SYMBOLS:
        raise KeyError(name)
    return Markup('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>').format(
        " ".join(("icon", *classes)), name
    )


def symbols(names: Iterable[str]) -> Markup:
    """The definitions of the icons a page uses, once at its top."""
    body = "".join(f'<symbol id="i-{name}" viewBox="0 0 24 24">{SYMBOLS[name]}</symbol>' for name in names)
    return Markup('<svg class="defs" aria-hidden="true">' + body + "</svg>")  # noqa: S704 - ours, all of it
