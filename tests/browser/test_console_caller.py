"""The console and Key at both ends of one call, each in a browser: the page goes on by itself with what the phone does (S05)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Make, Pair
from tests.browser.devices import COMPUTER, LOCALES, PATIENCE, Computer, Device, Phone
from tests.browser.survey import Survey
from tests.support.console import Seat, signed_in
from tests.support.installation import Installation, Person

Pairs = Callable[..., Pair]
LANGUAGES = ("en", "ja")


class Console(Computer):
    """The console in a browser at a desk, signed in."""

    surface = "console"
    widths = (1280, 390, 320)


@pytest.fixture
def console(here: Installation, new_context: Make, devices: list[Device], survey: Survey) -> Callable[..., Console]:
    """`console(lang, width=1280)`: somebody of client services, signed in before this browser opened."""

    def make(lang: str, width: int = 1280) -> Console:
        seat: Seat = signed_in(here, "client_services", who=here.person(lang=lang), language=lang)
        context = new_context(**{**COMPUTER, "locale": LOCALES[lang], "viewport": {"width": width, "height": 800}})
        held = [
            {"name": name, "value": value, "url": here.settings.staff.url.replace("http:", "https:"), "secure": True}
            for name, value in seat.browser.cookies.items()
        ]
        context.add_cookies(held)  # type: ignore[arg-type]
        devices.append(Console(here, context, lang, survey))
        return devices[-1]  # type: ignore[return-value]

    return make


def begin(desk: Console, who: Person, direction: str) -> None:
    """From the person's page to what is to be said."""
    words = desk.words
    desk.page.goto(f"{desk.here.settings.staff.url}/users/{who.id}")
    desk.page.get_by_role("link", name=words.portal("caller.page.title"), exact=True).click()
    desk.reads(words.portal("caller.page.heading_form"))
    desk.seen("call-form")
    desk.page.get_by_role("radio", name=words.portal(f"caller.page.dialled_{direction}")).check()
    desk.press(words.portal("caller.page.ask"))
    desk.reads(words.portal("caller.page.heading_asked"))


def status(desk: Console, name: str) -> None:
    """What the page says by itself."""
    said = desk.page.get_by_role("status").filter(has_text=desk.words.portal(f"caller.page.{name}"))
    expect(said).to_be_visible(timeout=PATIENCE)


def takes(hand: Phone, direction: str) -> None:
    """The phone opens what is asked."""
    hand.page.get_by_role("link").filter(has_text=hand.words.key("waiting.call")).click()
    hand.reads_key(f"ask.caller.{direction}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_ends_of_a_call(pair: Pairs, console: Callable[..., Console], lang: str) -> None:
    who, _, hand = pair(lang)
    desk = console(lang)
    begin(desk, who, "we_called")
    status(desk, "state_unseen")
    desk.seen("call-asked")
    takes(hand, "we_called")
    hand.row("call.check")
    heard = hand.page.get_by_role("list", name=hand.words.key("call.words.label")).get_by_role("listitem")
    expect(heard).to_have_count(3, timeout=PATIENCE)
    assert heard.all_inner_texts() == desk.page.locator(".said li").all_inner_texts()
    status(desk, "state_shown")
    hand.press_key("call.match")
    status(desk, "state_matched")
    hand.reads_key("ask.caller.we_called")
    hand.page.get_by_label(hand.words.key("call.code")).fill(desk.confirmation())
    hand.approve()
    hand.reads_key("call.approved.title")
    desk.reads(desk.words.portal("caller.page.heading_confirmed"))
    expect(desk.page.get_by_role("status").filter(has_text=re.compile("Pixel 8"))).to_be_visible()
    desk.seen("call-confirmed")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_alarm_comes_by_itself(pair: Pairs, console: Callable[..., Console], lang: str) -> None:
    who, _, hand = pair(lang)
    desk = console(lang, 390)
    begin(desk, who, "called_us")
    takes(hand, "called_us")
    hand.page.get_by_role("button").filter(has_text=hand.words.key("call.notme.you")).click()
    hand.press_key("call.stop.do")
    desk.reads(desk.words.portal("caller.page.heading_alarm"))
    desk.seen("call-alarm")
    desk.page.goto(f"{desk.here.settings.staff.url}/users/{who.id}")
    expect(desk.page.get_by_text(desk.words.portal("console.tag_call_alarm")).first).to_be_visible()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_answer(pair: Pairs, console: Callable[..., Console], lang: str) -> None:
    who, _, _ = pair(lang)
    desk = console(lang)
    begin(desk, who, "called_us")
    desk.press(desk.words.portal("caller.page.stop"))
    desk.reads(desk.words.portal("caller.page.heading_over"))
    desk.seen("call-over")
