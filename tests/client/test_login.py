"""A platform's login: proofs, polls, every way, and what is asked twice and what never."""

from __future__ import annotations

import httpx
import pytest

from tests.client.fake_platform import ORIGIN, FakePlatform
from tests.client.fake_server import Machine
from tests.support.fakes import FakeClock
from watchword_client import NoConnection, PlatformLogin, Refused


@pytest.fixture
def platform(clock: FakeClock) -> FakePlatform:
    return FakePlatform(clock)


@pytest.fixture
def login(platform: FakePlatform, machine: Machine) -> PlatformLogin:
    return PlatformLogin(ORIGIN, "desk", http=platform.http(), system=machine.system)


def begun(login: PlatformLogin) -> PlatformLogin:
    login.start("mtanaka01", "correct horse")
    return login


def test_push_and_collect(login: PlatformLogin, platform: FakePlatform) -> None:
    started = begun(login).login
    assert [method.ways for method in started.methods] == [("push", "qr", "challenge", "code")]
    polls = iter(("pending", "pending", "approved"))

    def next_state() -> None:
        platform.state = next(polls)

    platform.polls = next_state
    assert login.wait(180) == "approved"
    session = login.collect()
    assert (session.username, session.amr, session.idle_seconds) == ("mtanaka01", ("pwd", "swk"), 900)
    assert login.check(session.token)["active"] is True
    assert login.check(session.token, passive=True)["passive"] == "1"
    login.end(session.token)
    with pytest.raises(Refused):
        login.check("another")


def test_waiting_ends_with_its_time(login: PlatformLogin, platform: FakePlatform, clock: FakeClock) -> None:
    began = clock.now()
    assert begun(login).wait(60) == "pending"
    assert 60 <= clock.now() - began <= 61
    assert [body["wait"] for path, body in platform.seen if path.endswith("/poll")] == [25, 25, 10, 0]


def test_a_server_that_holds_no_question_open_is_not_flooded(
    login: PlatformLogin, platform: FakePlatform, machine: Machine
) -> None:
    platform.do_poll = lambda _: (200, {"state": "pending"})  # type: ignore[method-assign]
    assert begun(login).wait(10) == "pending"
    assert len(platform.seen) <= 12


@pytest.mark.parametrize(("way", "right"), [("challenge", "12345678"), ("code", "123456")])
def test_typed_ways(login: PlatformLogin, way: str, right: str) -> None:
    begun(login)
    with pytest.raises(Refused) as refused:
        login.answer(way, right[::-1])
    assert refused.value.refusal.reference == "U08"
    assert login.answer(way, right) == "approved"


def test_what_is_shown(login: PlatformLogin) -> None:
    begun(login)
    assert login.show("challenge")["value"] == "1482019375"
    assert login.show("qr")["value"].startswith("https://key.example.com/l#")
    assert login.push("themethod")["sent"] is True


def test_a_wrong_password_is_refused(login: PlatformLogin) -> None:
    with pytest.raises(Refused) as refused:
        login.start("mtanaka01", "wrong")
    assert refused.value.refusal.reference == "U01"


def test_the_collector_is_not_printed(login: PlatformLogin) -> None:
    assert "ccc" not in repr(begun(login).login)


@pytest.mark.parametrize("off", [-4000, 4000])
def test_a_clock_that_is_off_is_learnt_from_the_date(login: PlatformLogin, platform: FakePlatform, off: int) -> None:
    platform.off = off
    begun(login)
    assert len(platform.seen) == 2
    login.poll(0)
    assert len(platform.seen) == 3


def test_a_proof_refused_for_another_reason_is_not_made_again(login: PlatformLogin, platform: FakePlatform) -> None:
    platform._proved = lambda _: False  # type: ignore[method-assign]
    with pytest.raises(Refused):
        begun(login)
    assert len(platform.seen) == 1


def test_polls_are_repeated_answers_are_not(login: PlatformLogin, platform: FakePlatform) -> None:
    begun(login)
    losses = iter([True, False, True, False])

    def lose(request: httpx.Request) -> None:
        if next(losses):
            raise httpx.ReadError("cut")

    platform.before = lose
    assert login.poll(0) == "pending"
    with pytest.raises(NoConnection):
        login.answer("code", "123456")
    assert next(losses) is False


def test_a_connection_that_was_never_made_is_tried_again(
    login: PlatformLogin, platform: FakePlatform, machine: Machine
) -> None:
    tries = []

    def lose(request: httpx.Request) -> None:
        tries.append(request)
        raise httpx.ConnectError("refused")

    platform.before = lose
    with pytest.raises(NoConnection):
        login.start("mtanaka01", "correct horse")
    assert len(tries) == 3
    assert machine.slept == [1.0, 3.0]


def test_an_answer_that_is_no_login_is_told(login: PlatformLogin, platform: FakePlatform) -> None:
    platform.do_begin = lambda _: (201, {"login": "x"})  # type: ignore[method-assign]
    with pytest.raises(NoConnection):
        begun(login)
