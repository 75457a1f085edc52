"""What the pages of cards and tokens are told, at the portal and at the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from watchword.core.orders import KINDS
from watchword.web.pages.console_views import ConsolePage
from watchword.web.pages.views import SettingsPage


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order. `left` are the cells of a card, -1 where that means nothing; `asked` is what its device has to answer on receipt; `events` are
    open to the member of staff who looks; `cents` the charge, 0 for none."""

    id: str
    kind: str
    state: str
    charge: str
    cents: int = 0
    serial: str = ""
    ordered: int = 0
    moved: int = 0
    left: int = -1
    asked: Mapping[str, object] | None = None
    events: tuple[str, ...] = ()
    username: str = ""
    may_make: bool = False

    @property
    def dollars(self) -> str:
        """The charge as an amount."""
        return f"{self.cents // 100:,}.{self.cents % 100:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsPage(SettingsPage):
    """Orders of one's own, ordering, putting in place, and the card for the screen. `cells` are a new online card's, shown this once."""

    template: ClassVar[str] = "settings_cards.html"
    section: ClassVar[str] = "devices"
    path: str = "/settings/cards"
    rows: tuple[OrderRow, ...] = ()
    kinds: tuple[str, ...] = KINDS  # what can be ordered now
    replaceable: tuple[tuple[str, str], ...] = ()  # tokens of one's own: id and name
    at: str = ""
    may_add: bool = False
    online: bool = False
    cells: tuple[str, ...] = ()
    cells_until: int = 0
    columns: ClassVar[int] = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersPage(ConsolePage):
    """Everybody's orders, or one state of them."""

    template: ClassVar[str] = "staff_orders.html"
    section: ClassVar[str] = "orders"
    path: str = "/orders"
    rows: tuple[OrderRow, ...] = ()
    may: bool = False
    state: str = ""
    chosen: str = ""  # the order whose form waited for Key
    serial: str = ""
    username: str = ""
    states: ClassVar[tuple[str, ...]] = ("active", "lost", "replaced", "ended", "returned", "cancelled")
    kinds: ClassVar[tuple[str, ...]] = KINDS
