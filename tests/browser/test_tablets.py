"""Key on a tablet (I03): the same screens in a column of the same width, in the middle, the decision in reach and nothing stretched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.devices import Computer, Phone
from tests.support.installation import PIN, Installation
from tests.support.steps import proved

# An iPad says that it is a Mac with a touch screen; an Android tablet that it is no mobile phone.
IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
TABLETS = [(768, 1024, ANDROID), (1024, 768, ANDROID), (1180, 820, IPAD)]

# Column: at most 480 pixels, in the middle; each control within it; the decision in view without scrolling.
_LAYOUT = """() => {
  const found = [], room = document.documentElement.clientWidth
  const main = document.querySelector('main').getBoundingClientRect()
  if (document.documentElement.scrollWidth > room) found.push(`scrolls sideways: ${document.documentElement.scrollWidth}`)
  if (main.width > 480) found.push(`a column of ${main.width}`)
  if (main.width < 440) found.push(`a narrow column of ${main.width}`)
  if (Math.abs(main.left - (room - main.right)) > 1) found.push(`off the middle: ${main.left} and ${room - main.right}`)
  for (const e of document.querySelectorAll('button, input, .tabs a, .banner, .rows, .key__thumb')) {
    const at = e.getBoundingClientRect()
    if (at.width && (at.left < main.left - 1 || at.right > main.right + 1)) found.push(`${e.tagName} .${e.className} leaves the column`)
  }
  for (const e of document.querySelectorAll('.key__thumb .btn, .tabs a')) {
    if (e.getBoundingClientRect().bottom > innerHeight) found.push(`${e.textContent} is below the screen`)
  }
  return found
}"""


def _looks(hand: Phone, name: str) -> None:
    assert hand.page.evaluate(_LAYOUT) == [], name
    hand.seen(name)


@pytest.mark.parametrize(("width", "height", "agent"), TABLETS, ids=[f"{w}x{h}" for w, h, _ in TABLETS])
def test_activated_approved_and_a_code_read(
    here: Installation,
    computer: Callable[..., Computer],
    phone: Callable[..., Phone],
    width: int,
    height: int,
    agent: str,
) -> None:
    who, desk = here.person(phones=0), computer()
    options: dict[str, Any] = {"viewport": {"width": width, "height": height}, "is_mobile": False, "user_agent": agent}
    hand = phone(**options)
    if agent is IPAD:
        touch = hand.context.new_cdp_session(hand.page)
        touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
    hand.surface, hand.widths = f"tablet-{width}x{height}", (width,)
    hand.open()
    hand.reads_key("welcome.title")
    _looks(hand, "welcome")
    hand.open(proved(here, who).page.links[0])
    hand.reads_key("opened.a.title")
    _looks(hand, "opened-activation")
    if agent is IPAD:  # it is asked to be installed first; going on in the browser is the other way
        hand.press_key("welcome.here")
    else:
        hand.press_key("next")
    hand.reads_key("pin.title")
    _looks(hand, "pin")
    hand.choose_pin()
    hand.is_activated(who)
    _looks(hand, "codes")

    desk.log_in(who)
    code = desk.waits()
    expect(hand.page.get_by_role("link").filter(has_text=hand.words.key("waiting.one"))).to_be_visible()
    _looks(hand, "codes-waiting")
    hand.open_waiting()
    _looks(hand, "approve")
    hand.type_confirmation(code)
    hand.press_key("approve.pin")
    hand.reads_key("approve.pin.title")
    _looks(hand, "approve-pin")
    hand.field("pin.yours").fill(PIN)
    hand.press_key("approve.do")
    hand.reads_key("approved.title")
    _looks(hand, "approved")
    desk.at_home(who)
    hand.press_key("done")

    assert len(hand.code(who)) == 6
    _looks(hand, "code-open")
    for tab, title in (("scan", "scan.title"), ("more", "more.title"), ("challenge", "challenge.title")):
        hand.press_key_tab(tab)
        hand.reads_key(title)
        _looks(hand, tab)
