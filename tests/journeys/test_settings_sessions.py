"""Sessions in the settings: seen, ended one by one or all at once, and ended by idling whatever happens (T01, S06)."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from tests.support.installation import Installation, Person
from tests.support.steps import STEP, approve, logged_in, waiting
from watchword.app.settings import ClientSettings, Settings
from watchword.core.sessions import Session
from watchword_client.portal import Browser, Shown

PATH = "/settings/sessions"


def ids(page: Shown) -> list[str]:
    """The sessions on the page, in their order."""
    return re.findall(r'<article class="device" id="s-(\w+)"', page.html)


def live(here: Installation, who: Person) -> tuple[Session, ...]:
    with here.built.store.read() as tx:
        return tx.sessions.of_user(who.id, here.clock.now())


def two(here: Installation) -> tuple[Person, Browser, Browser]:
    who = here.person()
    first = logged_in(here, who)
    here.later(STEP)
    return who, first, logged_in(here, who)


def test_this_one_stands_first_and_the_other_is_ended_from_here(here: Installation) -> None:
    who, first, second = two(here)
    page = first.get(PATH)
    assert len(ids(page)) == 2 and page.text.count("This session") == 1
    assert "Firefox on Linux" in " ".join(page.text.split()) and "if idle" in page.text
    assert ids(page) == list(reversed(ids(second.get(PATH)))), "each sees its own first"
    page = first.post(PATH, do="end", session=ids(page)[1])
    assert page.path == f"{PATH}?done=session_ended" and len(ids(page)) == 1
    assert second.get("/").status == 401
    assert first.get("/").status == 200
    assert first.post(PATH, do="end", session=live(here, who)[0].id).path == "/login?out=1", "one's own is logging out"


def test_a_session_that_ended_is_told_so(here: Installation) -> None:
    _, first, second = two(here)
    other = ids(first.get(PATH))[1]
    second.post("/logout")
    assert first.post(PATH, do="end", session=other).refusals == [6120]


def test_all_others_and_all(here: Installation) -> None:
    who, first, second = two(here)
    first.get(PATH)
    assert first.post(PATH, do="others").path == f"{PATH}?done=others_ended"
    assert second.get("/").status == 401 and len(live(here, who)) == 1
    here.later(STEP)
    third = logged_in(here, who)
    first.get(PATH)
    assert first.post(PATH, do="all").path == "/login?out=1"
    assert third.get("/").status == 401 and live(here, who) == ()


def test_a_platforms_session_is_listed_by_its_name_and_learns_its_end_at_the_next_check(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.later(STEP)
    login = here.platform()
    login.start(who.username, who.password, system="Linux")
    login.answer("code", who.phone.code(here.pin(), who.username))
    session = login.collect()
    page = browser.get(PATH)
    assert "Terminal" in page.text and len(ids(page)) == 2
    assert login.check(session.token)["active"] is True
    browser.post(PATH, do="others")
    with pytest.raises(Exception, match=r"6001|6002|activity|session"):
        login.check(session.token)


def test_idling_ends_it_and_no_page_puts_that_off_by_itself(here: Installation) -> None:
    """U06: the streams and polls of an open page are no activity."""
    who = here.person()
    browser = logged_in(here, who)
    here.later(14 * 60)
    browser.get("/login/state")
    browser.get("/enrol/state")
    here.later(61)
    page = browser.get("/settings")
    assert page.status == 401 and "without activity" in page.text
    assert live(here, who) == ()


def test_twelve_hours_end_it_whatever_happens(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    for _ in range(12 * 6 - 1):
        here.later(600)
        assert browser.get("/settings").status == 200
    assert 'data-idle="' in browser.page.html and "longest time" in browser.page.text, (
        "the end that nothing puts off is told"
    )
    here.later(600)
    assert browser.get("/settings").status == 401


def test_every_signed_in_page_can_say_that_it_will_end(here: Installation) -> None:
    browser = logged_in(here, here.person())
    for path in (
        "/",
        "/settings",
        "/settings/contacts",
        "/settings/devices",
        "/settings/sessions",
        "/settings/activity",
        "/settings/notices",
        "/settings/language",
    ):
        page = browser.get(path)
        assert page.status == 200, path
        assert re.search(r'data-idle="900"', page.html), path


@pytest.mark.parametrize("minutes", [0, 61, 240, 10_080])
def test_the_idle_end_cannot_be_switched_off_or_put_off_for_long(minutes: int) -> None:
    with pytest.raises(ValidationError, match="idle_minutes"):
        Settings(session={"idle_minutes": minutes})
    with pytest.raises(ValidationError, match="idle_minutes"):
        ClientSettings(name="Terminal", idle_minutes=minutes)


def test_not_me_ends_the_session_on_every_page(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt = approve(here, who, browser)
    browser.post("/login/wait", do="continue")
    who.phone.decide(attempt, "not_me")
    assert browser.get("/settings/contacts").status == 401
