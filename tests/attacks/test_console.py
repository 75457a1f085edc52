"""The console as a malicious member of staff, a forger and another site attack it: refused plainly, written down, never half done."""

from __future__ import annotations

import itertools
import re

import pytest

from tests.support.console import Seat, signed_in
from tests.support.installation import Installation, Person
from tests.support.raw import cookies, numbers, token
from tests.support.staff import give, tags
from tests.support.steps import logged_in
from watchword.flows.staff.effects import CHANGES

WORDS = {"reason": "asked by telephone", "evidence": "called back on the number on file"}
ACTS = ("unlock", "end_sessions", "lost_phone", "suspend")
FORGED = ("0" * 26, "z" * 26, "x", "A" * 26, "%00", "a" * 4000, "..%2f..%2f", "<script>alert(1)</script>", "é" * 26)


@pytest.fixture
def agent(here: Installation) -> Seat:
    """Somebody of client services at the console."""
    return signed_in(here, "client_services")


def state(here: Installation, who: Person) -> tuple[str, int, int]:
    """What an attack could have changed: the account's state, active devices, open requests."""
    with here.built.store.read() as tx:
        user = tx.users.get(who.id)
        assert user is not None
        devices = sum(device.state == "active" for device in tx.devices.of_user(who.id))
        return user.state, devices, sum(one.state == "open" for one in tx.staff.requests_about(who.id, 50))


def test_forged_ids_lead_nowhere(here: Installation, agent: Seat) -> None:
    for forged in FORGED:
        for path in (
            f"/users/{forged}",
            f"/users/{forged}/do/suspend",
            f"/users/{forged}/interview",
            f"/requests/{forged}",
            f"/cases/{forged}",
        ):
            page = agent.get(path)
            assert page.status in (404, 410), f"{path}: {page.status}"
            assert "Traceback" not in page.text and "<script>alert" not in page.html
    for path in (
        "/users/x/y/z",
        "/users//do",
        "/requests/",
        "/users/" + agent.who.id + "/do/reboot",
        "/users/" + agent.who.id + "/ask/wealth",
    ):
        assert agent.get(path).status == 404, path


def test_every_role_does_only_what_its_table_says(here: Installation) -> None:
    """Each page and each post, by each role, against core/staff.py: what is not allowed is refused, written down, and changes nothing."""
    allowed = {
        "client_services": {*ACTS, "interview"}, "compliance": set(ACTS), "auditor": set[str](), "administrator": set[str](),
    }  # fmt: skip
    for role, may in allowed.items():
        seat, who = signed_in(here, role), here.person()
        before = state(here, who)
        for act in (*ACTS, "interview"):
            seat.get("/requests")
            path = f"/users/{who.id}/interview" if act == "interview" else f"/users/{who.id}/do/{act}"
            if act in may:
                continue
            assert seat.browser.post(path, birth_date="1990-01-01").refusals == [7203], f"{role} {act}"
        for kind in CHANGES:
            seat.get("/requests")
            page = seat.browser.post(f"/users/{who.id}/ask/{kind}", **WORDS)
            if role == "auditor" or (role == "compliance" and kind != "reinstate"):
                assert page.refusals == [7203], f"{role} {kind}"
        if role == "auditor":
            assert state(here, who) == before
        if may != set(ACTS) | {"interview"}:
            assert "staff.action.refused" in tags(here, seat.who.id), role


@pytest.mark.parametrize(
    ("asker", "decider"),
    [("client_services", "client_services"), ("client_services", "auditor"), ("client_services", "administrator")],
)
def test_nobody_decides_whose_role_it_is_not(here: Installation, asker: str, decider: str) -> None:
    who, one, other = here.person(), signed_in(here, asker), signed_in(here, decider)
    one.get(f"/users/{who.id}/ask/restart_enrolment")
    path = one.browser.post(f"/users/{who.id}/ask/restart_enrolment", **WORDS).path.partition("?")[0]
    for seat, do in itertools.product((one, other), ("approve", "reject")):
        page = seat.get(path)
        assert "Approve with Key" not in page.html or seat.who.id == one.who.id
        seat.get("/requests")
        assert seat.browser.post(path, do=do, note="let me").refusals[0] in (7203, 7204)
    assert state(here, who) == ("active", 1, 1)


