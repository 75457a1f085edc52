"""Public ids are public (THREATS): nothing that a phone, a page, a platform or a log shows collects somebody's session."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.support.installation import Installation, refused
from tests.support.raw import form, numbers, post
from tests.support.steps import asked, confirmation, go_on, logged_in, waiting
from watchword_client.login import PlatformLogin


def values(found: Any) -> Iterator[str]:
    """Every text and number inside some JSON."""
    if isinstance(found, dict):
        for value in found.values():
            yield from values(value)
    elif isinstance(found, list | tuple):
        for value in found:
            yield from values(value)
    elif isinstance(found, str | int) and not isinstance(found, bool):
        yield str(found)


def of_page(html: str) -> set[str]:
    """Every attribute value and word of a page."""
    return {word for word in re.findall(r"""[^\s"'<>=&;#/]+""", html) if 5 < len(word) < 100}


def of_rows(here: Installation) -> set[str]:
    """Every text in the tables that staff or a log reader may see."""
    found: set[str] = set()
    with here.built.store.engine.connect() as connection:
        for table in ("audit", "attempts"):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT 60").all():
                found |= {str(value) for value in row if isinstance(value, str)}
    return found


def collectors_that_work(here: Installation, tried: Iterable[str]) -> list[str]:
    """Those with which a browser gets anything but "there is no such login"."""
    stranger = here.browser()
    stranger.get("/login")
    opened = []
    for value in tried:
        stranger.cookies["__Host-ww_l"] = value
        for response in (
            form(here, stranger, "/login/wait", {"do": "continue"}, csrf=_csrf(here, stranger)),
            here.http.get(f"{here.portal}/login/state", headers={"cookie": f"__Host-ww_l={value}"}),
        ):
            given = str(response.headers.get_list("set-cookie"))
            if "__Host-ww_s=" in given or response.status_code in (200, 303):
                opened.append(value)
    return opened


def _csrf(here: Installation, browser: Any) -> str:
    if not hasattr(browser, "kept_csrf"):
        browser.kept_csrf = re.search(r'name="csrf" value="([^"]*)"', browser.page.html)[1]  # type: ignore[index]
    return str(browser.kept_csrf)


def test_what_the_phone_and_the_page_show_collects_nothing(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    shown = of_page(browser.post("/login/wait", do="qr").html) | of_page(
        browser.post("/login/wait", do="challenge").html
    )
    pending = who.phone.pending()
    attempt = asked(who.phone, who)
    shown |= set(values([found.details for found in pending.attempts])) | set(values(list(pending.users)))
    decision = who.phone.approve(attempt, here.pin(), confirmation(browser.page))
    shown |= {decision.result, attempt.context, who.phone.id} | of_rows(here)
    shown |= {browser.page.links[0].rpartition("#")[2]}
    secret = browser.cookies["__Host-ww_l"]
    tried = {
        value for value in shown if value.isprintable() and value.isascii() and ";" not in value and " " not in value
    } - {""}
    assert secret not in tried, "the collector secret is shown somewhere"
    assert attempt.id in tried and attempt.details["nonce"] in tried
    assert collectors_that_work(here, sorted(tried)) == []
    assert collectors_that_work(here, [secret]) != [], "the instrument finds nothing"
    who.phone.not_me(attempt)


def test_what_a_platform_shows_collects_nothing(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    made = login.start(who.username, who.password)
    shown = set(
        values(
            json.loads(json.dumps([made.id, made.method, made.push, made.confirmation, [m.id for m in made.methods]]))
        )
    )
    shown |= set(values(login.show("qr"))) | set(values(login.show("challenge")))
    attempt = asked(who.phone, who)
    shown |= set(values(attempt.details)) | of_rows(here)
    login.answer("code", who.phone.code(here.pin()))
    assert made.collector not in shown
    for value in sorted(value for value in shown if len(value) <= 64):
        for prover in (
            login._prover,
            PlatformLogin(here.portal, "terminal", http=here.http, system=here.system)._prover,
        ):
            path = f"/api/v1/logins/{made.id}/collect"
            answer = post(here.portal, path, {"collector": value}, here, dpop=prover.proof("POST", here.portal + path))
            assert numbers(answer) == [6005], value
    assert collectors_that_work(here, [made.collector]) == [], "a platform's collector in a browser"
    assert login.collect().username == who.username


def test_a_browsers_collector_serves_no_platform(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt = asked(who.phone, who)
    who.phone.approve(attempt, here.pin(), confirmation(browser.page))
    secret = browser.cookies["__Host-ww_l"]
    prover = here.platform()._prover
    path = f"/api/v1/logins/{attempt.id}/collect"
    answer = post(here.portal, path, {"collector": secret}, here, dpop=prover.proof("POST", here.portal + path))
    assert numbers(answer) == [6005]
    assert go_on(browser).path == "/"


def test_a_login_is_named_by_its_own_id(here: Installation) -> None:
    who = here.person()
    login, other = here.platform(), here.platform()
    made = login.start(who.username, who.password)
    second = other.start(who.username, who.password)
    for step in ("poll", "show", "push", "answer", "cancel", "collect"):
        path = f"/api/v1/logins/{second.id}/{step}"
        body = {
            "collector": made.collector,
            **{"show": {"way": "qr"}, "answer": {"way": "code", "answer": "123456"}}.get(step, {}),
        }
        answer = post(here.portal, path, body, here, dpop=login._prover.proof("POST", here.portal + path))
        assert numbers(answer) == [6005], step


def test_it_is_collected_within_a_minute(here: Installation) -> None:
    who = here.person()
    for seconds, path in ((60, "/"), (61, "/login/wait")):
        browser = waiting(here, who)
        who.phone.approve(asked(who.phone, who), here.pin(), confirmation(browser.page))
        here.later(seconds)
        assert go_on(browser).path == path
        here.later(700)
    login = here.platform()
    login.start(who.username, who.password)
    login.answer("code", who.phone.code(here.pin()))
    here.later(61)
    assert login.poll(0) == "lapsed"
    refused(1110, work=login.collect)


def test_a_session_token_is_no_portal_cookie_and_the_other_way_round(here: Installation) -> None:
    """A token works where it was made for; it is not written anywhere."""
    who = here.person()
    browser = logged_in(here, who)
    token = browser.cookies["__Host-ww_s"]
    assert token not in of_page(browser.get("/").html)
    login = here.platform()
    here.later(61)
    login.start(who.username, who.password)
    login.answer("code", who.phone.code(here.pin()))
    bearer = login.collect().token
    stranger = here.browser()
    stranger.cookies["__Host-ww_s"] = bearer
    assert who.given not in stranger.get("/").text, "a platform's token opens the portal"
    refused(6001, 6002, work=lambda: login.check(who.id))
    password_only = here.person(phones=0)
    alone = here.browser()
    alone.login(password_only.username, password_only.password)
    refused(6001, 6002, work=lambda: login.check(alone.cookies["__Host-ww_s"]))
