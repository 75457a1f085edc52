"""The message centre in a real browser: both languages, at a desk and on a phone's screen, with and without scripts, and what hostile files do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.devices import PHONE, Computer
from tests.support import pictures
from tests.support.installation import Installation, Person
from tests.support.steps import logged_in
from watchword.core.refusals import Refusal
from watchword.flows import cases

Make = Callable[..., Computer]
SUBJECTS = {"en": "The QR code isn’t read", "ja": "QRコードが読み取れません"}
TEXTS = {
    "en": "Since this morning the camera shows the code,\nand nothing happens.",
    "ja": "今朝から、カメラにコードが映っても\n何も起こりません。",
}
ANSWERS = {
    "en": "Thank you. Please turn on “Scan QR codes” in the camera’s settings.",
    "ja": "ご連絡ありがとうございます。カメラの設定で「QRコードをスキャン」をオンにしてください。",
}
NAMES = {"en": "Screenshot.png", "ja": "画面.png"}


def signed_in(
    here: Installation, computer: Make, lang: str = "en", who: Person | None = None, **options: Any
) -> tuple[Person, Computer]:
    """A browser with the session of somebody who logged in elsewhere: logging in has tests of its own."""
    who = who or here.person(lang=lang)
    browser = logged_in(here, who, here.browser(language=lang))
    desk = computer(lang, **options)
    desk.context.add_cookies(
        [
            {
                "name": name,
                "value": value,
                "url": here.portal.replace("http:", "https:"),
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
            for name, value in browser.cookies.items()
        ]
    )
    return who, desk


def write(desk: Computer, folder: Path, lang: str, *files: tuple[str, bytes]) -> None:
    """Fill the form of a new case and send it."""
    say = desk.words.portal
    desk.page.get_by_label(say("messages_page.topic")).select_option("key")
    desk.page.get_by_label(say("messages_page.subject"), exact=True).fill(SUBJECTS[lang])
    desk.page.get_by_label(say("messages_page.text"), exact=True).fill(TEXTS[lang])
    for name, body in files:
        (folder / name).write_bytes(body)
    desk.page.get_by_label(say("messages_page.pictures")).set_input_files([folder / name for name, _ in files])
    desk.press(say("messages_page.send"))


@pytest.mark.parametrize("options", [{}, PHONE, {"java_script_enabled": False}], ids=["desk", "phone", "plain"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_case_from_the_first_word_to_the_answer(
    here: Installation, computer: Make, tmp_path: Path, lang: str, options: dict[str, Any]
) -> None:
    _, desk = signed_in(
        here, computer, lang, **{name: value for name, value in options.items() if name != "timezone_id"}
    )
    say = desk.words.portal
    desk.visit("/messages")
    expect(desk.page.get_by_text(say("messages_page.empty"))).to_be_visible()
    desk.seen("messages-empty")
    desk.press(say("messages_page.new"), "link")
    desk.reads(say("messages_page.new_title"))
    desk.seen("messages-new")
    write(desk, tmp_path, lang, ("no.png", pictures.svg()))
    desk.alert("no.png")
    expect(desk.page.get_by_label(say("messages_page.text"), exact=True)).to_have_value(TEXTS[lang])
    desk.seen("messages-refused")
    write(desk, tmp_path, lang, (NAMES[lang], pictures.noise(1280, 800)))
    desk.reads(SUBJECTS[lang])
    picture = desk.page.get_by_role("img", name=say("messages_page.picture_of", name=NAMES[lang]))
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1280
    case_id = desk.page.url.rpartition("/")[2]
    assert not isinstance(cases.answer(here.built.kit, lambda _: "s" * 26, case_id, ANSWERS[lang]), Refusal)
    desk.visit("/messages")
    expect(desk.page.get_by_text(say("messages_page.unread"), exact=True)).to_be_visible()
    desk.seen("messages-unread")
    desk.press(SUBJECTS[lang], "link")
    expect(desk.page.get_by_text(ANSWERS[lang])).to_be_visible()
    desk.seen("messages-case")
    desk.press(say("messages_page.close"))
    expect(desk.page.get_by_role("heading", name=say("messages_page.closed_title"))).to_be_visible()
    desk.seen("messages-closed")
    desk.press(say("messages_page.reopen"))
    desk.page.get_by_label(say("messages_page.text"), exact=True).fill("OK")
    desk.press(say("messages_page.send"))
    expect(desk.page.locator(".thread__item").last).to_contain_text("OK")


def test_a_picture_opened_on_its_own_runs_nothing_and_stays_whole(
    here: Installation, computer: Make, tmp_path: Path
) -> None:
    _, desk = signed_in(here, computer)
    desk.visit("/messages/new")
    write(desk, tmp_path, "en", ("page.png", pictures.polyglot()), ("photo.jpg", pictures.jpeg()))
    desk.reads(SUBJECTS["en"])
    for link in [found.get_attribute("href") for found in desk.page.locator(".pictures a").all()]:
        desk.visit(str(link))
        assert desk.page.evaluate("document.contentType").startswith("image/")
        assert desk.page.evaluate("self.origin") == "null", "sandboxed: an origin of its own, without our cookies"
        # What Chromium puts around a picture, and what Playwright puts into every page, asks to run there and may not.
        assert all(str(link) in line for line in desk.heard)
        desk.heard.clear()


def test_markup_in_a_message_is_only_text(here: Installation, computer: Make) -> None:
    who, desk = signed_in(here, computer)
    desk.visit("/messages/new")
    say, hostile = (
        desk.words.portal,
        "</textarea><img src=x onerror=\"document.title='gone'\"><script>document.title='gone'</script>",
    )
    desk.page.get_by_label(say("messages_page.topic")).select_option("other")
    desk.page.get_by_label(say("messages_page.subject"), exact=True).fill(hostile[:100])
    desk.page.get_by_label(say("messages_page.text"), exact=True).fill(hostile)
    desk.press(say("messages_page.send"))
    expect(desk.page.locator(".thread__text")).to_have_text(hostile)
    assert desk.page.title() != "gone"
    assert who.username


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_paper_account_says_so_on_every_page(here: Installation, computer: Make, lang: str) -> None:
    who = here.person(lang=lang, kind="paper")
    _, desk = signed_in(here, computer, lang, who)
    for path in ("/", "/messages", "/messages/new"):
        desk.visit(path)
        expect(desk.page.get_by_role("note")).to_contain_text(desk.words.portal("common.paper"))
    desk.visit("/")
    desk.seen("home-paper")
    _, live = signed_in(here, computer, lang)
    live.visit("/")
    expect(live.page.get_by_role("note")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_help_is_one_press_from_the_refusal(here: Installation, computer: Make, lang: str) -> None:
    who = here.person(lang=lang)
    desk = computer(lang)
    desk.log_in(who, "wrong")
    desk.alert(desk.words.refusal(1101))
    desk.press(desk.words.portal("help_topics.open"), "link")
    desk.reads(desk.words.portal("help_topics.u01.title"))
    desk.seen("help-u01")
    for topic in ("password-rules", "recover-key"):
        desk.visit(f"/help/{topic}")
        desk.seen(f"help-{topic}")