def test_two_roles_in_one_person_are_still_one_pair_of_eyes(here: Installation) -> None:
    who, both = here.person(), signed_in(here, "client_services", "compliance")
    both.get(f"/users/{who.id}/ask/restart_enrolment")
    path = both.browser.post(f"/users/{who.id}/ask/restart_enrolment", **WORDS).path.partition("?")[0]
    assert both.browser.post(path, do="approve", note="I trust myself").refusals == [7204]
    assert state(here, who) == ("active", 1, 1)


def test_nobody_changes_his_own_account(here: Installation, agent: Seat) -> None:
    me = agent.who.id
    for act in ("unlock", "suspend"):
        agent.get("/users")
        assert agent.browser.post(f"/users/{me}/do/{act}").refusals == [7204], act
    for kind in CHANGES:
        agent.get("/users")
        assert agent.browser.post(f"/users/{me}/ask/{kind}", **WORDS, number="+819012345678").refusals[0] in (
            7203,
            7204,
        ), kind


def test_an_agent_cannot_shut_an_administrator_out(here: Installation, agent: Seat) -> None:
    administrator = signed_in(here, "administrator")
    for act in ACTS:
        agent.get("/users")
        assert agent.browser.post(f"/users/{administrator.who.id}/do/{act}").refusals == [7203], act
    assert administrator.get("/requests").status == 200


def test_another_site_can_post_nothing(here: Installation, agent: Seat) -> None:
    who = here.person()
    agent.get(f"/users/{who.id}/do/suspend")
    form = {"csrf": token(agent.browser)}
    bad: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"origin": "https://evil.example"}, form), ({"origin": here.portal}, form), ({"origin": here.key}, form),
        ({"sec-fetch-site": "cross-site", "origin": here.console}, form), ({"sec-fetch-site": "same-site", "origin": here.console}, form),
        ({"origin": here.console}, {"csrf": ""}), ({"origin": here.console}, {}), ({"origin": here.console}, {"csrf": "A" * 22}),
    ]  # fmt: skip
    for headers, fields in bad:
        sent = {"cookie": cookies(agent.browser), **headers}
        answer = here.http.post(
            f"{here.console}/users/{who.id}/do/suspend", data=fields, headers=sent, follow_redirects=False
        )
        assert numbers(answer) in ([5008], [1104]), (headers, fields)
    other = signed_in(here, "client_services")
    other.get("/users")
    sent = {"cookie": cookies(agent.browser), "origin": here.console}
    answer = here.http.post(
        f"{here.console}/users/{who.id}/do/suspend",
        data={"csrf": token(other.browser)},
        headers=sent,
        follow_redirects=False,
    )
    assert numbers(answer) == [1104], "the token of another browser"
    assert state(here, who) == ("active", 1, 0)


def test_a_get_changes_nothing(here: Installation, agent: Seat) -> None:
    who = here.person()
    before = state(here, who)
    for act in ACTS:
        agent.get(f"/users/{who.id}/do/{act}")
    for kind in CHANGES:
        agent.get(f"/users/{who.id}/ask/{kind}?reason=x&evidence=y&number=%2B819012345678")
    assert state(here, who) == before


