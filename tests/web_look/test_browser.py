"""The pages in a real browser: nothing for axe to find, nothing wider than the screen, and what the script does beyond HTML."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import AXE, BY_WIDTH, RULES, complaints
from tests.web_look.samples import HOSTILE, NOW, QR, pages
from tests.web_look.server import Site, serve
from watchword.web.pages import Renderer
from watchword.web.texts import Catalogue

NAMES = tuple(pages(Renderer(Catalogue.load()), "en"))
Make = Callable[..., BrowserContext]


@pytest.fixture
def site() -> Iterator[Site]:
    """The pages, served."""
    with serve(Renderer(Catalogue.load())) as found:
        yield found


def _until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


# Every rule once, in the light; then what other colours, a narrow phone or other words can change.
Look = tuple[int, Literal["light", "dark"], tuple[str, ...]]
LOOKS: dict[str, tuple[Look, ...]] = {
    "en": ((1280, "light", ()), (320, "dark", ("color-contrast", *BY_WIDTH))),
    "ja": ((320, "light", (*BY_WIDTH, "html-has-lang", "html-lang-valid", "valid-lang")),),
}


@pytest.mark.timeout(300)  # some hundred pages, each looked at two or three times
@pytest.mark.parametrize("lang", LOOKS)
def test_axe_finds_nothing(site: Site, new_context: Make, lang: str) -> None:
    page = new_context(reduced_motion="reduce").new_page()
    heard = complaints(page)
    page.add_init_script(AXE.read_text())
    found: list[str] = []
    for name in NAMES:
        page.goto(f"{site.url}/page/{lang}/{name}", wait_until="domcontentloaded")
        page.evaluate(
            "document.querySelectorAll('details:not([data-state=none])').forEach(d => { d.removeAttribute('name'); d.open = true })"
        )
        for width, scheme, only in LOOKS[lang]:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{name} {width} {scheme}: {line}" for line in _faults(page, only)]
    assert found == []
    assert [line for line in heard if "ERR_" not in line] == []


def _faults(page: Page, only: tuple[str, ...]) -> list[str]:
    run = {"type": "rule", "values": only} if only else {"type": "tag", "values": RULES}
    found: list[str] = page.evaluate(
        """async run => {
          const {violations} = await axe.run({exclude: [['iframe']]}, {runOnly: run, resultTypes: ['violations'], iframes: false})
          return violations.map(fault => `${fault.id} ${fault.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ')}`)
        }""",
        run,
    )
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([f"{wide} px wider than the screen"] if wide > 0 else [])]


def test_hostile_names_stay_text(site: Site, new_context: Make) -> None:
    site.names["name"] = HOSTILE
    page = new_context(viewport={"width": 320, "height": 800}).new_page()
    heard = complaints(page)
    spoken: list[str] = []
    page.on("dialog", lambda dialog: (spoken.append(dialog.message), dialog.dismiss()))
    ordinary, hostile = pages(site.renderer, "en"), pages(site.renderer, "en", HOSTILE)
    shown = [name for name in NAMES if ordinary[name] != hostile[name]]
    assert len(shown) > 100
    for name in shown:
        page.goto(f"{site.url}/page/en/{name}", wait_until="domcontentloaded")
        assert page.evaluate("[...document.scripts].every(s => s.src.startsWith(location.origin + '/static/'))")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    assert spoken == []
    assert [line for line in heard if "ERR_" not in line] == []


def test_every_target_is_large_enough_for_a_finger(site: Site, new_context: Make) -> None:
    page = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    for name in ("login", "waiting-challenge", "enrol-choose", "enrol-code", "home", "start"):
        page.goto(f"{site.url}/page/en/{name}", wait_until="domcontentloaded")
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, summary, input:not([type=radio]), select, .btn, label.choice__row')]
                 .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 40).map(e => e.outerHTML.slice(0, 90))"""
        )
        assert small == [], name


def test_a_phones_own_browser_gets_a_link_in_place_of_the_code(site: Site, new_context: Make) -> None:
    phone = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    phone.goto(f"{site.url}/page/en/waiting-qr")
    expect(phone.locator(".qr")).to_be_hidden()
    expect(phone.get_by_role("link", name="Open Key on this phone")).to_have_attribute("href", QR)
    narrow = new_context(viewport={"width": 390, "height": 844}).new_page()
    narrow.goto(f"{site.url}/page/en/waiting-qr")
    expect(narrow.locator(".qr")).to_be_visible()
    expect(narrow.get_by_role("link", name="Open Key on this phone")).to_be_hidden()


