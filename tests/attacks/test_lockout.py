"""A stranger who goes on guessing (S01, S02; THREATS): he is stopped for good, the owner never, and only the owner learns why."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

import pytest

from tests.support.crowd import counting_hashes, counting_statements, together, wide_client
from tests.support.installation import OTHER_PIN, WRONG, Installation, Person, refused
from tests.support.raw import form, numbers
from tests.support.steps import approve, go_on, known, logged_in, phone_first, scan, waiting
from watchword.core.lockout import CAP, IN_A_ROW
from watchword.flows import password_step

HOUR = 3600


def hundred(here: Installation, username: str) -> Counter[int]:
    """Wrong passwords until none is read any more, with all the patience that it takes; how they were refused."""
    found: Counter[int] = Counter()
    for _ in range(CAP // IN_A_ROW):
        for _ in range(IN_A_ROW):
            found.update(here.browser().login(username, WRONG).refusals)
        here.later(HOUR)
    return found


@pytest.mark.parametrize("name", ["somebody", "nobody"])
def test_after_a_hundred_no_password_is_read_from_unknown_browsers(here: Installation, name: str) -> None:
    username = here.person().username if name == "somebody" else f"nobody-{here.built.kit.entropy.id()}"
    with counting_hashes(here) as compared:
        hundred(here, username)
        assert len(compared.calls) == CAP
        for _ in range(3):
            page = here.browser().login(username, WRONG)
            assert (page.refusals, page.status) == ([1113], 429)
            here.later(200 * 24 * HOUR)
        assert len(compared.calls) == CAP, "time alone opened it"


def test_the_right_password_opens_nothing_then_but_a_known_browser_does(here: Installation) -> None:
    who = here.person()
    home = known(here, who)
    hundred(here, who.username)
    assert here.browser().login(who.username, who.password).refusals == [1113]
    assert [notice["kind"] for notice in who.phone.pending().notices] == ["closed"]
    browser = waiting(here, who, home)
    approve(here, who, browser)
    assert go_on(browser).path == "/"
    assert who.phone.pending().notices == ()
    assert logged_in(here, who).page.path == "/", "the row has ended"


def test_with_the_phone_first_it_opens_in_any_browser(here: Installation) -> None:
    who = here.person()
    hundred(here, who.username)
    browser = phone_first(here, who)
    scan(here, who, browser)
    page = browser.post("/login/held", do="continue")
    assert "Now your password" in page.text
    assert browser.post("/login/held", do="password", password=who.password).path == "/"
    assert logged_in(here, who).page.path == "/"


def test_clear_all_forgets_every_counter_and_what_phones_were_told(here: Installation) -> None:
    """What a recovery and the staff call."""
    who = here.person()
    hundred(here, who.username)
    with here.built.store.write() as tx:
        user = tx.users.lock(who.id)
        assert user is not None
        password_step.clear_all(here.built.kit, tx, user)
    assert who.phone.pending().notices == ()
    assert logged_in(here, who).page.path == "/"


def test_a_lock_passes_by_itself_and_the_phone_knows_until_when(here: Installation) -> None:
    who = here.person()
    for _ in range(IN_A_ROW):
        here.browser().login(who.username, WRONG)
    notice = who.phone.pending().notices[0]
    assert (notice["kind"], notice["until"], notice["username"]) == ("locked", here.clock.now() + 900, who.username)
    assert notice["params"]["address"] == "127.0.0.1"
    here.later(899)
    assert here.browser().login(who.username, who.password).refusals == [1102]
    here.later(1)
    assert who.phone.pending().notices == ()
    assert logged_in(here, who).page.path == "/"


def test_notices_are_for_the_phones_of_that_person_only(here: Installation) -> None:
    who, other = here.person(phones=2), here.person()
    for _ in range(IN_A_ROW):
        here.browser().login(who.username, WRONG)
    assert [len(phone.pending().notices) for phone in (*who.phones, other.phone)] == [1, 1, 0]


def test_a_login_out_of_the_ordinary_takes_the_qr_or_the_challenge(here: Installation) -> None:
    """Wrong passwords, then the right one from a network that is new: no notification, no plain code."""
    who = here.person()
    known(here, who)
    with here.elsewhere("127.44.0.9") as http:
        for _ in range(IN_A_ROW):
            here.browser(http=http).login(who.username, WRONG)
        here.later(900)
        thief = waiting(here, who, here.browser(http=http))
        assert "out of the ordinary" in thief.page.text
        assert who.phone.pending().attempts == ()
        assert [notice["kind"] for notice in who.phone.pending().notices] == ["suspicion"]
        assert thief.post("/login/wait", do="again").refusals == [1204]
        here.later(30)
        assert thief.post("/login/wait", do="code", code=who.phone.code(here.pin())).refusals == [1204]
        scan(here, who, thief)
        assert go_on(thief).path == "/"
    here.later(60)
    assert who.phone.pending().attempts == ()
    fresh = waiting(here, who)
    assert len(who.phone.pending().attempts) == 1, "a complete login ended the suspicion"
    fresh.post("/login/wait", do="cancel")


def test_failures_from_a_network_one_always_uses_ask_no_more(here: Installation) -> None:
    who = here.person()
    known(here, who)
    for _ in range(IN_A_ROW):
        here.browser().login(who.username, WRONG)
    here.later(900)
    waiting(here, who)
    assert len(who.phone.pending().attempts) == 1


def test_not_me_twice_a_day_closes_the_name_to_unknown_browsers(here: Installation) -> None:
    """S02: the page says no more than that passwords wait; the phone has the time. Unlocked by time, or by staff."""
    who = here.person()
    home = known(here, who)
    for _ in range(2):
        thief = waiting(here, who)
        page = thief.page if thief.page.links else thief.post("/login/wait", do="qr")
        who.phone.not_me(who.phone.scan(page.links[0]))
        here.later(2 * HOUR)
    page = here.browser().login(who.username, who.password)
    assert page.refusals == [1113]
    notices = {notice["kind"]: notice for notice in who.phone.pending().notices}
    assert notices["locked"]["params"]["reason"] == "not_me"
    assert waiting(here, who, home).page.path == "/login/wait"
    here.later(notices["locked"]["until"] - here.clock.now())
    assert here.browser().login(who.username, who.password).path == "/login/wait"


# The phone first


def test_an_approval_alone_gives_nothing(here: Installation) -> None:
    who = here.person()
    browser = phone_first(here, who)
    scan(here, who, browser)
    for path, fields in (
        ("/login/wait", {"do": "continue"}),
        ("/login/wait", {"do": "code", "code": who.phone.code(here.pin())}),
        ("/login/held", {"do": "continue"}),
        ("/login/held", {"do": "password", "password": ""}),
    ):
        browser.get("/login/held")
        browser.post(path, **fields)
        assert "__Host-ww_s" not in browser.cookies, f"{path} {fields}"
    browser.get("/login/held")
    assert browser.post("/login/held", do="password", password=who.password).path in ("/", "/login/held")


def test_before_the_approval_no_password_is_read(here: Installation) -> None:
    who = here.person()
    browser = phone_first(here, who)
    with counting_hashes(here) as compared:
        assert browser.post("/login/held", do="password", password=who.password).refusals == [1112]
    assert len(compared.calls) == 0


def test_five_wrong_passwords_end_it_and_lock_nobody(here: Installation) -> None:
    who = here.person()
    browser = phone_first(here, who)
    scan(here, who, browser)
    browser.post("/login/held", do="continue")
    found = [browser.post("/login/held", do="password", password=WRONG) for _ in range(IN_A_ROW)]
    assert [page.refusals for page in found[:-1]] == [[1115]] * (IN_A_ROW - 1)
    assert "stopped" in found[-1].text
    assert browser.post("/login/held", do="password", password=who.password).path != "/"
    assert logged_in(here, who).page.path == "/", "unknown browsers have lost nothing"


def test_200_parallel_passwords_after_an_approval_are_five(here: Installation) -> None:
    who = here.person()
    browser = phone_first(here, who)
    scan(here, who, browser)
    browser.post("/login/held", do="continue")
    with counting_hashes(here) as compared, wide_client(40) as http:
        guess = lambda at: form(here, browser, "/login/held", {"do": "password", "password": f"Guess-{at}!"}, http=http)  # noqa: E731
        found = together([partial(guess, at) for at in range(200)], threads=40)
    assert len(compared.calls) == IN_A_ROW
    assert not any(response.status_code >= 500 for response in found)
    assert who.given not in browser.get("/").text


def test_the_approval_waits_five_minutes_for_its_password(here: Installation) -> None:
    who = here.person()
    browser = phone_first(here, who)
    scan(here, who, browser)
    here.later(301)
    page = browser.post("/login/held", do="password", password=who.password)
    assert page.path != "/"
    assert "__Host-ww_s" not in browser.cookies


def test_it_is_never_pushed_and_says_nothing_about_its_owner(here: Installation) -> None:
    """Whoever types a name rings no phone, marks no login of the owner's, and stands in no list."""
    who = here.person()
    for _ in range(3):
        phone_first(here, who)
    assert who.phone.pending().attempts == ()
    browser = waiting(here, who, known(here, who))
    approve(here, who, browser)
    assert "several" not in go_on(browser).html
    assert browser.page.path == "/"
    assert browser.page.text.count("Firefox") <= 2


