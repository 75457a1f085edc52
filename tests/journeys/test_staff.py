"""What staff do at the shell: sign in with Key, look people up, unlock, end a lost phone, and change what two people agree on (S02, S05, L03)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.installation import PASSWORD, WRONG, Installation, Person, refused
from tests.support.staff import WORDS, Member, at_shell, give, tags
from tests.support.steps import approve, go_on, logged_in, waiting
from watchword.core.codes import SENDS

NEW_PASSWORD = "Nakanoshima-26!"
DETAILS = {
    "birth_date": "1987-04-23", "document_number": "TK4418203", "addresses": ("4-5-6 Kitahama, Chuo-ku",), "postal_codes": ("541-0041",),
}  # fmt: skip


@pytest.fixture
def agent(here: Installation, tmp_path: Path) -> Member:
    """Somebody of client services, signed in."""
    return at_shell(here, tmp_path, "client_services")


@pytest.fixture
def officer(here: Installation, tmp_path: Path) -> Member:
    """Somebody of compliance, signed in."""
    return at_shell(here, tmp_path, "compliance")


def answers(here: Installation, who: Person, **changed: str) -> list[str]:
    """What the person answers in the interview, in the order of the questions."""
    today = datetime.fromtimestamp(here.clock.now(), ZoneInfo("Asia/Tokyo")).date()
    right = {
        "birth_date": "1987-04-23", "document_number": "tk 4418203", "address": "541-0041", "number": who.number,
        "last_login_place": "", "last_login_date": today.isoformat(),
    }  # fmt: skip
    return list({**right, **changed}.values())


def test_people_are_found_by_what_is_known_of_them(here: Installation, agent: Member) -> None:
    who = here.person()
    for text in (who.username, who.username[:-1], f"Person {who.username[1:]}", who.number, who.mail, who.mail.upper()):
        found = [row["username"] for row in agent.all("find", text)]
        assert who.username in found or text == who.mail.upper(), text
    assert agent.all("find", "nobody-of-that-name") == []
    assert agent.refused("find", "u1") == 7240
    assert [row["username"] for row in agent.all("find", "%%%")] == []


def test_key_names_the_host_where_the_digits_stand(here: Installation, tmp_path: Path) -> None:
    """A member of staff compares with the console's address, everybody else with the portal's."""
    member, named = at_shell(here, tmp_path, "client_services", log_in=False), list[str]()

    def press(_: float) -> None:
        named.extend(str(attempt.details["portal"]) for attempt in member.who.phone.pending().attempts)
        member.press()

    member.while_waiting = press
    member.do("login", member.username)
    waiting(here, who := here.person())
    named.extend(str(attempt.details["portal"]) for attempt in who.phone.pending().attempts)
    staff, portal = (url.partition("://")[2] for url in (here.settings.staff.url, here.settings.portal.url))
    assert (named, staff != portal) == ([staff, portal], True)


def test_a_person_is_shown_without_what_is_secret(here: Installation, agent: Member) -> None:
    who = here.person(**DETAILS)
    logged_in(here, who)
    here.browser().login(who.username, WRONG)
    card = agent.do("show", who.username)
    assert card["state"] == "active" and card["has_password"] is True
    assert [device["state"] for device in card["devices"]] == ["active"]
    assert {contact["kind"] for contact in card["contacts"]} == {"sms", "mail"}
    assert card["sessions"][0]["kind"] == "portal" and card["logins"][0]["state"] == "collected"
    assert any(event["fields"].get("reason") == "password.wrong" for event in card["events"])
    assert card["locks"][0]["wrong"] >= 1
    text = agent.run("show", who.username).output + json.dumps(card)
    for secret in (*DETAILS["addresses"], "1987", "TK4418203", who.number, who.mail, "argon2", "plain:"):
        assert secret not in text
    assert "staff.person.shown" in tags(here, who.id)


def test_support_unlocks(here: Installation, agent: Member) -> None:
    who = here.person()
    stranger = here.browser()
    for _ in range(6):
        page = stranger.login(who.username, WRONG)
    assert page.refusals == [1102]
    assert agent.do("unlock", who.username)["locked"] == 1
    waiting(here, who)
    assert "unlocked" in here.letters(who.number)[0]["text"]
    assert "staff.lock.cleared" in tags(here, who.id)


def test_sessions_end(here: Installation, agent: Member) -> None:
    who = here.person()
    browser = logged_in(here, who)
    assert agent.do("end-sessions", who.username)["ended"] == 1
    assert browser.get("/").status == 401


def test_a_login_that_was_approved_and_not_collected_ends_too(here: Installation, agent: Member) -> None:
    who = here.person()
    browser = waiting(here, who)
    approve(here, who, browser)
    agent.do("end-sessions", who.username)
    assert go_on(browser).status == 410


def test_what_matters_asks_for_key_again_after_five_minutes(here: Installation, agent: Member) -> None:
    who = here.person()
    agent.do("unlock", who.username)
    assert agent.asked == 1  # for signing in
    here.later(301)
    agent.do("show", who.username)
    assert agent.asked == 1
    before = json.loads((agent.folder / "watchword" / "staff.json").read_text())["session"]
    agent.do("unlock", who.username)
    assert agent.asked == 2
    assert json.loads((agent.folder / "watchword" / "staff.json").read_text())["session"] != before
    here.later(301)
    agent.decision = "deny"
    assert agent.refused("unlock", who.username) == 1106


def test_a_lost_phone_ends_and_a_new_key_waits_for_two_people(
    here: Installation, agent: Member, officer: Member
) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.put_key(who, "Tablet")
    assert agent.refused("lost-phone", who.username) == 7241  # which one?
    devices = {device["name"]: device["id"] for device in agent.do("show", who.username)["devices"]}
    first = agent.do("lost-phone", who.username, devices["Phone 1"])
    assert (first["device"], first["held"], first["ended"]) == ("Phone 1", False, 1)
    assert browser.get("/").status == 401
    assert agent.do("lost-phone", who.username)["held"] is True
    told = [letter["text"] for letter in here.letters(who.number)]
    assert sum("reported lost" in text for text in told) == 2

    assert here.browser().login(who.username, who.password).refusals == [7231]
    phone = here.new_phone()
    refused(7231, work=lambda: phone.activate_start(who.username, who.password))

    made = agent.ask("restart_enrolment", who.username)
    assert officer.do("approve", made, "--checked", "called back, passport seen")["state"] == "approved"
    assert here.browser().login(who.username, who.password).path == "/enrol"


def test_an_activation_that_was_under_way_does_not_outlive_the_lost_phone(here: Installation, agent: Member) -> None:
    who = here.person(phones=0)
    phone = here.new_phone()
    begun = phone.activate_start(who.username, who.password)
    here.put_key(who)
    agent.do("lost-phone", who.username)
    refused(3207, work=lambda: phone.activate_send(begun["contacts"][0]["id"]))


def test_whatever_is_under_way_waits_while_a_new_key_is_held_back(here: Installation, agent: Member) -> None:
    who = here.person(phones=0)
    phone = here.new_phone()
    begun = phone.activate_start(who.username, who.password)
    with here.built.store.write() as tx:
        tx.staff.hold(who.id, agent.who.id, here.clock.now())
    refused(7231, work=lambda: phone.activate_send(begun["contacts"][0]["id"]))


def test_suspended_by_one_and_opened_by_two(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    browser = logged_in(here, who)
    agent.do("suspend", who.username)
    assert browser.get("/").status == 401
    assert here.browser().login(who.username, who.password).refusals == [1101]
    assert agent.refused("suspend", who.username) == 7207
    made = agent.ask("reinstate", who.username)
    assert agent.refused("approve", made, "--checked", "all is well") == 7204
    officer.do("approve", made, "--checked", "spoke to the branch")
    waiting(here, who)


def test_assisted_recovery(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person(**DETAILS)
    browser = logged_in(here, who)
    assert agent.refused("request", "reset_password", who.username, *WORDS) == 7214
    held = agent.do("interview", who.username, typed=answers(here, who, document_number="X0000000"))
    assert held["matched"] == ["birth_date", "address", "number", "last_login_date"] and held["enough"] is True
    made = agent.ask("reset_password", who.username)
    assert agent.refused("request", "reset_password", who.username, *WORDS) == 7213
    shown = officer.do("request-show", made)
    assert "birth_date, address, number, last_login_date" in shown["evidence"]
    done = officer.do("approve", made, "--checked", "evidence read, called back")
    assert done["told"]["to"].endswith("@example.org")

    assert browser.get("/").status == 401
    assert here.browser().login(who.username, who.password).refusals == [1101]
    code = here.code_to(who.mail)
    assert "24 hours" in here.letters(who.mail)[0]["text"]
    page = here.browser()
    page.get("/start")
    page.post("/start", username=who.username, code=code, password=NEW_PASSWORD, repeat=NEW_PASSWORD)
    who.password = NEW_PASSWORD
    logged_in(here, who)
    with here.built.store.read() as tx:
        user = tx.users.get(who.id)
    assert user is not None and user.recovered


def test_the_code_of_an_assisted_recovery_ends_after_a_day(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person(**DETAILS)
    logged_in(here, who)
    agent.do("interview", who.username, typed=answers(here, who))
    officer.do("approve", agent.ask("reset_password", who.username), "--checked", "evidence read")
    code = here.code_to(who.mail)
    here.later(24 * 60 * 60)
    page = here.browser()
    page.get("/start")
    page = page.post("/start", username=who.username, code=code, password=NEW_PASSWORD, repeat=NEW_PASSWORD)
    assert page.refusals == [1401]


@pytest.mark.parametrize(
    "changed",
    [
        {"last_login_date": ""},  # nothing of recent activity
        {"last_login_date": "2020-01-01"},
        {"birth_date": "", "document_number": "", "address": ""},
    ],
)
def test_an_interview_that_is_not_enough_leads_nowhere(
    here: Installation, agent: Member, changed: dict[str, str]
) -> None:
    who = here.person(**DETAILS)
    logged_in(here, who)
    assert agent.do("interview", who.username, typed=answers(here, who, **changed))["enough"] is False
    assert agent.refused("request", "reset_password", who.username, *WORDS) == 7214


def test_an_interview_serves_one_request_of_the_one_who_held_it_for_an_hour(
    here: Installation, agent: Member, tmp_path: Path
) -> None:
    who = here.person(**DETAILS)
    logged_in(here, who)
    other = at_shell(here, tmp_path, "client_services")
    agent.do("interview", who.username, typed=answers(here, who))
    assert other.refused("request", "reset_password", who.username, *WORDS) == 7214
    agent.do("withdraw", agent.ask("reset_password", who.username))
    assert agent.refused("request", "reset_password", who.username, *WORDS) == 7214
    agent.do("interview", who.username, typed=answers(here, who))
    for _ in range(6):
        here.later(601)
        agent.do("whoami")
    assert agent.refused("request", "reset_password", who.username, *WORDS) == 7214


def test_a_number_changes_when_two_agree_and_the_old_one_is_told(
    here: Installation, agent: Member, officer: Member
) -> None:
    who = here.person()
    new = f"+8180{who.username[1:]}"
    made = agent.ask("change_number", who.username, "--number", new)
    assert here.letters(new) == []
    officer.do("approve", made, "--checked", "contract and passport seen")
    assert "put +81" in here.letters(who.number)[0]["text"] and here.letters(new) and here.letters(who.mail)
    masked = {contact["masked"] for contact in agent.do("show", who.username)["contacts"] if contact["kind"] == "sms"}
    assert len(masked) == 1 and next(iter(masked)).endswith(new[-4:])


def test_an_account_is_kept_to_its_networks_and_freed_again_when_two_agree(
    here: Installation, agent: Member, officer: Member
) -> None:
    """T02: sessions from elsewhere end, the right password from elsewhere is refused with the cause, a wrong one as ever."""
    who = here.person()
    browser = logged_in(here, who)
    made = agent.ask("networks", who.username, "--networks", "203.0.113.0/24, 2001:db8::/32")
    assert browser.get("/").status == 200
    officer.do("approve", made, "--checked", "letter of the company seen")
    assert browser.get("/").status == 401
    assert browser.login(who.username, who.password).refusals == [1303]
    assert here.browser().login(who.username, "Wrong-2026!").refusals == [1101]
    assert here.letters(who.mail)[0]["subject"] == "The networks you may log in from were changed"
    officer.do("approve", agent.ask("networks", who.username, "--networks", "everywhere"), "--checked", "the same")
    here.later(61)
    logged_in(here, who)


@pytest.mark.parametrize(
    "ranges", ["", "somewhere", "203.0.113.7/24", " ".join(f"10.0.{n}.0/24" for n in range(21)), "everywhere"]
)
def test_networks_that_are_none_or_as_they_are_cannot_be_asked_for(
    here: Installation, agent: Member, ranges: str
) -> None:
    who = here.person()
    expected = 7207 if ranges == "everywhere" else 7206
    assert agent.refused("request", "networks", who.username, *WORDS, "--networks", ranges) == expected


@pytest.mark.parametrize("number", ["", "09012345678", "+8190", "+99912345678901", "x" * 500])
def test_a_number_that_is_none_is_refused_when_it_is_asked_for(here: Installation, agent: Member, number: str) -> None:
    who = here.person()
    assert agent.refused("request", "change_number", who.username, *WORDS, "--number", number) == 7206


def test_roles_are_given_by_one_administrator_and_approved_by_another(here: Installation, tmp_path: Path) -> None:
    first, second = (at_shell(here, tmp_path, "administrator") for _ in range(2))
    newcomer = at_shell(here, tmp_path, log_in=False)
    assert newcomer.refused("login", newcomer.username) == 7202
    made = first.ask("roles", newcomer.username, "--roles", "client_services,auditor")
    assert first.refused("approve", made, "--checked", "it is I") == 7204
    second.do("approve", made, "--checked", "contract of employment seen")
    assert newcomer.do("login", newcomer.username)["event"] == "session"
    assert newcomer.do("whoami")["roles"] == ["auditor", "client_services"]
    assert newcomer.username in [row["username"] for row in first.all("members")]
    second.do("approve", first.ask("roles", newcomer.username), "--checked", "left the house")
    assert newcomer.refused("whoami") == 7201
    assert newcomer.refused("login", newcomer.username) == 7202


def test_requests_are_listed_rejected_withdrawn_and_over_after_a_day(
    here: Installation, agent: Member, officer: Member
) -> None:
    people = [here.person() for _ in range(3)]
    ids = [agent.ask("restart_enrolment", who.username) for who in people]
    assert set(ids) <= {row["id"] for row in officer.all("requests")}
    rejected = officer.do("reject", ids[0], "--why", "the caller hung up")
    assert (rejected["state"], rejected["note"]) == ("rejected", "the caller hung up")
    assert agent.do("withdraw", ids[1])["state"] == "withdrawn"
    for request in ids[:2]:
        assert officer.refused("approve", request, "--checked", "late but fine") == 7212
    here.later(24 * 60 * 60)
    officer.do("login", officer.username)
    assert officer.refused("approve", ids[2], "--checked", "a day too late") == 7212
    assert officer.do("request-show", ids[2])["state"] == "expired"
    assert not set(ids) & {row["id"] for row in officer.all("requests")}
    agent.do("login", agent.username)
    agent.ask("restart_enrolment", people[2].username)  # an old one stands in nobody's way


def test_a_change_that_cannot_be_done_leaves_the_request_open_and_nothing_changed(
    here: Installation, agent: Member, officer: Member
) -> None:
    who = here.person(**DETAILS)
    browser = logged_in(here, who)
    agent.do("interview", who.username, typed=answers(here, who))
    made = agent.ask("reset_password", who.username)
    with here.built.store.write() as tx:  # another code went to this address a moment ago
        mac = here.built.kit.vault.mac("send", who.mail).hex()
        tx.rates.take(f"send:to:{mac}", SENDS, here.clock.now())
    assert officer.refused("approve", made, "--checked", "evidence read") == 3120
    assert officer.do("request-show", made)["state"] == "open"
    assert browser.get("/").status == 200
    assert not [letter for letter in here.letters(who.number) if "taken back" in letter["text"]]
    here.later(61)
    officer.do("approve", made, "--checked", "evidence read")


def test_japanese_and_plain_output(here: Installation, agent: Member) -> None:
    who = here.person()
    assert "利用中" in agent.run("show", who.username, "--lang", "ja").output
    said = agent.run("find", "zz nobody", "--lang", "ja").output
    assert "見つかりません" in said
    result = agent.run("unlock", "nobody-here", "--lang", "ja")
    assert result.exit_code == 1 and "7205" in result.output and "該当" in result.output
    give(here, agent.who)
    assert agent.refused("show", who.username) == 7202
    assert PASSWORD not in agent.output
