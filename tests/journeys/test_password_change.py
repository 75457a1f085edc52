"""Changing the password with the current one: rules, blocklists, history, and what ends with it (S03, S06)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

import pytest

from tests.support.installation import Installation, Person
from tests.support.steps import approve, go_on, known, logged_in, waiting
from watchword.vault import breached
from watchword.web.asking import SESSION
from watchword_client.portal import Browser, Shown

PASSWORDS = ("Nakanoshima-5300!", "Dojima-River-81!", "Umeda-Sky-404?")


@pytest.fixture(autouse=True)
def _afresh(here: Installation) -> None:
    """A day later: no limit is left of the tests before."""
    here.later(86_400)


def change(browser: Browser, current: str, new: str, repeat: str = "") -> Shown:
    """The form, filled in."""
    browser.get("/settings/password")
    return browser.post("/settings/password", current=current, password=new, repeat=repeat or new)


def changed(browser: Browser, who: Person, new: str) -> None:
    """A change that succeeds."""
    page = change(browser, who.password, new)
    assert (page.path.partition("?")[0], page.refusals) == ("/settings/password", [])
    who.password = new


def test_with_the_current_one(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    assert change(browser, "Other-2026!", PASSWORDS[0]).refusals == [1404]
    assert change(browser, who.password, PASSWORDS[0], PASSWORDS[1]).refusals == [1403]
    old = who.password
    changed(browser, who, PASSWORDS[0])
    assert "is changed" in browser.page.text
    assert here.browser().login(who.username, old).refusals == [1101]
    assert {letter["kind"] for letter in here.letters(who.number, who.mail)} == {"sms", "mail"}
    logged_in(here, who)


def test_every_other_session_and_browser_ends_and_the_token_changes(here: Installation) -> None:
    """S06; ASVS 7.4.3, 7.2.4."""
    who = here.person()
    elsewhere, remembered = logged_in(here, who), known(here, who)
    browser = logged_in(here, who)
    here.later(30)
    begun = waiting(here, who)
    token = browser.cookies[SESSION]
    changed(browser, who, PASSWORDS[0])
    assert browser.cookies[SESSION] != token
    assert browser.get("/").status == 200
    assert elsewhere.get("/").status == 401
    assert begun.get("/login/wait").status in (403, 410)
    stolen = here.browser()
    stolen.cookies[SESSION] = token
    assert who.given not in stolen.get("/").text
    here.later(700)
    assert [found for found in waiting(here, who, remembered).page.digits if len(found) == 6], "still remembered"
    browser.post("/logout")
    here.later(1000)
    assert not [found for found in waiting(here, who, browser).page.digits if len(found) == 6], "the present one is not"


def test_it_takes_an_approval_of_the_last_minutes(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.later(301)
    assert change(browser, who.password, PASSWORDS[0]).refusals == [6101]
    browser.get("/settings/password")
    browser.post("/confirm", operation="password")
    approve(here, who, browser)
    assert go_on(browser).path == "/settings/password"
    changed(browser, who, PASSWORDS[0])


def test_none_of_all_earlier_ones(here: Installation) -> None:
    """S03: never any previous one."""
    who = here.person()
    browser = logged_in(here, who)
    first = who.password
    for password in PASSWORDS:
        changed(browser, who, password)
    for used in (first, *PASSWORDS):
        page = change(browser, who.password, used)
        assert page.refusals == [1402], used
        assert ("the one you have now" if used == who.password else "used it before") in page.text


def test_earlier_ones_are_known_after_the_parameters_changed(
    install: Callable[..., Installation], tmp_path: Path
) -> None:
    here = install()
    who = here.person()
    browser = logged_in(here, who)
    first = who.password
    changed(browser, who, PASSWORDS[0])
    here.stop()
    more = {**here.settings.hash.model_dump(), "memory_kib": 16}
    again = Installation(here.settings.database_url, tmp_path, clock=here.clock, port=here.port, hash=more)
    try:
        browser = logged_in(again, who, again.browser())  # rehashed with the new parameters
        assert change(browser, who.password, first).refusals == [1402]
        assert change(browser, who.password, PASSWORDS[0]).refusals == [1402]
        changed(browser, who, PASSWORDS[1])
    finally:
        again.stop()


def test_one_hash_decides_about_all_earlier_ones(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    for password in PASSWORDS:
        changed(browser, who, password)
    pool = here.built.kit.passwords._pool  # type: ignore[attr-defined]
    calls: list[str] = []
    original = pool.run

    def counting(work: Callable[..., object], *args: object, **more: object) -> object:
        calls.append(work.__name__)
        return original(work, *args, **more)

    pool.run = counting
    try:
        change(browser, who.password, "Sonezaki-Lane-7!")
    finally:
        del pool.run
    assert calls == ["verify", "_hash"], "the current one is compared, the new one hashed, and nothing else"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Summer-2026!", "stranger would try"),
        ("P@ssw0rd-99", "stranger would try"),
        ("Watchword-26!", "others can know"),
        ("Mx-1987/04/23-q", "others can know"),
        ("Ab1!", "too short"),
    ],
)
def test_what_strangers_try_first_is_refused(here: Installation, password: str, why: str) -> None:
    who = here.person(birth_date="1987-04-23", given_names="Misaki", family_names="Tanaka")
    page = change(logged_in(here, who), who.password, password)
    assert page.refusals == [1402] and why in page.text


def test_names_numbers_and_addresses_of_ones_own_are_refused(here: Installation) -> None:
    who = here.person(given_names="Misaki", family_names="Tanaka")
    browser = logged_in(here, who)
    for password in (f"Qz-{who.number[-7:]}-!x", "M1s@ki-in-Kobe", f"Qz!{who.username}A1", "Qz-TANAKA-81!a"):
        page = change(browser, who.password, password)
        assert page.refusals == [1402] and "others can know" in page.text, password


def test_a_breached_password_is_refused(install: Callable[..., Installation], tmp_path: Path) -> None:
    known_one = "Dojima-River-81!"
    source, target = tmp_path / "list.txt", tmp_path / "breached.bin"
    source.write_text(f"{sha1(known_one.encode(), usedforsecurity=False).hexdigest().upper()}:7\n")
    breached.write(source, target)
    here = install(passwords={"breached_file": str(target)})
    who = here.person()
    browser = logged_in(here, who)
    page = change(browser, who.password, known_one)
    assert page.refusals == [1402] and "known from a breach" in page.text
    changed(browser, who, "Dojima-River-82!")


def test_the_strict_profile_keeps_no_history_and_asks_no_classes(install: Callable[..., Installation]) -> None:
    here = install(policy="strict")
    who = here.person(password="a long enough one")
    browser = logged_in(here, who)
    changed(browser, who, "nakanoshima river")
    changed(browser, who, "a long enough one")
    assert change(browser, who.password, "a long enough one").refusals == [1402]
    assert change(browser, who.password, "elevenchars").refusals == [1402]


def test_guesses_of_the_current_one_are_limited(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    found = [change(browser, f"Wrong-{at}-2026!", PASSWORDS[0]).refusals for at in range(6)]
    assert found == [[1404]] * 5 + [[1102]]
    assert change(browser, who.password, PASSWORDS[0]).refusals == [1102]


def test_two_changes_at_once_make_one(here: Installation) -> None:
    """The second finds that what it took for the current one is not: nothing half done."""
    who = here.person()
    one, other = logged_in(here, who), logged_in(here, who)
    changed(one, who, PASSWORDS[0])
    page = change(other, who.password, PASSWORDS[1])
    assert page.status == 401 or "Log in" in page.text
    logged_in(here, who)