def test_only_a_phone_of_that_person_can_approve(here: Installation) -> None:
    who, thief = here.person(), here.person()
    browser = phone_first(here, who)
    link = browser.page.links[0]
    refused(4202, work=lambda: thief.phone.scan(link))
    assert refused(4304, work=lambda: who.phone.approve(who.phone.scan(link), here.pin(OTHER_PIN))).refusal.left == 9
    assert who.phone.deny(who.phone.scan(link)).result == "denied"
    assert browser.get("/login/held").status == 403


@pytest.mark.parametrize("do", ["qr", "continue", "cancel", "password", "elsewhere"])
def test_a_name_that_is_nobodys_looks_and_costs_the_same(here: Installation, do: str) -> None:
    who = here.person()
    nobody = Person("", "u99999999", "", "")
    seen = []
    for one in (who, nobody):
        here.later(HOUR)
        with counting_statements() as statements:
            browser = phone_first(here, one)
            path = "/login/wait" if do == "elsewhere" else "/login/held"
            browser.post(path, do="qr" if do == "elsewhere" else do, password=WRONG)
            browser.get("/login/wait")
        page = browser.page
        seen.append(
            (
                page.path,
                page.status,
                page.refusals,
                len(page.links),
                len(re.sub(r' d="[^"]*"|viewBox="[^"]*"', "", page.html)),
                list(statements),
            )
        )
    assert seen[0] == seen[1]


def test_a_decoys_code_leads_no_phone_anywhere(here: Installation) -> None:
    nobody = Person("", f"nobody-{here.built.kit.entropy.id()}", "", "")
    browser = phone_first(here, nobody)
    who = here.person()
    refused(4202, work=lambda: who.phone.scan(browser.page.links[0]))


def test_beginning_is_limited_by_address(here: Installation) -> None:
    here.later(2 * HOUR)
    who = here.person()
    with here.elsewhere("127.45.0.9") as http:
        browser = here.browser(http=http)
        browser.get("/login")
        found = [
            numbers(form(here, browser, "/login/held", {"do": "begin", "username": who.username}, http=http))
            for _ in range(21)
        ]
    assert found == [[]] * 20 + [[1114]]
