"""What becomes of an order when its device ends, and of a device when its order does, whoever ended it."""

from __future__ import annotations

from watchword.core.card_plus import TOKEN
from watchword.core.devices import CARD_PLUS
from watchword.core.orders import ORDER, Order
from watchword.flows.ports import Tx


def closed(tx: Tx, device_id: str, event: str, now: int) -> None:
    """The device of an order is over: `end`, `replace` or `return`. Nothing where it was never ordered, or is over already."""
    order = tx.orders.of_device(device_id)
    to = ORDER.step(order.state, event) if order is not None else None
    if order is not None and to is not None:
        tx.orders.move(order.id, order.state, to, moved=now)


def never_sent(tx: Tx, order: Order, now: int) -> None:
    """The device of an order that is over before it was sent: it never answers anything, and a token goes back into stock with its key."""
    device = tx.devices.get(order.device_id) if order.device_id else None
    if device is None:
        return
    tx.devices.move(device.id, "issued", "dropped", now)
    token = tx.tokens.by_serial(order.serial) if device.kind == CARD_PLUS else None
    to = TOKEN.step(token.state, "drop") if token is not None else None
    if token is not None and to is not None:
        tx.tokens.move(token, to, device.secret, now)
