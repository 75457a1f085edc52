"""Views of a login begun with the phone, and of the networks an account is kept to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from watchword.web.pages.views import Page, QrPanel, RefusalView, SettingsPage


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPage(Page):
    """The phone first, then the password (S01). `scan` shows the QR, `passkey` asks for one in the place of everything else, `password` follows
    the approval; `until` is the end of any."""

    template: ClassVar[str] = "held.html"
    path: str = "/login/held"
    username: str
    step: Literal["scan", "passkey", "password"]
    qr: QrPanel | None = None
    until: int = 0
    error: RefusalView | None = None
    by_phone: bool = True  # what came first: Key, or a passkey


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkView:
    """One range that an account may log in from."""

    cidr: str
    note: str = ""
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworksPage(SettingsPage):
    """Allowed networks, to read (T02). `address` is where this page is looked at from; `support` the number that changes the list."""

    template: ClassVar[str] = "settings_networks.html"
    section: ClassVar[str] = "networks"
    path: str = "/settings/networks"
    networks: tuple[NetworkView, ...] = ()
    address: str = ""
