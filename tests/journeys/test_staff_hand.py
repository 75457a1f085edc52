"""At hand of staff: the shell and its networks, one session ended, counters in words, a role that counts as it is (S07, T02)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.test_messages import new_case
from tests.journeys.test_networks import keep_to
from tests.support.installation import WRONG, Installation
from tests.support.staff import Member, at_shell, give
from tests.support.steps import logged_in


@pytest.fixture
def agent(here: Installation, tmp_path: Path) -> Member:
    """Somebody of client services, signed in."""
    return at_shell(here, tmp_path, "client_services")


def test_at_the_shell_no_network_lies_between_but_elsewhere_it_counts(here: Installation, tmp_path: Path) -> None:
    """T02: the institution's own machine is in none of the networks that an account is kept to, and needs none."""
    member = at_shell(here, tmp_path, "client_services")
    assert keep_to(here, member.who, "203.0.113.0/24") is not None
    again = Member(here, member.who, tmp_path / "again")
    assert again.do("login", member.username)["event"] == "session"
    with here.built.store.read() as tx:
        rows = [line for line in tx.audit.about(member.who.id, 50) if line.tag == "login.session.issued"]
    assert rows[0].fields["at_hand"] is True
    assert here.browser().login(member.username, member.who.password).refusals == [1303]


def test_one_session_is_ended_by_its_id_and_the_others_stay(here: Installation, agent: Member) -> None:
    who = here.person()
    first, second = logged_in(here, who), logged_in(here, who)
    ids = [row["id"] for row in agent.do("show", who.username)["sessions"]]
    assert len(ids) == 2
    assert agent.do("end-session", who.username, ids[0])["ended"] == 1
    assert sorted([first.get("/").status, second.get("/").status]) == [200, 401]
    assert agent.refused("end-session", who.username, ids[0]) == 7207
    other = here.person()
    logged_in(here, other)
    foreign = agent.do("show", other.username)["sessions"][0]["id"]
    assert agent.refused("end-session", who.username, foreign) == 7207, "another person's"


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("browsers not known", "a known browser")), ("ja", ("未確認のブラウザー", "確認済みのブラウザー"))],
)
def test_what_is_counted_is_said_in_words(here: Installation, agent: Member, lang: str, words: tuple[str, ...]) -> None:
    who = here.person()
    home = logged_in(here, who)
    home.post("/logout")
    home.login(who.username, WRONG)
    here.browser().login(who.username, WRONG)
    text = agent.run("show", who.username, "--lang", lang).output
    assert all(word in text for word in words) and "browser:" not in text


def test_a_role_taken_away_answers_no_case(here: Installation, agent: Member) -> None:
    """The check and the answer are one transaction: a role counts as it is then."""
    who = here.person()
    case_id = new_case(here, logged_in(here, who))
    give(here, agent.who)
    assert agent.refused("answer", case_id, "--text", "Good day") in (7201, 7202, 7203)
    with here.built.store.read() as tx:
        assert len(tx.cases.messages(case_id)) == 1
