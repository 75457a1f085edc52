"""Key signs a withdrawal: amount and payee stand there whole before anything can be pressed, whatever the payee is called (R01)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.support.money import PAYEE, session

Pairs = Callable[..., Pair]
LONG = "<b>Kita</b> & Sons שלום " + "N" * 90


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("name", [PAYEE["name"], LONG], ids=["plain", "hostile"])
def test_amount_and_payee_are_shown_and_signed(pair: Pairs, lang: str, name: str) -> None:
    who, _, hand = pair(lang)
    platform = session(hand.here, who)
    one = platform.ask(123_456_50, payee={**PAYEE, "name": name})
    page = hand.page
    page.get_by_role("link").filter(has_text=hand.words.key("waiting.other")).click()
    hand.reads_key("ask.withdraw")
    shown = page.locator("dl.money")
    for told in ("USD 123,456.50", name, PAYEE["account"]):
        expect(shown.get_by_text(told, exact=True)).to_be_visible()
    expect(page.get_by_text(hand.words.key("money.lead"))).to_be_visible()
    hand.seen(f"money-{'long' if name == LONG else 'plain'}")
    if one["signing"]["confirmation"]:
        page.get_by_label(hand.words.key("ask.code")).fill(one["signing"]["confirmation"])
    hand.approve()
    hand.reads_key("ask.approved")
    hand.seen("money-signed")
    assert platform.look(one)["state"] == "authorised"
