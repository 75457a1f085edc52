"""Who may stop an order, and until when (O04)."""

from __future__ import annotations

import pytest

from watchword.core.orders import CHARGE, KINDS, OPEN, ORDER, STAFF_EVENTS, WITHDRAW, Order, events, fault, withdrawable


def order(state: str, *, kind: str = "card_plus", charge: str = "due") -> Order:
    return Order("o", "u", kind, state, charge, 500, "", "", "", "", 0, 0)


@pytest.mark.parametrize("state", sorted(ORDER.states))
def test_its_owner_withdraws_it_until_it_is_sent_and_never_after(state: str) -> None:
    before = state in ("ordered", "made")
    assert ORDER.step(state, WITHDRAW) == ("withdrawn" if before else None)
    assert withdrawable(order(state)) == before
    assert ("cancel" in events(order(state))) == before, "as long as staff may cancel it"


def test_a_withdrawn_order_is_over_but_for_its_charge() -> None:
    assert WITHDRAW not in STAFF_EVENTS, "that is its owner's"
    assert "withdrawn" not in OPEN, "another one may be ordered"
    assert "withdrawn" in ORDER.final
    for kind in KINDS:
        assert events(order("withdrawn", kind=kind)) == ("pay", "waive")
        assert events(order("withdrawn", kind=kind, charge="paid")) == ("refund",)
        assert fault(order("withdrawn", kind=kind), "send") == "state"
    assert CHARGE.step("due", WITHDRAW) is None
