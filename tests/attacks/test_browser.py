"""What another site, another tab or a planted cookie can do to a browser (THREATS: CSRF, login CSRF, fixation, clickjacking)."""

from __future__ import annotations

import re

import pytest

from tests.support.installation import Installation
from tests.support.raw import cookies, form, token
from tests.support.steps import approve, go_on, known, logged_in, waiting

POSTS = ("/login", "/login/wait", "/login/panel", "/enrol", "/start", "/password", "/logout", "/lang")


@pytest.mark.parametrize("kind", ["missing", "another browser's", "of our own making", "no cookie"])
def test_a_form_without_this_browsers_token(here: Installation, kind: str) -> None:
    browser, other = here.browser(), here.browser()
    browser.get("/login")
    other.get("/login")
    given = {"missing": "", "another browser's": token(other), "of our own making": "A" * 22}.get(kind, token(browser))
    if kind == "no cookie":
        browser.cookies.clear()
    for path in POSTS:
        response = form(here, browser, path, {"username": "u", "password": "p"}, csrf=given)
        assert response.status_code == 403 and "1104" in response.text, path


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://portal.watchword.localhost"},
        {"sec-fetch-site": "cross-site", "origin": "null"},
    ],
)
def test_a_form_from_another_site(here: Installation, headers: dict[str, str]) -> None:
    browser = here.browser()
    browser.get("/login")
    for path in POSTS:
        response = form(here, browser, path, {"username": "u"}, headers=headers)
        assert response.status_code == 403 and "5008" in response.text, path


def test_the_token_of_another_browser_logs_nobody_out(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    thief = here.browser()
    thief.get("/login")
    assert form(here, browser, "/logout", {}, csrf=token(thief)).status_code == 403
    assert who.given in browser.get("/").text


def test_nothing_changes_by_a_get(here: Installation) -> None:
    """A link or an image elsewhere logs nobody out and starts nothing."""
    who = here.person()
    browser = logged_in(here, who)
    for path in (
        "/logout",
        "/lang",
        "/login/panel",
        "/login/wait?do=cancel",
        "/enrol?do=renew",
        "/enrol?do=renew",
        "/password?password=x",
    ):
        here.http.get(here.portal + path, headers={"cookie": cookies(browser)})
    assert who.given in browser.get("/").text
    with here.built.store.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT count(*) FROM enrolments WHERE user_id = '{who.id}'").scalar()
    assert rows == 1, "opening the page makes its one offer; renewing takes a form"


def test_cookies_are_bound_to_this_origin_and_unreadable(here: Installation) -> None:
    who = here.person()
    browser = here.browser()
    browser.get("/login")
    fields = {"username": who.username, "password": who.password}
    first = form(here, browser, "/login", fields)
    waiting(here, who, browser)
    here.later(30)
    second = form(here, browser, "/login/wait", {"do": "code", "code": who.phone.code(here.pin())})
    set_cookies = [*first.headers.get_list("set-cookie"), *second.headers.get_list("set-cookie")]
    assert len(set_cookies) >= 4
    for line in set_cookies:
        assert line.startswith("__Host-")
        for attribute in ("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"):
            assert attribute in line, line
        assert "domain" not in line.lower()


def test_a_planted_device_cookie_makes_nobody_known(here: Installation) -> None:
    """Fixation: a value that the thief knows, in the victim's browser, before the victim's login."""
    victim, thief = here.person(), here.person()
    own = known(here, thief).cookies["__Host-ww_d"]
    for planted in ("A" * 32, f"{'A' * 32}.{'A' * 16}", own[:-1] + ("A" if own[-1] != "A" else "B"), ""):
        browser = here.browser()
        browser.cookies["__Host-ww_d"] = planted
        here.later(61)
        logged_in(here, victim, browser)
        after = browser.cookies["__Host-ww_d"]
        browser.post("/logout")
        assert after != planted, "a value from outside was kept"


def test_planted_session_and_login_cookies_are_replaced(here: Installation) -> None:
    who = here.person()
    planted = "A" * 43
    browser = here.browser()
    for name in ("__Host-ww_s", "__Host-ww_l"):
        browser.cookies[name] = planted
    logged_in(here, who, browser)
    assert planted not in browser.cookies.values()
    thief = here.browser()
    for name in ("__Host-ww_s", "__Host-ww_l"):
        thief.cookies[name] = planted
    assert who.given not in thief.get("/").text


def test_the_session_is_new_at_every_login(here: Installation) -> None:
    who = here.person(phones=0)
    browser = here.browser()
    browser.login(who.username, who.password)
    before = browser.cookies["__Host-ww_s"]
    here.put_key(who)
    browser.post("/logout")
    logged_in(here, who, browser)
    assert browser.cookies["__Host-ww_s"] != before
    old = here.browser()
    old.cookies["__Host-ww_s"] = before
    assert who.given not in old.get("/").text


def test_a_waiting_login_cannot_be_planted_on_somebody(here: Installation) -> None:
    """Login CSRF: the thief's half-finished login in the victim's browser shows the thief's name and collects the thief's session only."""
    victim, thief = here.person(), here.person()
    mine = waiting(here, thief)
    browser = here.browser()
    browser.cookies["__Host-ww_l"] = mine.cookies["__Host-ww_l"]
    page = browser.get("/login/wait")
    assert thief.username in page.text and victim.username not in page.text
    approve(here, thief, browser)
    assert thief.given in go_on(browser).text


@pytest.mark.parametrize(
    "path",
    ["/login", "/help", "/start", "/healthz", "/static/portal.css", "/nowhere", "/api/openapi.json", "/api/v1/session"],
)
def test_no_page_may_be_framed_sniffed_or_told_about(here: Installation, path: str) -> None:
    response = here.http.get(here.portal + path)
    if "text/html" in response.headers["content-type"]:
        policy = response.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy and "unsafe" not in policy
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] == "same-origin"
        assert response.headers["x-content-type-options"] == "nosniff"
    assert "server" not in response.headers