HOSTILE = [
    '"><script>alert(1)</script>',
    "\u202eevil\u202c",
    "{{ 7*7 }}{% include 'x' %}",
    "'; DROP TABLE users; --",
    "A" * 9000,
    "\u0301" * 500,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_names(here: Installation, agent: Seat, name: str) -> None:
    who = here.person()
    here.put_key(who, name[:60])
    with here.built.store.engine.begin() as connection:
        statement = "UPDATE users SET display_name = {} WHERE id = {}"
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(statement.format(mark, mark), (name, who.id))
    for path in (
        f"/users/{who.id}",
        f"/users/{who.id}/do/lost_phone",
        f"/users/{who.id}/ask/restart_enrolment",
        f"/users/{who.id}/events",
    ):
        page = agent.get(path)
        assert page.status == 200, path
        assert "<script>alert" not in page.html and "\u202e" not in page.html and "A" * 200 not in page.html, path
    agent.get(f"/users/{who.id}/ask/restart_enrolment")
    page = agent.browser.post(
        f"/users/{who.id}/ask/restart_enrolment", reason=f"said {name[:900]}", evidence=f"wrote {name[:900]}"
    )
    assert (
        page.status == 200
        and "<script>alert" not in page.html
        and "49" not in re.findall(r'class="words">([^<]*)', page.html)[0]
    )


def test_a_stale_page_of_somebody_whose_role_is_gone(here: Installation, agent: Seat) -> None:
    who = here.person()
    agent.get(f"/users/{who.id}/do/suspend")
    give(here, agent.who, "auditor")
    assert agent.browser.post(f"/users/{who.id}/do/suspend").refusals == [7203]
    give(here, agent.who)
    assert agent.browser.post(f"/users/{who.id}/do/suspend").refusals == [7202]
    assert state(here, who) == ("active", 1, 0)
    assert "__Host-ww_s" not in agent.browser.cookies


def test_a_draft_is_nobody_elses(here: Installation, agent: Seat) -> None:
    who = here.person()
    here.later(301)
    agent.get(f"/users/{who.id}/ask/restart_enrolment")
    agent.browser.post(f"/users/{who.id}/ask/restart_enrolment", reason="a private reason", evidence="private evidence")
    page = agent.confirmed()
    other = signed_in(here, "client_services")
    assert "a private reason" in page.html
    assert "a private reason" not in other.get(page.path).html
    assert "a private reason" not in agent.get(page.path.replace(who.id, here.person().id)).html, (
        "nor that of another page"
    )


def test_a_confirmation_of_another_session_confirms_nothing(here: Installation) -> None:
    one = signed_in(here, "client_services")
    two = signed_in(here, who=one.who)
    who = here.person()
    here.later(301)
    one.get(f"/users/{who.id}/do/suspend")
    one.browser.post(f"/users/{who.id}/do/suspend")
    two.get("/users")
    two.browser.cookies["__Host-ww_l"] = one.browser.cookies["__Host-ww_l"]
    one.confirmed()
    two.browser.get("/login/wait")
    two.get(f"/users/{who.id}/do/suspend")
    assert two.browser.post(f"/users/{who.id}/do/suspend").path == "/login/wait"
    assert state(here, who)[0] == "active"


def test_looking_is_limited(here: Installation, agent: Seat) -> None:
    who = here.person()
    pages = [agent.get(f"/users/{who.id}") for _ in range(61)]
    assert pages[-1].refusals == [7208] and pages[-1].status == 429
    agent.get("/users")
    assert agent.post("/users", text=who.username).refusals == [7208]


def test_the_queue_shows_strangers_nothing(here: Installation) -> None:
    browser = logged_in(here, here.person())
    for jar in ("", cookies(browser), "__Host-ww_s=" + "A" * 43):
        answer = here.http.get(f"{here.console}/requests/state", headers={"cookie": jar})
        assert answer.status_code == 401 and "waiting" not in answer.text.replace("waiting for", "")


def test_the_console_answers_under_its_own_name_only(here: Installation, agent: Seat) -> None:
    for origin in (here.portal, here.key):
        for path in ("/users", "/requests", "/members", f"/users/{agent.who.id}"):
            answer = here.http.get(origin + path, headers={"cookie": cookies(agent.browser)})
            assert agent.who.username not in answer.text, origin + path
