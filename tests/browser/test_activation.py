"""Activating Key: by SMS all on the phone, by the QR code's link, by the Session ID, and a second user under the same PIN (F, G, H, J, K)."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.devices import PHONE_NAME, Computer, Phone
from tests.support.installation import OTHER_PIN, PIN, Installation

Computers = Callable[..., Computer]
Phones = Callable[..., Phone]


def test_by_sms_then_a_login_by_push(here: Installation, computer: Computers, phone: Phones) -> None:
    who = here.person(phones=0, addresses=("1-5300 Nakanoshima",))
    desk, hand = computer(), phone()
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
    expect(desk.page.get_by_text("Pixel 8").first).to_be_visible()
