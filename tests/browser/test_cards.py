"""A card is ordered on the page, comes by post, is put in place and logs in; a token signs a withdrawal there (O02, O04, R01)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.devices import Computer
from tests.support.cards import cells_of, typed
from tests.support.installation import Installation, Person
from tests.support.money import PAYEE, session
from tests.support.sharing import Thing, put
from tests.support.staff import at_shell

Computers = Callable[..., Computer]


def _two(page: Page) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", page.locator(".slip .digits").inner_text())]


def _response(page: Page, token: Thing) -> str:
    return token.respond(re.sub(r"\D", "", page.locator(".slip .digits [aria-hidden]").inner_text()))


def _by_token(here: Installation, desk: Computer, lang: str) -> tuple[Person, Thing]:
    """Somebody whose only device is a token, logged in by it."""
    who = here.person(phones=0, lang=lang)
    token = put(here, who, "card_plus")
    desk.log_in(who)
    desk.page.get_by_label(desk.words.portal("methods.card_plus_label"), exact=True).fill(_response(desk.page, token))
    desk.press(desk.words.portal("wait.log_in"))
    desk.at_home(who)
    return who, token


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_card_from_the_order_to_a_login(here: Installation, computer: Computers, tmp_path: Path, lang: str) -> None:
    agent, printer = at_shell(here, tmp_path, "client_services"), at_shell(here, tmp_path, "compliance")
    desk = computer(lang)
    page, words = desk.page, desk.words.portal
    who, _ = _by_token(here, desk, lang)
    desk.visit("/settings/cards")
    desk.reads(words("cards.title"))
    page.get_by_role("radio", name=words("cards.kind_code_card")).check()
    desk.press(words("cards.order_go"))
    expect(page.get_by_role("heading", name=words("cards.review"))).to_be_focused()
    desk.seen("cards-review")
    desk.press(words("cards.review_go", kind=words("cards.kind_code_card")))
    expect(page.get_by_role("status").filter(has_text=words("settings.done_ordered"))).to_be_focused()
    expect(page.get_by_text(words("cards.state_ordered_what"))).to_be_visible()
    order = page.locator("article.device").get_attribute("id").removeprefix("o-")  # type: ignore[union-attr]
    assert printer.do("order-make", order, "--out", str(tmp_path / "card.pdf"))["state"] == "made"
    agent.do("order-move", order, "send")
    cells = cells_of(here, who)
    page.reload()
    desk.press(words("cards.arrived"))
    field = page.get_by_label(words("methods.code_card_label"), exact=True)
    right = typed(cells, _two(page))
    field.fill("aaa aaa")
    desk.press(words("cards.receive"))
    desk.alert(words("refusals.2360.what"))
    desk.seen("cards-wrong")
    field.fill(right)
    desk.press(words("cards.receive"))
    expect(page.get_by_role("status").filter(has_text=words("settings.done_in_place"))).to_be_visible()
    desk.seen("cards-in-place")
    desk.visit("/")
    desk.log_out()
    desk.log_in(who)
    other = desk.open_way("other")
    card = other.get_by_role("option", name=words("devices.called_card")).first.get_attribute("value")
    other.get_by_label(words("wait.device")).select_option(card)
    desk.press(words("wait.authenticate"))
    page.get_by_label(words("methods.code_card_label"), exact=True).fill(typed(cells, _two(page)))
    desk.press(words("wait.log_in"))
    desk.at_home(who)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_token_signs_a_withdrawal_and_what_is_not_mine_is_taken_back(
    here: Installation, computer: Computers, lang: str
) -> None:
    desk = computer(lang)
    page, words = desk.page, desk.words.portal
    who, token = _by_token(here, desk, lang)
    platform = session(here, who)
    one = platform.ask(6_100)
    desk.visit("/settings/withdrawals")
    desk.press(words("methods.ask_token"))
    for told in ("61.00", PAYEE["name"], PAYEE["account"]):
        expect(page.locator("dl.plain").get_by_text(told)).to_be_visible()
    desk.seen("withdrawals-asked")
    right = _response(page, token)
    page.get_by_label(words("withdrawals.sign_label"), exact=True).fill("12345678")
    desk.press(words("withdrawals.sign_go"))
    desk.alert(words("refusals.2380.what"))
    page.get_by_label(words("withdrawals.sign_label"), exact=True).fill(right)
    desk.press(words("withdrawals.sign_go"))
    expect(page.get_by_role("status").filter(has_text=words("settings.done_withdrawal_signed"))).to_be_visible()
    assert platform.look(one)["state"] == "authorised"
    page.get_by_text(words("withdrawals.disown"), exact=True).click()
    desk.seen("withdrawals-not-mine")
    desk.press(words("withdrawals.disown_go"))
    page.wait_for_url("**/password")
    assert session(here, who).look(one)["state"] == "recalled"
