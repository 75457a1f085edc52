"""The rules of lock, throttle, suspicion and allowed networks, as values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from watchword.core import networks
from watchword.core.lockout import CAP, IN_A_ROW, LOCKS_SECONDS, Tries, closes, locked, timed, worst_case, wrong
from watchword.core.suspicion import FAILURES, NOT_ME_LOCKS_AT, NOT_ME_SECONDS, Facts, locks, reason
from watchword.core.throttle import Limit, Seen, over, spraying

NOW = 1_000_000
STRANGE = Facts(browser_known=False, place_new=False, network_new=True)


def test_nothing_is_suspicious_by_itself() -> None:
    assert reason(STRANGE) == ""
    assert reason(replace(STRANGE, network_new=False, failures=99)) == ""
    assert reason(replace(STRANGE, failures=FAILURES - 1)) == ""


def test_a_new_network_or_country_after_failures_is() -> None:
    assert reason(replace(STRANGE, failures=FAILURES)) == "guessed"
    assert reason(replace(STRANGE, network_new=False, place_new=True, failures=FAILURES)) == "guessed"


def test_not_me_of_the_last_day_and_many_names_from_one_network_are() -> None:
    assert reason(replace(STRANGE, not_me=0)) == "not_me"
    assert reason(replace(STRANGE, not_me=NOT_ME_SECONDS - 1)) == "not_me"
    assert reason(replace(STRANGE, not_me=NOT_ME_SECONDS)) == ""
    assert reason(replace(STRANGE, spraying=True)) == "spraying"


def test_a_known_browser_never_is() -> None:
    worst = Facts(browser_known=True, place_new=True, network_new=True, failures=99, not_me=1, spraying=True)
    assert reason(worst) == ""


def test_not_me_locks_the_second_time() -> None:
    assert [locks(times) for times in range(NOT_ME_LOCKS_AT + 1)] == [False] * NOT_ME_LOCKS_AT + [True]


def test_a_closed_name_is_told_from_a_lock_that_passes() -> None:
    passing = wrong(Tries(wrong=IN_A_ROW, total=5), NOW)
    assert locked(passing, NOW) and timed(passing, NOW)
    assert not locked(passing, NOW + LOCKS_SECONDS[0])
    closed = Tries(total=CAP + 1)
    assert locked(closed, NOW + 10**9) and not timed(closed, NOW)
    assert not locked(Tries(total=CAP), NOW), "the last one is still read"
    assert closes(Tries(total=CAP)) and not closes(Tries(total=CAP - 1))
    assert not timed(Tries(locked_until=NOW + 24 * 3600), NOW)


def test_the_bound_of_a_years_patience() -> None:
    assert worst_case(365, 0) == CAP
    assert worst_case(365, 12) == 13 * CAP
    assert worst_case(1, 50) < 51 * CAP, "the growing locks hold where the row is ended often"
    assert worst_case(365, 10**6) > 365 * 24 * IN_A_ROW


@pytest.mark.parametrize(
    ("tries", "names", "stops", "sprays"),
    [(9, 0, False, False), (10, 4, False, False), (11, 0, True, False), (1, 5, True, True), (1, 3, False, True)],
)
def test_a_network_is_asked_to_wait(tries: int, names: int, stops: bool, sprays: bool) -> None:
    limit = Limit(10, 5)
    assert (over(Seen(tries, names, NOW), limit), spraying(Seen(tries, names, NOW), limit)) == (
        stops or names >= 5,
        sprays or 2 * names >= 5,
    )


def test_networks_are_written_in_one_form() -> None:
    typed = [" 203.0.113.0/24 ", "2001:DB8:1::/48", "203.0.113.9", "203.0.113.0/255.255.255.0"]
    assert networks.canonical(typed) == ("203.0.113.0/24", "2001:db8:1::/48", "203.0.113.9/32")
    assert networks.canonical([]) == ()
    assert networks.canonical(["203.0.113.1/24"]) == "form:203.0.113.1/24"
    assert networks.canonical([f"10.0.{at}.0/24" for at in range(networks.MOST + 1)]) == "many"
    assert networks.canonical(["10.0.0.0/24"] * 99) == ("10.0.0.0/24",)


@pytest.mark.parametrize(
    ("address", "is_inside"),
    [
        ("203.0.113.255", True),
        ("203.0.114.0", False),
        ("::ffff:203.0.113.7", True),
        ("2001:db8:1::5", True),
        ("2001:db8:2::5", False),
        ("", False),
        ("nowhere", False),
    ],
)
def test_inside(address: str, is_inside: bool) -> None:
    assert networks.inside(address, ("203.0.113.0/24", "2001:db8:1::/48")) is is_inside