@pytest.mark.parametrize("streams", [True, False], ids=["event stream", "long poll"])
def test_an_approval_goes_on_by_itself(site: Site, new_context: Make, streams: bool) -> None:
    site.streams = streams
    page = new_context().new_page()
    page.goto(f"{site.url}/page/en/waiting")
    expect(page.get_by_role("status").filter(has_text="Waiting for your phone")).to_be_visible()
    site.change(state="approved")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good afternoon")
    assert site.posts[-1] == ("/login/wait", {"csrf": "token", "do": "continue"})


def test_a_denial_leads_to_what_happened(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    page.goto(f"{site.url}/page/en/waiting")
    site.change(state="denied")
    heading = page.get_by_role("heading", name="This login was not approved")
    expect(heading).to_be_focused()


def test_the_qr_code_comes_when_its_row_is_opened(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    heard = complaints(page)
    page.goto(f"{site.url}/page/en/waiting")
    page.get_by_text("Log in with a QR code").click()
    expect(page.get_by_role("img", name="QR code for this login")).to_be_visible()
    assert page.locator(".qr path").get_attribute("d").startswith("M0 0h7v1")  # type: ignore[union-attr]
    expect(page.get_by_text("Valid until 14:35:28")).to_be_visible()
    assert ("/login/panel", {"way": "qr", "csrf": "token"}) in site.posts
    assert heard == []


def test_the_challenge_comes_with_its_field_ready(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    page.clock.install(time=NOW)
    page.goto(f"{site.url}/page/en/waiting")
    page.get_by_text("Log in with challenge and response").click()
    expect(page.locator("[data-digits]")).to_have_text("1483029176")
    field = page.get_by_label("Response shown by Key")
    expect(field).to_be_focused()
    field.press_sequentially("5093-7718")
    expect(field).to_have_value("5093 7718")
    page.clock.fast_forward(301_000)
    expect(page.get_by_text("That challenge is too old")).to_be_visible()
    expect(page.get_by_role("button", name="Show a challenge")).to_be_visible()


def test_a_refused_panel_says_why(site: Site, new_context: Make) -> None:
    site.refuse_panel = True
    page = new_context().new_page()
    page.goto(f"{site.url}/page/en/waiting")
    page.get_by_text("Log in with a QR code").click()
    expect(page.get_by_role("alert").filter(has_text="This way isn’t open for this login.")).to_be_visible()


def test_a_silent_phone_is_told_and_the_countdown_spoken_twice(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    page.clock.install(time=NOW)
    page.goto(f"{site.url}/page/en/waiting")
    page.clock.run_for(100_000)
    expect(page.locator("[data-voice]")).to_have_text("60 seconds left on your phone’s request.")
    expect(page.locator("[data-left]")).to_have_text(" · 1 min 0 s left")
    page.clock.run_for(40_000)
    expect(page.locator("[data-voice]")).to_have_text("20 seconds left on your phone’s request.")
    page.clock.run_for(21_000)
    expect(page.get_by_role("heading", name="Your phone hasn’t answered.")).to_be_focused()
    expect(page).to_have_title("Your phone hasn’t answered. · Watchword")
    expect(page.get_by_role("button", name="Send again")).to_be_visible()
    expect(page.get_by_text("482915")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("482915", "482 915"), ("４８２９１５", "482 915"), ("48 29-15", "482 915"), ("4829150000", "482 915")],
)
def test_code_fields_group_what_is_typed_or_pasted(site: Site, new_context: Make, typed: str, shown: str) -> None:
    page = new_context().new_page()
    page.goto(f"{site.url}/page/en/waiting-code-clock")
    field = page.get_by_label("Code for mtanaka01")
    field.fill(typed)
    expect(field).to_have_value(shown)


def test_the_caret_stays_while_a_code_is_corrected(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    page.goto(f"{site.url}/page/en/waiting-code-clock")
    field = page.get_by_label("Code for mtanaka01")
    field.fill("482915")
    field.evaluate("e => e.setSelectionRange(2, 3)")
    page.keyboard.type("7")
    expect(field).to_have_value("487 915")
    assert field.evaluate("e => e.selectionStart") == 3


def test_passwords_can_be_shown_and_caps_lock_is_told(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    page.goto(f"{site.url}/page/en/login")
    field, button = page.locator("#p"), page.get_by_role("button", name="Show")
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(page.get_by_role("button", name="Hide")).to_have_attribute("aria-pressed", "true")
    hint = page.get_by_text("Caps Lock is on.")
    expect(hint).to_be_hidden()
    field.evaluate("e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'A', modifierCapsLock: true}))")
    expect(hint).to_be_visible()


def test_a_form_is_sent_once(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    page.goto(f"{site.url}/page/en/login")
    page.fill("#u", "mtanaka01")
    page.fill("#p", "Demo-2026!")
    page.evaluate("for (let i = 0; i < 3; i++) document.querySelector('form[data-once]').requestSubmit()")
    page.get_by_role("alert").wait_for()
    assert [path for path, _ in site.posts] == ["/login"]
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page).to_have_title("Error: Log in · Watchword")


def test_home_hears_of_the_activation(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    page.goto(f"{site.url}/page/en/home-enrol")
    expect(page.get_by_text("Waiting for a scan.")).to_be_visible()
    site.change(activation="scanned")
    expect(page.get_by_text("Your phone has the code.")).to_be_visible()
    site.change(activation="active")
    page.wait_for_url(f"{site.url}/")


def test_the_end_of_a_session_is_announced(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    page.clock.install(time=NOW)
    page.goto(f"{site.url}/page/en/home")
    expect(page.get_by_role("link", name="Stay logged in")).to_be_hidden()
    page.clock.fast_forward(13 * 60_000 + 1000)
    expect(page.get_by_role("link", name="Stay logged in")).to_be_visible()


def test_staying_keeps_what_was_typed_and_the_end_is_announced_again(site: Site, new_context: Make) -> None:
    page = new_context().new_page()
    page.clock.install(time=NOW)
    page.goto(f"{site.url}/page/en/settings-contacts")
    page.get_by_label("Number", exact=True).fill("9012345678")
    page.clock.fast_forward(13 * 60_000 + 1000)
    page.get_by_role("link", name="Stay logged in").click()
    expect(page.get_by_role("link", name="Stay logged in")).to_be_hidden()
    expect(page.get_by_label("Number", exact=True)).to_have_value("9012345678")
    page.clock.fast_forward(13 * 60_000 + 1000)
    expect(page.get_by_role("link", name="Stay logged in")).to_be_visible()
    page.clock.fast_forward(2 * 60_000 + 6000)
    page.wait_for_url(f"{site.url}/settings/contacts")


def test_the_menu_of_a_phone_opens_without_scripts(site: Site, new_context: Make) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{site.url}/page/en/settings-devices")
    expect(page.get_by_role("navigation", name="Settings")).to_be_hidden()
    page.get_by_text("Menu", exact=True).click()
    expect(page.get_by_role("link", name="Sessions")).to_be_visible()
    expect(page.get_by_role("link", name="Login devices")).to_have_attribute("aria-current", "page")


def test_all_of_it_works_without_scripts(site: Site, new_context: Make) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.url}/page/en/waiting")
    page.get_by_text("Log in with challenge and response").click()
    page.get_by_role("button", name="Show a challenge").click()
    expect(page.locator("[data-digits]")).to_have_text("1483029176")
    page.get_by_role("button", name="I have approved it: continue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good afternoon")
    expect(page.get_by_role("button", name="Show", exact=True)).to_have_count(0)


def test_the_demonstration_shows_messages_and_copies_codes(site: Site, new_context: Make) -> None:
    site.outbox = [
        {"id": 2, "channel": "sms", "to": "+81 90 1234 4210", "subject": "", "text": "Watchword：コードは 730115 です。", "code": "730115", "lang": "ja", "at": NOW},
        {"id": 1, "channel": "mail", "to": "m@example.org", "subject": "<b>Active</b>", "text": "On <i>Pixel</i>", "code": "", "lang": "en", "at": NOW - 9},
    ]  # fmt: skip
    context = new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{site.url}/page/en/demo")
    log = page.get_by_role("log")
    expect(log.locator("article")).to_have_count(2)
    expect(log.locator("article").first).to_contain_text("730115")
    expect(log.get_by_text("<b>Active</b>")).to_be_visible()
    page.get_by_role("button", name="Copy the code").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "730115"
    expect(page.locator("[data-step=activated]")).to_have_class(re.compile("is-done"))
    expect(page.locator("[data-step=push]")).to_have_attribute("aria-current", "step")
