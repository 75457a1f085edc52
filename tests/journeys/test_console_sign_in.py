"""Signing in at the staff console: password, then Key by every way; a site of its own, and never a password alone (L04, T01)."""

from __future__ import annotations

import re

import pytest

from tests.support.console import signed_in
from tests.support.installation import Installation
from tests.support.raw import cookies, numbers
from tests.support.staff import give, tags
from tests.support.steps import STEP, approve, challenge, logged_in, scan, waiting


@pytest.mark.parametrize("way", ["push", "qr", "challenge", "code"])
def test_key_confirms_every_sign_in(here: Installation, way: str) -> None:
    agent = here.person()
    give(here, agent, "client_services")
    desk = waiting(here, agent, here.desk())
    if way == "push":
        approve(here, agent, desk)
        page = desk.post("/login/wait", do="continue")
    elif way == "qr":
        scan(here, agent, desk)
        page = desk.post("/login/wait", do="continue")
    elif way == "challenge":
        digits = challenge(desk.post("/login/wait", do="challenge"))
        page = desk.post("/login/wait", do="response", response=agent.phone.respond(digits, here.pin(), agent.username))
    else:
        here.later(STEP)
        page = desk.post("/login/wait", do="code", code=agent.phone.code(here.pin(), agent.username))
    assert (page.path, page.status) == ("/users", 200), f"{page.path} {page.status} {page.refusals}"
    assert "Staff console" in page.text and agent.username in page.text


def test_each_role_lands_where_it_may_work(here: Installation) -> None:
    for role, path in (("client_services", "/users"), ("auditor", "/users"), ("administrator", "/requests")):
        desk = signed_in(here, role)
        assert desk.browser.get("/").path == path, role


def test_no_role_is_told_only_after_both_elements(here: Installation) -> None:
    """Whether a name is that of staff is not to be learned with a password alone (THREATS: enumeration)."""
    client = here.person()
    desk = waiting(here, client, here.desk())
    approve(here, client, desk)
    page = desk.post("/login/wait", do="continue")
    assert page.refusals == [7202] and page.status == 403
    assert "__Host-ww_s" not in desk.cookies
    assert "staff.login.refused" in tags(here, client.id)


def test_unknown_names_clients_and_staff_are_refused_alike(here: Installation) -> None:
    agent, client = here.person(), here.person()
    give(here, agent, "client_services")
    seen = set()
    for name in (agent.username, client.username, "nobody-of-this-name"):
        page = here.desk().login(name, "Wrong-2026!")
        shown = re.sub(r'name="csrf" value="[^"]*"', "", page.html).replace(name, "NAME")
        seen.add((page.status, tuple(page.refusals), shown))
    assert len(seen) == 1
    assert seen.pop()[:2] == (401, (1101,))


def test_staff_without_key_get_no_further_than_clients_without_key(here: Installation) -> None:
    """The portal leads somebody without Key on to enrolling; the console never does, and says the same of everybody."""
    agent, client = here.person(phones=0), here.person(phones=0)
    give(here, agent, "client_services")
    told = [here.desk().login(who.username, who.password) for who in (agent, client)]
    assert [(page.path, page.refusals) for page in told] == [("/login", [1301])] * 2


def test_a_portal_session_is_none_here_and_the_other_way_round(here: Installation) -> None:
    agent = here.person()
    give(here, agent, "client_services")
    portal = logged_in(here, agent)
    desk = here.desk()
    desk.cookies["__Host-ww_s"] = portal.cookies["__Host-ww_s"]
    assert desk.get("/users").path == "/users" and "Sign in to the staff console" in desk.page.text
    mine = signed_in(here, "client_services")
    browser = here.browser()
    browser.cookies["__Host-ww_s"] = mine.browser.cookies["__Host-ww_s"]
    assert "Step 1 of 2" in browser.get("/").text


def test_a_login_of_the_portal_cannot_be_collected_here(here: Installation) -> None:
    agent = here.person()
    give(here, agent, "client_services")
    browser = waiting(here, agent)
    approve(here, agent, browser)
    desk = here.desk()
    desk.get("/login")
    desk.cookies["__Host-ww_l"] = browser.cookies["__Host-ww_l"]
    assert desk.get("/login/wait").refusals == [1105]
    assert "__Host-ww_s" not in desk.cookies
    assert browser.post("/login/wait", do="continue").path == "/"


def test_a_sign_in_ends_after_fifteen_minutes_without_activity(here: Installation) -> None:
    desk = signed_in(here, "client_services").browser
    here.later(14 * 60)
    assert desk.get("/users").status == 200
    here.later(15 * 60 + 1)
    page = desk.get("/users")
    assert page.status == 401 and "15 minutes" in page.text


def test_a_sign_in_ends_after_eight_hours_whatever_happens(here: Installation) -> None:
    desk = signed_in(here, "client_services").browser
    for _ in range(8 * 6 - 1):
        here.later(10 * 60)
        assert desk.get("/users").status == 200
    here.later(10 * 60 + 1)
    assert desk.get("/users").status == 401


def test_a_role_that_is_taken_away_ends_the_sign_in_at_the_next_page(here: Installation) -> None:
    mine = signed_in(here, "client_services")
    give(here, mine.who)
    assert mine.browser.get("/").refusals == [7202]
    assert "Sign in" in mine.browser.get("/").text


def test_signing_out(here: Installation) -> None:
    desk = signed_in(here, "client_services").browser
    held = dict(desk.cookies)
    desk.get("/users")
    assert "You are logged out." in desk.post("/logout").text
    desk.cookies.update(held)
    assert "Sign in to the staff console" in desk.get("/users").text


def test_headers_forms_and_frames(here: Installation) -> None:
    desk = signed_in(here, "client_services").browser
    answer = here.http.get(here.console + "/users", headers={"cookie": cookies(desk)})
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    desk.get("/users")
    for headers in ({"origin": here.portal}, {"origin": "https://evil.example"}, {"sec-fetch-site": "same-site"}):
        sent = {"cookie": cookies(desk), "origin": here.console, **headers}
        refused = here.http.post(here.console + "/logout", data={"csrf": "x"}, headers=sent, follow_redirects=False)
        assert numbers(refused) == [5008], headers
    assert desk.get("/users").status == 200
