"""Malicious or fooled staff (THREATS): whatever one person tries alone is refused, written down, and changes nothing."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.installation import PASSWORD, Installation, refused
from tests.support.staff import WORDS, Member, at_shell, give, tags
from tests.support.steps import logged_in
from watchword.core.refusals import Refusal
from watchword.core.staff import KINDS, ROLES
from watchword.flows import sessions
from watchword.flows.staff import access, people, requests
from watchword.web.asking import SESSION

PARAMS = {"change_number": ("--number", "+818012345678"), "roles": ("--roles", "auditor")}
ASKABLE = ["restart_enrolment", "change_number", "roles"]
ACTS = {
    "find": ("find", "person"), "show": ("show", "{}"), "unlock": ("unlock", "{}"), "end_sessions": ("end-sessions", "{}"),
    "lost_phone": ("lost-phone", "{}"), "suspend": ("suspend", "{}"), "interview": ("interview", "{}"), "members": ("members",),
}  # fmt: skip
ALLOWED = {
    "client_services": {"find", "show", "unlock", "end_sessions", "lost_phone", "suspend", "interview"},
    "compliance": {"find", "show", "unlock", "end_sessions", "lost_phone", "suspend"},
    "auditor": {"find", "show", "members"},
    "administrator": {"members"},
}


def session_of(member: Member) -> sessions.Session:
    """The live session of a member of staff, as the console will hold it."""
    kept = json.loads((member.folder / "watchword" / "staff.json").read_text())
    found = access.current(member.here.built.kit, kept["session"])
    assert not isinstance(found, Refusal)
    return found


@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_it_is_named_for_and_nothing_else(here: Installation, tmp_path: Path, role: str) -> None:
    member = at_shell(here, tmp_path, role)
    for action, command in ACTS.items():
        who = here.person()
        result = member.run(*(word.format(who.username) for word in command), "--json", typed=[""] * 6)
        if action in ALLOWED[role]:
            assert result.exit_code == 0, (action, result.output)
        else:
            assert result.exit_code == 1 and '"number": 7203' in result.output, (action, result.output)
            assert tags(here, member.who.id)[0] == "staff.action.refused"
            with here.built.store.read() as tx:
                user = tx.users.get(who.id)
                devices = tx.devices.of_user(who.id)
            assert user is not None and user.state == "active" and devices[0].state == "active"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", ASKABLE)
def test_nobody_brings_a_change_about_alone(here: Installation, tmp_path: Path, role: str, kind: str) -> None:
    """With every single role: ask where it may, then try every way to have it done."""
    member, who = at_shell(here, tmp_path, role), here.person()
    result = member.run("request", kind, who.username, *WORDS, *PARAMS.get(kind, ()), "--json")
    if role not in KINDS[kind].asks:
        assert '"number": 7203' in result.output
        return
    made = [word for word in result.stdout.splitlines() if '"id"' in word][-1].split('"id": "')[1][:26]
    assert member.refused("approve", made, "--checked", "it is I who asked") == 7204
    assert member.refused("reject", made, "--why", "it is I who asked") == 7204
    give(here, member.who, *ROLES)  # not even with every role
    assert member.refused("approve", made, "--checked", "it is I who asked") == 7204
    assert member.do("request-show", made)["state"] == "open"


def test_nobody_decides_about_himself(here: Installation, tmp_path: Path) -> None:
    agent, officer = at_shell(here, tmp_path, "client_services"), at_shell(here, tmp_path, *ROLES)
    for words in (("unlock",), ("suspend",), ("interview",)):
        assert officer.refused(*words, officer.username) == 7204
    assert officer.refused("request", "roles", officer.username, *WORDS, "--roles", "auditor") == 7204
    administrator = at_shell(here, tmp_path, "administrator")
    made = administrator.ask("restart_enrolment", officer.username)
    assert officer.refused("approve", made, "--checked", "it is about me") == 7204
    assert agent.refused("approve", made, "--checked", "it is about staff") == 7203


def test_the_accounts_of_staff_are_out_of_an_agents_reach(here: Installation, tmp_path: Path) -> None:
    agent, officer = at_shell(here, tmp_path, "client_services"), at_shell(here, tmp_path, "compliance")
    administrator = at_shell(here, tmp_path, "administrator")
    for words in (("suspend",), ("lost-phone",), ("end-sessions",), ("unlock",)):
        assert agent.refused(*words, administrator.username) == 7203
    made = agent.ask("restart_enrolment", administrator.username)
    assert officer.refused("approve", made, "--checked", "agreed among us two") == 7203
    assert administrator.do("whoami")["roles"] == ["administrator"]


@pytest.mark.parametrize("request_id", ["", "0" * 26, "x" * 5000, "' or 1=1 --", "nul\0", "../../etc", "half\ud83d"])
def test_forged_ids_find_nothing(here: Installation, tmp_path: Path, request_id: str) -> None:
    officer = at_shell(here, tmp_path, "compliance")
    session = session_of(officer)
    for work in (requests.approve, requests.reject):
        found = work(here.built.kit, session, request_id, "forged and checked")
        assert isinstance(found, Refusal) and found.kind.number == 7211
    shown = requests.one(here.built.kit, session, request_id)
    assert isinstance(shown, Refusal) and shown.kind.number == 7211
    found_person = people.show(here.built.kit, session, request_id)
    assert isinstance(found_person, Refusal) and found_person.kind.number == 7205


def test_another_persons_device_is_as_unknown_as_none(here: Installation, tmp_path: Path) -> None:
    agent, one, other = at_shell(here, tmp_path, "client_services"), here.person(), here.person()
    device = agent.do("show", other.username)["devices"][0]["id"]
    for forged in (device, "0" * 26, "x" * 500):
        assert agent.refused("lost-phone", one.username, forged) == 7205
    assert agent.do("show", other.username)["devices"][0]["state"] == "active"


def test_a_role_taken_away_counts_at_once(here: Installation, tmp_path: Path) -> None:
    agent, officer, who = (
        at_shell(here, tmp_path, "client_services"),
        at_shell(here, tmp_path, "compliance"),
        here.person(),
    )
    made = agent.ask("restart_enrolment", who.username)
    give(here, officer.who, "auditor")
    assert officer.refused("approve", made, "--checked", "a moment too late") == 7203
    give(here, officer.who)
    assert officer.refused("approve", made, "--checked", "a moment too late") == 7202
    give(here, agent.who)
    assert agent.refused("withdraw", made) == 7202


def test_a_role_taken_away_while_key_is_being_asked(here: Installation, tmp_path: Path) -> None:
    """In the middle of the command: the phone is asked, and meanwhile the role goes."""
    agent, officer, who = (
        at_shell(here, tmp_path, "client_services"),
        at_shell(here, tmp_path, "compliance"),
        here.person(),
    )
    made = agent.ask("restart_enrolment", who.username)
    here.later(301)
    pressed = officer.press

    class Slow(Member):
        def press(self, seconds: float = 0) -> None:
            give(self.here, self.who)
            pressed(seconds)

    slow = Slow(here, officer.who, officer.folder)
    assert slow.refused("approve", made, "--checked", "in the middle") in (7201, 7202)
    assert agent.do("request-show", made)["state"] == "open"


def test_somebody_who_is_suspended_is_no_staff(here: Installation, tmp_path: Path) -> None:
    agent, officer = at_shell(here, tmp_path, "client_services"), at_shell(here, tmp_path, "compliance")
    officer.do("suspend", agent.username)
    assert agent.refused("find", "person") == 7201
    assert agent.refused("login", agent.username) == 1101


def test_who_is_no_staff_learns_it_only_with_password_and_key(here: Installation, tmp_path: Path) -> None:
    nobody = at_shell(here, tmp_path, log_in=False)
    wrong = replace(nobody, who=replace(nobody.who, password="Kitahama-27!"))
    assert wrong.refused("login", nobody.username) == 1101
    assert wrong.refused("login", "nobody-of-that-name") == 1101
    assert nobody.refused("login", nobody.username) == 7202
    assert "staff.login.refused" in tags(here, nobody.who.id)
    former = at_shell(here, tmp_path, "auditor")
    give(here, former.who)
    assert former.refused("login", former.username) == 7202


def test_a_staff_session_opens_nothing_else_and_no_other_opens_staff(here: Installation, tmp_path: Path) -> None:
    agent = at_shell(here, tmp_path, "client_services")
    kept = agent.folder / "watchword" / "staff.json"
    secret = json.loads(kept.read_text())["session"]
    for path in ("/", "/enrol", "/password"):
        browser = here.browser()
        browser.cookies[SESSION] = secret
        page = browser.get(path)
        assert agent.who.given not in page.html and 'name="password"' in page.html, path
    platform = here.platform()
    refused(6001, 6002, 6003, work=lambda: platform.check(secret))
    portal = logged_in(here, agent.who)
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "session": portal.cookies[SESSION]}))
    assert agent.refused("whoami") == 7201
    kit = here.built.kit
    assert isinstance(access.current(kit, portal.cookies[SESSION]), Refusal)
    other = sessions.find(kit, portal.cookies[SESSION])
    assert not isinstance(other, Refusal)
    found = people.find(kit, other, agent.username)
    assert isinstance(found, Refusal) and found.kind.number == 7201
    refused(6004, work=lambda: here.platform("staff").start(agent.username, PASSWORD))


def test_one_of_many_approvals_at_once_wins(here: Installation, tmp_path: Path) -> None:
    agent, who = at_shell(here, tmp_path, "client_services"), here.person()
    officers = [at_shell(here, tmp_path, "compliance") for _ in range(3)]
    held = [session_of(officer) for officer in officers]
    made = agent.ask("change_number", who.username, "--number", f"+8180{who.username[1:]}")
    gate = threading.Barrier(12)

    def decide(turn: int) -> object:
        gate.wait()
        work = requests.approve if turn % 3 else requests.reject
        return work(here.built.kit, held[turn % 3 if turn % 2 else (turn + 1) % 3], made, f"checked by {turn}")

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(decide, range(12)))
    won = [one for one in found if not isinstance(one, Refusal)]
    assert len(won) == 1
    assert {one.kind.number for one in found if isinstance(one, Refusal)} == {7212}
    numbers = [c for c in agent.do("show", who.username)["contacts"] if c["kind"] == "sms"]
    assert len(numbers) == 1
    told = [letter for letter in here.letters(who.mail) if "put +81" in letter["text"]]
    assert len(told) == (1 if won[0].request.state == "approved" else 0)  # type: ignore[attr-defined]


def test_approving_and_losing_the_role_at_once_never_both(here: Installation, tmp_path: Path) -> None:
    """Whoever comes first: an approval is never by somebody whose role was gone before."""
    agent = at_shell(here, tmp_path, "client_services")
    for turn in range(4):
        officer, who = at_shell(here, tmp_path, "compliance"), here.person()
        held, made, gate = session_of(officer), agent.ask("restart_enrolment", who.username), threading.Barrier(2)

        def approve() -> object:
            gate.wait()
            return requests.approve(here.built.kit, held, made, "at the same moment")

        def remove() -> object:
            gate.wait()
            with here.built.store.write() as tx:
                tx.staff.lock([officer.who.id])
                done = tx.staff.request(made)
                tx.staff.put(officer.who.id, frozenset(), "", here.clock.now())
                return done is not None and done.state

        with ThreadPoolExecutor(2) as pool:
            approved, state = pool.submit(approve), pool.submit(remove)
            result, before = approved.result(), state.result()
        assert isinstance(result, Refusal) != (before == "approved"), (turn, result, before)


def test_looks_at_people_are_limited(here: Installation, tmp_path: Path) -> None:
    agent, who = at_shell(here, tmp_path, "client_services"), here.person()
    session = session_of(agent)
    found = [people.show(here.built.kit, session, who.username) for _ in range(61)]
    assert isinstance(found[-1], Refusal) and found[-1].kind.number == 7208
    assert not any(isinstance(one, Refusal) for one in found[:60])


def test_an_interview_cannot_be_used_to_ask_ones_way_to_the_answers(here: Installation, tmp_path: Path) -> None:
    agents = [at_shell(here, tmp_path, "client_services") for _ in range(2)]
    who = here.person(birth_date="1991-02-07", document_number="TK4418203")
    guesses = [
        agents[turn % 2].do("interview", who.username, typed=["1991-02-0" + str(turn + 1), *[""] * 5])
        for turn in range(3)
    ]
    assert guesses[-1]["matched"] == []
    for agent in agents:
        assert agent.refused("interview", who.username, typed=["1991-02-09", *[""] * 5]) == 7208
    for agent in agents:
        assert "TK4418203" not in agent.output and "1991-02-07" not in agent.output


def test_answers_and_words_stand_nowhere_readable(here: Installation, tmp_path: Path) -> None:
    agent = at_shell(here, tmp_path, "client_services")
    who = here.person(birth_date="1987-04-23", document_number="CANARY77")
    agent.do("interview", who.username, typed=["1987-04-23", "CANARY77", "", "", "", ""])
    agent.do("request", "restart_enrolment", who.username, "--reason", "canary-reason", "--evidence", "canary-evidence")
    with here.built.store.engine.connect() as connection:
        for table in ("audit", "audit_personal", "staff_requests", "staff_interviews"):
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            for canary in ("CANARY77", "canary-reason", "canary-evidence", "1987-04-23"):
                assert canary not in rows, (table, canary)


def test_a_session_that_ended_does_nothing_even_for_whoever_still_holds_it(here: Installation, tmp_path: Path) -> None:
    agent = at_shell(here, tmp_path, "client_services")
    held = session_of(agent)
    agent.do("logout")
    found = people.find(here.built.kit, held, agent.username)
    assert isinstance(found, Refusal) and found.kind.number == 7201
