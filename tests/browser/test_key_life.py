"""Key's life in the app: a new PIN, a transfer between two phones, a recovery with the right and the wrong PIN (L01, L02, L05, F06, L06)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.browser.devices import Computer, Phone
from tests.support.installation import OTHER_PIN, PIN, Installation, Person, refused

Pairs = Callable[..., Pair]
Phones = Callable[..., Phone]
Computers = Callable[..., Computer]
NEW = "t7Hk2s"


def approves(who: Person, desk: Computer, hand: Phone, pin: str) -> None:
    """A login of this person is approved on this phone by this PIN."""
    desk.log_in(who)
    code = desk.waits()
    hand.open_waiting()
    if code:
        hand.type_confirmation(code)
    hand.approve(pin)
    hand.reads_key("approved.title")
    desk.at_home(who)
    desk.log_out()
    hand.press_key("done")


def more(hand: Phone, row: str) -> None:
    """One of the rows under More."""
    hand.press_key_tab("more")
    hand.row(row)


def new_pin(hand: Phone, pin: str, button: str) -> None:
    """A new PIN, typed twice."""
    hand.field("pin.new").fill(pin)
    hand.field("pin.again").fill(pin)
    hand.press_key(button)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_new_pin(pair: Pairs, lang: str) -> None:
    who, desk, hand = pair(lang, birth_date="1984-12-04")
    more(hand, "changepin.title")
    hand.reads_key("changepin.title")
    hand.field("pin.yours").fill(OTHER_PIN)
    hand.press_key("next")
    expect(hand.page.get_by_text(hand.words.refusal(4304))).to_be_visible()
    hand.seen("changepin-wrong")
    hand.field("pin.yours").fill(PIN)
    hand.press_key("next")
    hand.reads_key("changepin.new")
    hand.seen("changepin-new")
    new_pin(hand, "x1984z", "changepin.do")
    expect(hand.page.get_by_text("1984", exact=True)).to_be_visible()
    new_pin(hand, NEW, "changepin.do")
    hand.reads_key("changepin.done")
    hand.seen("changepin-done")
    hand.press_key("done")
    approves(who, desk, hand, NEW)


def test_a_change_that_was_cut_off_is_finished_after_a_restart(pair: Pairs) -> None:
    who, desk, hand = pair()
    more(hand, "changepin.title")
    hand.field("pin.yours").fill(PIN)
    hand.press_key("next")
    hand.page.route("**/v1/renewal/confirm", lambda route: route.fulfill(status=400, json={}))
    new_pin(hand, NEW, "changepin.do")
    hand.reads_key("unfinished.title")
    hand.seen("unfinished")
    hand.page.unroute("**/v1/renewal/confirm")
    hand.open()
    hand.reads_key("unfinished.title")
    hand.field("pin.yours").fill(OTHER_PIN)
    hand.press_key("unfinished.do")
    expect(hand.page.get_by_text(hand.words.refusal(4304))).to_be_visible()
    hand.field("pin.yours").fill(NEW)
    hand.press_key("unfinished.do")
    hand.reads_key("unfinished.done")
    hand.press_key("done")
    approves(who, desk, hand, NEW)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_transfer_to_a_new_phone(pair: Pairs, phone: Phones, lang: str) -> None:
    who, desk, old = pair(lang)
    new = phone(lang)
    more(old, "give.title")
    old.reads_key("give.title")
    old.seen("give")
    old.field("pin.yours").fill(PIN)
    old.press_key("give.show")
    old.reads_key("give.scan")
    shown = old.page.locator("[data-qr]")
    expect(shown.locator("svg")).to_be_visible()
    old.seen("give-qr")
    link = str(shown.get_attribute("data-qr"))
    assert re.fullmatch(re.escape(old.here.key) + r"/t#[\w-]{22}", link)
    new.open(link)
    new.reads_key("receive.title")
    assert new.page.url == new.here.key + "/"
    new.seen("receive")
    new.press_key("next")
    new.reads_key("receive.code")
    new.seen("receive-code")
    code = re.sub(r"\D", "", new.page.locator(".answer .digits").first.inner_text())[:6]
    old.reads_key("give.code.title")
    old.field("give.code").fill(f"{(int(code) + 1) % 10**6:06}")
    old.press_key("give.approve")
    expect(old.page.get_by_text(old.words.refusal(4407))).to_be_visible()
    old.seen("give-code")
    old.field("give.code").fill(code)
    old.press_key("give.approve")
    old.reads_key("give.moving")
    old.seen("give-moving")
    new.reads_key("receive.pin")
    new.seen("receive-pin")
    new_pin(new, NEW, "receive.do")
    new.reads_key("receive.done")
    new.seen("receive-done")
    old.reads_key("give.done")
    old.seen("give-done")
    old.press_key("done")
    old.reads_key("welcome.title")
    new.press_key("done")
    approves(who, desk, new, NEW)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_after_a_reinstall_the_recovery_pin_brings_key_back(
    here: Installation, computer: Computers, phone: Phones, lang: str
) -> None:
    who, desk = here.person(lang=lang), computer(lang)
    hand = phone(lang)
    opened(here, who, hand)
    hand.seen("recover-pin")
    hand.field("recover.pin").fill(OTHER_PIN)
    hand.press_key("recover.do")
    expect(hand.page.get_by_text(hand.words.refusal(4304))).to_be_visible()
    hand.seen("recover-pin-wrong")
    hand.field("recover.pin").fill(PIN)
    hand.press_key("recover.do")
    hand.reads_key("recover.done", username=who.username)
    hand.seen("recover-done")
    hand.press_key("done")
    approves(who, desk, hand, PIN)


def opened(here: Installation, who: Person, hand: Phone) -> None:
    """From the first screen to the recovery PIN."""
    hand.open()
    hand.press_key("welcome.start")
    hand.row("recover.title")
    hand.reads_key("recover.title")
    hand.field("field.username").fill(who.username)
    hand.field("field.password").fill(who.password)
    hand.seen("recover")
    hand.press_key("next")
    hand.reads_key("recover.which")
    hand.seen("recover-which")
    hand.press_key("recover.send")
    hand.reads_key("recover.code")
    hand.seen("recover-code")
    hand.field("recover.code.label").fill(here.code_to(who.number))
    hand.press_key("next")
    hand.reads_key("recover.pin.title")


def test_with_a_forgotten_pin_a_new_one_is_made(here: Installation, computer: Computers, phone: Phones) -> None:
    who, desk = here.person(), computer()
    hand = phone()
    opened(here, who, hand)
    hand.press_key("recover.forgot")
    hand.reads_key("recover.forgot")
    hand.seen("forgot")
    hand.press_key("forgot.do")
    hand.choose_pin(NEW)
    hand.is_activated(who)
    approves(who, desk, hand, NEW)
    refused(4101, work=who.phone.pending)


def test_by_sms_with_a_key_elsewhere_the_way_to_a_recovery_is_shown(pair: Pairs, phone: Phones) -> None:
    who, _, _ = pair()
    hand = phone()
    hand.open()
    hand.press_key("welcome.start")
    hand.row("method.sms")
    hand.field("field.username").fill(who.username)
    hand.field("field.password").fill(who.password)
    hand.press_key("next")
    hand.reads(hand.words.refusal(3104))
    hand.press_key("recover.title")
    hand.reads_key("recover.title")


def test_the_clock_is_named_by_its_minutes(pair: Pairs) -> None:
    _, _, hand = pair()
    more(hand, "clockhelp.title")
    expect(hand.page.get_by_text(hand.words.key("clockhelp.right"))).to_be_visible()
    hand.page.evaluate("Date.now = (now => () => now() - 240000)(Date.now)")
    hand.press_key("clockhelp.do")
    expect(hand.page.get_by_text(hand.words.key("clockhelp.slow", n=4))).to_be_visible()
    hand.seen("clock-slow")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_change_of_a_setting_is_named_before_it_is_approved(pair: Pairs, lang: str) -> None:
    who, desk, hand = pair(lang)
    desk.log_in(who)
    code = desk.waits()
    hand.open_waiting()
    hand.type_confirmation(code)
    hand.approve()
    desk.at_home(who)
    hand.press_key("done")
    desk.page.evaluate(
        """() => { const form = document.querySelector('form').cloneNode(true);
        form.action = '/confirm'; form.method = 'post';
        const field = document.createElement('input'); field.name = 'operation'; field.value = 'password'; form.append(field);
        document.body.append(form); form.submit() }"""
    )
    desk.waits()
    hand.page.get_by_role("link").filter(has_text=hand.words.key("waiting.other")).click()
    hand.reads_key("ask.confirm.password")
    hand.seen("approve-change")
    hand.press_key("approve.pin")
    hand.field("pin.yours").fill(PIN)
    hand.press_key("approve.do")
    hand.reads_key("ask.approved")
    hand.seen("approved-change")
