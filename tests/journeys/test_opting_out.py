"""Opting out of the device at login, and back in (Q01-Q04)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.installation import WRONG, Installation, Person
from tests.support.people import set_user
from tests.support.steps import approve, asked, go_on, known, logged_in, waiting
from watchword.flows import opting, orders
from watchword_client.portal import Browser

PAGE, ONE = "/settings/login", "urn:watchword:one-element"


def opted_out(here: Installation, who: Person) -> Browser:
    """A browser that was logged in with before, of somebody who opted out in it and logged out."""
    browser = known(here, who)
    browser = logged_in(here, who, browser)
    browser.get(PAGE)
    page = browser.post(PAGE, do="review", device="known")
    assert page.path == PAGE and "Nothing has changed yet" in page.text, (page.refusals, page.text)
    page = browser.post(PAGE, do="choose", device="known")
    assert "Saved." in page.text, (page.refusals, page.text)
    browser.post("/logout")
    return browser


def test_out_and_in_again(here: Installation) -> None:
    who = here.person()
    browser = opted_out(here, who)
    assert browser.login(who.username, who.password).path == "/", "the password alone, on the browser it is known from"
    assert who.phone.pending().attempts == ()
    limits = browser.get("/settings/limits").text
    for told in ("$50,000", "$100,000", "You chose to log in without your device", "Pink Sheet and OTCBB"):
        assert told in limits, told
    assert "Always use your device when logging in" in limits, "what would raise it"
    page = browser.get(PAGE)
    assert "Since " in page.text and "Approve first" in page.text, "nothing was shown in this session yet"
    assert browser.post(PAGE, device="always").refusals == [6101]
    browser.post("/confirm", operation="login")
    approve(here, who, browser)
    go_on(browser)
    assert "Saved." in browser.post(PAGE, device="always").text
    assert "$1,000,000" in browser.get("/settings/limits").text
    browser.post("/logout")
    assert browser.login(who.username, who.password).path == "/login/wait"
    kinds = [letter["subject"] for letter in here.letters(who.mail)]
    assert any("no longer asked for" in kind for kind in kinds) and any(
        "at every login again" in kind for kind in kinds
    )


def test_what_it_costs_is_shown_before_it_is_chosen(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PAGE)
    page = browser.post(PAGE, do="review", device="known")
    for told in (
        "$1,000,000 a day, $1,000,000 in five",
        "$50,000 a day, $100,000 in five",
        "Pink Sheet and OTCBB",
        "Whoever knows your password",
    ):
        assert told in page.text, told
    assert "Since " not in browser.get(PAGE).text, "looking it over changed nothing"
    assert "Saved." in browser.post(PAGE, do="review", device="always").text, "the safe side needs no second look"
    here.later(301)
    browser.get(PAGE)
    assert browser.post(PAGE, do="review", device="known").refusals == [6101]


def test_both_directions_take_the_device(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.later(301)
    browser.get(PAGE)
    assert browser.post(PAGE, device="known").refusals == [6101]
    browser = opted_out(here, who)
    browser.login(who.username, who.password)
    browser.get(PAGE)
    assert browser.post(PAGE, device="always").refusals == [6101], "a login without the device confirms nothing"
    browser.get("/settings/contacts")
    assert browser.post("/settings/contacts", do="add_mail", mail="thief@example.org").refusals == [6101]


def test_a_stolen_password_alone_opens_nothing(here: Installation) -> None:
    who = here.person()
    opted_out(here, who)
    thief = here.browser()
    assert thief.login(who.username, who.password).path == "/login/wait", "an unknown browser"
    assert [attempt.username for attempt in who.phone.pending().attempts] == [who.username]


def test_out_of_the_ordinary_takes_the_device(here: Installation) -> None:
    who = here.person()
    browser = opted_out(here, who)
    with here.elsewhere("127.77.0.9") as http:
        moved = here.browser(http=http)
        moved.cookies = dict(browser.cookies)
        assert moved.login(who.username, who.password).path == "/login/wait", "the known browser on another network"
        assert who.phone.decide(asked(who.phone, who), "deny").result == "denied"
    here.later(60)
    assert browser.login(who.username, who.password).path == "/login/wait", "after a denial"


def test_five_wrong_passwords_make_the_browser_unknown(here: Installation) -> None:
    who = here.person()
    browser = opted_out(here, who)
    for _ in range(5):
        browser.login(who.username, WRONG)
    here.later(901)
    assert browser.login(who.username, who.password).path == "/login/wait"


def test_a_platform_that_is_known_and_its_session_of_one_element(here: Installation) -> None:
    who = here.person()
    first = here.platform()
    first.start(who.username, who.password)
    assert first.answer("code", who.phone.code(here.pin())) == "approved"
    token = first.collect().device_token
    opted_out(here, who)
    again = here.platform()
    assert again.start(who.username, who.password, device_token=token).state == "approved"
    session = again.collect()
    assert (session.acr, session.amr) == (ONE, ("pwd",))
    assert here.platform().start(who.username, who.password).state == "pending", "without its device token"


def test_only_the_primary_user_chooses(here: Installation) -> None:
    who, primary = here.person(), here.person()
    set_user(here, who, primary_id=primary.id)
    browser = logged_in(here, who)
    page = browser.get(PAGE)
    assert primary.username in page.text
    assert browser.post(PAGE, device="known").refusals == [6102]


def test_not_in_the_day_after_a_recovery_but_in_at_any_time(here: Installation) -> None:
    who = here.person()
    browser = opted_out(here, who)
    set_user(here, who, recovered=here.clock.now() - 60)
    browser = waiting(here, who)
    approve(here, who, browser)
    go_on(browser)
    browser.get(PAGE)
    assert "Saved." in browser.post(PAGE, device="always").text
    browser.get(PAGE)
    assert browser.post(PAGE, device="known").refusals == [6103]


@pytest.mark.parametrize("choice", ["", "never", "known\x00", "x" * 9000])
def test_what_is_no_choice(here: Installation, choice: str) -> None:
    browser = logged_in(here, here.person())
    browser.get(PAGE)
    assert browser.post(PAGE, device=choice).status in (400, 422)


def test_paper_accounts_keep_the_device(here: Installation) -> None:
    browser = logged_in(here, here.person(kind="paper"))
    assert "The device is part of every login" not in browser.get(PAGE).text
    assert "Here the device is part of every login" in browser.page.text
    assert browser.post(PAGE, device="known").refusals == [6121]
    browser.get(PAGE)
    assert browser.post(PAGE, do="review", device="known").refusals == [6121]


def test_a_password_that_somebody_else_may_know_takes_the_device_again(here: Installation) -> None:
    """The stranger's browser is known once its owner let it in by mistake: what was reported must not be changed from there with nothing else."""
    who = here.person()
    home = opted_out(here, who)
    here.later(3601)
    thief = waiting(here, who)
    attempt = asked(who.phone, who)
    approve(here, who, thief)
    go_on(thief)
    thief.post("/logout")
    assert thief.login(who.username, who.password).path == "/", "known by now, and opted out"
    assert who.phone.decide(attempt, "not_me").result == "not_me"
    here.later(15 * 60 + 1)
    mine = waiting(here, who, home)
    approve(here, who, mine)
    page = go_on(mine)
    assert page.path == "/password", "the owner is led to change it, and goes away"
    here.later(61)
    assert thief.login(who.username, who.password).path == "/login/wait"


def test_a_look_ahead_waits_for_nobody_who_writes(here: Installation) -> None:
    """What an order or the choice would be is read, so that a page never stands in the line of those that change something."""
    who, kit = here.person(), here.built.kit
    logged_in(here, who)
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(who.id, here.clock.now())[0]
    with ThreadPoolExecutor(1) as pool, here.built.store.write() as tx:
        tx.users.lock(who.id)
        assert pool.submit(opting.ready, kit, session).result(20) is None
        assert isinstance(pool.submit(orders.review, kit, session, "code_card").result(20), orders.Review)
