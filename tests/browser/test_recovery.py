"""A forgotten password on the live server: Key and SMS, SMS and mail, and one proof alone, at a desk and on a phone (S04, S06, U01)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.browser.devices import Computer, Phone
from tests.browser.test_settings import SCREENS, WIDTHS, fill, sit_down
from tests.support.installation import Installation, Person
from watchword.web.texts import LANGUAGES

Pairs = Callable[..., Pair]
Computers = Callable[..., Computer]
NEW, NEXT = "Nakanoshima-27!", "Dojima-River-81!"
MINUTE = 61

# Everything of the form that sets the password, sent by somebody who has given one proof only.
_FORGE = """password => {
  const form = document.querySelector('main form')
  form.querySelectorAll('input:not([type=hidden])').forEach(e => e.remove())
  for (const [name, value] of [['do', 'password'], ['password', password], ['repeat', password]]) {
    form.append(Object.assign(document.createElement('input'), {type: 'hidden', name, value}))
  }
  form.submit()
}"""


def begin(desk: Computer, who: Person, *, look: bool = True) -> None:
    """From the login page to the choice of the first way."""
    desk.visit("/login")
    desk.press(desk.words.portal("login.forgot"), "link")
    desk.reads(desk.words.portal("recover.head_name"))
    if look:
        desk.seen("recover-name")
    fill(desk, common__username=who.username)
    desk.press(desk.words.portal("login.continue"))
    desk.reads(desk.words.portal("recover.head_choose"))


def choose(desk: Computer, way: str) -> None:
    """One of the ways offered."""
    desk.page.get_by_role("radio", name=desk.words.portal(f"recover.by_{way}")).check()
    desk.press(desk.words.portal("login.continue"))


def offered(desk: Computer) -> list[str]:
    """The ways on the page, without the number or address that a code goes to."""
    desk.reads(desk.words.portal("recover.head_choose"))
    found = [str(radio.get_attribute("value")) for radio in desk.page.get_by_role("radio").all()]
    return [value.partition(":")[0] for value in found]


def by_code(here: Installation, desk: Computer, to: str, *, wrong: bool = False) -> None:
    """The code that was sent; if asked for, a wrong one first."""
    desk.reads(desk.words.portal("recover.head_code"))
    code = here.code_to(to)
    if wrong:
        fill(desk, enrol__code=f"{(int(code) + 1) % 10**6:06}")
        desk.press(desk.words.portal("enrol.check"))
        desk.alert(desk.words.refusal(3204))
        desk.seen("recover-code")
    fill(desk, enrol__code=code)
    desk.press(desk.words.portal("enrol.check"))


def set_password(desk: Computer, password: str) -> None:
    """Both fields and the button."""
    desk.reads(desk.words.portal("recover.head_password"))
    fill(desk, start__password=password, start__repeat=password)
    desk.press(desk.words.portal("start.set"))


def by_key(desk: Computer, hand: Phone) -> None:
    """The QR code, on a phone's screen the link; nobody's phone is notified before that."""
    desk.reads(desk.words.portal("recover.key_first"))
    desk.seen("recover-key")
    found = desk.page.locator(".qr[data-qr]")
    expect(found).not_to_have_attribute("data-qr", "")
    hand.open(str(found.get_attribute("data-qr")))
    hand.reads_key("ask.recover")
    hand.seen("approve-recovery")
    hand.approve()
    hand.reads_key("ask.approved")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_key_and_sms_then_sms_and_mail(here: Installation, pair: Pairs, computer: Computers, lang: str) -> None:
    who, desk, hand = sit_down(pair, lang)
    here.later(MINUTE)
    begin(desk, who)
    assert offered(desk) == ["key", "sms", "mail"]
    desk.seen("recover-first")
    choose(desk, "key")
    by_key(desk, hand)
    assert offered(desk) == ["sms", "mail"]
    desk.page.evaluate(_FORGE, NEW)
    desk.alert(desk.words.refusal(1413))
    desk.seen("recover-one-proof")
    choose(desk, "sms")
    by_code(here, desk, who.number, wrong=True)
    set_password(desk, "Password-1!")
    desk.alert(desk.words.refusal(1402))
    desk.seen("recover-password")
    set_password(desk, NEW)
    desk.reads(desk.words.portal("recover.head_done"))
    desk.seen("recover-done")

    other = computer(lang, **SCREENS[lang])
    other.widths = WIDTHS[lang]
    here.later(MINUTE)
    begin(other, who, look=False)
    choose(other, "sms")
    by_code(here, other, who.number)
    assert offered(other) == ["key", "mail"], "of another kind than the first"
    choose(other, "mail")
    by_code(here, other, who.mail)
    set_password(other, NEXT)
    other.reads(other.words.portal("recover.head_done"))
    desk.log_in(who, NEW)
    desk.alert(desk.words.refusal(1101))
    desk.log_in(who, NEXT)
    desk.waits()


def test_one_proof_is_not_enough_without_scripts(here: Installation, pair: Pairs) -> None:
    who, desk, hand = sit_down(pair, "en", java_script_enabled=False)
    here.later(MINUTE)
    begin(desk, who)
    choose(desk, "key")
    by_key(desk, hand)
    desk.press(desk.words.portal("wait.continue"))
    assert offered(desk) == ["sms", "mail"]
    desk.visit("/recover")
    assert offered(desk) == ["sms", "mail"], "no other page is there by its address"
    expect(desk.page.locator("input[type=password]")).to_have_count(0)
    desk.press(desk.words.portal("recover.cancel"))
    desk.reads(desk.words.portal("login.title"))
    desk.log_in(who)
    desk.waits()
