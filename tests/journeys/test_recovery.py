"""A forgotten password: two independent proofs, then a new one, and what follows (S04, S06, U01, H02)."""

from __future__ import annotations

import re

import pytest

from tests.support.installation import Installation, Person, refused
from tests.support.recovering import (
    DETAILS,
    NEW,
    answered,
    approve_qr,
    begin,
    by_code,
    by_known,
    choose,
    new_password,
    other,
)
from tests.support.steps import asked, go_on, known, logged_in, scan, waiting
from watchword_client.portal import Browser


@pytest.fixture(autouse=True)
def _afresh(here: Installation) -> None:
    """A day later: no limit is left of the tests before."""
    here.later(86_400)


def two(here: Installation, who: Person, browser: Browser, first: str, second: str) -> None:
    """Both proofs."""
    by_code(here, who, browser, first)
    here.later(1)
    by_code(here, who, browser, second)


def test_the_login_page_and_its_refusal_lead_there(here: Installation) -> None:
    """U01."""
    browser = here.browser()
    for page in (browser.get("/login"), browser.login("nobody-here", "Wrong-26!")):
        assert 'href="/recover"' in page.html
    assert browser.get("/recover").status == 200


@pytest.mark.parametrize(("first", "second"), [("sms", "mail"), ("mail", "sms")])
def test_with_the_number_and_the_mailbox(here: Installation, first: str, second: str) -> None:
    who = here.person()
    browser = begin(here, who.username)
    two(here, who, browser, first, second)
    page = new_password(browser)
    assert (page.status, page.refusals) == (200, [])
    assert here.browser().login(who.username, who.password).refusals == [1101], "the forgotten password still works"
    who.password = NEW
    waiting(here, who)


def test_with_key_by_qr_first_and_a_code(here: Installation) -> None:
    who = here.person()
    browser = begin(here, who.username)
    assert choose(browser, "key").path == "/login/wait"
    assert who.phone.pending().attempts == [] or not [
        one for one in who.phone.pending().attempts if one.username == who.username
    ], "a phone was told before anything was proven"
    approve_qr(here, who, browser)
    assert go_on(browser).path == "/recover"
    by_code(here, who, browser, "mail")
    assert new_password(browser).refusals == []


@pytest.mark.parametrize("way", ["push", "qr", "challenge", "code"])
def test_with_a_code_first_every_way_of_key_is_open(here: Installation, way: str) -> None:
    who = here.person()
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    assert choose(browser, "key").path == "/login/wait"
    attempt = asked(who.phone, who)
    assert (attempt.details["action"], attempt.details["operation"]) == ("recover", "recover")
    answered(here, who, browser, way)
    assert browser.page.path == "/recover", browser.page.refusals
    assert new_password(browser).refusals == []


@pytest.mark.parametrize("known_kind", ["questions", "personal"])
def test_what_is_known_counts_as_the_second_of_two(here: Installation, known_kind: str) -> None:
    """H02."""
    who = here.person(phones=0, **DETAILS)
    with here.built.kit.store.write() as tx:
        hashed = [(name, here.built.kit.passwords.hash(name)) for name in ("first_trip", "dream_job", "first_film")]
        tx.answers.replace(who.id, hashed, here.clock.now())
    browser = begin(here, who.username)
    assert choose(browser, known_kind).refusals == [1410], "knowledge was taken as the first proof"
    by_code(here, who, browser, "mail")
    assert by_known(browser, known_kind).refusals == []
    assert new_password(browser).refusals == []


def test_every_session_and_remembered_browser_ends_and_everybody_is_told(here: Installation) -> None:
    """S06."""
    who = here.person()
    remembered = known(here, who)
    sessions = [logged_in(here, who) for _ in range(2)]
    here.later(700)
    open_attempt = waiting(here, who)
    browser = begin(here, who.username)
    two(here, who, browser, "sms", "mail")
    new_password(browser)
    for session in sessions:
        assert session.get("/").status == 401
    assert open_attempt.get("/login/wait").status in (403, 410)
    told = [letter["text"] for letter in here.letters(who.number, who.mail) if "two" in letter["text"]]
    assert len(told) >= 2
    who.password = NEW
    here.later(700)
    page = waiting(here, who, remembered).page
    assert [found for found in page.digits if len(found) == 6], "the remembered browser is still known"


