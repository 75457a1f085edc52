"""A server whose password pool is full says so with Retry-After, and the try that was never compared costs nothing (U03; F "hash pool")."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.fixtures import KINDS
from tests.support.installation import CHEAP, WRONG, Installation, Person
from tests.support.raw import form, numbers
from tests.support.steps import logged_in, waiting
from watchword.core.users import Details, NewUser
from watchword_client.portal import Browser

NEW = "Nakanoshima-5300!"
NARROW = {**CHEAP, "threads": 1, "waiting": 0}
Sent = Callable[[], Any]


@pytest.fixture(params=KINDS)
def narrow(request: pytest.FixtureRequest, install: Callable[..., Installation]) -> Installation:
    """A server with room for one hash at a time and nobody in line."""
    return install(request.param, hash=NARROW)


@contextmanager
def busy(here: Installation) -> Iterator[None]:
    """The one place of known browsers and the one of all others are taken for as long as the block runs."""
    passwords: Any = here.built.kit.passwords
    taken, over = threading.Barrier(3), threading.Event()

    def work() -> bool:
        taken.wait(10)
        return over.wait(30)

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(passwords._pool.run, work, known=known) for known in (False, True)]
        taken.wait(10)
        try:
            yield
        finally:
            over.set()
            assert all(one.result(10) for one in done)


def refused_as_busy(send: Sent) -> None:
    """Told to come back in a moment, in a page that a person can read."""
    response = send()
    assert (response.status_code, numbers(response), response.headers["retry-after"]) == (503, [1103], "2")


def login(here: Installation, who: Person, password: str) -> Sent:
    browser = here.browser()
    browser.get("/login")
    fields = {"username": who.username, "password": password}
    return lambda: form(here, browser, "/login", fields)


def test_at_the_login_page(narrow: Installation) -> None:
    here, who = narrow, narrow.person()
    for _ in range(3):
        assert here.browser().login(who.username, WRONG).refusals == [1101]
    with busy(here):
        for password in (WRONG, who.password) * 4:
            refused_as_busy(login(here, who, password))
    assert here.browser().login(who.username, WRONG).refusals == [1101], "the fourth is compared"
    with busy(here):
        for password in (WRONG, who.password) * 4:  # each of them would have been the fifth, which locks
            refused_as_busy(login(here, who, password))
    assert waiting(here, who).page.path == "/login/wait", "the owner is shut out by tries that nobody compared"


def test_what_was_counted_before_stays_counted(narrow: Installation) -> None:
    here, who = narrow, narrow.person()
    for _ in range(4):
        here.browser().login(who.username, WRONG)
    with busy(here):
        for _ in range(3):
            refused_as_busy(login(here, who, WRONG))
    assert here.browser().login(who.username, WRONG).refusals == [1102], "a busy server gives no new tries either"


def test_an_unknown_name_is_answered_alike(narrow: Installation) -> None:
    here = narrow
    nobody = Person("0" * 26, "nobody-here", "", "")
    with busy(here):
        refused_as_busy(login(here, nobody, WRONG))
    assert here.browser().login(nobody.username, WRONG).refusals == [1101]


def start(here: Installation, username: str, code: str) -> Sent:
    browser = here.browser()
    browser.get("/start")
    fields = {"username": username, "code": code, "password": NEW, "repeat": NEW}
    return lambda: form(here, browser, "/start", fields)


def test_at_the_first_password(narrow: Installation) -> None:
    here = narrow
    here.invite(NewUser("lweber", Details("Lena", "Weber"), (), ("+817012345678",), "en", "Asia/Tokyo", "Lena Weber"))
    right = here.code_to("+817012345678")
    wrong = f"{(int(right) + 1) % 10**10:010}"
    for _ in range(4):
        assert numbers(start(here, "lweber", wrong)()) == [1401]
    with busy(here):
        for code in (wrong, right) * 4:  # each of them would have been the fifth, which locks
            refused_as_busy(start(here, "lweber", code))
    assert numbers(start(here, "lweber", right)()) == [], "the code was used up, or the network locked"
    assert here.browser().login("lweber", NEW).path == "/enrol"


def change(here: Installation, browser: Browser, current: str) -> Sent:
    browser.get("/password")
    fields = {"current": current, "password": NEW, "repeat": NEW}
    return lambda: form(here, browser, "/password", fields)


def test_at_a_new_password(narrow: Installation) -> None:
    here, who = narrow, narrow.person()
    browser = logged_in(here, who)
    for _ in range(4):
        assert numbers(change(here, browser, WRONG)()) == [1404]
    with busy(here):
        for current in (WRONG, who.password) * 4:
            refused_as_busy(change(here, browser, current))
    assert change(here, browser, who.password)().status_code == 303
    assert here.browser().login(who.username, NEW).path == "/login/wait"
