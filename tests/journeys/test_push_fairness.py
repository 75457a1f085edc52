"""Two logins of one person at a time: one push, and a page that learns at once that it must show a code (B01; THREATS "push bombing")."""

from __future__ import annotations

import pytest

from tests.support.crowd import together, wide_client
from tests.support.installation import Installation, Person
from tests.support.steps import asked, confirmation, go_on, known, waiting
from tests.support.streams import state, stream, while_waiting
from watchword_client import crypto
from watchword_client.portal import Browser

PUSH_SECONDS = 180


def with_pushes(here: Installation) -> Person:
    """Somebody whose phone wants notifications."""
    who = here.person()
    x, y = (crypto.unb64u(part, 32) for part in crypto.public_of(who.phone.wire.state.key).values())
    point = crypto.b64u(b"\x04" + x + y)
    address = f"https://updates.push.services.mozilla.com/wpush/v2/{who.username}"
    assert who.phone.register_push(address, point, crypto.b64u(bytes(16)))
    return who


def pushes(here: Installation, who: Person) -> int:
    """How many notifications went to the phone."""
    return len([letter for letter in here.letters(who.phone.id) if letter["kind"] == "push"])


def waits_known(here: Installation) -> tuple[Person, Browser]:
    """A login in a known browser, which shows no confirmation code yet."""
    who = here.person()
    browser = known(here, who)
    here.later(61)
    assert not confirmation(waiting(here, who, browser).page)
    return who, browser


def test_two_logins_wake_the_phone_once_and_it_lists_both(here: Installation) -> None:
    who = with_pushes(here)
    first = waiting(here, who)
    assert pushes(here, who) == 1
    second = waiting(here, who)
    assert pushes(here, who) == 1
    assert len(who.phone.pending().attempts) == 2
    assert second.post("/login/wait", do="again").refusals == [1203]
    here.later(11)
    assert second.post("/login/wait", do="again").refusals == [1203], "the first one's push is still on its way"
    assert pushes(here, who) == 1
    here.later(PUSH_SECONDS)
    assert second.post("/login/wait", do="again").refusals == []
    assert pushes(here, who) == 2
    assert first.post("/login/wait", do="again").refusals == [1203]


def test_when_the_first_login_is_over_the_second_may_ask(here: Installation) -> None:
    who = with_pushes(here)
    first, second = waiting(here, who), waiting(here, who)
    first.post("/login/wait", do="cancel")
    assert second.post("/login/wait", do="again").refusals == []
    assert pushes(here, who) == 2


def test_two_logins_at_the_same_moment_wake_the_phone_once(here: Installation) -> None:
    who = with_pushes(here)
    with wide_client() as http:
        together([lambda: waiting(here, who, here.browser(http=http)) for _ in range(4)])
    assert pushes(here, who) == 1


@pytest.mark.parametrize("road", ["stream", "poll"])
def test_the_waiting_page_hears_that_it_must_show_a_code(here: Installation, road: str) -> None:
    who, browser = waits_known(here)
    if road == "stream":
        with stream(here, browser) as states:
            assert next(states) == "pending"
            waiting(here, who)
            assert next(states) == "changed"
    else:
        told = while_waiting(here, lambda: state(here, browser, "/login/state", 20), lambda: waiting(here, who))
        assert told == "changed"
    code = confirmation(browser.get("/login/wait"))
    assert len(code) == 6
    attempt = next(one for one in who.phone.pending().attempts if not one.details["browser_new"])
    assert attempt.details["confirm_reason"] == "several"
    assert who.phone.approve(attempt, here.pin(), code).result == "approved"
    assert go_on(browser).path == "/"


def test_a_page_that_shows_its_code_already_is_left_alone(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    shown = confirmation(browser.page)
    with stream(here, browser) as states:
        assert next(states) == "pending"
        waiting(here, who)
        attempt = next(one for one in who.phone.pending().attempts if one.details["confirm_reason"] == "browser")
        who.phone.approve(attempt, here.pin(), shown)
        assert next(states) == "approved", "a page was reloaded for nothing"
    assert asked(who.phone, who).details["confirm_reason"] in ("browser", "several")
