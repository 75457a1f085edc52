"""Sessions of staff at the shell, how they begin and end; and cases of the message centre, read and answered in one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.installation import Installation
from tests.support.staff import Member, at_shell, give
from tests.support.steps import logged_in
from watchword.core.refusals import Refusal
from watchword.flows import cases, sessions
from watchword.web.asking import SESSION


@pytest.fixture
def agent(here: Installation, tmp_path: Path) -> Member:
    """Somebody of client services, signed in."""
    return at_shell(here, tmp_path, "client_services")


def test_signing_in_takes_password_and_key_and_keeps_the_session_to_its_owner(agent: Member) -> None:
    found = agent.do("whoami")
    assert (found["username"], found["roles"], found["confirmed"]) == (agent.username, ["client_services"], True)
    kept = agent.folder / "watchword" / "staff.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["session"] not in agent.output
    agent.do("logout")
    assert agent.refused("whoami") == 7201
    assert agent.refused("logout") == 7201


def test_signing_in_by_code_and_by_response(here: Installation, tmp_path: Path) -> None:
    member = at_shell(here, tmp_path, "auditor", log_in=False)
    here.later(30)
    code = member.who.phone.code(here.pin(), member.username)
    assert member.do("login", member.username, "--code", typed=[code])["event"] == "session"
    assert member.asked == 0
    result = member.run("login", member.username, "--response", typed=["12345678", "12345678", "12345678"])
    assert result.exit_code == 1 and "Challenge" in result.output


def test_an_idle_session_ends_after_fifteen_minutes(here: Installation, agent: Member) -> None:
    here.later(14 * 60)
    agent.do("whoami")
    here.later(15 * 60)
    assert agent.refused("whoami") == 7201


def test_a_session_ends_after_eight_hours_whatever_happens(here: Installation, agent: Member) -> None:
    for _ in range(8 * 6 - 1):
        here.later(600)
        agent.do("whoami")
    here.later(600)
    assert agent.refused("whoami") == 7201


def test_denied_on_the_phone_there_is_no_session(here: Installation, tmp_path: Path) -> None:
    member = at_shell(here, tmp_path, "client_services", log_in=False)
    member.decision = "deny"
    assert member.refused("login", member.username) == 1106
    assert member.refused("whoami") == 7201


def test_a_case_is_read_and_answered(here: Installation, agent: Member, tmp_path: Path) -> None:
    who = here.person()
    browser = logged_in(here, who)
    session = sessions.find(here.built.kit, browser.cookies[SESSION])
    assert not isinstance(session, Refusal)
    written = cases.Written(post="p" * cases.POST_LENGTH, text="My phone is old.\nWhat now?")
    case = cases.begin(here.built.kit, session, "key", "An old phone", written)
    assert isinstance(case, str)
    assert case in [row["id"] for row in agent.all("cases")]
    shown = agent.do("case", case)
    assert (shown["subject"], shown["messages"][0]["text"]) == ("An old phone", written.text)
    agent.do("answer", case, "--text", "Activate Key on the new one first.")
    assert agent.do("case", case)["state"] == "answered"
    assert cases.unread(here.built.kit, session) == 1
    long = tmp_path / "answer.txt"
    long.write_text("And then end it on the old one.", "utf-8")
    agent.do("answer", case, "--file", str(long))
    assert agent.refused("answer", case) == 7103
    assert agent.refused("answer", "0" * 26, "--text", "to nobody") == 7101

    auditor, administrator = at_shell(here, tmp_path, "auditor"), at_shell(here, tmp_path, "administrator")
    assert auditor.do("case", case)["state"] == "answered"
    assert auditor.refused("answer", case, "--text", "from an auditor") == 7203
    assert administrator.refused("case", case) == 7203
    give(here, who, "client_services")
    own = Member(here, who, tmp_path / "own")
    here.later(30)
    own.do("login", who.username)
    assert own.refused("answer", case, "--text", "to myself") == 7204
