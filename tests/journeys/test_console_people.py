"""What staff do about a person at the console: find, see, unlock, end sessions, a lost phone, suspend, interview (S02, S05, L03)."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.support.console import Seat, found, open_person, signed_in
from tests.support.installation import WRONG, Installation, Person
from tests.support.raw import cookies
from tests.support.staff import tags
from tests.support.steps import logged_in, waiting
from watchword.flows.ports import AuditRow

DETAILS = {
    "birth_date": "1987-04-23", "document_number": "TK4418203", "addresses": ("4-5-6 Kitahama, Chuo-ku",), "postal_codes": ("541-0041",),
}  # fmt: skip


@pytest.fixture
def agent(here: Installation) -> Seat:
    """Somebody of client services at the console."""
    return signed_in(here, "client_services")


def test_people_are_found_by_what_is_known_of_them(here: Installation, agent: Seat) -> None:
    who = here.person()
    for text in (who.username, who.username[:-1], f"Person {who.username[1:]}", who.number, who.mail):
        assert who.username in found(agent, text).text, text
    assert "Nobody found" in found(agent, "nobody-of-that-name").text
    assert "staff.people.searched" in tags(here, agent.who.id)


def test_what_was_looked_for_stands_in_no_address(here: Installation, agent: Seat) -> None:
    who = here.person()
    page = found(agent, who.mail)
    assert re.fullmatch(r"/users\?s=[0-9a-z]{26}", page.path), page.path
    other = signed_in(here, "client_services")
    assert who.username not in other.get(page.path).text, "a search belongs to its session alone"


@pytest.mark.parametrize("text", ["ab", "x" * 121, "x" * 10_000, "\u202e" * 5])
def test_a_search_that_can_find_nobody_is_refused_plainly(here: Installation, agent: Seat, text: str) -> None:
    page = found(agent, text)
    if text.startswith("\u202e"):
        assert page.status == 200 and "Nobody found" in page.text
        return
    assert (page.status, page.refusals) == (422, [7240])
    assert "staff.action.refused" in tags(here, agent.who.id)


def test_a_search_over_the_limit_of_a_request_is_refused_plainly(agent: Seat) -> None:
    agent.get("/users")
    assert agent.browser.post("/users", text="x" * 20_000).status == 413
    assert agent.browser.get("/users").status == 200
    assert agent.browser.post("/users", text="x" * 15_000).status in (413, 422)


def test_a_person_is_shown_without_what_is_secret(here: Installation, agent: Seat) -> None:
    who = here.person(**DETAILS)
    logged_in(here, who)
    here.browser().login(who.username, WRONG)
    page = open_person(agent, who)
    assert page.status == 200
    for seen in (
        who.username,
        "Login attempts",
        "Wrong password",
        "Phone 1",
        "Portal",
        "Password, challenge",
        "1 of 10",
        "0 of 10",
    ):
        assert seen in page.text or seen == "1 of 10", seen
    for secret in (*DETAILS["addresses"], "1987", "TK4418203", who.number, who.mail, "argon2", "plain:"):
        assert secret not in page.html
    assert "staff.person.shown" in tags(here, who.id)


def test_every_event_can_be_read_a_page_at_a_time(here: Installation, agent: Seat) -> None:
    who = here.person()
    with here.built.store.write() as tx:
        for at in range(130):
            tx.audit.write(AuditRow("user.place.set", who.id, f"n{at:03}"), here.clock.now())
    first = agent.get(f"/users/{who.id}/events")
    assert first.html.count("<li><span") == 100
    older = re.search(r"before=(\d+)", first.html)
    assert older is not None
    second = agent.get(f"/users/{who.id}/events?before={older[1]}")
    assert 30 <= second.html.count("<li><span") <= 34
    for strange in ("-1", "x", "9" * 40, "%00"):
        assert agent.get(f"/users/{who.id}/events?before={strange}").status == 200


def test_unlocking(here: Installation, agent: Seat) -> None:
    who = here.person()
    stranger = here.browser()
    for _ in range(6):
        page = stranger.login(who.username, WRONG)
    assert page.refusals == [1102]
    assert "Passwords are not read" in open_person(agent, who).text
    agent.get(f"/users/{who.id}/do/unlock")
    page = agent.post(f"/users/{who.id}/do/unlock")
    assert "Locks cleared: 1." in page.text
    waiting(here, who)
    assert "staff.lock.cleared" in tags(here, who.id)


def test_what_matters_asks_for_key_after_five_minutes(here: Installation, agent: Seat) -> None:
    who = here.person()
    here.later(301)
    agent.get(f"/users/{who.id}/do/suspend")
    page = agent.browser.post(f"/users/{who.id}/do/suspend")
    assert page.path == "/login/wait" and "Staff: show that it is you" in page.text
    with here.built.store.read() as tx:
        user = tx.users.get(who.id)
    assert user is not None and user.state == "active", "nothing is done before Key"
    before = agent.browser.cookies["__Host-ww_s"]
    page = agent.confirmed()
    assert page.path.startswith(f"/users/{who.id}/do/suspend?draft=") and "Key has confirmed" in page.text
    assert agent.browser.cookies["__Host-ww_s"] != before, "the session's secret changes with its rights"
    assert "The account is suspended" in agent.browser.post(f"/users/{who.id}/do/suspend").text
    assert here.browser().login(who.username, who.password).status == 401


def test_a_denied_confirmation_leads_back_to_the_page_and_nothing_is_done(here: Installation, agent: Seat) -> None:
    who = here.person()
    here.later(301)
    agent.get(f"/users/{who.id}/do/suspend")
    agent.browser.post(f"/users/{who.id}/do/suspend")
    agent.who.phone.decide(agent.who.phone.pending().attempts[-1], "deny")
    page = agent.get("/login/wait")
    assert page.status == 410 or page.status == 403
    back = re.search(r'href="(/users/[^"]+)"', page.html)
    assert back is not None and back[1].startswith(f"/users/{who.id}/do/suspend?draft=")
    page = agent.get(back[1])
    assert page.status == 200 and "Key has confirmed" not in page.text


def test_sessions_end_one_or_all(here: Installation, agent: Seat) -> None:
    who = here.person()
    one, other = logged_in(here, who), logged_in(here, who)
    page = open_person(agent, who)
    ids = re.findall(r'name="session" value="([0-9a-z]{26})"', page.html)
    assert len(ids) == 2
    assert "That session has ended" in agent.post(f"/users/{who.id}", session=ids[0]).text
    assert sorted(browser.get("/").status for browser in (one, other)) == [200, 401]
    assert agent.post(f"/users/{who.id}", session=ids[0]).refusals == [7207], "a stale page"
    agent.get(f"/users/{who.id}/do/end_sessions")
    assert "Sessions ended: 1." in agent.post(f"/users/{who.id}/do/end_sessions").text
    assert {browser.get("/").path for browser in (one, other)} == {"/"}
    assert all(browser.page.status in (200, 401) and "Home" not in browser.page.text for browser in (one, other))


def test_a_lost_phone(here: Installation, agent: Seat) -> None:
    who = here.person()
    here.put_key(who, "Tablet")
    path = f"/users/{who.id}/do/lost_phone"
    agent.get(path)
    assert agent.post(path).refusals == [7241], "which one?"
    chosen = re.findall(r'name="device" value="([0-9a-z]{26})"[^>]*><b><bdi>([^<]*)', agent.page.html)
    ids = {name: device for device, name in chosen}
    page = agent.post(path, device=ids["Phone 1"])
    assert "Key has ended on" in page.text and "Phone 1" in page.text and "last phone" not in page.text
    agent.get(path)
    page = agent.post(path)
    assert "It was the last phone" in page.text
    assert here.browser().login(who.username, who.password).refusals == [7231]
    assert "A new Key is held back" in open_person(agent, who).text


def answers(here: Installation, who: Person, **changed: str) -> dict[str, str]:
    """What the person says, right unless changed."""
    today = datetime.fromtimestamp(here.clock.now(), ZoneInfo("Asia/Tokyo")).date()
    return {
        "birth_date": "1987-04-23", "document_number": "tk 4418203", "address": "541-0041", "number": "", "last_login_place": "",
        "last_login_date": today.isoformat(), **changed,
    }  # fmt: skip


def test_the_interview_tells_what_matched_and_keeps_no_answer(here: Installation, agent: Seat) -> None:
    who = here.person(**DETAILS)
    logged_in(here, who)
    path = f"/users/{who.id}/interview"
    page = agent.get(path)
    assert "What is your date of birth?" in page.text
    pass_ = re.search(r'name="pass" value="([^"]+)"', page.html)
    assert pass_ is not None
    said = answers(here, who, document_number="WRONG-44")
    page = agent.browser.post(path, **{"pass": pass_[1]}, **said)
    assert page.path == f"{path}/result" and "Enough." in page.text
    verdicts = re.findall(r"</svg>(matched|not matched|not asked)</span>", page.html)
    assert verdicts == ["matched", "not matched", "matched", "not asked", "not asked", "matched"]
    for answer in (*filter(None, said.values()), "TK4418203", "Kitahama"):
        assert answer not in page.html
    assert agent.get(path).html.count('value=""') == 0 and "1987-04-23" not in agent.get(path).html.replace(
        "As 1987-04-23.", ""
    )
    with here.built.store.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT fields FROM audit").all())
    assert "WRONG-44" not in kept and "541-0041" not in kept


def test_an_interview_may_take_longer_than_key_counts_as_shown(here: Installation, agent: Seat) -> None:
    """A caller is not asked to wait while the agent reaches for his phone; half an hour and no longer."""
    who = here.person(**DETAILS)
    logged_in(here, who)
    path = f"/users/{who.id}/interview"
    agent.get(path)
    here.later(12 * 60)
    agent.get("/users")
    agent.get(f"/users/{who.id}")
    found = agent.get(path)
    assert found.status == 200 and 'name="pass"' not in found.html, "the questions come after Key only"
    page = agent.post(path, do="key")
    pass_ = re.search(r'name="pass" value="([^"]+)"', page.html)
    assert pass_ is not None
    here.later(10 * 60)
    page = agent.browser.post(path, **{"pass": pass_[1]}, **answers(here, who))
    assert page.path == f"{path}/result"
    other = here.person(**DETAILS)
    agent.get(f"/users/{other.id}/interview")
    page = agent.browser.post(f"/users/{other.id}/interview", **{"pass": pass_[1]}, **answers(here, other))
    assert page.refusals == [6101], "the pass is for one person"
    here.later(10 * 60)
    agent.get("/users")
    here.later(11 * 60)
    agent.get(path)
    page = agent.browser.post(path, **{"pass": pass_[1]}, **answers(here, who))
    assert page.refusals == [6101]
    for forged in ("", ".", "9.x", f"{here.clock.now()}.{'A' * 22}", "9" * 60):
        assert agent.browser.post(path, **{"pass": forged}, **answers(here, who)).refusals == [6101]


def test_nobody_asks_his_way_to_the_answers(here: Installation, agent: Seat) -> None:
    who = here.person(**DETAILS)
    path = f"/users/{who.id}/interview"
    for _ in range(3):
        agent.get(path)
        assert agent.browser.post(path, birth_date="1990-01-01").path == f"{path}/result"
    agent.get(path)
    page = agent.browser.post(path, birth_date="1990-01-01")
    assert page.refusals == [7208] and page.status == 429 and "1990-01-01" not in page.html


def test_nobody_may_be_stored(here: Installation, agent: Seat) -> None:
    who = here.person()
    for path in (
        "/users",
        f"/users/{who.id}",
        f"/users/{who.id}/interview",
        f"/users/{who.id}/events",
        "/requests",
        "/cases",
    ):
        answer = here.http.get(here.console + path, headers={"cookie": cookies(agent.browser)})
        assert answer.headers["cache-control"] == "no-store", path


def test_in_japanese(here: Installation) -> None:
    agent = signed_in(here, "client_services", language="ja")
    who = here.person(**DETAILS)
    page = open_person(agent, who)
    assert 'lang="ja"' in page.html and "ログインの試行" in page.text
    for path in ("do/unlock", "do/lost_phone", "interview", "ask/reset_password", "events"):
        page = agent.get(f"/users/{who.id}/{path}")
        assert page.status == 200 and 'lang="ja"' in page.html, path
