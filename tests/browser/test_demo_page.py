"""The demonstration's page: the computer, the phone and the outbox side by side, each of them real; and starting over."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from tests.browser.clock import WallClock
from tests.browser.survey import Survey
from tests.browser.words import Words
from tests.support.browser import complaints
from tests.support.installation import CHEAP, PIN
from tests.support.process import free_port
from tests.support.virtual import Virtual
from watchword.app import demo, demo_drawer, serving

WHO = demo.PEOPLE[0]
LOCALES = {"en": "en-GB", "ja": "ja-JP"}
SECONDS = 30_000


@dataclass
class Stage:
    """The page and its two frames."""

    page: Page
    words: Words

    @property
    def computer(self) -> FrameLocator:
        """The portal."""
        return self.page.frame_locator("iframe[data-portal]")

    @property
    def phone(self) -> FrameLocator:
        """Key."""
        return self.page.frame_locator("iframe[data-key]")

    def only_the_newcomers(self) -> None:
        """Nothing was sent but the welcome and the one-time code of the person who has no password yet."""
        letters = self.page.get_by_role("log").locator("article")
        expect(letters).to_have_count(2, timeout=SECONDS)
        expect(letters.last).to_contain_text(demo.NEWCOMER.mails[0])

    def press(self, name: str) -> None:
        """A button of Key."""
        self.phone.get_by_role("button", name=self.words.key(name), exact=True).click()

    def log_in(self, username: str = WHO.username, at: FrameLocator | Page | None = None) -> None:
        """Username and password at the computer, or in a tab."""
        where = at or self.computer
        where.get_by_label(self.words.portal("common.username"), exact=True).fill(username)
        where.get_by_label(self.words.portal("common.password"), exact=True).fill(demo.PASSWORD)
        where.get_by_role("button", name=self.words.portal("login.continue")).click()

    def drawer(self, step: str) -> Locator:
        """One of the ways without the phone, opened."""
        found = self.page.locator(f".drawer [data-step={step}]")
        found.locator("summary").click()
        return found

    def asked(self) -> list[str]:
        """What the portal asks of a card or token: two numbers, or one challenge."""
        shown = self.computer.locator(".slip .digits")
        read = shown.locator("b, [aria-hidden]")
        expect(read.first).to_be_visible()
        return read.all_inner_texts()

    def answer(self, text: str) -> None:
        """What it answers, and in."""
        self.computer.locator("input[name=answer]").fill(text)
        self.computer.get_by_role("button", name=self.words.portal("wait.log_in")).click()

    def at_home(self, given: str, at: FrameLocator | Page | None = None) -> None:
        """Logged in."""
        expect((at or self.computer).get_by_role("heading", level=1)).to_contain_text(given)

    def log_out(self, at: FrameLocator | Page | None = None) -> None:
        """At the computer, or in a tab."""
        where = at or self.computer
        where.get_by_role("button", name=self.words.portal("common.log_out")).click()
        expect(where.get_by_role("heading", level=1, name=self.words.portal("login.title"))).to_be_visible()

    def ticked(self, step: str) -> None:
        """What was tried is ticked."""
        expect(self.page.locator(f"[data-step={step}]")).to_have_class(re.compile("is-done"), timeout=SECONDS)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration, as `watchword demo` runs it."""
    settings = demo.settings_for(free_port(), tmp_path_factory.mktemp("demo"), hash=CHEAP, log_level="error")
    app, _, address = demo.server(settings, clock=WallClock())
    listening = threading.Event()
    server = serving.Announcing(serving.config(app, settings), lambda _: listening.set())
    thread = threading.Thread(target=server.run, daemon=True, name="demo")
    thread.start()
    assert listening.wait(20), "the server did not start"
    yield address
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_activate_log_in_and_start_over(
    origin: str, new_context: Callable[..., BrowserContext], survey: Survey, lang: str
) -> None:
    context = new_context(viewport={"width": 1440, "height": 900}, locale=LOCALES[lang], timezone_id="Asia/Tokyo")
    context.set_default_timeout(SECONDS)
    page = context.new_page()
    heard = complaints(page)
    stage = Stage(page, Words(lang))
    words = stage.words
    page.goto(origin)
    page.get_by_role("button", name=words.portal("demo.start_over")).click()
    page.wait_for_url(origin + "/")
    stage.only_the_newcomers()
    expect(stage.computer.get_by_role("heading", level=1, name=words.portal("login.title"))).to_be_visible()
    expect(stage.phone.get_by_role("heading", level=1, name=words.key("welcome.title"))).to_be_visible()
    survey.look(page, "demo", lang, "start", (1440, 1100, 390))

    stage.log_in()
    stage.computer.get_by_role("button", name=words.portal("enrol.send")).click()
    expect(page.get_by_role("log").locator("article")).to_have_count(3, timeout=SECONDS)
    found = re.search(r"(?<!\d)\d{6}(?!\d)", page.get_by_role("log").locator("article").first.inner_text())
    assert found
    stage.computer.get_by_label(words.portal("enrol.code"), exact=True).fill(found[0])
    stage.computer.get_by_role("button", name=words.portal("enrol.check")).click()
    expect(stage.computer.locator(".qr[data-qr]")).to_be_visible()
    page.get_by_role("button", name=words.portal("demo.camera")).click()
    expect(stage.phone.get_by_role("heading", level=1, name=words.key("opened.a.title"))).to_be_visible()
    stage.press("next")
    stage.phone.get_by_label(words.key("pin.new"), exact=True).fill(PIN)
    stage.phone.get_by_label(words.key("pin.again"), exact=True).fill(PIN)
    stage.press("pin.activate")
    asked = stage.phone.get_by_role("button", name=words.key("notnow"), exact=True)
    done = stage.phone.get_by_role("button", name=words.key("done"), exact=True)
    expect(asked.or_(done)).to_be_visible()
    if asked.count():
        asked.click()
    done.click()
    stage.ticked("activated")

    stage.computer.get_by_role("button", name=words.portal("enrol.try")).click()
    stage.log_in()
    stage.computer.locator("details", has_text=words.portal("wait.qr")).locator("summary").click()
    expect(stage.computer.locator(".qr[data-qr]")).to_be_visible()
    page.get_by_role("button", name=words.portal("demo.camera")).click()
    expect(stage.phone.get_by_role("heading", level=1, name=words.key("approve.title"))).to_be_visible()
    stage.press("approve.pin")
    stage.phone.get_by_label(words.key("pin.yours"), exact=True).fill(PIN)
    stage.press("approve.do")
    expect(stage.phone.get_by_role("heading", level=1, name=words.key("approved.title"))).to_be_visible()
    expect(stage.computer.get_by_role("heading", level=1)).to_contain_text("Misaki")
    stage.ticked("qr")
    survey.look(page, "demo", lang, "used", (1440, 390))

    page.get_by_role("button", name=words.portal("demo.start_over")).click()
    page.wait_for_url(origin + "/")
    stage.only_the_newcomers()
    expect(stage.phone.get_by_role("heading", level=1, name=words.key("welcome.title"))).to_be_visible()
    expect(stage.computer.get_by_role("heading", level=1, name=words.portal("login.title"))).to_be_visible()
    expect(page.locator("[data-step].is-done")).to_have_count(0)
    assert [line for line in heard if "ERR_ABORTED" not in line] == []