def test_lower_limits_follow_for_a_day(here: Installation) -> None:
    who = here.person()
    browser = begin(here, who.username)
    two(here, who, browser, "sms", "mail")
    assert "lower until" in new_password(browser).text
    who.password = NEW
    here.later(700)
    again = logged_in(here, who)
    assert "Limits are lower until" in again.page.text
    fields = {f"question{at}": one for at, one in enumerate(("first_trip", "dream_job", "first_film"), 1)}
    fields |= {f"answer{at}": one for at, one in enumerate(("Nara park", "astronaut", "Ikiru"), 1)}
    again.get("/settings/questions")
    assert again.post("/settings/questions", **fields).refusals == [6103]
    here.later(86_400)
    again = logged_in(here, who)
    assert "Limits are lower until" not in again.page.text
    again.get("/settings/questions")
    assert again.post("/settings/questions", **fields).refusals == []


def test_locks_end_with_a_recovery(here: Installation) -> None:
    who = here.person()
    stranger = here.browser()
    for _ in range(5):
        stranger.login(who.username, "Wrong-2026!")
    assert stranger.login(who.username, who.password).refusals == [1102]
    browser = begin(here, who.username)
    two(here, who, browser, "sms", "mail")
    new_password(browser)
    who.password = NEW
    waiting(here, who)


def test_a_new_password_keeps_the_rules_and_is_none_of_before(here: Installation) -> None:
    """S03."""
    who = here.person(**DETAILS)
    browser = begin(here, who.username)
    two(here, who, browser, "sms", "mail")
    for bad in ("short", "Password1!", who.password, f"Aa1!{who.username}", "Born-on-1987-04-23"):
        page = new_password(browser, bad)
        assert page.refusals == [1402], bad
    assert new_password(browser, NEW, NEW + "x").refusals == [1403]
    assert new_password(browser).refusals == []


def test_one_lasts_fifteen_minutes(here: Installation) -> None:
    who = here.person()
    browser = begin(here, who.username)
    two(here, who, browser, "sms", "mail")
    here.later(15 * 60)
    assert new_password(browser).refusals == [1407]
    assert browser.get("/recover").status == 200
    waiting(here, who)


def test_stopped_by_the_person_and_begun_again(here: Installation) -> None:
    who = here.person()
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    kept = dict(browser.cookies)
    assert browser.post("/recover", do="cancel").path == "/login"
    browser.cookies = kept
    browser.get("/recover")
    assert "Forgotten your password?" in browser.page.text
    browser.cookies = kept
    assert choose(browser, "mail").refusals == [1406]


def test_a_second_tab_a_double_post_and_the_back_button_do_nothing_twice(here: Installation) -> None:
    who = here.person()
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    code = here.code_to(who.number)
    assert browser.post("/recover", do="code", code=code).refusals == [1410]
    by_code(here, who, browser, "mail")
    kept = dict(browser.cookies)
    assert choose(browser, "sms").refusals == [1410]
    assert new_password(browser).refusals == []
    browser.cookies = kept
    browser.get("/help")
    browser.cookies = kept
    page = browser.post("/recover", do="password", password=NEW + "2", repeat=NEW + "2")
    assert page.refusals == [1409]
    assert here.browser().login(who.username, NEW + "2").refusals == [1101]