def test_keys_origin_runs_its_own_scripts_only(here: Installation) -> None:
    for path in ("/", "/a", "/l", "/t"):
        response = here.http.get(here.key + path)
        policy = response.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy


NAMES = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}${7*7}", "'; DROP TABLE users; --", "\u202eevil\u2066", "a" * 10_000,
    "\x00\x01\x1b[31m", "𝕬𝖉𝖒𝖎𝖓", "\ufdfa" * 100, "\u0130" * 64,
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_hostile_names_are_text(here: Installation, name: str) -> None:
    """Ten thousand characters, markup, controls and right-to-left marks in what people type: refused, escaped, and no fault."""
    browser = here.browser()
    browser.get("/login")
    response = form(here, browser, "/login", {"username": name, "password": name})
    assert response.status_code in (400, 401, 413)
    assert "<script>alert" not in response.text and "<img src=x" not in response.text
    assert not re.search("[\x00\x1b\u202a-\u202e\u2066-\u2069]", response.text)
    start = form(here, browser, "/start", {"username": name, "code": name, "password": name, "repeat": name})
    assert start.status_code in (400, 401, 413, 422, 429)


def test_hostile_names_of_a_phone_and_a_platform(here: Installation) -> None:
    """What a phone calls itself is shown on pages and in letters."""
    who = here.person(phones=0)
    phone = here.new_phone()
    contacts = phone.activate_start(who.username, who.password)["contacts"]
    phone.activate_send(next(contact["id"] for contact in contacts if contact["kind"] == "sms"))
    phone.activate_prove(here.code_to(who.number))
    phone.complete("M2cnef", "<b>\u202e" + "x" * 90 + "\n\x07")
    who.phones.append(phone)
    assert all(
        "\u202e" not in letter["text"] and "\x07" not in letter["text"] for letter in here.letters(who.number, who.mail)
    )
    browser = waiting(here, who)
    assert "&lt;b&gt;" in browser.page.html and "\u202e" not in browser.page.html
    login = here.platform()
    here.later(61)
    login.start(who.username, who.password, system="<i>\u202eWindows\x07")
    details = phone.pending().attempts[-1].details
    assert "\u202e" not in details["system"] and "\x07" not in details["system"]
