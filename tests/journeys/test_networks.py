"""Networks that an account is kept to (T02, U07): after the right password only, and again when the session is given."""

from __future__ import annotations

import pytest

from tests.support.installation import WRONG, Installation, Person, refused
from tests.support.raw import numbers, post
from tests.support.steps import approve, choices, go_on, known, logged_in, phone_first, scan, waiting
from watchword.core.refusals import Refusal
from watchword.flows import given, networks

ELSEWHERE = "127.50.0.7"


def keep_to(here: Installation, who: Person, *cidrs: str) -> tuple[str, ...] | Refusal:
    """What a member of staff does."""
    with here.built.store.write() as tx:
        user = tx.users.lock(who.id)
        assert user is not None
        ended = networks.change(here.built.kit, tx, user, cidrs, "staff:asato", note="Office")
    if not isinstance(ended, Refusal):
        given.tell(here.built.kit, ended)
    return ended


def test_from_elsewhere_the_right_password_is_refused_and_a_wrong_one_learns_nothing(here: Installation) -> None:
    who = here.person()
    home = known(here, who)
    assert keep_to(here, who, "127.0.0.0/24", "2001:db8::/48") == ()
    with here.elsewhere(ELSEWHERE) as http:
        for _ in range(9):
            page = here.browser(http=http).login(who.username, who.password)
            assert (page.refusals, page.status) == ([1303], 403), "it counts as nothing"
        assert here.browser(http=http).login(who.username, WRONG).refusals == [1101]
        assert [notice["kind"] for notice in who.phone.pending().notices] == ["network"]
    browser = waiting(here, who, home)
    approve(here, who, browser)
    assert go_on(browser).path == "/"


def test_it_is_asked_again_when_the_session_is_given(here: Installation) -> None:
    """The person walked out of the office between password and approval; or somebody took the cookie elsewhere."""
    who = here.person()
    keep_to(here, who, "127.0.0.1")
    browser = waiting(here, who)
    approve(here, who, browser)
    with here.elsewhere(ELSEWHERE) as http:
        outside = here.browser(http=http)
        outside.cookies, outside.page = dict(browser.cookies), browser.page
        page = outside.post("/login/wait", do="continue")
        assert page.status == 403 and "U07" in page.text
        assert "__Host-ww_s" not in outside.cookies
    assert go_on(browser).path != "/", "the attempt is over"


def test_with_the_phone_first_it_holds_too(here: Installation) -> None:
    who = here.person()
    keep_to(here, who, "10.0.0.0/8")
    browser = phone_first(here, who)
    scan(here, who, browser)
    browser.post("/login/held", do="continue")
    page = browser.post("/login/held", do="password", password=who.password)
    assert page.status == 403 and "U07" in page.text
    assert "__Host-ww_s" not in browser.cookies


def test_platforms_and_activation_by_sms_are_kept_to_it(here: Installation) -> None:
    who, fresh = here.person(), here.person(phones=0)
    for one in (who, fresh):
        keep_to(here, one, "10.0.0.0/8")
    refused(1303, work=lambda: here.platform().start(who.username, who.password))
    refused(1101, work=lambda: here.platform().start(who.username, WRONG))
    refused(1303, work=lambda: here.new_phone().activate_start(fresh.username, fresh.password))
    assert here.browser().login(fresh.username, fresh.password).refusals == [1303]


def test_changing_the_list_ends_the_sessions_outside_of_it(here: Installation) -> None:
    who = here.person()
    inside = logged_in(here, who)
    with here.elsewhere(ELSEWHERE) as http:
        here.later(60)
        outside = logged_in(here, who, here.browser(http=http))
        ended = keep_to(here, who, "127.0.0.0/24")
        assert isinstance(ended, tuple) and len(ended) == 1
        assert who.given not in outside.get("/").text
    assert who.given in inside.get("/").text
    assert keep_to(here, who) == (), "an empty list allows every network again"
    with here.elsewhere(ELSEWHERE) as http:
        assert here.browser(http=http).login(who.username, who.password).path == "/login/wait"


@pytest.mark.parametrize(
    ("cidrs", "number"),
    [
        (["203.0.113.7/24"], 1304),
        (["not a network"], 1304),
        (["203.0.113.0/33"], 1304),
        ([""], 1304),
        ([f"10.{at}.0.0/16" for at in range(21)], 1305),
    ],
)
def test_a_list_that_cannot_be_read_changes_nothing(here: Installation, cidrs: list[str], number: int) -> None:
    who = here.person()
    keep_to(here, who, "127.0.0.0/8")
    result = keep_to(here, who, *cidrs)
    assert isinstance(result, Refusal) and result.kind.number == number
    with here.built.store.read() as tx:
        assert [one.cidr for one in tx.protection.networks(who.id)] == ["127.0.0.0/8"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_person_reads_the_list_and_who_changes_it(here: Installation, lang: str) -> None:
    who = here.person(lang=lang)
    browser = logged_in(here, who, here.browser(language=lang))
    page = browser.get("/settings/networks")
    assert page.status == 200 and choices(page, "cidr") == []
    keep_to(here, who, "127.0.0.0/8", "2001:db8:7::/48")
    page = browser.get("/settings/networks")
    assert "2001:db8:7::/48" in page.text and "Office" in page.text and "127.0.0.1" in page.text
    assert here.browser().get("/settings/networks").text.count("2001:db8") == 0


def test_the_platform_api_says_why(here: Installation) -> None:
    who = here.person()
    keep_to(here, who, "10.0.0.0/8")
    prover = here.platform()._prover
    url = f"{here.portal}/api/v1/logins"
    body = {"client": "terminal", "username": who.username, "password": who.password}
    answer = post(here.portal, "/api/v1/logins", body, here, dpop=prover.proof("POST", url))
    assert (answer.status_code, numbers(answer)) == (403, [1303])
    assert answer.json()["refusal"]["reference"] == "U07"