def test_the_language_reaches_into_both_frames(origin: str, new_context: Callable[..., BrowserContext]) -> None:
    context = new_context(viewport={"width": 1440, "height": 900}, locale=LOCALES["en"], timezone_id="Asia/Tokyo")
    context.set_default_timeout(SECONDS)
    page = context.new_page()
    heard = complaints(page)
    stage = Stage(page, Words("en"))
    page.goto(origin)
    expect(stage.computer.locator("html")).to_have_attribute("lang", "en")
    expect(stage.phone.get_by_role("heading", level=1, name=stage.words.key("welcome.title"))).to_be_visible()
    for button, lang in (("日本語", "ja"), ("English", "en")):
        words = Words(lang)
        page.get_by_role("navigation").get_by_role("button", name=button).click()
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(stage.computer.get_by_role("heading", level=1, name=words.portal("login.title"))).to_be_visible()
        expect(stage.phone.get_by_role("heading", level=1, name=words.key("welcome.title"))).to_be_visible()

    stage.computer.get_by_role("button", name="日本語").click()
    expect(stage.computer.locator("html")).to_have_attribute("lang", "ja")
    stage.computer.get_by_role("link", name=Words("ja").portal("common.help")).click()
    expect(stage.computer.get_by_role("heading", level=1, name=Words("ja").portal("common.help"))).to_be_visible()
    assert [line for line in heard if "ERR_ABORTED" not in line] == []


