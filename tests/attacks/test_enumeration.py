"""Who is on file (THREATS): a name that belongs to nobody gets the same bytes for the same work as somebody's, on every road."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.support.crowd import counting_hashes, counting_statements
from tests.support.installation import WRONG, Installation
from tests.support.raw import form, post
from tests.support.signed import Body
from tests.support.steps import known

Road = Callable[[Installation, str], httpx.Response]


_STRANGERS = itertools.count(90_000_001)
_now: list[int] = [0]


def nobody() -> str:
    """A name of the same length as a person's, another one in each test: what was tried against it before stays counted."""
    return f"u{_now[0]}"


def plain(response: httpx.Response, username: str) -> tuple[int, str, tuple[str, ...]]:
    """What an attacker sees, without what differs between any two requests: the name, the token, the time."""
    text = re.sub(r'name="csrf" value="[^"]*"', "", response.text.replace(username, "NAME"))
    text = re.sub(r'data-(?:now|until)="\d+"|\d\d:\d\d(?::\d\d)?', "", text)
    kept = tuple(sorted(f"{name}: {value}" for name, value in response.headers.items() if name != "date"))
    return response.status_code, text, kept


def portal(here: Installation, username: str) -> httpx.Response:
    """The login page."""
    browser = here.browser()
    browser.get("/login")
    return form(here, browser, "/login", {"username": username, "password": WRONG})


def platform(here: Installation, username: str) -> httpx.Response:
    """The platform API."""
    body = {"client": "terminal", "username": username, "password": WRONG}
    prover = here.platform()._prover
    return post(here.portal, "/api/v1/logins", body, here, dpop=prover.proof("POST", f"{here.portal}/api/v1/logins"))


def activation(here: Installation, username: str) -> httpx.Response:
    """The phone's own road."""
    body: Body = {
        "username": username,
        "password": WRONG,
        "platform": {"os": "other"},
        "claim": here.new_phone().wire.nonce(),
    }
    return post(here.key, "/v1/activation/start", body, here)


def session_id(here: Installation, username: str) -> httpx.Response:
    """A Session ID typed into a phone."""
    body: Body = {
        "username": username,
        "session_id": "00000000",
        "platform": {"os": "other"},
        "claim": here.new_phone().wire.nonce(),
    }
    return post(here.key, "/v1/activation/session", body, here)


def first_password(here: Installation, username: str) -> httpx.Response:
    """The form for a first password."""
    browser = here.browser()
    browser.get("/start")
    fields = {"username": username, "code": "0000000000", "password": WRONG, "repeat": WRONG}
    return form(here, browser, "/start", fields)


PASSWORDS: tuple[Road, ...] = (portal, platform, activation)
ROADS: tuple[Road, ...] = (*PASSWORDS, session_id, first_password)


@pytest.fixture(params=["with Key", "without Key", "suspended", "without a password"])
def somebody(here: Installation, request: pytest.FixtureRequest) -> str:
    """Somebody on file, in one of the states a person can be in."""
    who = here.person(phones=1 if request.param == "with Key" else 0)
    with here.built.store.engine.begin() as connection:
        if request.param == "suspended":
            connection.exec_driver_sql(f"UPDATE users SET state = 'suspended' WHERE id = '{who.id}'")
        if request.param == "without a password":
            connection.exec_driver_sql(f"UPDATE users SET password_hash = '' WHERE id = '{who.id}'")
    return who.username


@pytest.fixture(autouse=True)
def _afresh(here: Installation) -> Iterator[None]:
    """Two days later: nobody's counter says anything about the tests before."""
    _now[0] = next(_STRANGERS)
    here.later(2 * 24 * 3600)
    yield
    here.later(2 * 24 * 3600)


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)
def test_the_same_bytes(here: Installation, somebody: str, road: Road) -> None:
    for turn in range(6):
        theirs, nobodys = plain(road(here, somebody), somebody), plain(road(here, nobody()), nobody())
        assert theirs == nobodys, f"the try {turn + 1} tells them apart"


@pytest.mark.parametrize("road", PASSWORDS, ids=lambda road: road.__name__)
def test_the_same_work(here: Installation, somebody: str, road: Road) -> None:
    """Statements and hashes, at the first try, at the one that locks, and when it is locked."""
    road(here, somebody), road(here, nobody())
    for turn in range(1, 7):
        assert work(here, road, somebody) == work(here, road, nobody()), f"the try {turn + 1} tells them apart"


def work(here: Installation, road: Road, username: str) -> tuple[int, list[str]]:
    """How many hashes, and which statements in which order."""
    with counting_hashes(here) as hashes, counting_statements() as statements:
        road(here, username)
    return len(hashes.calls), list(statements)


def test_one_hash_until_it_is_locked_and_none_after(here: Installation) -> None:
    who = here.person()
    for username in (who.username, nobody()):
        counts = [work(here, portal, username)[0] for _ in range(7)]
        assert counts == [1, 1, 1, 1, 1, 0, 0]


def test_a_known_browser_tells_nothing_about_other_names(here: Installation) -> None:
    """The device cookie of one account: with it, another's name and nobody's look alike."""
    mine, other = here.person(), here.person()
    cookie = known(here, mine).cookies["__Host-ww_d"]

    def road(_: Installation, username: str) -> httpx.Response:
        browser = here.browser()
        browser.cookies["__Host-ww_d"] = cookie
        browser.get("/login")
        return form(here, browser, "/login", {"username": username, "password": WRONG})

    for _ in range(6):
        theirs, nobodys = road(here, other.username), road(here, nobody())
        assert plain(theirs, other.username) == plain(nobodys, nobody())
        assert work(here, road, other.username) == work(here, road, nobody())


def test_locks_look_alike_to_the_second(here: Installation) -> None:
    who = here.person()
    headers: list[Any] = []
    for username in (who.username, nobody()):
        answers = [portal(here, username) for _ in range(5)]
        headers.append([answer.headers.get("retry-after") for answer in answers])
    assert headers == [[None, None, None, None, "900"]] * 2


def test_ones_own_name_in_a_first_password_says_nothing_of_others(here: Installation) -> None:
    """A rule about the person's display name would tell whether the person exists."""
    who = here.person(phones=0)
    with here.built.store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE users SET password_hash = '', display_name = 'Wanda Walker' WHERE id = '{who.id}'"
        )

    def tried(username: str) -> tuple[int, str, tuple[str, ...]]:
        browser = here.browser()
        browser.get("/start")
        password = "Wanda Walker-26!"
        fields = {"username": username, "code": "0000000000", "password": password, "repeat": password}
        return plain(form(here, browser, "/start", fields), username)

    assert tried(who.username) == tried(nobody())
