"""The strict profile: the code with every push, six characters of PIN, twelve of password, no rules about classes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.test_activation import by_sms
from tests.journeys.test_first_password import invited, start
from tests.support.installation import Installation
from tests.support.steps import asked, confirmation, go_on, known, waiting
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
