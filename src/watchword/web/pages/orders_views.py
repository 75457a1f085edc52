"""What the pages of cards and tokens are told, at the portal and at the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from watchword.core.orders import KINDS
from watchword.web.pages.console_views import ConsolePage
from watchword.web.pages.views import SettingsPage


def dollars(cents: int) -> str:
    """An amount of US cents as people read it."""
    return f"{cents // 100:,}.{cents % 100:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order. `left` are the cells of a card, -1 where that means nothing; `asked` is what its device has to answer on receipt; `events` are
    open to the member of staff who looks; `cents` the charge, 0 for none; `unsent` says that whose it is may withdraw it."""

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
    unsent: bool = False

    @property
    def dollars(self) -> str:
        """The charge as an amount."""
        return dollars(self.cents)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReview:
    """An order before it is given: `charge` is an amount, "" where it costs nothing; `ends` are the names of what makes way for it."""

    kind: str
    replaces: str = ""
    charge: str = ""
    ends: tuple[str, ...] = ()
    temporary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsPage(SettingsPage):
    """Orders of one's own, ordering, putting in place, and the card for the screen. `cells` are a new online card's, shown this once; `review`
    is the order that is looked over before it is given."""

    template: ClassVar[str] = "settings_cards.html"
    section: ClassVar[str] = "devices"
    path: str = "/settings/cards"
    rows: tuple[OrderRow, ...] = ()
    kinds: tuple[str, ...] = KINDS  # what can be ordered now
    replaceable: tuple[tuple[str, str], ...] = ()  # tokens of one's own: id and name
    at: str = ""
    review: OrderReview | None = None
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
    states: ClassVar[tuple[str, ...]] = ("active", "lost", "replaced", "ended", "returned", "cancelled", "withdrawn")
    kinds: ClassVar[tuple[str, ...]] = KINDS
