"""What an assisted recovery leaves: no password that was one before, and a first Key only after two of staff looked (S03, S05)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.test_staff import DETAILS, NEW_PASSWORD, answers
from tests.support.installation import Installation, Person
from tests.support.staff import Member, at_shell
from tests.support.steps import logged_in


@pytest.fixture
def agent(here: Installation, tmp_path: Path) -> Member:
    """Somebody of client services, signed in."""
    return at_shell(here, tmp_path, "client_services")


@pytest.fixture
def officer(here: Installation, tmp_path: Path) -> Member:
    """Somebody of compliance, signed in."""
    return at_shell(here, tmp_path, "compliance")


def start(here: Installation, who: Person, password: str) -> list[int]:
    """A first password with the newest code that went to the person; the refusals."""
    page = here.browser()
    page.get("/start")
    code = here.code_to(who.mail)
    return page.post("/start", username=who.username, code=code, password=password, repeat=password).refusals


@pytest.mark.parametrize("policy", ["broker", "strict"])
def test_the_password_that_was_taken_back_is_never_one_again(
    install: Callable[..., Installation], tmp_path: Path, policy: str
) -> None:
    """S03: not even the one that staff ended. It may be known to somebody."""
    here = install(policy=policy)
    who = here.person(password="Kitahama-Old-26!", **DETAILS)
    logged_in(here, who)
    agent, officer = (at_shell(here, tmp_path / role, role) for role in ("client_services", "compliance"))
    agent.do("interview", who.username, typed=answers(here, who))
    officer.do("approve", agent.ask("reset_password", who.username), "--checked", "evidence read")
    assert start(here, who, who.password) == [1402]
    assert start(here, who, NEW_PASSWORD) == [], "the code is good still"


def test_somebody_without_key_whom_two_of_staff_looked_at_waits_no_more(
    here: Installation, agent: Member, officer: Member
) -> None:
    who = here.person(phones=0)
    officer.do("approve", agent.ask("restart_enrolment", who.username), "--checked", "called back")
    here.later(1)
    with here.built.store.write() as tx:
        tx.users.set_recovered(who.id, here.clock.now())
    assert here.browser().login(who.username, who.password).refusals == [1430], (
        "what was approved before is not about it"
    )
    officer.do("approve", agent.ask("restart_enrolment", who.username), "--checked", "called back again")
    assert here.browser().login(who.username, who.password).path == "/enrol"
    phone = here.new_phone()
    started = phone.activate_start(who.username, who.password)
    phone.activate_send(next(contact["id"] for contact in started["contacts"] if contact["kind"] == "sms"))
    phone.activate_prove(here.code_to(who.number))
