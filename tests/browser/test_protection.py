"""Where passwords are paused: beginning with the phone, what only Key tells, a login that takes more, and allowed networks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.browser.devices import PATIENCE, Computer
from tests.support.installation import WRONG, Installation, Person
from watchword.core.lockout import IN_A_ROW
from watchword.flows import networks

LANGUAGES = ["en", "ja"]


def paused(here: Installation, who: Person) -> None:
    """A stranger has typed five wrong ones."""
    for _ in range(IN_A_ROW):
        here.browser().login(who.username, WRONG)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_begun_with_the_phone(here: Installation, pair: Callable[..., Pair], lang: str) -> None:
    who, computer, phone = pair(lang)
    paused(here, who)
    computer.log_in(who)
    computer.alert(computer.words.refusal(1102))
    computer.seen("login-paused")
    computer.press(computer.words.portal("held.begin"))
    computer.reads(computer.words.portal("held.title_scan"))
    computer.seen("held-scan")
    phone.open(computer.link())
    phone.reads_key("approve.title")
    phone.approve()
    computer.reads(computer.words.portal("held.title_password"))
    computer.seen("held-password")
    computer.page.get_by_label(computer.words.portal("common.password"), exact=True).fill(WRONG)
    computer.press(computer.words.portal("login.title"))
    computer.alert(computer.words.refusal(1115))
    computer.seen("held-wrong")
    computer.page.get_by_label(computer.words.portal("common.password"), exact=True).fill(who.password)
    computer.press(computer.words.portal("login.title"))
    computer.at_home(who)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_key_tells_why_logging_in_is_paused(here: Installation, pair: Callable[..., Pair], lang: str) -> None:
    who, _, phone = pair(lang)
    paused(here, who)
    phone.open()
    told = phone.page.get_by_role("status").filter(has_text=phone.words.key("notice.locked.do"))
    expect(told).to_be_visible(timeout=PATIENCE)
    phone.seen("notice-locked")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_login_out_of_the_ordinary(here: Installation, pair: Callable[..., Pair], lang: str) -> None:
    who, computer, phone = pair(lang)
    computer.log_in(who)
    computer.waits()
    phone.open()
    phone.open_waiting()
    phone.page.get_by_role("button").filter(has_text=phone.words.key("notme.row")).click()
    phone.reads_key("notme.title")
    phone.press_key("notme.do")
    computer.reads(computer.words.portal("over.not_me.title"))
    here.clock.advance(901)
    computer.log_in(who)
    computer.reads(computer.words.portal("wait.off"))
    computer.seen("waiting-guarded")
    computer.open_way("qr")
    phone.open(computer.link())
    phone.reads_key("approve.title")
    phone.approve()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_allowed_networks(here: Installation, computer: Callable[..., Computer], lang: str) -> None:
    who = here.person(lang=lang)
    desk, browser = computer(lang), here.browser(language=lang)
    browser.login(who.username, who.password)
    browser.post("/login/wait", do="code", code=who.phone.code(here.pin(), who.username))
    value = browser.cookies["__Host-ww_s"]
    desk.context.add_cookies(
        [
            {
                "name": "__Host-ww_s",
                "value": value,
                "url": here.portal.replace("http:", "https:"),
                "secure": True,
                "httpOnly": True,
            }
        ]
    )
    desk.visit("/settings/networks")
    desk.reads(desk.words.portal("settings.networks"))
    desk.seen("networks-none")
    with here.built.store.write() as tx:
        user = tx.users.lock(who.id)
        assert user is not None
        networks.change(here.built.kit, tx, user, ["127.0.0.0/8", "2001:db8:7::/48"], "staff", note="127.0.0.0/8")
    desk.visit("/settings/networks")
    expect(desk.page.get_by_text("2001:db8:7::/48")).to_be_visible()
    desk.seen("networks-some")
