"""Pages that wait: streams that end, polls that go on where no event comes, and the back button (A06, G01, T01)."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.support.crowd import wide_client
from tests.support.installation import PIN, Installation
from tests.support.steps import approve, asked, go_on, logged_in, proved, waiting
from tests.support.streams import state, stream, while_waiting

MOST = 8


def test_a_stream_ends_with_the_final_state(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    with stream(here, browser) as states:
        assert next(states) == "pending"
        approve(here, who, browser)
        assert list(states) == ["approved"], "the stream goes on when there is nothing more to tell"
    with stream(here, browser) as states:
        assert list(states) == ["approved"], "one that is opened afterwards tells it and ends"
    assert go_on(browser).path == "/"


def test_a_denied_login_ends_its_stream(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    with stream(here, browser) as states:
        assert next(states) == "pending"
        who.phone.deny(asked(who.phone, who))
        assert list(states) == ["denied"]


def test_a_login_has_eight_streams_and_the_newest_stay(here: Installation) -> None:
    """A page that opens streams without end holds eight connections and no more; the one in front of the person is among them."""
    who = here.person()
    browser = waiting(here, who)
    with wide_client() as http, ExitStack() as stack:
        opened = []
        for _ in range(MOST + 2):
            opened.append(stack.enter_context(stream(here, browser, http=http)))
            assert next(opened[-1]) == "pending"
        assert [list(states) for states in opened[:2]] == [[], []], "the oldest are not ended"
        approve(here, who, browser)
        assert [list(states) for states in opened[2:]] == [["approved"]] * MOST


def test_streams_of_others_are_not_ended(here: Installation) -> None:
    who, other = here.person(), here.person()
    mine, theirs = waiting(here, who), waiting(here, other)
    with wide_client() as http, ExitStack() as stack:
        states = stack.enter_context(stream(here, theirs, http=http))
        assert next(states) == "pending"
        opened = [stack.enter_context(stream(here, mine, http=http)) for _ in range(MOST + 1)]
        assert [next(one) for one in opened] == ["pending"] * (MOST + 1)
        approve(here, other, theirs)
        assert list(states) == ["approved"]


def test_the_enrolment_page_goes_on_by_polling(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """No event arrives, as where the process that took the phone's request cannot reach this one: each poll looks at the row."""
    monkeypatch.setattr(here.built.events, "publish", lambda *_: None)
    who = here.person(phones=0)
    browser = proved(here, who)
    assert state(here, browser, "/enrol/state") == "waiting"
    phone = here.new_phone()
    phone.activate_scan(browser.page.links[0])
    assert state(here, browser, "/enrol/state") == "scanned"
    phone.complete(PIN, "Pocket")
    assert state(here, browser, "/enrol/state", 20) == "active"
    assert "Pocket" in browser.get("/enrol").text


def test_an_enrolment_poll_is_answered_when_the_phone_goes_on(here: Installation) -> None:
    """Also between the scan and the end, where a poll that came back at once would be asked again without end."""
    who = here.person(phones=0)
    browser = proved(here, who)
    phone, link = here.new_phone(), browser.page.links[0]

    def poll() -> str:
        return state(here, browser, "/enrol/state", 20)

    assert while_waiting(here, poll, lambda: phone.activate_scan(link)) == "scanned"
    assert while_waiting(here, poll, lambda: phone.complete(PIN, "Pocket")) == "active"
    assert state(here, browser, "/enrol/state", 20) == "active"


def test_an_enrolment_poll_is_not_answered_by_what_it_knows(here: Installation) -> None:
    """The server looks after its pages every few seconds and tells each state again."""
    who = here.person(phones=0)
    browser = proved(here, who)
    phone = here.new_phone()
    phone.activate_scan(browser.page.links[0])

    def again_and_on() -> None:
        for topic in here.built.hub.topics("enrolment"):
            here.built.hub.publish(f"enrolment:{topic}", {"state": "scanned"})
        phone.complete(PIN, "Pocket")

    assert while_waiting(here, lambda: state(here, browser, "/enrol/state", 20), again_and_on) == "active"


def test_an_enrolment_poll_is_answered_by_what_came_between_two(here: Installation) -> None:
    who = here.person(phones=0)
    browser = proved(here, who)
    assert state(here, browser, "/enrol/state") == "waiting"
    here.new_phone().activate_scan(browser.page.links[0])
    assert state(here, browser, "/enrol/state", 20, known="waiting") == "scanned"


def test_an_offer_that_ran_out_is_told_to_a_page_that_polls(here: Installation) -> None:
    who = here.person(phones=0)
    browser = proved(here, who)
    here.later(600)
    assert state(here, browser, "/enrol/state", 20) == "over"


def test_back_at_the_waiting_page_after_a_login_leads_home(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    assert "__Host-ww_l" not in browser.cookies
    page = browser.get("/login/wait")
    assert (page.path, page.status) == ("/", 200)
    assert who.given in page.text


def test_the_waiting_page_without_a_login_says_so_with_its_number(here: Installation) -> None:
    page = here.browser().get("/login/wait")
    assert (page.path, page.status, page.refusals) == ("/login/wait", 410, [1105])
    who = here.person()
    browser = logged_in(here, who)
    browser.post("/logout")
    assert browser.get("/login/wait").refusals == [1105]
