"""Everything a person meets at the portal and on the phone, in Japanese (V01)."""

from __future__ import annotations

import re

from tests.support.installation import Installation, refused
from tests.support.steps import approve, asked, go_on, logged_in, proved, waiting
from watchword_client.portal import Shown

KANA = re.compile("[\u3040-\u30ff]")


def japanese(page: Shown) -> bool:
    """Whether a page is in Japanese, and says so."""
    return '<html lang="ja"' in page.html and bool(KANA.search(page.text))


def test_a_whole_login(here: Installation) -> None:
    who = here.person(lang="ja")
    browser = here.browser(language="ja,en;q=0.5")
    assert japanese(browser.get("/login"))
    assert japanese(browser.post("/login", username=who.username, password="Other-2026!"))
    assert browser.page.refusals == [1101]
    assert japanese(waiting(here, who, browser).page)
    for way in ("qr", "challenge"):
        assert japanese(browser.post("/login/wait", do=way))
    assert japanese(browser.post("/login/wait", do="code", code="12"))
    approve(here, who, browser)
    page = go_on(browser)
    assert page.path == "/" and japanese(page)
    assert japanese(browser.get("/help"))
    assert japanese(browser.post("/logout"))


def test_enrolling(here: Installation) -> None:
    who = here.person(phones=0, lang="ja")
    browser = here.browser(language="ja")
    assert japanese(proved(here, who, browser).page)
    assert KANA.search(here.letters(who.number, who.mail)[0]["text"])


def test_a_person_is_greeted_by_the_whole_name_in_japanese_and_by_the_given_one_in_english(here: Installation) -> None:
    who = here.person()
    number = who.username[1:]
    browser = logged_in(here, who)
    assert f"Given{number}" in browser.get("/").text and f"Person {number}" not in browser.page.text
    page = browser.post("/lang", lang="ja", back="/")
    assert f"Person {number}" in page.text and f"Given{number}" not in page.text


def test_refusals_to_a_phone(here: Installation) -> None:
    phone = here.new_phone(language="ja")
    refusal = refused(3201, work=lambda: phone.activate_session("somebody", "7KQ4X9TM")).refusal
    assert all(KANA.search(text) for text in (refusal.what, refusal.why, refusal.do))


def test_the_switch_is_remembered_and_leads_back(here: Installation) -> None:
    browser = here.browser()
    assert not japanese(browser.get("/help"))
    page = browser.post("/lang", lang="ja", back="/help")
    assert page.path == "/help" and japanese(page)
    assert japanese(browser.get("/login"))
    assert not japanese(browser.post("/lang", lang="en", back="/login"))
    for back in ("//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1", "/a?x=//b"):
        assert browser.post("/lang", lang="ja", back=back).status in (200, 401)
        assert browser.page.path == "/"


def test_the_phone_shows_the_place_in_the_persons_language(here: Installation) -> None:
    who = here.person(lang="ja")
    waiting(here, who)
    details = asked(who.phone, who).details
    assert (details["place"], details["network"]) == ("", ""), "without map files nothing is invented"
    assert details["browser"] == "Firefox"
