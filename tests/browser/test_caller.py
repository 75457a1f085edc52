"""Key while somebody is on the telephone: who asks and what it does, the words to compare, confirming, refusing, and asking by oneself (S05)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.browser.devices import PATIENCE, Phone
from tests.support.calling import Call, calling
from tests.support.staff import Member, at_shell

Pairs = Callable[..., Pair]
LANGUAGES = ("en", "ja")


@pytest.fixture
def call(pair: Pairs, tmp_path: Path) -> Callable[..., tuple[Call, Phone]]:
    """`call(lang, direction)`: a call in which a member of staff has just asked the Key in this browser."""

    def make(lang: str, direction: str = "called_us") -> tuple[Call, Phone]:
        who, _, hand = pair(lang)
        agent: Member = at_shell(hand.here, tmp_path, "client_services")
        made = calling(agent, who, direction)
        hand.page.get_by_role("link").filter(has_text=hand.words.key("waiting.call")).click()
        hand.reads_key(f"ask.caller.{direction}")
        return made, hand

    return make


def digits(hand: Phone, code: str) -> None:
    hand.page.get_by_label(hand.words.key("call.code")).fill(code)


def words(hand: Phone) -> list[str]:
    shown = hand.page.get_by_role("list", name=hand.words.key("call.words.label")).get_by_role("listitem")
    expect(shown).to_have_count(3, timeout=PATIENCE)
    return shown.all_inner_texts()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_caller_checks_the_agent_and_is_confirmed(call: Callable[..., tuple[Call, Phone]], lang: str) -> None:
    made, hand = call(lang)
    page = hand.page
    for said in ("call.warning.you.phone", "call.who.you", "call.code.hint"):
        expect(page.get_by_text(hand.words.key(said)).first).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(
        "does not log anybody in and moves no money" if lang == "en" else "ログインにも送金にもなりません"
    )
    expect(page.get_by_role("main")).to_contain_text(made.seen.proof.agent)
    expect(page.get_by_role("button", name=hand.words.key("call.needs"), exact=True)).to_be_disabled()
    for absent in ("fact.place", "fact.network", "fact.browser", "scan"):
        expect(page.get_by_role("main").get_by_text(hand.words.key(absent), exact=True)).to_have_count(0)
    hand.seen("call")

    hand.row("call.check")
    hand.reads_key("call.words.title")
    assert words(hand) == list(made.seen.words)
    hand.seen("call-words")
    hand.press_key("call.match")
    hand.reads_key("ask.caller.called_us")
    expect(page.get_by_text(hand.words.key("call.matched"))).to_be_visible()
    assert made.look().proof.state == "matched"

    wrong = "000000" if made.seen.digits != "000000" else "111111"
    digits(hand, wrong)
    hand.approve()
    expect(page.get_by_label(hand.words.key("call.code"))).to_be_focused(timeout=PATIENCE)
    digits(hand, made.seen.digits)
    hand.approve()
    hand.reads_key("call.approved.title")
    hand.seen("call-confirmed")
    seen = made.look()
    assert (seen.outcome, seen.proof.state) == ("confirmed", "matched")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whom_we_call_is_led_to_the_words_first(call: Callable[..., tuple[Call, Phone]], lang: str) -> None:
    made, hand = call(lang, "we_called")
    expect(hand.page.get_by_text(hand.words.key("call.who.us"), exact=True)).to_be_visible()
    digits(hand, made.seen.digits)
    expect(hand.page.get_by_role("button", name=hand.words.key("call.needs.words"), exact=True)).to_be_disabled()
    hand.seen("call-ours")
    hand.row("call.check")
    words(hand)
    hand.press_key("call.differ")
    hand.reads_key("call.stop.title")
    hand.seen("call-stop-words")
    assert made.look().outcome == "asked"
    hand.press_key("call.stop.do")
    hand.reads_key("call.stopped.title")
    hand.seen("call-stopped")
    assert made.look().outcome == "alarm"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whoever_was_called_says_so(call: Callable[..., tuple[Call, Phone]], lang: str) -> None:
    made, hand = call(lang)
    hand.page.get_by_role("button").filter(has_text=hand.words.key("call.notme.you")).click()
    hand.reads_key("call.stop.title")
    hand.seen("call-stop")
    hand.press_key("call.stop.back")
    hand.reads_key("ask.caller.called_us")
    hand.page.get_by_role("button").filter(has_text=hand.words.key("call.notme.you")).click()
    hand.press_key("call.stop.do")
    hand.reads_key("call.stopped.title")
    assert made.look().outcome == "alarm"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_not_now(call: Callable[..., tuple[Call, Phone]], lang: str) -> None:
    made, hand = call(lang)
    hand.press_key("approve.deny")
    hand.reads_key("call.denied.title")
    hand.seen("call-denied")
    assert made.look().outcome == "denied"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_person_looks_by_himself_who_is_calling(pair: Pairs, tmp_path: Path, lang: str) -> None:
    who, _, hand = pair(lang)
    look(hand)
    expect(hand.page.get_by_role("status")).to_contain_text(last(hand, "call.none"), timeout=PATIENCE)
    hand.seen("call-none")
    agent = at_shell(hand.here, tmp_path, "client_services")
    made = calling(agent, who, "we_called")
    line = hand.page.get_by_role("status").get_by_role("button").filter(has_text=made.seen.proof.agent)
    expect(line).to_be_visible(timeout=PATIENCE)  # the open app hears of it by itself
    hand.seen("call-listed")
    line.click()
    hand.reads_key("ask.caller.we_called")
    hand.page.get_by_role("banner").get_by_role("button", name=hand.words.key("approve.later")).click()
    hand.go_offline()
    look(hand)
    expect(hand.page.get_by_role("status")).to_contain_text(last(hand, "call.unchecked"), timeout=PATIENCE)
    hand.seen("call-offline")


def look(hand: Phone) -> None:
    """More → who is calling me."""
    hand.press_key_tab("more")
    hand.row("call.title")
    hand.reads_key("call.title")


def last(hand: Phone, name: str) -> str:
    """The last sentence of a text, which no heavy part cuts."""
    return re.split(r"(?<=[.。])\s*", hand.words.key(name, brand="Watchword"))[-2]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_go_with_the_screen(call: Callable[..., tuple[Call, Phone]], lang: str) -> None:
    made, hand = call(lang)
    hand.row("call.check")
    words(hand)
    hand.page.get_by_role("banner").get_by_role("button", name=hand.words.key("back")).click()
    hand.reads_key("ask.caller.called_us")
    kept = hand.page.evaluate(
        "document.body.innerText + JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])"
    )
    assert not any(word in kept for word in made.seen.words) and made.who.username in kept
