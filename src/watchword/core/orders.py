"""Devices that are ordered, made, sent, received, replaced and returned, and what they cost (O04): Security Code Card and Digital Security Card+.

The rules this file stands for:
1. What is on its way logs nobody in: it counts from the moment its owner has it and shows that he does.
2. Only a DSC+ is returned; a card is cut up by its owner.
3. A charge is a state of its own beside the order's, so that neither waits for the other.
4. Until it is sent, whose it is may withdraw it, whoever ordered it, and staff may cancel it; on its way, only staff stop it.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.devices import CARD_PLUS, CODE_CARD
from watchword.core.machine import Machine

ORDER = Machine(
    "order",
    ("ordered",),
    {
        ("ordered", "make"): "made",
        ("ordered", "cancel"): "cancelled",
        ("ordered", "withdraw"): "withdrawn",
        ("made", "send"): "sent",
        ("made", "cancel"): "cancelled",
        ("made", "withdraw"): "withdrawn",
        ("sent", "receive"): "active",
        ("sent", "lose"): "lost",
        ("active", "replace"): "replaced",
        ("active", "end"): "ended",
        ("active", "return"): "returned",
        ("replaced", "return"): "returned",
        ("ended", "return"): "returned",
    },
)
CHARGE = Machine(
    "charge",
    ("none", "due"),
    {
        ("none", "charge"): "due",
        ("due", "pay"): "paid",
        ("due", "waive"): "waived",
        ("paid", "refund"): "refunded",
    },
)
KINDS = (CODE_CARD, CARD_PLUS)
OPEN = ("ordered", "made", "sent")
STAFF_EVENTS = ("send", "lose", "cancel", "return", "charge", "pay", "waive", "refund")
WITHDRAW = "withdraw"  # the one event that is its owner's before it was sent
OF_CHARGE = CHARGE.events
RETURNED = (CARD_PLUS,)


@dataclass(frozen=True, slots=True)
class Order:
    """One device on its way, or one that arrived. `by` is the member of staff who ordered, "" for the person; `replaces` the device that ends
    when this one is received; `cents` the charge in US cents; `serial` what is printed on it."""

    id: str
    user_id: str
    kind: str
    state: str
    charge: str
    cents: int
    device_id: str
    serial: str
    replaces: str
    by: str
    ordered: int
    moved: int


def fault(order: Order, event: str) -> str:
    """Why an event is not for this order now: `kind`, `state`, or "" where it may happen."""
    if event == "return" and order.kind not in RETURNED:
        return "kind"
    machine, state = (CHARGE, order.charge) if event in OF_CHARGE else (ORDER, order.state)
    return "" if machine.step(state, event) else "state"


def withdrawable(order: Order) -> bool:
    """Whether its owner may still withdraw it."""
    return ORDER.step(order.state, WITHDRAW) is not None


def events(order: Order) -> tuple[str, ...]:
    """What a member of staff may do with it now, in the order of the page."""
    return tuple(event for event in STAFF_EVENTS if not fault(order, event))
