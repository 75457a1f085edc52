"""The operator at the machine's shell: the first administrators, and breaking the glass, which is never quiet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.fixtures import KINDS
from tests.support.installation import Installation
from tests.support.staff import Member, at_shell, give, tags

REASON = ("--reason", "every administrator's phone was in the bag that was stolen")


@pytest.fixture(params=KINDS)
def own(request: pytest.FixtureRequest, install: Callable[..., Installation]) -> Installation:
    """An installation without any staff."""
    return install(request.param)


def at_machine(here: Installation, folder: Path) -> Member:
    """The operator: a shell, no account of one's own in use."""
    return Member(here, here.person(), folder / "operator")


def test_the_first_administrators_are_named_once(own: Installation, tmp_path: Path) -> None:
    operator = at_machine(own, tmp_path)
    one, two, late = (Member(own, own.person(), tmp_path / name) for name in ("one", "two", "late"))
    assert operator.refused("first-administrator", one.username, "nobody-of-that-name") == 7205
    found = operator.do("first-administrator", one.username, two.username)
    assert found["administrators"] == [one.username, two.username]
    assert "staff.administrator.first" in tags(own, one.who.id)
    assert own.letters(one.who.mail)
    own.later(120)
    assert operator.refused("first-administrator", late.username) == 7221
    for member in (one, two):
        member.do("login", member.username)
    two.do("approve", one.ask("roles", late.username, "--roles", "client_services"), "--checked", "contract seen")
    assert late.do("login", late.username)["username"] == late.username


def broken(operator: Member, *words: str, code: int = 0) -> str:
    """What `watchword break-glass` says."""
    result = operator.run("break-glass", *words, group="")
    assert result.exit_code == code, result.output
    return result.output


def test_breaking_the_glass_wants_a_reason_the_name_twice_and_an_administrator(
    own: Installation, tmp_path: Path
) -> None:
    operator, agent = at_machine(own, tmp_path), at_shell(own, tmp_path, "client_services")
    administrator = at_shell(own, tmp_path, "administrator", log_in=False)
    name = administrator.username
    for words in (
        (name, "--again", name),
        (name, "--again", name, "--reason", " x "),
        (name, "--again", agent.username, *REASON),
        (name, *REASON),
        (agent.username, "--again", agent.username, *REASON),
        ("nobody", "--again", "nobody", *REASON),
        (agent.username, "--again", agent.username, *REASON, "--act", "enrolment"),
    ):
        assert "7222" in broken(operator, *words, code=1), words
    broken(operator, name, "--again", name, *REASON, "--act", "everything", code=2)
    assert own.letters(administrator.who.mail) == []
    assert operator.refused("whoami") == 7201


def test_an_emergency_session_lasts_a_quarter_of_an_hour_and_everybody_hears_of_it(
    own: Installation, tmp_path: Path
) -> None:
    operator = at_machine(own, tmp_path)
    administrators = [at_shell(own, tmp_path, "administrator", log_in=False) for _ in range(2)]
    first = administrators[0]
    broken(operator, first.username, "--again", first.username, *REASON)
    for each in administrators:
        assert "EMERGENCY" in own.letters(each.who.number)[0]["text"]
        assert REASON[1] in own.letters(each.who.mail)[0]["text"]
    assert "staff.glass.broken" in tags(own, first.who.id)
    found = operator.do("whoami")
    assert (found["username"], found["emergency"], found["roles"]) == (first.username, True, ["administrator"])
    newcomer = own.person()
    own.later(10 * 60)
    made = operator.ask("roles", newcomer.username, "--roles", "auditor")  # no Key is asked for: there is none
    assert operator.refused("approve", made, "--checked", "one is not two") == 7204
    own.later(5 * 60)
    assert operator.refused("whoami") == 7201


def test_the_role_is_given_when_no_administrator_is_left(own: Installation, tmp_path: Path) -> None:
    operator, heir = at_machine(own, tmp_path), at_shell(own, tmp_path, log_in=False)
    former = at_shell(own, tmp_path, "administrator", log_in=False)
    broken(operator, heir.username, "--again", heir.username, *REASON, "--act", "administrator")
    assert heir.do("login", heir.username)["username"] == heir.username
    assert heir.do("whoami")["roles"] == ["administrator"]
    assert own.letters(former.who.mail)


def test_the_key_of_an_administrator_is_ended_so_that_it_can_be_activated_anew(
    own: Installation, tmp_path: Path
) -> None:
    operator, administrator = at_machine(own, tmp_path), at_shell(own, tmp_path, "administrator")
    officer = at_shell(own, tmp_path, "compliance")
    officer.do("lost-phone", administrator.username)
    assert own.browser().login(administrator.username, administrator.who.password).refusals == [7231]
    broken(operator, administrator.username, "--again", administrator.username, *REASON, "--act", "enrolment")
    assert administrator.refused("whoami") == 7201
    assert own.browser().login(administrator.username, administrator.who.password).path == "/enrol"


def test_an_emergency_session_of_somebody_who_lost_the_role_is_none(own: Installation, tmp_path: Path) -> None:
    operator = at_machine(own, tmp_path)
    administrator = at_shell(own, tmp_path, "administrator", log_in=False)
    broken(operator, administrator.username, "--again", administrator.username, *REASON)
    give(own, administrator.who)
    assert operator.refused("whoami") == 7202
