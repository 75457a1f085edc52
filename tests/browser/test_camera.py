"""Key's own scanner, with a camera that sees what the computer's screen shows (C02, G02, G04)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import video
from tests.browser.conftest import Pair
from tests.browser.devices import Computer, Phone
from tests.support.browser import camera
from tests.support.installation import Installation

Pairs = Callable[..., Pair]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera of this module's browser sees; written anew before it is turned on."""
    path = tmp_path_factory.mktemp("camera") / "clip.y4m"
    video.point_at_text("nothing to do with us", path)
    return path


@pytest.fixture(scope="module")
def chromium(launch_chromium: Callable[..., Browser], clip: Path) -> Browser:
    """A Chromium with that camera."""
    return launch_chromium(*camera(str(clip)), whole=True)


def test_a_login_is_scanned_and_approved(pair: Pairs, clip: Path) -> None:
    who, desk, hand = pair()
    desk.log_in(who)
    desk.waits()
    desk.open_way("qr")
    desk.link()
    video.point_at(desk.page, ".qr", clip)
    hand.press_key_tab("scan")
    hand.reads_key("approve.title")
    expect(hand.page.get_by_text(hand.words.key("approve.scanned"))).to_be_visible()
    hand.approve()
    desk.at_home(who)


def test_the_code_on_the_page_is_read_in_place_of_typing(pair: Pairs, clip: Path) -> None:
    who, desk, hand = pair()
    desk.log_in(who)
    desk.waits()
    desk.open_way("qr")
    desk.link()
    video.point_at(desk.page, ".qr", clip)
    hand.open_waiting()
    expect(hand.page.get_by_role("button", name=hand.words.key("approve.needs"))).to_be_disabled()
    hand.page.get_by_role("button", name=hand.words.key("scan.long")).click()
    expect(hand.page.get_by_text(hand.words.key("approve.scanned"))).to_be_visible()
    hand.approve()
    desk.at_home(who)


def test_key_is_activated_by_scanning(
    here: Installation, computer: Callable[..., Computer], phone: Callable[..., Phone], clip: Path
) -> None:
    who, desk, hand = here.person(phones=0), computer(), phone()
    desk.log_in(who)
    desk.press(desk.words.portal("enrol.send"))
    desk.page.get_by_label(desk.words.portal("enrol.code"), exact=True).fill(here.code_to(who.number))
    desk.press(desk.words.portal("enrol.check"))
    desk.link()
    video.point_at(desk.page, ".qr", clip)
    hand.open()
    hand.press_key("welcome.start")
    hand.row("method.qr")
    hand.choose_pin()
    hand.is_activated(who)
    desk.reads(desk.words.portal("enrol.head_done"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https://key.watchword.example.net/l#AAAAAAAAAAAAAAAAAAAAAA", "scan.foreign.what"),
        ("WIFI:S:Cafe;T:WPA;P:espresso;;", "scan.none.what"),
    ],
    ids=["another address", "something else"],
)
def test_a_code_that_is_not_ours_leads_nowhere(pair: Pairs, clip: Path, text: str, says: str) -> None:
    _, _, hand = pair()
    asked: list[str] = []
    video.point_at_text(text, clip)
    hand.page.on("request", lambda request: asked.append(request.url))
    hand.press_key_tab("scan")
    hand.alert(hand.words.key(says))
    hand.seen(says.replace(".", "-"))
    assert [url for url in asked if "/v1/" in url and not url.endswith(("/pending", "/events"))] == []
