"""The auditor's pages in a real browser: both languages, at a desk and on a phone's screen, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.devices import Computer
from tests.support.console import Seat, signed_in
from tests.support.installation import Installation

Make = Callable[..., Computer]
HOSTILE = '"><img src=x onerror=alert(1)>\u202e=1+1'


def seated(here: Installation, computer: Make, seat: Seat, lang: str, **options: Any) -> Computer:
    """A browser with the session of an auditor who signed in elsewhere: signing in has tests of its own."""
    desk = computer(lang, **options)
    url = here.console.replace("http:", "https:")
    kept = {"url": url, "secure": True, "httpOnly": True, "sameSite": "Lax"}
    desk.context.add_cookies([{"name": name, "value": value, **kept} for name, value in seat.browser.cookies.items()])
    return desk


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_pages_of_an_auditor(here: Installation, computer: Make, lang: str) -> None:
    who = here.person(lang=lang)
    here.browser().login(who.username, "Wrong-2026!")
    here.browser().login(HOSTILE, "Wrong-2026!")
    while here.built.sealing.seal():
        pass
    here.built.sealing.heads()
    desk = seated(here, computer, signed_in(here, "auditor", language=lang), lang)
    page = desk.page
    page.goto(f"{here.console}/audit")
    desk.seen("audit")
    page.fill("#outcome", "refused")
    page.fill("#person", who.username)
    page.press("#person", "Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    desk.seen("audit-found")
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_have_text("login.password.refused")
    expect(page.locator("body")).to_contain_text("127.0.0.1")
    desk.seen("audit-row")
    page.goto(f"{here.console}/audit")
    page.fill("#words", f"nowhere-{lang}")
    page.press("#words", "Enter")
    expect(page.locator(".empty")).to_be_visible()
    page.fill("#tag", HOSTILE)
    page.press("#tag", "Enter")
    expect(page.locator("#tag")).to_have_attribute("aria-invalid", "true")
    desk.seen("audit-refused")
    page.goto(f"{here.console}/audit/export")
    with page.expect_download() as download:
        page.locator("button[value=csv]").click()
    assert download.value.suggested_filename == "watchword-audit.csv"
    desk.seen("audit-export")
    page.goto(f"{here.console}/audit/log")
    page.locator("summary", has_text="1").last.click()
    desk.seen("audit-log")
