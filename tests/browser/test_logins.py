"""The four ways to log in with Key, each finished with nothing pressed on the computer that a person would not press (A06, B, C, D, E)."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.support.installation import OTHER_PIN, PIN, Installation

Pairs = Callable[..., Pair]


def test_by_push_with_the_confirmation_code_and_without_it_on_a_known_browser(pair: Pairs) -> None:
    who, desk, hand = pair()
    desk.log_in(who)
    code = desk.waits()
    hand.open_waiting()
    expect(hand.page.get_by_role("button", name=hand.words.key("approve.needs"))).to_be_disabled()
    hand.type_confirmation(f"{int(code) ^ 1:06}")
    hand.approve()
    expect(hand.page.get_by_text(hand.words.refusal(4303))).to_be_visible()
    hand.seen("confirmation-wrong")
    hand.type_confirmation(code)
    hand.approve(OTHER_PIN)
    expect(hand.page.get_by_text(hand.words.refusal(4304))).to_be_visible()
    hand.seen("pin-wrong")
    hand.field("pin.yours").fill(PIN)
    hand.press_key("approve.do")
    hand.reads_key("approved.title")
    desk.at_home(who)
    desk.log_out()
    hand.press_key("done")

    desk.log_in(who)
    assert desk.waits() == ""
    desk.seen("waiting-known")
    hand.open_waiting()
    hand.seen("approve-known")
    hand.approve()
    desk.at_home(who)


def test_by_the_qr_code_which_the_phones_camera_opens(pair: Pairs) -> None:
    who, desk, hand = pair()
    desk.log_in(who)
    desk.waits()
    desk.open_way("qr")
    link = desk.link()
    desk.seen("waiting-qr")
    assert re.fullmatch(re.escape(hand.here.key) + r"/l#[\w-]{22}", link)
    hand.open(link)
    hand.reads_key("approve.title")
    assert hand.page.url == hand.here.key + "/"
    expect(hand.page.get_by_text(hand.words.key("approve.scanned"))).to_be_visible()
    hand.seen("approve-scanned")
    hand.approve()
    hand.reads_key("approved.title")
    desk.at_home(who)
    desk.seen("home-by-qr")


def test_by_challenge_and_response_with_the_phone_offline(pair: Pairs) -> None:
    who, desk, hand = pair()
    desk.log_in(who)
    desk.waits()
    way = desk.open_way("challenge")
    shown = way.locator("[data-digits]")
    expect(shown).to_have_text(re.compile(r"^\d{10}$"))
    digits = shown.inner_text()
    desk.seen("waiting-challenge")

    hand.go_offline()
    hand.open()
    hand.press_key_tab("challenge")
    hand.reads_key("challenge.title")
    field = hand.field("field.challenge")
    field.fill(digits[:9] + str((int(digits[9]) + 1) % 10))
    expect(hand.page.get_by_text(hand.words.key("challenge.check.what"))).to_be_visible()
    field.fill(digits)
    expect(hand.page.get_by_text(hand.words.key("challenge.check.what"))).to_be_hidden()
    hand.field("pin.yours").fill(PIN)
    hand.seen("challenge")
    hand.press_key("challenge.show")
    answer = hand.page.get_by_role("img", name=re.compile(f"^{hand.words.key('field.response')}"))
    expect(answer).to_be_visible()
    hand.seen("response")
    response = re.sub(r"\D", "", answer.inner_text())

    field = desk.page.get_by_label(desk.words.portal("wait.response"))
    button = way.get_by_role("button", name=desk.words.portal("wait.log_in"))
    field.fill(f"{(int(response) + 1) % 10**8:08}")
    button.click()
    expect(desk.page.get_by_text(desk.words.refusal(2104))).to_be_visible()
    desk.seen("waiting-response-wrong")
    field.fill(response)
    button.click()
    desk.at_home(who)


def test_by_the_six_digit_code_with_the_phone_offline(here: Installation, pair: Pairs) -> None:
    who, desk, hand = pair()
    hand.go_offline()
    hand.open()
    code = hand.code(who)
    hand.seen("code-open")
    desk.log_in(who)
    desk.waits()
    way = desk.open_way("code")
    desk.seen("waiting-code")
    field = desk.page.get_by_label(desk.words.portal("wait.code_for", username=who.username))
    field.fill("000 000" if code != "000000" else "111 111")
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    expect(desk.page.get_by_text(desk.words.refusal(2101))).to_be_visible()
    field.fill(code)
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    desk.at_home(who)
    desk.log_out()
    desk.log_in(who)
    desk.waits()
    desk.open_way("code")
    field.fill(code)
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    expect(desk.page.get_by_text(desk.words.refusal(2103))).to_be_visible()
    desk.seen("waiting-code-used")


def test_the_phone_hears_that_a_login_is_over(pair: Pairs) -> None:
    who, desk, hand = pair()
    waits = hand.page.get_by_role("link").filter(has_text=hand.words.key("waiting.one"))
    desk.log_in(who)
    desk.waits()
    expect(waits).to_be_visible()
    desk.press(desk.words.portal("wait.cancel"))
    desk.reads(desk.words.portal("over.cancelled.title"))
    expect(waits).to_be_hidden()
    desk.seen("over-cancelled")


def test_denied_on_the_phone(pair: Pairs) -> None:
    who, desk, hand = pair()
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
    assert desk.confirmation() == ""
    desk.press(desk.words.portal("wait.again"))
    desk.alert("U04")
    desk.seen("waiting-quiet")


def test_not_me_leads_to_a_new_password(pair: Pairs) -> None:
    who, desk, hand = pair()
    desk.log_in(who)
    desk.waits()
    hand.open_waiting()
    hand.page.get_by_role("button").filter(has_text=hand.words.key("notme.row")).click()
    hand.reads_key("notme.title")
    hand.seen("not-me")
    hand.press_key("notme.do")
    hand.reads_key("stopped.title")
    hand.seen("stopped")
    desk.reads(desk.words.portal("over.not_me.title"))
    desk.seen("over-not-me")
    hand.press_key("done")

    desk.log_in(who)
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text(desk.words.portal("wait.off"))
    desk.open_way("qr")
    hand.open(desk.link())
    hand.approve()
    desk.reads(desk.words.portal("password.title"))
    desk.seen("new-password")
    desk.visit("/")
    desk.reads(desk.words.portal("password.title"))
    fill = desk.page.get_by_label
    fill(desk.words.portal("password.current"), exact=True).fill(who.password)
    fill(desk.words.portal("start.password"), exact=True).fill("Nakanoshima-27!")
    fill(desk.words.portal("start.repeat"), exact=True).fill("Nakanoshima-27!")
    desk.press(desk.words.portal("password.set"))
    desk.at_home(who)
    desk.log_out()
    desk.log_in(who, "Nakanoshima-27!")
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text(desk.words.portal("wait.quiet"))
