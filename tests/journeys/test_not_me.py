"""*This isn't me*: the login ends, and so does what it gave; a new password is chosen before anything else."""

from __future__ import annotations

from tests.support.installation import Installation, Person, refused
from tests.support.steps import approve, asked, confirmation, go_on, logged_in, scan, waiting

NEW = "Nakanoshima-5300!"


def test_it_closes_every_open_login_of_the_person(here: Installation) -> None:
    who = here.person()
    first, second = waiting(here, who), waiting(here, who)
    decision = who.phone.not_me(asked(who.phone, who))
    assert (decision.result, decision.quiet_until) == ("not_me", here.clock.now() + 900)
    assert who.phone.pending().attempts == ()
    assert go_on(first).status == go_on(second).status == 403
    for to in (who.number, who.mail):
        assert here.letters(to), "every channel on file is told"


def test_said_afterwards_it_ends_the_session_that_was_given(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt = approve(here, who, browser)
    assert who.given in go_on(browser).text
    assert who.phone.not_me(attempt).result == "not_me"
    page = browser.get("/")
    assert page.status == 401 and who.given not in page.text


def test_said_between_approval_and_collecting_nothing_is_collected(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt = approve(here, who, browser)
    who.phone.not_me(attempt)
    page = go_on(browser)
    assert (page.path, page.status) == ("/login/wait", 403)
    assert browser.get("/").path != "/" or who.given not in browser.page.text


def test_said_of_a_platform_it_ends_the_token(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    made = login.start(who.username, who.password)
    attempt = asked(who.phone, who)
    who.phone.approve(attempt, here.pin(), made.confirmation)
    token = login.collect().token
    who.phone.not_me(attempt)
    refused(6001, 6002, work=lambda: login.check(token))


def test_another_session_goes_on(here: Installation) -> None:
    who = here.person()
    home = logged_in(here, who)
    here.later(61)
    thief = waiting(here, who)
    who.phone.not_me(asked(who.phone, who))
    assert go_on(thief).status == 403
    assert home.get("/").path == "/password", "the owner is asked for a new password where they are"


def test_a_new_password_is_chosen_at_the_next_login(here: Installation) -> None:
    who = here.person()
    waiting(here, who)
    who.phone.not_me(asked(who.phone, who))
    here.later(901)
    browser = waiting(here, who)
    scan(here, who, browser)
    page = go_on(browser)
    assert page.path == "/password"
    for path in ("/", "/login"):
        assert browser.get(path).path == "/password", "there is a way round"

    def change(current: str, new: str, repeat: str) -> list[int]:
        browser.get("/password")
        return browser.post("/password", current=current, password=new, repeat=repeat).refusals

    assert change(who.password, NEW, NEW + "x") == [1403]
    assert change("Other-2026!", NEW, NEW) == [1404]
    assert change(who.password, who.password, who.password) == [1402]
    assert change(who.password, "short", "short") == [1402]
    assert change(who.password, NEW, NEW) == []
    assert browser.page.path == "/"
    assert who.given in browser.page.text
    browser.post("/logout")
    assert here.browser().login(who.username, who.password).refusals == [1101], "the old password still works"
    who.password = NEW
    here.later(601)
    again = waiting(here, who)
    scan(here, who, again)
    assert go_on(again).path == "/"


def test_a_denial_flags_nothing(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    who.phone.deny(asked(who.phone, who))
    here.later(901)
    again = waiting(here, who)
    assert confirmation(again.page)
    approve(here, who, again)
    assert go_on(again).path == "/"
    assert go_on(browser).status in (403, 410)


def flagged(here: Installation) -> Person:
    """Somebody who said that a login was not theirs: their password is known to a stranger."""
    who = here.person()
    waiting(here, who)
    who.phone.not_me(asked(who.phone, who))
    here.later(901)
    return who


def test_a_flagged_password_opens_no_platform(here: Installation) -> None:
    """A program cannot ask for a new password, so it gets no login at all, before the phone is asked anything."""
    who = flagged(here)
    for _ in range(2):
        refused(1302, work=lambda: here.platform().start(who.username, who.password))
    assert who.phone.pending().attempts == ()
    browser = waiting(here, who)
    scan(here, who, browser)
    assert go_on(browser).path == "/password"
    assert browser.post("/password", current=who.password, password=NEW, repeat=NEW).path == "/"
    here.later(601)
    assert here.platform().start(who.username, NEW).state == "pending"


def test_a_flagged_password_enrols_no_phone(here: Installation) -> None:
    """With a session of both elements: the offer waits until the password is a new one."""
    who = flagged(here)
    browser = waiting(here, who)
    scan(here, who, browser)
    assert go_on(browser).path == "/password"
    for path in ("/", "/enrol"):
        page = browser.get(path)
        assert page.path == "/password"
        assert not page.links and not page.session_id
    page = browser.post("/enrol", do="renew")
    assert page.path == "/password" and not page.links
    browser.get("/password")
    assert browser.post("/password", current=who.password, password=NEW, repeat=NEW).path == "/"
    assert browser.get("/enrol").links