def test_this_isnt_me_stops_it(here: Installation) -> None:
    who = here.person()
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    choose(browser, "key")
    who.phone.not_me(asked(who.phone, who))
    assert other(browser).refusals == [1408]
    assert choose(browser, "mail").refusals == [1406]
    assert here.letters(who.mail)[0]["subject"] == "A new password was stopped"
    here.later(901)
    again = waiting(here, who)
    scan(here, who, again)
    assert go_on(again).path == "/", "the password was flagged, though nobody knew it"


def test_denied_on_the_phone_another_way_is_open(here: Installation) -> None:
    who = here.person()
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    choose(browser, "key")
    who.phone.deny(asked(who.phone, who))
    assert go_on(browser).status == 403
    by_code(here, who, browser, "mail")
    assert new_password(browser).refusals == []


def test_codes_name_their_purpose_and_hold_no_link(here: Installation) -> None:
    who = here.person()
    browser = begin(here, who.username)
    for kind, to in (("sms", who.number), ("mail", who.mail)):
        other(browser)
        choose(browser, kind)
        letter = here.letters(to)[0]
        assert re.fullmatch(r"\d{6}", letter["code"]) and "new password" in letter["text"]
        assert not re.search(r"https?:|www\.|href", letter["subject"] + letter["text"])


def test_without_a_second_way_it_says_whom_to_call(here: Installation) -> None:
    who = here.person(phones=0)
    with here.built.store.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM contacts WHERE user_id = '{who.id}' AND kind = 'mail'")
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    assert "no second way on file" in browser.page.text
    assert new_password(browser).refusals == [1413]


def test_a_number_and_a_mailbox_give_no_key_as_well(here: Installation) -> None:
    """Somebody who has none waits out the day of lower limits: by the page and on the phone."""
    who = here.person(phones=0)
    browser = begin(here, who.username)
    two(here, who, browser, "sms", "mail")
    new_password(browser)
    page = here.browser().login(who.username, NEW)
    assert page.refusals == [1430] and "once we know that it is you" in page.text
    refused(1430, work=lambda: here.new_phone().activate_start(who.username, NEW))
    here.later(86_399)
    assert here.browser().login(who.username, NEW).refusals == [1430]
    here.later(1)
    assert here.browser().login(who.username, NEW).path == "/enrol"
    assert here.new_phone().activate_start(who.username, NEW)["contacts"]


def test_in_japanese(here: Installation) -> None:
    """V01."""
    who = here.person(lang="ja")
    browser = begin(here, who.username, language="ja")
    two(here, who, browser, "sms", "mail")
    page = new_password(browser)
    assert "パスワードを設定しました" in page.text
    assert all(re.search("[\u3040-\u30ff]", letter["text"]) for letter in here.letters(who.number, who.mail))


def test_the_strict_profile_takes_no_knowledge(install: object) -> None:
    here: Installation = install(policy="strict")  # type: ignore[operator]
    who = here.person(phones=0, password="a long enough one", **DETAILS)
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    assert by_known(browser, "personal").refusals == [1410]
    assert "numbers taken over" in begin(here, who.username).page.text
    page = browser.get("/recover?other=1")
    assert "counts as one way" in page.text and "call" in page.text.lower() and 'value="mail' not in page.html
    assert choose(browser, "mail").refusals == [1410], "to NIST a second code that was sent is the first again"
    assert browser.post("/recover", do="password", password=NEW, repeat=NEW).refusals == [1413]


def test_in_the_strict_profile_key_is_one_of_the_two(install: object) -> None:
    here: Installation = install(policy="strict")  # type: ignore[operator]
    who = here.person(password="a long enough one")
    browser = begin(here, who.username)
    assert "count as one way" in browser.page.text, "told before anything is shown of the account"
    by_code(here, who, browser, "mail")
    page = browser.get("/recover?other=1")
    assert 'value="key"' in page.html and 'value="sms' not in page.html
    assert choose(browser, "key").path == "/login/wait"
    answered(here, who, browser, "qr")
    assert browser.page.path == "/recover", browser.page.refusals
    assert new_password(browser, "a long new sentence").refusals == []
