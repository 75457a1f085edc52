"""A program that is no browser logs people in: the same login over the platform API (A03)."""

from __future__ import annotations

import pytest

from tests.support.installation import Installation, refused
from tests.support.steps import asked
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
