"""Activating Key: by SMS all on the phone, by the QR code's link, by the Session ID, and a second user under the same PIN (F, G, H, J, K)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.devices import PATIENCE, PHONE_NAME, Computer, Phone
from tests.support.installation import OTHER_PIN, PIN, Installation
from tests.support.steps import proved

Computers = Callable[..., Computer]
Phones = Callable[..., Phone]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_by_sms_then_a_login_by_push(here: Installation, computer: Computers, phone: Phones, lang: str) -> None:
    who = here.person(phones=0, lang=lang, addresses=("1-5300 Nakanoshima",))
    desk, hand = computer(lang), phone(lang)
    hand.open()
    hand.reads_key("welcome.title")
    hand.seen("welcome")
    hand.press_key("welcome.start")
    hand.reads_key("method.title")
    hand.seen("methods")
    hand.row("method.sms")
    hand.field("field.username").fill(who.username)
    hand.field("field.password").fill(who.password)
    hand.seen("credentials")
    hand.press_key("next")
    hand.reads_key("number.title")
    hand.seen("numbers")
    hand.press_key("number.send")
    hand.reads_key("smscode.title")
    code = here.code_to(who.number)
    hand.field("field.activation").fill("0000 0000" if code != "00000000" else "1111 1111")
    hand.press_key("next")
    expect(hand.page.get_by_text(hand.words.refusal(3204))).to_be_visible()
    hand.seen("sms-code-wrong")
    hand.field("field.activation").fill(code)
    hand.press_key("next")
    hand.reads_key("pin.title")
    hand.seen("pin")
    hand.field("pin.new").fill("a5300")
    hand.field("pin.again").fill("a5300")
    hand.press_key("pin.activate")
    expect(hand.page.get_by_text(hand.words.key("pin.found.address"))).to_be_visible()
    expect(hand.page.get_by_text("5300", exact=True)).to_be_visible()
    hand.seen("pin-refused")
    hand.choose_pin()
    hand.is_activated(who)
    hand.seen("codes")

    desk.log_in(who)
    code = desk.waits()
    assert len(code) == 6
    desk.seen("waiting")
    hand.open_waiting()
    hand.seen("approve")
    hand.type_confirmation(code)
    hand.approve()
    hand.reads_key("approved.title")
    hand.seen("approved")
    desk.at_home(who)
    desk.seen("home")
    expect(desk.page.get_by_text(PHONE_NAME).first).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_by_qr_after_a_proof_by_mail(here: Installation, computer: Computers, phone: Phones, lang: str) -> None:
    who = here.person(phones=0, lang=lang)
    desk, hand = computer(lang), phone(lang)
    desk.visit("/login")
    desk.seen("login")
    desk.log_in(who, "Wrong-2026!")
    expect(desk.page.get_by_role("alert").filter(has_text=desk.words.refusal(1101))).to_be_focused()
    desk.seen("login-error")
    desk.log_in(who)
    desk.reads(desk.words.portal("enrol.head_choose"))
    desk.seen("enrol-choose")
    desk.page.get_by_role("radio", name=desk.words.portal("enrol.by_mail")).check()
    desk.press(desk.words.portal("enrol.send"))
    desk.reads(desk.words.portal("enrol.head_code"))
    desk.seen("enrol-code")
    field = desk.page.get_by_label(desk.words.portal("enrol.code"), exact=True)
    code = here.code_to(who.mail)
    field.fill("000000" if code != "000000" else "111111")
    desk.press(desk.words.portal("enrol.check"))
    expect(desk.page.get_by_text(desk.words.refusal(3204))).to_be_visible()
    desk.seen("enrol-code-wrong")
    field.fill(code)
    desk.press(desk.words.portal("enrol.check"))
    desk.reads(desk.words.portal("enrol.head_scan"))
    # In the person's own zone; the page is some moments old, and may have been made in the hour before.
    hours = {time.strftime("%H:", time.gmtime(time.time() + 9 * 3600 + 600 - ago)) for ago in (0, PATIENCE // 1000)}
    expect(desk.page.get_by_role("status").filter(has_text=re.compile("|".join(sorted(hours))))).to_be_visible()
    desk.seen("enrol-scan")
    link = desk.link()
    assert link.startswith(f"{here.key}/a#")

    hand.open(link)
    hand.reads_key("opened.a.title")
    assert hand.page.url == here.key + "/"
    hand.press_key("next")
    expect(desk.page.get_by_text(desk.words.portal("enrol.scanned"))).to_be_visible()
    hand.choose_pin()
    desk.reads(desk.words.portal("enrol.head_done"))
    expect(desk.page.get_by_text(PHONE_NAME)).to_be_visible()
    hand.is_activated(who)
    desk.seen("enrol-done")
    desk.press(desk.words.portal("enrol.try"))
    desk.log_in(who)
    code = desk.waits()
    hand.open_waiting()
    hand.type_confirmation(code)
    hand.approve()
    desk.at_home(who)

    other = phone(lang)
    other.open(link)
    other.press_key("next")
    other.reads(other.words.refusal(3201))
    other.seen("activation-used")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_by_session_id_and_a_second_user_under_the_same_pin(here: Installation, phone: Phones, lang: str) -> None:
    first, second = here.person(phones=0, lang=lang), here.person(phones=0, lang=lang)
    hand = phone(lang)
    hand.open()
    hand.press_key("welcome.start")
    shown = proved(here, first).page.session_id
    hand.type_session_id(first, shown[:7])
    expect(hand.page.get_by_text(hand.words.key("session.length.what"))).to_be_visible()
    hand.seen("session-length")
    hand.field("field.session").fill(f"{shown[:4]}-{shown[4:]}".lower())
    hand.press_key("next")
    hand.choose_pin()
    hand.is_activated(first)

    hand.page.get_by_role("button", name=hand.words.key("codes.add")).click()
    hand.type_session_id(second, proved(here, second).page.session_id)
    hand.reads_key("add.pin.title")
    hand.seen("add-user-pin")
    hand.field("pin.yours").fill(OTHER_PIN)
    hand.press_key("pin.activate")
    expect(
        hand.page.get_by_text(re.compile("|".join(hand.words.refusal(number) for number in (3206, 4304))))
    ).to_be_visible()
    hand.seen("add-user-pin-wrong")
    hand.field("pin.yours").fill(PIN)
    hand.press_key("pin.activate")
    hand.is_activated(second)
    hand.seen("codes-two")
    expect(hand.page.get_by_role("list", name=hand.words.key("codes.users")).get_by_role("listitem")).to_have_count(2)


def test_two_pins_that_differ_and_one_too_short(here: Installation, phone: Phones) -> None:
    who, hand = here.person(phones=0), phone()
    hand.open(proved(here, who).page.links[0])
    hand.press_key("next")
    hand.field("pin.new").fill("ab1")
    hand.press_key("pin.activate")
    expect(hand.page.get_by_text(hand.words.key("pin.length.what"))).to_be_visible()
    hand.field("pin.new").fill(PIN)
    hand.field("pin.again").fill(OTHER_PIN)
    hand.press_key("pin.activate")
    expect(hand.page.get_by_text(hand.words.key("pin.differs.what"))).to_be_visible()
    expect(hand.field("pin.again")).to_be_focused()
    expect(hand.field("pin.new")).to_have_value(PIN)
    hand.field("pin.again").fill(PIN)
    hand.press_key("pin.activate")
    hand.is_activated(who)
