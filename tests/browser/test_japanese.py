"""Every way to log in, in Japanese on both sides: the survey lets no English word pass on any of these screens (V01)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.browser.survey import english
from tests.support.installation import PIN

Pairs = Callable[..., Pair]


def test_every_way_in_japanese(pair: Pairs) -> None:
    who, desk, hand = pair("ja")
    desk.visit("/login")
    assert desk.page.locator("html").get_attribute("lang") == "ja"
    assert hand.page.locator("html").get_attribute("lang") == "ja"

    desk.log_in(who)
    code = desk.waits()
    hand.open_waiting()
    hand.type_confirmation(code)
    hand.approve()
    desk.at_home(who)
    desk.log_out()
    desk.seen("logged-out")

    desk.log_in(who)
    desk.open_way("qr")
    link = desk.link()
    desk.seen("waiting-qr")
    hand.open(link)
    hand.reads_key("approve.title")
    hand.seen("approve-scanned")
    hand.approve()
    desk.at_home(who)
    desk.seen("home-by-qr")
    desk.log_out()

    desk.log_in(who)
    way = desk.open_way("challenge")
    shown = way.locator("[data-digits]")
    expect(shown).to_have_text(re.compile(r"^\d{10}$"))
    desk.seen("waiting-challenge")
    hand.open()
    hand.press_key_tab("challenge")
    hand.field("field.challenge").fill(shown.inner_text())
    hand.field("pin.yours").fill(PIN)
    hand.seen("challenge")
    hand.press_key("challenge.show")
    answer = hand.page.get_by_role("img", name=re.compile(f"^{hand.words.key('field.response')}"))
    expect(answer).to_be_visible()
    hand.seen("response")
    desk.page.get_by_label(desk.words.portal("wait.response")).fill(answer.inner_text())
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    desk.at_home(who)
    desk.log_out()
    hand.press_key("done")

    desk.log_in(who)
    way = desk.open_way("code")
    desk.page.get_by_label(desk.words.portal("wait.code_for", username=who.username)).fill(hand.code(who))
    hand.seen("code-open")
    desk.seen("waiting-code")
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    desk.at_home(who)
    desk.log_out()


def test_refusing_in_japanese(pair: Pairs) -> None:
    who, desk, hand = pair("ja")
    desk.log_in(who)
    desk.waits()
    hand.open_waiting()
    hand.press_key("approve.deny")
    hand.reads_key("denied.title")
    hand.seen("denied")
    desk.reads(desk.words.portal("over.denied.title"))
    desk.seen("over-denied")
    desk.log_in(who)
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text(desk.words.portal("wait.quiet"))
    desk.seen("waiting-quiet")
    desk.open_way("qr")
    hand.open(desk.link())
    hand.page.get_by_role("button").filter(has_text=hand.words.key("notme.row")).click()
    hand.reads_key("notme.title")
    expect(hand.page.get_by_text("0120-000-018")).to_be_visible()  # the number for those who speak Japanese
    hand.seen("not-me")
    hand.press_key("notme.do")
    hand.reads_key("stopped.title")
    hand.seen("stopped")
    desk.reads(desk.words.portal("over.not_me.title"))
    desk.seen("over-not-me")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_settings_and_help_in_both_languages(pair: Pairs, lang: str) -> None:
    _, desk, hand = pair(lang)
    for path, name in (("/help", "help"), ("/start", "start"), ("/nowhere", "error")):
        desk.visit(path)
        desk.seen(name)
    for name in hand.settings():
        hand.seen(name)


def test_the_language_is_switched_on_the_page(pair: Pairs) -> None:
    _, desk, hand = pair()
    desk.visit("/login")
    desk.press("日本語")
    expect(desk.page.locator("html")).to_have_attribute("lang", "ja")
    assert english(desk.texts()) == []
    hand.press_key_tab("more")
    hand.press("日本語")
    expect(hand.page.locator("html")).to_have_attribute("lang", "ja")
    assert english(hand.texts()) == []
    hand.open()
    expect(hand.page.locator("html")).to_have_attribute("lang", "ja")
