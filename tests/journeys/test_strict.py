"""The strict profile: the code with every push, six characters of PIN, twelve of password, no rules about classes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from tests.journeys.test_activation import by_sms
from tests.journeys.test_first_password import invited, start
from tests.support.installation import Installation
from tests.support.steps import asked, confirmation, go_on, known, phone_first, waiting
from watchword.app.settings import Settings
from watchword.core.attempts import STRICT_LIFE_SECONDS
from watchword_client.refusal import Refused
from watchword_client.typed import Mistyped


def test_strict(install: Callable[..., Installation]) -> None:
    here = install(policy="strict")
    who = here.person()
    browser = waiting(here, who, known(here, who))
    attempt = asked(who.phone, who)
    assert attempt.details["confirm_reason"] == "policy", "a known browser goes without the code"
    assert who.phone.approve(attempt, here.pin(), confirmation(browser.page)).result == "approved"
    assert go_on(browser).path == "/"
    assert who.phone.config()["pin"] == {"min": 6, "max": 6}
    new = invited(here)
    code = here.code_to(*new.numbers)
    assert start(here.browser(), new.username, code, "elevenchars").refusals == [1402]
    assert start(here.browser(), new.username, code, "correct horse").refusals == []


def test_a_login_waits_ten_minutes_and_a_session_lasts_a_day(install: Callable[..., Installation]) -> None:
    here = install(policy="strict")
    who = here.person()
    browsers = [waiting(here, who), phone_first(here, who)]
    here.later(STRICT_LIFE_SECONDS - 1)
    link = browsers[0].post("/login/wait", do="qr").links[0]
    assert browsers[1].get("/login/held").status == 200
    here.later(1)
    assert browsers[0].get("/login/wait").status == browsers[1].get("/login/held").status == 410
    with pytest.raises(Refused):
        who.phone.scan(link)
    long = {"t": {"name": "Terminal", "life_hours": 25}}
    for values in ({"session": {"life_hours": 25}}, {"clients": long}):
        assert Settings(policy="broker", **values).policy == "broker"
        with pytest.raises(ValidationError, match="life_hours: 24 hours at most"):
            Settings(policy="strict", **values)


def test_strict_takes_no_new_pin_of_five(install: Callable[..., Installation]) -> None:
    """Held to by the phone, since no PIN ever leaves it."""
    here = install(policy="strict")
    who = here.person(phones=0)
    with pytest.raises(Mistyped, match="length"):
        by_sms(here, who, pin="M2cne")
    here.later(61)
    assert by_sms(here, who, pin="M2cnef").users[0].confirmed


def test_broker(install: Callable[..., Installation]) -> None:
    here = install()
    assert here.new_phone().config()["pin"] == {"min": 4, "max": 6}
    new = invited(here)
    assert start(here.browser(), new.username, here.code_to(*new.numbers), "correct horse").refusals == [1402]
