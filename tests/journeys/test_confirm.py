"""Showing the held element again inside a session, before what matters changes (ASVS 7.2.4, 7.5.1)."""

from __future__ import annotations

import pytest

from tests.support.installation import Installation
from tests.support.steps import approve, asked, challenge, go_on, known, logged_in, waiting
from watchword.core.encoding import sha256
from watchword.core.sessions import confirmed
from watchword.flows import sessions
from watchword.web.asking import LOGIN, SESSION


def test_approved_on_the_phone_it_changes_the_token_and_lasts_five_minutes(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.later(301)
    before = browser.cookies[SESSION]
    session = sessions.find(here.built.kit, before)
    assert isinstance(session, sessions.Session) and not confirmed(session, here.clock.now())
    assert browser.post("/confirm", operation="password").path == "/login/wait"
    attempt = approve(here, who, browser)
    assert (attempt.details["action"], attempt.details["operation"]) == ("confirm", "password")
    go_on(browser)
    after = sessions.find(here.built.kit, browser.cookies[SESSION])
    assert isinstance(after, sessions.Session) and after.id == session.id
    assert confirmed(after, here.clock.now())
    assert isinstance(sessions.find(here.built.kit, before), sessions.Refusal)
    here.later(300)
    assert not confirmed(after, here.clock.now())


def test_not_me_ends_the_session_that_asked(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.post("/confirm", operation="contacts")
    who.phone.decide(asked(who.phone, who), "not_me")
    page = browser.get("/")
    assert page.status == 401


def test_what_another_session_asked_for_confirms_nothing_here(here: Installation) -> None:
    """A collector secret moved into another browser: the approval belongs to the session that asked."""
    who = here.person()
    first, second = logged_in(here, who), logged_in(here, who)
    here.later(301)
    first.post("/confirm", operation="password")
    approve(here, who, first)
    second.cookies[LOGIN] = first.cookies[LOGIN]
    go_on(second)
    session = sessions.find(here.built.kit, second.cookies[SESSION])
    assert isinstance(session, sessions.Session) and not confirmed(session, here.clock.now())


@pytest.mark.parametrize("operation", ["", "nothing", "staff", "password" * 20])
def test_an_operation_that_is_not_the_portals_is_refused(here: Installation, operation: str) -> None:
    browser = logged_in(here, here.person())
    assert browser.post("/confirm", operation=operation).status == 404


def test_without_a_session_it_leads_to_the_login_page(here: Installation) -> None:
    who = here.person()
    stranger = here.browser()
    stranger.get("/login")
    page = stranger.post("/confirm", operation="password")
    assert 'name="password"' in page.html and 'action="/login"' in page.html
    assert who.phone.pending().attempts == (), "no phone was asked"
    browser = known(here, who)
    waiting(here, who, browser)
    attempt = approve(here, who, browser)
    assert attempt.details["action"] == "login"


def test_six_digits_approve_no_change_and_the_page_says_so(here: Installation) -> None:
    """They are the same for a login and for this: whoever talks somebody out of a code must not get the settings with it."""
    who = here.person()
    browser = logged_in(here, who)
    here.later(301)
    page = browser.post("/confirm", operation="password")
    assert 'name="code"' not in page.html and "no change is made with it" in page.text
    answered = browser.post("/login/wait", do="code", code=who.phone.code(here.pin(), who.username))
    assert answered.refusals == [1431]
    with here.built.store.read() as tx:
        attempt = tx.attempts.by_collector(sha256(browser.cookies[LOGIN].encode()))
    assert attempt is not None and (attempt.state, attempt.wrong) == ("pending", 0), (
        "nothing is counted, nothing approved"
    )


def test_the_challenge_names_a_change_by_its_first_digit(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.later(301)
    browser.post("/confirm", operation="password")
    digits = challenge(browser.post("/login/wait", do="challenge"))
    assert digits[0] != challenge(waiting(here, who).post("/login/wait", do="challenge"))[0]
    browser.post("/login/wait", do="response", response=who.phone.respond(digits, here.pin(), who.username))
    session = sessions.find(here.built.kit, browser.cookies[SESSION])
    assert isinstance(session, sessions.Session) and confirmed(session, here.clock.now())


def test_a_login_by_six_digits_confirms_no_change(here: Installation) -> None:
    """A code that was talked out of somebody opens a session, and still changes nothing."""
    who = here.person()
    browser = waiting(here, who)
    assert browser.post("/login/wait", do="code", code=who.phone.code(here.pin())).path == "/"
    browser.get("/settings/contacts")
    assert browser.post("/settings/contacts", do="add_mail", mail="thief@example.org").refusals == [6101]
    browser.post("/confirm", operation="contacts")
    approve(here, who, browser)
    go_on(browser)
    browser.get("/settings/contacts")
    assert browser.post("/settings/contacts", do="add_mail", mail="own@example.org").refusals == []
