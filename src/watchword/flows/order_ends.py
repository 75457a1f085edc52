"""What becomes of an order when its device ends, whoever ended it."""

from __future__ import annotations

from watchword.core.orders import ORDER
from watchword.flows.ports import Tx


def closed(tx: Tx, device_id: str, event: str, now: int) -> None:
    """The device of an order is over: `end`, `replace` or `return`. Nothing where it was never ordered, or is over already."""
    order = tx.orders.of_device(device_id)
    to = ORDER.step(order.state, event) if order is not None else None
    if order is not None and to is not None:
        tx.orders.move(order.id, order.state, to, moved=now)
