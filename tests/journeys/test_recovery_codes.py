"""Recovery codes: made once, used once, told, and good for putting a device in place and nothing else."""

from __future__ import annotations

import re

from tests.support.devices import DEVICES, add_app, add_passkey, codes_on, make_recovery_codes
from tests.support.installation import Installation, Person
from tests.support.steps import logged_in, proved, texted, waiting
from watchword_client.portal import Browser, Shown


def with_codes(here: Installation) -> tuple[Person, list[str]]:
    who = here.person()
    browser = logged_in(here, who)
    codes = make_recovery_codes(browser)
    browser.post("/logout")
    return who, codes


def typed(browser: Browser, code: str) -> Shown:
    return browser.post("/login/wait", do="answer", kind="recovery_code", answer=code)


def test_ten_of_them_shown_once_and_told(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    codes = make_recovery_codes(browser)
    assert len(set(codes)) == 10
    assert all(code not in browser.get(DEVICES).html for code in codes)
    assert "10 codes" in browser.page.text
    assert "recovery codes were made" in here.letters(who.number)[0]["text"]


def test_loading_their_page_again_makes_no_others(here: Installation) -> None:
    """A browser that loads the page again sends its form again: the codes on the paper stay good, and the page says what to do."""
    who = here.person()
    browser = logged_in(here, who)
    browser.get(DEVICES)
    token = re.findall(r'name="post" value="([^"]{22})"', browser.page.html)[0]
    codes = codes_on(browser.post(f"{DEVICES}/recovery", do="make"))
    again = browser.post(f"{DEVICES}/recovery", do="make", post=token)
    assert (again.status, again.refusals) == (409, [2358]) and not codes_on(again)
    browser.get(DEVICES)
    assert browser.post(f"{DEVICES}/recovery", do="make", post="").refusals == [1104], "a form without its token"
    assert len([one for one in here.letters(who.number) if "recovery codes were made" in one["text"]]) == 1
    browser.get(DEVICES)
    assert len(set(codes_on(browser.post(f"{DEVICES}/recovery", do="make"))) - set(codes)) == 10, (
        "a fresh page makes new ones"
    )
    browser.post("/logout")
    assert typed(waiting(here, who), codes[0]).refusals == [2355]


def test_each_logs_in_once_and_every_channel_hears_of_it(here: Installation) -> None:
    who, codes = with_codes(here)
    browser = waiting(here, who)
    assert typed(browser, codes[3].lower().replace("-", " ")).path == "/"
    assert "9 are left" in here.letters(who.number)[0]["text"] and "9 are left" in here.letters(who.mail)[0]["text"]
    assert "9 codes" in browser.get(DEVICES).text
    again = waiting(here, who)
    assert typed(again, codes[3]).refusals == [2355]
    assert typed(again, codes[4]).path == "/"


def test_one_that_was_used_does_not_make_them_the_usual_way(here: Installation) -> None:
    who, codes = with_codes(here)
    assert typed(waiting(here, who), codes[0]).path == "/"
    here.later(120)
    page = waiting(here, who).page
    assert "<title>Approve on your phone" in page.html
    assert "Type one of your recovery codes" not in page.text


def test_its_session_changes_nothing_but_puts_a_device_in_place(here: Installation) -> None:
    """The way back in when the phone is gone: a new device first, and with it everything else."""
    who, codes = with_codes(here)
    browser = waiting(here, who)
    typed(browser, codes[0])
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(who.id, here.clock.now())[0]
        key = next(one.id for one in tx.devices.of_user(who.id) if one.kind == "key")
    assert (session.level, session.acr) == (1, "urn:watchword:two-elements:temporary")
    browser.get(DEVICES)
    assert browser.post(DEVICES, do="deactivate", device=key).refusals == [6101]
    browser.get(DEVICES)
    assert browser.post(f"{DEVICES}/recovery", do="make").refusals == [6101], "nor does it renew itself"
    add_passkey(here, who, browser)
    with here.built.store.read() as tx:
        assert sorted(one.kind for one in tx.devices.of_user(who.id) if one.state == "active") == [
            "key", "passkey", "recovery_code",
        ]  # fmt: skip


def test_it_confirms_no_change(here: Installation) -> None:
    who, codes = with_codes(here)
    browser = logged_in(here, who)
    here.later(301)
    browser.get("/settings/contacts")
    browser.post("/confirm", operation="contacts")
    assert typed(browser, codes[0]).path != "/settings/contacts"


def test_new_ones_end_the_old(here: Installation) -> None:
    who, old = with_codes(here)
    browser = logged_in(here, who)
    new = make_recovery_codes(browser)
    browser.post("/logout")
    browser = waiting(here, who)
    assert typed(browser, old[0]).refusals == [2355]
    assert typed(browser, new[0]).path == "/"


def test_they_are_none_by_themselves(here: Installation) -> None:
    """Somebody with SMS alone gets none, and without any device beside them they open nothing and stand in no way."""
    alone = here.person(phones=0)
    proved(here, alone).post("/logout")
    here.later(61)
    browser = texted(here, alone, waiting(here, alone))
    browser.get(DEVICES)
    assert browser.post(f"{DEVICES}/recovery", do="make").refusals == [2357]
    who, _ = with_codes(here)
    with here.built.store.write() as tx:
        key = next(one for one in tx.devices.of_user(who.id) if one.kind == "key")
        tx.devices.move(key.id, "active", "inactive", here.clock.now())
    proved(here, who)


def test_a_code_app_keeps_them_useful(here: Installation) -> None:
    who, codes = with_codes(here)
    add_app(here, logged_in(here, who))
    with here.built.store.write() as tx:
        key = next(one for one in tx.devices.of_user(who.id) if one.kind == "key")
        tx.devices.move(key.id, "active", "inactive", here.clock.now())
    assert typed(waiting(here, who), codes[0]).path == "/"


def test_a_platform_takes_one(here: Installation) -> None:
    who, codes = with_codes(here)
    platform = here.platform()
    platform.start(who.username, who.password)
    assert platform.answer("recovery_code", codes[0]) == "approved"
    assert platform.collect().acr == "urn:watchword:two-elements:temporary"
