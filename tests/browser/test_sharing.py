"""Another username's card serves this one too, in a real browser: from the login without a device to the outcome (P05, P06)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.devices import Computer
from tests.support.cards import typed
from tests.support.installation import Installation
from tests.support.sharing import SELF, Thing, put

Computers = Callable[..., Computer]


def _cells(page: Page, thing: Thing) -> str:
    shown = page.locator(".slip .digits").inner_text()
    return typed(thing.cells, [int(one) for one in re.findall(r"\d+", shown)])


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_card_of_another_username_is_shared_and_logs_in(here: Installation, computer: Computers, lang: str) -> None:
    who, owner = (here.person(phones=0, lang=lang, **SELF) for _ in range(2))  # type: ignore[arg-type]
    thing = put(here, owner)
    desk = computer(lang)
    page, words = desk.page, desk.words.portal
    desk.log_in(who)
    page.get_by_text("@").click()  # the mail address: a number would be a device from then on
    desk.press(words("enrol.send"))
    page.get_by_label(words("enrol.code"), exact=True).fill(here.code_to(who.mail))
    desk.press(words("enrol.check"))
    desk.press(words("enrol.share_go"), role="link")
    desk.reads(words("sharing.head_start"))
    desk.seen("sharing-start")
    page.get_by_label(words("sharing.owner_username"), exact=True).fill(owner.username)
    page.get_by_label(words("sharing.owner_password"), exact=True).fill(owner.password)
    desk.press(words("sharing.go_on"))
    desk.reads(words("sharing.head_answer"))
    expect(page.get_by_role("heading", name=words("sharing.head_answer"))).to_be_focused()
    desk.seen("sharing-answer")
    page.get_by_label(words("methods.code_card_label"), exact=True).fill(_cells(page, thing))
    desk.press(words("sharing.go_on"))
    desk.reads(words("sharing.head_review"))
    expect(page.get_by_role("heading", name=words("sharing.head_review"))).to_be_focused()
    desk.press(words("sharing.send"))
    desk.reads(words("sharing.head_active"))
    expect(page.get_by_role("heading", name=words("sharing.head_active"))).to_be_focused()
    desk.seen("sharing-active")
    desk.press(words("enrol.try"))
    desk.log_in(who)
    page.get_by_label(words("methods.code_card_label"), exact=True).fill(_cells(page, thing))
    desk.press(words("wait.log_in"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(who.greeted(desk.words.lang))
