"""Four eyes at the console: asked for by one, decided by another, with reasons and evidence; refused in every single-handed way."""

from __future__ import annotations

import re

import pytest

from tests.journeys.test_console_people import DETAILS, answers
from tests.support.console import Seat, open_person, signed_in
from tests.support.installation import Installation, Person
from tests.support.staff import give, tags
from tests.support.steps import logged_in
from watchword.core.staff import KINDS
from watchword.flows.staff.effects import CHANGES

WORDS = {"reason": "asked by telephone", "evidence": "called back on the number on file"}


@pytest.fixture
def agent(here: Installation) -> Seat:
    """Somebody of client services at the console."""
    return signed_in(here, "client_services")


@pytest.fixture
def officer(here: Installation) -> Seat:
    """Somebody of compliance at the console."""
    return signed_in(here, "compliance")


def asked(seat: Seat, kind: str, about: Person, **params: str) -> str:
    """The address of a new request."""
    path = f"/users/{about.id}/ask/{kind}"
    assert seat.get(path).status == 200
    page = seat.browser.post(path, **WORDS, **params)
    assert re.fullmatch(r"/requests/[0-9a-z]{26}\?done=asked", page.path), f"{page.path} {page.refusals}"
    return page.path.partition("?")[0]


def test_the_whole_way_of_a_request(here: Installation, agent: Seat, officer: Seat) -> None:
    who = here.person()
    path = asked(agent, "restart_enrolment", who)
    assert "can’t approve what you asked for yourself" in agent.page.text and "Approve with Key" not in agent.page.html
    assert "data-waiting-count>" in officer.get("/requests").html and who.username in officer.page.text
    page = officer.get(path)
    for said in (*WORDS.values(), agent.who.username, who.username, "Key ends on every phone", "Approve with Key"):
        assert said in page.text, said
    page = officer.browser.post(path, do="approve", note="called back, passport seen")
    assert page.path == f"{path}?done=approved" and "called back, passport seen" in page.text
    assert here.browser().login(who.username, who.password).path == "/enrol"
    assert "approved" in agent.get(path).text.lower() and officer.who.username in agent.page.text
    assert {"staff.request.opened", "staff.request.approved", "staff.enrolment.restarted"} <= set(tags(here, who.id))


def test_the_card_stands_on_the_persons_page(here: Installation, agent: Seat, officer: Seat) -> None:
    who = here.person()
    asked(agent, "restart_enrolment", who)
    page = open_person(officer, who)
    assert "Needs a second person" in page.text and "Approve with Key" in page.text
    assert "Approve with Key" not in open_person(agent, who).text


def test_every_kind_has_a_form_made_of_its_parameters(here: Installation, agent: Seat) -> None:
    who = here.person()
    administrator = signed_in(here, "administrator")
    for kind, change in CHANGES.items():
        seat = administrator if kind == "roles" else agent
        page = seat.get(f"/users/{who.id}/ask/{kind}")
        assert page.status in (200, 403), kind
        if page.status == 200:
            assert all(f'name="{name}"' in page.html or name == "roles" for name in change.names), kind
            assert f"console.kind_{kind}" not in page.html
    assert set(CHANGES) <= set(KINDS)


def test_a_new_number(here: Installation, agent: Seat, officer: Seat) -> None:
    who = here.person()
    path = asked(agent, "change_number", who, number="+81 90 1234 5678")
    assert "+819012345678" in officer.get(path).text
    assert officer.browser.post(path, do="approve", note="evidence read").path.endswith("?done=approved")
    agent.get(f"/users/{who.id}/ask/change_number")
    page = agent.browser.post(f"/users/{who.id}/ask/change_number", **WORDS, number="12")
    assert page.refusals == [7206] and "New number" in page.text and WORDS["reason"] in page.html


def test_assisted_recovery(here: Installation, agent: Seat, officer: Seat) -> None:
    who = here.person(**DETAILS)
    logged_in(here, who)
    path = f"/users/{who.id}/ask/reset_password"
    assert "An interview in which enough matched has to come first" in agent.get(path).text
    assert agent.browser.post(path, **WORDS).refusals == [7214]
    agent.get(f"/users/{who.id}/interview")
    agent.browser.post(f"/users/{who.id}/interview", **answers(here, who))
    made = asked(agent, "reset_password", who)
    assert agent.browser.post(made, do="approve", note="it was I").refusals == [7204]
    assert here.browser().login(who.username, who.password).path == "/login/wait"
    page = officer.get(made)
    assert "Date of birth" in page.text and "birth_date" not in page.text
    assert officer.browser.post(made, do="approve", note="evidence read").status == 200
    assert here.browser().login(who.username, who.password).refusals == [1101]
    assert here.code_to(who.mail)


