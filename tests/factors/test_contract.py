"""What every factor keeps to, met over the portal: right once, wrong, expired, replayed, raced, foreign device, disabled, floor.

A new factor gets a driver in ways.py and passes this (docs/adding-a-factor.md).
"""

from __future__ import annotations

import pytest

from tests.factors.ways import WAYS, Way
from tests.support.crowd import together
from tests.support.installation import Installation
from tests.support.steps import waiting
from watchword.core.attempts import WRONG_FOR_ATTEMPT, Attempt
from watchword.core.encoding import sha256
from watchword.factors.registry import FACTORS
from watchword.web.asking import LOGIN
from watchword_client.portal import Browser

ACCEPTED = {"login.push.approved", "login.code.accepted", "login.challenge.accepted", "login.device.accepted"}
OVER = ("approved", "collected")


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest, here: Installation) -> Way:
    return WAYS[request.param].of(here)


def attempt_of(here: Installation, browser: Browser) -> Attempt:
    with here.built.store.read() as tx:
        found = tx.attempts.by_collector(sha256(browser.cookies[LOGIN].encode()))
    assert found is not None
    return found


def state_of(here: Installation, attempt: Attempt) -> str:
    with here.built.store.read() as tx:
        found = tx.attempts.get(attempt.id)
    assert found is not None
    return found.state


def begun(way: Way) -> tuple[Browser, Attempt]:
    """A login that waits for this device, which stands first."""
    browser = waiting(way.here, way.who)
    attempt = attempt_of(way.here, browser)
    with way.here.built.store.read() as tx:
        device = next(one for one in tx.devices.of_user(way.who.id) if one.kind == way.device)
    if attempt.device_id != device.id:
        browser.post("/login/wait", do="method", method=device.id)
    return browser, attempt


def test_every_factor_has_a_driver() -> None:
    assert set(WAYS) == set(FACTORS)


def test_right_once_and_the_session_says_how_strong_it_was(way: Way) -> None:
    browser, attempt = begun(way)
    way.right(browser)(browser)
    assert state_of(way.here, attempt) in OVER
    with way.here.built.store.read() as tx:
        found = tx.attempts.get(attempt.id)
    assert found is not None and found.level >= 1 and found.amr


def test_wrong_is_refused_and_counted(way: Way) -> None:
    browser, attempt = begun(way)
    way.wrong(browser)(browser)
    assert state_of(way.here, attempt) == "pending"
    way.right(browser)(browser)
    assert state_of(way.here, attempt) in OVER, "one wrong answer costs no more than itself"


def test_wrong_again_and_again_ends_what_they_are_for(way: Way) -> None:
    browser, attempt = begun(way)
    for _ in range(WRONG_FOR_ATTEMPT):
        way.wrong(browser)(browser)
    if way.ends_attempt:
        assert state_of(way.here, attempt) == "failed"
        return
    with way.here.built.store.read() as tx:
        device = next(one for one in tx.devices.of_user(way.who.id) if one.kind == way.device)
    assert device.wrong_signed == WRONG_FOR_ATTEMPT


def test_too_late_is_refused(way: Way) -> None:
    browser, attempt = begun(way)
    send = way.right(browser)
    way.expire()
    send(browser)
    assert state_of(way.here, attempt) not in OVER


def test_an_answer_of_another_login_opens_nothing(way: Way) -> None:
    first, used = begun(way)
    send = way.right(first)
    send(first)
    assert state_of(way.here, used) in OVER
    browser, attempt = begun(way)
    send(browser)
    assert (state_of(way.here, attempt) in OVER) is way.reusable


def test_two_equal_answers_at_once_approve_once(way: Way) -> None:
    browser, attempt = begun(way)
    send = way.right(browser)
    twins = [Browser(way.here.portal, http=way.here.http) for _ in range(2)]
    for twin in twins:
        twin.cookies, twin.page = dict(browser.cookies), browser.page
    together([lambda twin=twin: send(twin) for twin in twins])
    assert state_of(way.here, attempt) in OVER
    with way.here.built.store.read() as tx:
        tags = [line.tag for line in tx.audit.about(way.who.id, 200) if line.subject == attempt.id]
    assert len([tag for tag in tags if tag in ACCEPTED]) == 1


def test_the_device_of_somebody_else_opens_nothing(way: Way) -> None:
    browser, attempt = begun(way)
    way.foreign(browser)(browser)
    assert state_of(way.here, attempt) == "pending"


@pytest.mark.parametrize("state", ["inactive", "disabled"])
def test_a_device_that_was_switched_off_opens_nothing(way: Way, state: str) -> None:
    browser, attempt = begun(way)
    send = way.right(browser)
    with way.here.built.store.write() as tx:
        for device in tx.devices.of_user(way.who.id):
            if device.kind == way.device:
                assert tx.devices.move(device.id, "active", state, way.here.clock.now())
    send(browser)
    assert state_of(way.here, attempt) == "pending"


def test_below_the_floor_opens_nothing_whatever_is_asked_for(way: Way) -> None:
    browser, attempt = begun(way)
    send = way.right(browser)
    with way.here.built.store.write() as tx:
        tx.attempts.set(attempt.id, floor=10)
    send(browser)
    assert state_of(way.here, attempt) == "pending"
