"""Guessing in parallel (THREATS): whatever arrives at once, at most the allowed number of answers is ever compared."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from tests.support.crowd import Counted, counting_hashes, together, wide_client
from tests.support.installation import OTHER_PIN, WRONG, Installation
from tests.support.raw import form, numbers, post
from tests.support.signed import decision
from tests.support.steps import asked, confirmation, proved, waiting
from watchword.core.lockout import IN_A_ROW
from watchword.flows import answers

MANY, AT_ONCE = 200, 40


@pytest.mark.parametrize("name", ["somebody", "nobody"])
def test_passwords(here: Installation, name: str) -> None:
    username = here.person().username if name == "somebody" else f"nobody-{here.built.kit.entropy.id()}"
    browser = here.browser()
    browser.get("/login")
    with counting_hashes(here) as compared, wide_client(AT_ONCE) as http:
        guess = lambda at: form(here, browser, "/login", {"username": username, "password": f"Guess-{at}!"}, http=http)  # noqa: E731
        answers_ = together([partial(guess, at) for at in range(MANY)], threads=AT_ONCE)
    assert len(compared.calls) <= IN_A_ROW, f"{len(compared.calls)} passwords were compared"
    found = Counter(number for response in answers_ for number in numbers(response))
    assert found == {1101: IN_A_ROW - 1, 1102: MANY - IN_A_ROW + 1}


def test_the_owner_who_types_at_the_same_moment_is_not_shut_out_for_long(here: Installation) -> None:
    """The fifth try in a row may be the right one: then nothing is locked."""
    who = here.person()
    browser = here.browser()
    for _ in range(IN_A_ROW - 1):
        assert browser.login(who.username, WRONG).refusals == [1101]
    assert browser.login(who.username, who.password).path == "/login/wait"
    for _ in range(IN_A_ROW - 1):
        assert here.browser().login(who.username, WRONG).refusals == [1101]


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Codes and responses that reach a comparison."""
    counted = Counted(answers._verify)
    monkeypatch.setattr(answers, "_verify", counted)
    return counted


@pytest.mark.parametrize("way", ["code", "response"])
def test_codes_and_responses(here: Installation, verified: Counted, way: str) -> None:
    """Three for a challenge, five for an attempt."""
    who = here.person()
    browser = waiting(here, who)
    browser.post("/login/wait", do="challenge")
    length, allowed = (6, 5) if way == "code" else (8, 3)
    right = {who.phone.code(here.pin(), at=here.clock.now() - 30 * at) for at in range(-21, 22)}
    guesses = [f"{at:0{length}}" for at in range(MANY + 50) if f"{at:06}" not in right][:MANY]
    with wide_client(AT_ONCE) as http:
        guess = lambda typed: form(here, browser, "/login/wait", {"do": way, way: typed}, http=http)  # noqa: E731
        found = together([partial(guess, typed) for typed in guesses], threads=AT_ONCE)
    assert len(verified.calls) == allowed
    assert not any(response.status_code >= 500 for response in found)
    assert browser.get("/").path != "/" or who.given not in browser.page.text


def test_codes_over_many_attempts(here: Installation, verified: Counted) -> None:
    """Ten on a phone, however many logins they are typed into."""
    who = here.person()
    browsers = [waiting(here, who) for _ in range(6)]
    works = [
        partial(form, here, browser, "/login/wait", {"do": "code", "code": f"{at:06}"})
        for at in range(5)
        for browser in browsers
    ]
    together(works, threads=15)
    assert len(verified.calls) == 10


def test_pins(here: Installation) -> None:
    """Ten signed wrong ones end the phone; the right one of the same moment cannot come after."""
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    body = decision(who.phone, attempt, here.pin(OTHER_PIN), confirmation=code)
    found = together([partial(post, here.key, "/v1/decide", body, here)] * 60, threads=20)
    assert Counter(number for response in found for number in numbers(response)) == {4304: 9, 4305: 1, 4101: 50}
    right = decision(who.phone, attempt, here.pin(), confirmation=code)
    assert numbers(post(here.key, "/v1/decide", right, here)) == [4101]


def test_confirmation_codes(here: Installation) -> None:
    """Three wrong ones end the attempt; the phone itself loses nothing."""
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    guesses = [f"{at:06}" for at in range(41) if f"{at:06}" != code][:40]
    works = [
        partial(post, here.key, "/v1/decide", decision(who.phone, attempt, here.pin(), confirmation=guess), here)
        for guess in guesses
    ]
    found = Counter(number for response in together(works, threads=20) for number in numbers(response))
    assert found == {4303: 2, 4201: 38}
    assert numbers(post(here.key, "/v1/decide", decision(who.phone, attempt, here.pin(), confirmation=code), here)) == [
        4201
    ]
    here.later(61)
    again = waiting(here, who)
    assert who.phone.approve(asked(who.phone, who), here.pin(), confirmation(again.page)).result == "approved"


def test_sent_codes(here: Installation) -> None:
    """Three for a code, on the page and on the phone."""
    who = here.person(phones=0)
    phone = here.new_phone()
    contact = next(c["id"] for c in phone.activate_start(who.username, who.password)["contacts"] if c["kind"] == "sms")
    phone.activate_send(contact)
    right = here.code_to(who.number)
    enrolment, claim = phone.activation._enrolment, phone.activation._claim
    works = [
        partial(
            post, here.key, "/v1/activation/prove", {"enrolment": enrolment, "claim": claim, "code": f"{at:08}"}, here
        )
        for at in range(60)
        if f"{at:08}" != right
    ]
    found = Counter(number for response in together(works, threads=20) for number in numbers(response))
    assert found[3204] == 3
    body = {"enrolment": enrolment, "claim": claim, "code": right}
    assert numbers(post(here.key, "/v1/activation/prove", body, here)) != []


def test_session_ids(here: Installation) -> None:
    """Five wrong ones void the offer; twenty an hour for a network, whatever names they are tried with."""
    who = here.person(phones=0)
    here.later(3601)
    right = proved(here, who).page.session_id
    platform = {"os": "other"}

    def guess(at: int, username: str) -> list[int]:
        claim = here.new_phone().wire.nonce()
        body = {"username": username, "session_id": f"{at:08}", "platform": platform, "claim": claim}
        return numbers(post(here.key, "/v1/activation/session", body, here))

    assert [guess(at, who.username) for at in range(5)] == [[3201]] * 5
    claim = here.new_phone().wire.nonce()
    body = {"username": who.username, "session_id": right, "platform": platform, "claim": claim}
    assert numbers(post(here.key, "/v1/activation/session", body, here)) == [3201], "void after five"
    found = Counter(
        number for result in together([partial(guess, at, "any") for at in range(40)], threads=10) for number in result
    )
    assert found == {3201: 14, 3203: 26}
    with here.elsewhere("127.9.9.9") as http:
        answer = http.post(f"{here.key}/v1/activation/session", json=body)
        assert numbers(answer) == [3201], "another network is not throttled"
    here.later(3601)
    assert guess(0, "any") == [3201]