def _shared(stage: Stage, token: Locator) -> None:
    """The second username of the token's owner shares it at once, by the steps that the page names."""
    words, computer, page = stage.words, stage.computer, stage.page
    steps = stage.drawer("sharing")
    expect(steps).to_contain_text(demo_drawer.ALIKE.username)
    stage.log_in(demo_drawer.ALIKE.username)
    letters = page.get_by_role("log").locator("article")
    before = letters.count()
    computer.get_by_role("button", name=words.portal("enrol.send")).click()
    expect(letters).to_have_count(before + 1, timeout=SECONDS)
    code = re.search(r"(?<!\d)\d{6}(?!\d)", letters.first.inner_text())
    assert code
    computer.get_by_label(words.portal("enrol.code"), exact=True).fill(code[0])
    computer.get_by_role("button", name=words.portal("enrol.check")).click()
    computer.get_by_role("link", name=words.portal("enrol.share_go")).click()
    computer.get_by_label(words.portal("sharing.owner_username"), exact=True).fill(demo_drawer.TOKEN_OF.username)
    computer.get_by_label(words.portal("sharing.owner_password"), exact=True).fill(demo.PASSWORD)
    computer.get_by_role("button", name=words.portal("sharing.go_on")).click()
    challenge = stage.asked()[0]
    stage.drawer("token")
    last = token.locator(".digits").inner_text()
    token.get_by_label(words.portal("demo.token_challenge"), exact=True).fill(challenge)
    token.get_by_role("button", name=words.portal("demo.token_go")).click()
    expect(token.locator(".digits")).not_to_have_text(last)
    computer.locator("input[name=answer]").fill(token.locator(".digits").inner_text())
    computer.get_by_role("button", name=words.portal("sharing.go_on")).click()
    computer.get_by_role("button", name=words.portal("sharing.send")).click()
    expect(computer.get_by_role("heading", level=1, name=words.portal("sharing.head_active"))).to_be_visible()
    stage.ticked("sharing")
    computer.get_by_role("button", name=words.portal("enrol.try")).click()
    expect(computer.get_by_role("heading", level=1, name=words.portal("login.title"))).to_be_visible()


def _outbox_scrolls(page: Page) -> None:
    """On a phone the outbox takes its part of the page and no more; what is older is reached with the keyboard too."""
    page.set_viewport_size({"width": 390, "height": 800})
    outbox = page.get_by_role("log")
    height, whole = outbox.evaluate("log => [log.clientHeight, log.scrollHeight]")
    assert height <= 420 < whole, (height, whole)
    outbox.focus()
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('[data-outbox]').scrollTop > 0")


def test_a_token_a_card_and_a_passkey_log_in(
    origin: str, new_context: Callable[..., BrowserContext], survey: Survey
) -> None:
    """All with nothing but what the page has: the token serves a second username too, the passkey works in a tab of its own and in the frame."""
    context = new_context(viewport={"width": 1440, "height": 900}, locale=LOCALES["en"], timezone_id="Asia/Tokyo")
    context.set_default_timeout(SECONDS)
    page = context.new_page()
    heard = complaints(page)
    stage = Stage(page, Words("en"))
    words = stage.words
    page.goto(origin)

    stage.log_in(demo_drawer.TOKEN_OF.username)
    token = stage.drawer("token")
    token.get_by_label(words.portal("demo.token_pin"), exact=True).fill("13579")
    token.get_by_label(words.portal("demo.token_challenge"), exact=True).fill(stage.asked()[0])
    token.get_by_role("button", name=words.portal("demo.token_go")).click()
    expect(token.get_by_role("status")).to_contain_text("Tries left: 4")
    token.get_by_label(words.portal("demo.token_pin"), exact=True).fill(demo_drawer.TOKEN_PIN)
    token.get_by_role("button", name=words.portal("demo.token_go")).click()
    expect(token.locator(".digits")).to_have_text(re.compile(r"^\d{4} \d{4}$"))
    survey.look(page, "demo", "en", "token", (1440, 390))
    stage.answer(token.locator(".digits").inner_text())
    stage.at_home("Yuto")
    stage.ticked("token")
    stage.log_out()
    _shared(stage, token)

    stage.log_in(demo_drawer.CARD_OF.username)
    card = stage.drawer("card")
    numbers = stage.asked()
    assert len(numbers) == 2
    stage.answer(" ".join(card.locator(f"[data-cell='{number}'] b").inner_text() for number in numbers))
    stage.at_home("Emi")
    stage.ticked("card")

    with context.expect_page() as opened:
        stage.drawer("passkey").get_by_role("link", name=words.portal("demo.passkey_open")).click()
    tab = opened.value
    key = Virtual(tab, platform=False)
    stage.at_home("Emi", tab)
    tab.goto(tab.url + "settings/devices")
    tab.get_by_role("button", name=words.portal("devices.passkey_go"), exact=True).click()
    expect(tab.get_by_text(words.portal("settings.done_passkey_added"))).to_be_visible()
    stage.log_out(tab)
    stage.log_in(demo_drawer.CARD_OF.username, tab)
    tab.get_by_role("button", name=words.portal("methods.passkey_go")).click()
    stage.at_home("Emi", tab)
    stage.ticked("passkey")
    stage.log_out(tab)
    kept = key.credentials()[0]
    tab.close()

    Virtual(page, platform=False).put(kept)
    page.reload()
    stage.log_in(demo_drawer.CARD_OF.username)
    stage.computer.get_by_role("button", name=words.portal("methods.passkey_go")).click()
    stage.at_home("Emi")
    page.get_by_role("navigation").get_by_role("button", name="日本語").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    for step in ("token", "card", "passkey", "sharing"):
        stage.drawer(step)
        survey.look(page, "demo", "ja", f"drawer-{step}", (1280, 390))
    _outbox_scrolls(page)
    assert [line for line in heard if "ERR_ABORTED" not in line] == []
