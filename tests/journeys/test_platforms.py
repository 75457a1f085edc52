"""A program that is no browser logs people in: the same login over the platform API (A03)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.support.installation import Installation, Person, refused
from tests.support.steps import asked, waiting
from tests.support.streams import while_waiting
from watchword_client.login import PlatformLogin

TWO, ONLINE = "urn:watchword:two-elements", "urn:watchword:two-elements:online"


def test_by_push(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    made = login.start(who.username, who.password, system="Linux")
    assert (made.state, made.expires) == ("pending", here.clock.now() + 900)
    assert made.push["sent"] is True
    assert made.methods[0].ways == ("push", "qr", "challenge", "code")
    attempt = asked(who.phone, who)
    assert (attempt.details["client"], attempt.details["client_name"]) == ("terminal", "Terminal")
    assert login.poll(0) == "pending"
    who.phone.approve(attempt, here.pin(), made.confirmation)
    assert login.wait(5) == "approved"
    session = login.collect()
    assert (session.acr, session.amr) == (ONLINE, ("pwd", "hwk", "pop", "pin", "mfa"))
    assert session.expires == here.clock.now() + 24 * 3600


def test_by_qr(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    login.start(who.username, who.password)
    who.phone.approve(who.phone.scan(login.show("qr")["value"]), here.pin())
    assert login.collect().acr == ONLINE


def test_by_challenge(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    login.start(who.username, who.password)
    shown = login.show("challenge")
    assert shown["expires"] == here.clock.now() + 300
    assert login.answer("challenge", who.phone.respond(shown["value"], here.pin())) == "approved"
    session = login.collect()
    assert (session.acr, session.amr) == (TWO, ("pwd", "otp", "pin", "mfa"))


def test_by_code(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    login.start(who.username, who.password)
    assert login.answer("code", who.phone.code(here.pin())) == "approved"
    assert login.collect().amr == ("pwd", "otp", "mfa")


def test_a_session_is_checked_and_ended(here: Installation) -> None:
    who = here.person()
    login, token = _session(here, who)
    found = login.check(token)
    assert (found["active"], found["username"], found["client"]) == (True, who.username, "terminal")
    here.later(59 * 60)
    login.check(token, passive=True)
    here.later(60)
    refused(6001, work=lambda: login.check(token))
    login, token = _session(here, who)
    for _ in range(3):
        here.later(59 * 60)
        assert login.check(token)["active"]
    login.end(token)
    refused(6001, 6002, work=lambda: login.check(token))
    refused(6001, 6002, work=lambda: login.end(token))


def _session(here: Installation, who: object, device_token: str = "") -> tuple[PlatformLogin, str]:
    login = here.platform()
    here.later(30)
    login.start(who.username, who.password, device_token=device_token)  # type: ignore[attr-defined]
    login.answer("code", who.phone.code(here.pin()))  # type: ignore[attr-defined]
    return login, login.collect().token


def test_the_device_token_makes_this_computer_known(here: Installation) -> None:
    who = here.person()
    first = here.platform()
    assert first.start(who.username, who.password).confirmation_reason == "browser"
    first.answer("code", who.phone.code(here.pin()))
    token = first.collect().device_token
    second = here.platform()
    assert second.start(who.username, who.password, device_token=token).confirmation == ""
    here.later(30)
    second.answer("code", who.phone.code(here.pin()))
    renewed = second.collect().device_token
    assert renewed not in ("", token)
    third = here.platform().start(who.username, who.password, device_token=token)
    assert third.confirmation_reason == "browser", "the token before is still known"


@pytest.mark.parametrize("outcome", ["deny", "not_me"])
def test_the_platform_hears_of_a_denial(here: Installation, outcome: str) -> None:
    who = here.person()
    login = here.platform()
    login.start(who.username, who.password)
    getattr(who.phone, outcome)(asked(who.phone, who))
    assert login.wait(5) == {"deny": "denied", "not_me": "not_me"}[outcome]
    refused(1106, 1107, work=login.collect)


def test_cancelling(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    login.start(who.username, who.password)
    assert login.cancel() == "cancelled"
    assert login.poll(0) == "cancelled"
    refused(1111, work=login.collect)
    assert who.phone.pending().attempts == ()


def test_another_device_may_be_asked(here: Installation) -> None:
    who = here.person(phones=2)
    login = here.platform()
    made = login.start(who.username, who.password)
    assert sorted(method.name for method in made.methods) == ["Phone 1", "Phone 2"]
    other = next(method for method in made.methods if method.id != made.method)
    sent = login.push(other.id)
    assert (sent["sent"], sent["sent_to"]) == (True, other.name)
    refused(1203, work=lambda: login.push(other.id))
    refused(1204, work=lambda: login.push("0" * 26))


def test_somebody_without_key_is_sent_to_the_portal(here: Installation) -> None:
    """H01: no enrolment session for a program."""
    who = here.person(phones=0)
    refused(1301, work=lambda: here.platform().start(who.username, who.password))


@pytest.mark.parametrize("client", ["portal", "nobody", "", "TERMINAL"])
def test_an_unknown_program_is_refused(here: Installation, client: str) -> None:
    who = here.person()
    refused(6004, work=lambda: here.platform(client).start(who.username, who.password))


def test_refusals_come_in_japanese(here: Installation) -> None:
    """V01."""
    who = here.person()
    english = refused(1101, work=lambda: here.platform().start(who.username, "Other-2026!")).refusal
    japanese = refused(1101, work=lambda: here.platform(language="ja").start(who.username, "Other-2026!")).refusal
    assert english.what.isascii() or "’" in english.what
    assert any("\u3040" <= character <= "\u30ff" for character in japanese.what + japanese.do)


def test_a_platform_that_waits_is_told_of_a_confirmation_code(here: Installation) -> None:
    """A second login switches the code of the first on: the poll ends and holds it, and Key accepts no other."""
    who, login = _known_platform(here)
    assert login.login.confirmation == ""
    told = while_waiting(here, lambda: login.poll(20), lambda: waiting(here, who))
    assert told == "pending"
    code = login.login.confirmation
    assert (len(code), login.login.confirmation_reason) == (6, "several")
    attempt = next(one for one in who.phone.pending().attempts if one.id == login.login.id)
    assert attempt.details["confirm"] is True
    wrong = "000000" if code != "000000" else "111111"
    refused(4303, work=lambda: who.phone.approve(attempt, here.pin(), wrong))
    who.phone.approve(attempt, here.pin(), code)
    assert login.poll(20) == "approved"
    assert login.collect().username == who.username


def test_a_code_switched_on_between_two_polls_is_told_at_once(here: Installation) -> None:
    """The platform says what it shows; where that is no longer right, the question is not held open for 25 s."""
    who, login = _known_platform(here)
    waiting(here, who)
    heard: list[str] = []
    assert login.wait(0, lambda now: heard.append(now.confirmation)) == "pending"
    assert len(login.login.confirmation) == 6
    body = {"collector": login.login.collector, "wait": 25, "confirmation": ""}
    found = login._post(f"/api/v1/logins/{login.login.id}/poll", body, timeout=5)
    assert (found["state"], found["confirmation"]) == ("pending", login.login.confirmation)


def test_every_poll_holds_the_code_also_for_a_platform_that_says_nothing(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    made = login.start(who.username, who.password)
    body = {"collector": made.collector, "wait": 0}
    for _ in range(2):
        found = login._post(f"/api/v1/logins/{made.id}/poll", body)
        assert found == {"state": "pending", "confirmation": made.confirmation, "confirmation_reason": "browser"}
    for strange in ("1234567", 123456, ["1"]):
        told = {**body, "confirmation": strange}
        refused(5002, work=partial(login._post, f"/api/v1/logins/{made.id}/poll", told))


def _known_platform(here: Installation) -> tuple[Person, PlatformLogin]:
    """A login from a computer that is known, which shows no code."""
    who = here.person()
    before = here.platform()
    before.start(who.username, who.password)
    before.answer("code", who.phone.code(here.pin()))
    token = before.collect().device_token
    here.later(61)
    login = here.platform()
    login.start(who.username, who.password, device_token=token)
    return who, login


@pytest.mark.parametrize(
    ("lang", "portal", "trader"), [("en", "Kita Portal", "Trader"), ("ja", "Kita ポータル", "取引ツール")]
)
def test_programs_are_named_in_the_persons_language(
    install: Callable[..., Installation], lang: str, portal: str, trader: str
) -> None:
    """V01: what a person approves into, as their phone names it, whatever the browser's language is."""
    clients = {"trader": {"name": "Trader", "name_ja": "取引ツール"}, "plain": {"name": "Plain"}}
    here = install(brand={"name": "Kita"}, clients=clients)
    who = here.person(lang=lang)
    shown = []
    waiting(here, who)
    shown.append(asked(who.phone, who).details["client_name"])
    for client in ("trader", "plain"):
        here.later(601)
        here.platform(client, language="en").start(who.username, who.password)
        attempt = asked(who.phone, who)
        shown.append(attempt.details["client_name"])
    assert shown == [portal, trader, "Plain"]
    assert who.phone.deny(attempt).result == "denied", "the name is part of what a decision binds"
