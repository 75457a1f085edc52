"""The portal in a browser without scripts: every way works, with one button where the page would have gone on by itself."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.browser.devices import Computer
from tests.support.installation import PIN, Person

Pairs = Callable[..., Pair]
OFF = {"java_script_enabled": False}


def _waiting(desk: Computer, who: Person) -> None:
    desk.log_in(who)
    desk.waits()


def _go_on(desk: Computer) -> None:
    desk.press(desk.words.portal("wait.continue"))


def test_push_and_the_continue_button(pair: Pairs) -> None:
    who, desk, hand = pair(desk=OFF)
    _waiting(desk, who)
    code = desk.confirmation()
    assert len(code) == 6
    _go_on(desk)
    desk.alert(desk.words.refusal(1112))
    hand.open_waiting()
    hand.type_confirmation(code)
    hand.approve()
    hand.reads_key("approved.title")
    _go_on(desk)
    desk.at_home(who)
    desk.log_out()


def test_qr_challenge_and_code(pair: Pairs) -> None:
    who, desk, hand = pair(desk=OFF)
    _waiting(desk, who)
    way = desk.open_way("qr")
    way.get_by_role("button", name=desk.words.portal("wait.qr_show")).click()
    hand.open(desk.link())
    hand.approve()
    hand.reads_key("approved.title")
    _go_on(desk)
    desk.at_home(who)
    desk.log_out()

    _waiting(desk, who)
    way = desk.open_way("challenge")
    way.get_by_role("button", name=desk.words.portal("wait.challenge_show")).click()
    shown = way.locator("[data-digits]").inner_text()
    assert re.fullmatch(r"\d{3}\s*\d{3}\s*\d{4}", shown)
    hand.open()
    hand.press_key_tab("challenge")
    hand.field("field.challenge").fill(shown)
    hand.field("pin.yours").fill(PIN)
    hand.press_key("challenge.show")
    answer = hand.page.get_by_role("img", name=re.compile(f"^{hand.words.key('field.response')}"))
    expect(answer).to_be_visible()
    desk.page.get_by_label(desk.words.portal("wait.response")).fill(answer.inner_text())
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    desk.at_home(who)
    desk.log_out()
    hand.press_key("done")

    _waiting(desk, who)
    way = desk.open_way("code")
    desk.page.get_by_label(desk.words.portal("wait.code_for", username=who.username)).fill(hand.code(who))
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    desk.at_home(who)


def test_a_denial_is_told_at_the_next_press(pair: Pairs) -> None:
    who, desk, hand = pair(desk=OFF)
    _waiting(desk, who)
    hand.open_waiting()
    hand.press_key("approve.deny")
    hand.reads_key("denied.title")
    _go_on(desk)
    desk.reads(desk.words.portal("over.denied.title"))
