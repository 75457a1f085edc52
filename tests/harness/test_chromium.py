"""The browser of the tests is the machine's own, starts clean for each person, and stays on this machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Error

from tests.support.browser import complaints


def test_two_people_share_nothing(new_context: Callable[..., BrowserContext]) -> None:
    computer, phone = new_context(), new_context(locale="ja-JP", has_touch=True)
    computer.add_cookies([{"name": "seen", "value": "1", "url": "http://portal.localhost"}])
    assert phone.cookies() == []
    assert phone.new_page().evaluate("navigator.language") == "ja-JP"


def test_what_a_page_complains_about_is_heard(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context().new_page()
    heard = complaints(page)
    page.set_content("<p>Hello</p><script>console.error('first'); throw new Error('second')</script>")
    assert heard == ["first", "second"]


def test_the_browser_reaches_no_other_machine(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context().new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.com/")
