"""Forgotten passwords, changes of the password and security questions in a browser: both languages, and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Pair
from tests.browser.devices import Computer
from tests.support.installation import Installation, Person
from tests.support.recovering import NEW

Desk = Callable[..., Computer]


def _code(here: Installation, desk: Computer, who: Person, kind: str) -> None:
    """A proof by SMS or mail."""
    desk.page.locator(f'input[name=method][value^="{kind}"]').check()
    desk.press(desk.words.portal("login.continue"))
    desk.seen(f"recover-code-{kind}")
    desk.page.locator("#code").fill(here.code_to(who.number if kind == "sms" else who.mail))
    desk.press(desk.words.portal("enrol.check"))


def _new(page: Page, password: str) -> None:
    page.locator("#p").fill(password)
    page.locator("#r").fill(password)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_from_the_login_page_to_a_new_password(here: Installation, computer: Desk, lang: str, scripts: bool) -> None:
    who = here.person(phones=0, lang=lang)
    desk = computer(lang, java_script_enabled=scripts)
    words, page = desk.words, desk.page
    desk.visit("/login")
    page.get_by_role("link", name=words.portal("login.forgot")).click()
    desk.seen("recover")
    page.get_by_label(words.portal("common.username")).fill(who.username)
    desk.press(words.portal("login.continue"))
    desk.seen("recover-first")
    _code(here, desk, who, "sms")
    desk.reads(words.portal("recover.head_choose"))
    desk.seen("recover-second")
    _code(here, desk, who, "mail")
    desk.reads(words.portal("recover.head_password"))
    _new(page, "short")
    desk.press(words.portal("start.set"))
    desk.alert(words.refusal(1402))
    desk.seen("recover-password-faults")
    _new(page, NEW)
    desk.press(words.portal("start.set"))
    desk.reads(words.portal("recover.head_done"))
    desk.seen("recover-done")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_strength_is_told_while_typing_and_nothing_leaves_the_page(
    here: Installation, computer: Desk, lang: str
) -> None:
    desk = computer(lang)
    page = desk.page
    desk.visit("/start")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    told = page.locator("[data-strength]")
    levels = desk.words.portal("password.strength_words").split("|")
    expect(told).to_be_hidden()
    page.locator("#p").focus()
    page.locator("#p").press_sequentially("Password1!")
    expect(told).to_contain_text(levels[1])
    expect(page.locator("[data-rule=length]")).to_have_class("is-met")
    expect(page.locator("[data-rule=classes]")).to_have_class("is-met")
    expect(page.locator("[data-rule=common]")).not_to_have_class("is-met")
    page.locator("#p").fill(NEW)
    expect(told).to_contain_text(levels[4])
    expect(page.locator("[data-rule=common]")).to_have_class("is-met")
    desk.seen("start-strength")
    page.locator("#p").fill("ab")
    expect(page.locator("[data-rule=length]")).not_to_have_class("is-met")
    fetched = [url for url in asked if "/static/mark.svg" not in url]  # the page's own icon may come late
    assert len(fetched) == 1 and "/static/portal/strength.js" in fetched[0], "something else left the page"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_settings_of_password_and_questions(pair: Callable[..., Pair], lang: str) -> None:
    who, desk, hand = pair(lang)
    words, page = desk.words, desk.page
    desk.log_in(who)
    code = desk.waits()
    hand.open_waiting()
    hand.type_confirmation(code)
    hand.approve()
    desk.at_home(who)
    desk.visit("/settings/questions")
    desk.seen("settings-questions")
    for at, (question, answer) in enumerate(
        (("first_trip", "Nara"), ("dream_job", "Pilot"), ("first_film", "Ikiru")), 1
    ):
        page.locator(f"#q{at}").select_option(question)
        page.locator(f"#a{at}").fill(answer)
    desk.press(words.portal("questions.set"))
    expect(page.get_by_text(words.portal("questions.done"))).to_be_visible()
    desk.seen("settings-questions-done")
    desk.visit("/settings/password")
    desk.seen("settings-password")
    page.locator("#o").fill(who.password)
    _new(page, NEW)
    desk.press(words.portal("password.set"))
    expect(page.get_by_text(words.portal("password.done"))).to_be_visible()
    desk.seen("settings-password-done")