def test_nothing_written_is_lost_when_key_is_asked_first(here: Installation, agent: Seat, officer: Seat) -> None:
    who = here.person()
    path = f"/users/{who.id}/ask/change_number"
    agent.get(path)
    here.later(301)
    long = "the caller told the whole story. " * 50
    page = agent.post(path, reason=long, evidence=WORDS["evidence"], number="+819012349999")
    assert page.path.startswith(f"{path}?draft=") and "Key has confirmed" in page.text
    for said in (long.strip(), WORDS["evidence"], "+819012349999"):
        assert said in page.html
    draft = page.path
    assert officer.get(draft).status == 403 or long.strip() not in officer.page.html
    page = agent.browser.get(draft)
    page = agent.browser.post(path, reason=long, evidence=WORDS["evidence"], number="+819012349999")
    assert page.path.endswith("?done=asked")
    request = page.path.partition("?")[0]
    here.later(301)
    officer.get(request)
    page = officer.browser.post(request, do="approve", note="read every word of it")
    assert page.path == "/login/wait" and "approve a change" in page.text
    page = officer.confirmed()
    assert "read every word of it" in page.html and page.path.startswith(f"{request}?draft=")
    assert officer.browser.post(request, do="approve", note="read every word of it").path.endswith("?done=approved")
    with here.built.store.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM staff_drafts").all())
    assert "whole story" not in kept


def test_nothing_written_is_lost_with_the_session(here: Installation, agent: Seat) -> None:
    who = here.person()
    path = f"/users/{who.id}/ask/restart_enrolment"
    agent.get(path)
    here.later(16 * 60)
    page = agent.browser.post(path, reason="a long story told once", evidence="and how it is known")
    assert page.status == 401 and "a long story told once" in page.html and "and how it is known" in page.html


def test_a_second_decision_is_refused_plainly(here: Installation, agent: Seat, officer: Seat) -> None:
    who = here.person()
    path = asked(agent, "restart_enrolment", who)
    other = signed_in(here, "compliance")
    for seat in (officer, other):
        seat.get(path)
    assert officer.browser.post(path, do="reject", note="the caller hung up").status == 200
    page = other.browser.post(path, do="approve", note="looked fine")
    assert (page.status, page.refusals) == (410, [7212])
    assert "the caller hung up" in page.text and "Approve with Key" not in page.text
    assert here.browser().login(who.username, who.password).path == "/login/wait"
    assert "staff.action.refused" in tags(here, other.who.id)


def test_words_are_asked_for_beside_their_field(here: Installation, agent: Seat, officer: Seat) -> None:
    who = here.person()
    path = f"/users/{who.id}/ask/restart_enrolment"
    agent.get(path)
    page = agent.browser.post(path, reason="", evidence="I know the voice")
    assert page.refusals == [7242] and "I know the voice" in page.html and 'id="reason-e"' in page.html
    made = asked(agent, "restart_enrolment", who)
    officer.get(made)
    assert officer.browser.post(made, do="approve", note="").refusals == [7242]
    assert officer.browser.post(made, do="reject", note=" ").refusals == [7242]


def test_one_takes_his_own_request_back(here: Installation, agent: Seat, officer: Seat) -> None:
    who = here.person()
    path = asked(agent, "restart_enrolment", who)
    assert officer.browser.get(path) and officer.browser.post(path, do="withdraw").refusals == [7204]
    agent.get(path)
    assert agent.browser.post(path, do="withdraw").path == f"{path}?done=withdrawn"
    assert officer.browser.post(path, do="approve", note="too late").refusals == [7212]


def test_the_same_is_asked_for_once(here: Installation, agent: Seat) -> None:
    who = here.person()
    asked(agent, "restart_enrolment", who)
    path = f"/users/{who.id}/ask/restart_enrolment"
    agent.get(path)
    assert agent.browser.post(path, **WORDS).refusals == [7213]


def test_a_request_is_over_after_a_day(here: Installation, agent: Seat) -> None:
    who = here.person()
    path = asked(agent, "restart_enrolment", who)
    here.later(24 * 60 * 60 + 1)
    officer = signed_in(here, "compliance")
    assert "Over" in officer.get(path).text
    assert officer.browser.post(path, do="approve", note="at last").refusals == [7212]


def test_the_queue_is_watched_without_being_activity(here: Installation, agent: Seat) -> None:
    who = here.person()
    page = agent.get("/requests")
    mark = re.search(r'data-mark="([^"]+)"', page.html)
    assert mark is not None
    asked(agent, "restart_enrolment", who)
    page = agent.get(f"/requests/state?mark={mark[1]}&wait=0")
    assert '"waiting"' in page.html and mark[1] not in page.html
    for _ in range(4):
        here.later(4 * 60)
        agent.get("/requests/state?wait=0")
    assert agent.page.status == 401, "watching keeps nobody signed in"
    assert here.desk().get("/requests/state").status == 401


def test_a_role_that_was_taken_away_counts_in_mid_action(here: Installation, agent: Seat, officer: Seat) -> None:
    who = here.person()
    path = asked(agent, "restart_enrolment", who)
    officer.get(path)
    give(here, officer.who, "auditor")
    assert officer.browser.post(path, do="approve", note="still thought so").refusals == [7203]
    give(here, agent.who)
    third = signed_in(here, "compliance")
    third.get(path)
    assert third.browser.post(path, do="approve", note="who asked is staff no more").refusals == [7212]
    assert here.browser().login(who.username, who.password).path == "/login/wait"
