"""A whole login takes a person under 30 seconds (A09): its keystrokes, presses and waits are counted and weighed; no clock is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Pair
from tests.browser.devices import Computer, Phone
from tests.browser.strokes import Strokes, seconds
from tests.support.installation import PIN, Person

Pairs = Callable[..., Pair]
LIMIT = 30
DOCUMENT = Path(__file__).parents[2] / "docs/usability.md"


def _table() -> dict[str, tuple[Counter[str], float]]:
    """The figures of docs/usability.md: way to operators and seconds."""
    found = {}
    for line in DOCUMENT.read_text("utf-8").splitlines():
        row = re.fullmatch(r"\| ([\w ,-]+) \|((?: \d+ \|){5}) ([\d.]+) \|", line)
        if row:
            counts = [int(count) for count in re.findall(r"\d+", row[2])]
            found[row[1]] = (Counter(dict(zip("KPHMR", counts, strict=True))), float(row[3]))
    return found


def _as_written(way: str, strokes: Strokes) -> float:
    """What was counted is what the document says."""
    counted = strokes.total()
    assert _table().get(way) == (counted, seconds(counted)), f"{way}: counted {dict(counted)}, {seconds(counted)} s"
    return seconds(counted)


def _type(field: Locator, text: str) -> None:
    """On the keyboard; the field is pressed first where the page has not put the cursor there."""
    if not field.evaluate("field => field === document.activeElement"):
        field.click()
    field.press_sequentially(text)


def _log_in(desk: Computer, who: Person) -> None:
    """Username, Tab, password, Enter."""
    username = desk.page.get_by_label(desk.words.portal("common.username"), exact=True)
    _type(username, who.username)
    username.press("Tab")
    password = desk.page.get_by_label(desk.words.portal("common.password"), exact=True)
    _type(password, who.password)
    password.press("Enter")


def _approve(hand: Phone, strokes: Strokes) -> None:
    strokes.compares()
    hand.press_key("approve.pin")
    hand.reads_key("approve.pin.title")
    _type(hand.field("pin.yours"), PIN)
    hand.press_key("approve.do")


def _begun(pairs: Pairs, *, known: bool) -> tuple[Person, Computer, Phone, Strokes]:
    who, desk, hand = pairs()
    if known:
        desk.log_in(who)
        code = desk.waits()
        hand.open_waiting()
        hand.type_confirmation(code)
        hand.approve()
        desk.at_home(who)
        desk.log_out()
        hand.press_key("done")
    else:
        desk.visit("/login")
    strokes = Strokes(desk, hand)
    strokes.begin()
    return who, desk, hand, strokes


@pytest.mark.parametrize("known", [True, False], ids=["known browser", "new browser"])
def test_by_push(pair: Pairs, known: bool) -> None:
    who, desk, hand, strokes = _begun(pair, known=known)
    _log_in(desk, who)
    code = desk.waits()
    assert bool(code) is not known
    strokes.takes_phone()
    hand.open_waiting()
    if code:
        strokes.reads(code)
        _type(hand.page.get_by_label(hand.words.key("approve.code")), code)
    _approve(hand, strokes)
    desk.at_home(who)
    assert _as_written(f"Push, {'known' if known else 'new'} browser", strokes) < LIMIT


def test_by_qr_code(pair: Pairs) -> None:
    who, desk, hand, strokes = _begun(pair, known=False)
    _log_in(desk, who)
    desk.waits()
    desk.open_way("qr")
    link = desk.link()
    strokes.takes_phone()
    strokes.points_camera()
    hand.open(link)
    hand.reads_key("approve.title")
    _approve(hand, strokes)
    desk.at_home(who)
    assert _as_written("QR code", strokes) < LIMIT


def test_by_six_digit_code(pair: Pairs) -> None:
    who, desk, hand, strokes = _begun(pair, known=False)
    _log_in(desk, who)
    desk.waits()
    strokes.takes_phone()
    hand.page.get_by_role("button", name=f"{hand.words.key('codes.show')}: {who.username}").click()
    _type(hand.field("pin.yours"), PIN)
    hand.page.get_by_role("button", name=hand.words.key("codes.show"), exact=True).click()
    shown = hand.page.get_by_role("img", name=re.compile(f"^{hand.words.key('codes.spoken')}"))
    expect(shown).to_be_visible()
    code = re.sub(r"\D", "", shown.inner_text())
    desk.open_way("code")
    field = desk.page.get_by_label(desk.words.portal("wait.code_for", username=who.username))
    strokes.reads(code)
    _type(field, code)
    field.press("Enter")
    desk.at_home(who)
    assert _as_written("Six-digit code", strokes) < LIMIT


def test_by_challenge_and_response(pair: Pairs) -> None:
    """The way without any network is the longest: it is counted and written down, and promised to nobody."""
    who, desk, hand, strokes = _begun(pair, known=False)
    _log_in(desk, who)
    desk.waits()
    shown = desk.open_way("challenge").locator("[data-digits]")
    expect(shown).to_have_text(re.compile(r"^\d{10}$"))
    digits = shown.inner_text()
    strokes.takes_phone()
    hand.press_key_tab("challenge")
    hand.reads_key("challenge.title")
    strokes.reads(digits)
    _type(hand.field("field.challenge"), digits)
    _type(hand.field("pin.yours"), PIN)
    hand.press_key("challenge.show")
    answer = hand.page.get_by_role("img", name=re.compile(f"^{hand.words.key('field.response')}"))
    expect(answer).to_be_visible()
    response = re.sub(r"\D", "", answer.inner_text())
    strokes.reads(response)
    field = desk.page.get_by_label(desk.words.portal("wait.response"))
    _type(field, response)
    field.press("Enter")
    desk.at_home(who)
    _as_written("Challenge and response", strokes)
