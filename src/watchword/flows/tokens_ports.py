"""Ports of devices that are handed out: orders, and the stock of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from watchword.core.orders import Order


@dataclass(frozen=True, slots=True)
class Token:
    """One DSC+ as an institution has it. `secret` is what core/card_plus.py packs, b"" once it went to a person's device."""

    id: str
    serial: str
    state: str
    model: str
    secret: bytes


class Papers(Protocol):
    def card(self, lang: str, cells: Sequence[str], *, username: str, serial: str, until: str = "") -> bytes:
        """A code card as a PDF to print: an A4 page with the grid, large enough to read, and lines to fold it along."""
        ...


class Orders(Protocol):
    def add(self, order: Order) -> None: ...
    def get(self, order_id: str, *, lock: bool = False) -> Order | None: ...
    def of_user(self, user_id: str) -> tuple[Order, ...]: ...
    def of_device(self, device_id: str) -> Order | None: ...
    def in_state(self, state: str, limit: int) -> tuple[Order, ...]: ...
    def move(self, order_id: str, state: str, to: str, **values: object) -> bool: ...
    def charge(self, order_id: str, charge: str, to: str, now: int) -> bool: ...


class Tokens(Protocol):
    def add(self, found: Sequence[Token], now: int) -> str:
        """All of them into stock, or the serial number of the first that is there already."""
        ...

    def by_serial(self, serial: str) -> Token | None: ...
    def move(self, token: Token, to: str, secret: bytes, now: int) -> bool: ...
    def count(self, state: str) -> int: ...
