"""The device cookie makes a browser known for the one who logged in there, and for nobody else (S01; DESIGN "Browser rules")."""

from __future__ import annotations

from tests.support.installation import WRONG, Installation, Person
from tests.support.steps import asked, confirmation, known, logged_in, waiting
from watchword_client.portal import Browser

COOKIE = "__Host-ww_d"


def is_known(here: Installation, who: Person, cookie: str) -> bool:
    """Whether a browser that holds just this cookie is known for this person: then no confirmation code is asked."""
    here.later(3601)
    browser = here.browser()
    browser.cookies[COOKIE] = cookie
    waiting(here, who, browser)
    reason = str(asked(who.phone, who).details["confirm_reason"])
    assert bool(confirmation(browser.page)) is (reason == "browser")
    browser.post("/login/wait", do="cancel")
    return reason == ""


def logged_in_here(here: Installation, who: Person, browser: Browser) -> str:
    """A login in this browser and the logout; the device cookie afterwards."""
    here.later(61)
    logged_in(here, who, browser).post("/logout")
    return browser.cookies[COOKIE]


def test_a_token_is_good_for_its_own_person(here: Installation) -> None:
    one, other = here.person(), here.person()
    mine, theirs = (known(here, who).cookies[COOKIE] for who in (one, other))
    assert is_known(here, one, mine) and is_known(here, other, theirs)
    assert not is_known(here, other, mine)
    assert not is_known(here, one, theirs)
    assert is_known(here, one, f"{theirs}~{mine}"), "one browser holds a token of each"


def test_a_token_planted_before_a_login_is_no_token_after_it(here: Installation) -> None:
    """On a shared computer: what the thief kept of their own stays their own, what they made up stays nothing."""
    victim, thief = here.person(), here.person()
    own = known(here, thief).cookies[COOKIE]
    name, _, mark = own.partition(".")
    made_up = (f"{'A' * 32}.{'A' * 16}", f"{name}.{'A' * len(mark)}", f"{name}.", "A" * 32)
    for planted in (own, *made_up):
        browser = here.browser()
        browser.cookies[COOKIE] = planted
        after = logged_in_here(here, victim, browser)
        assert is_known(here, victim, after)
        assert not is_known(here, victim, planted)


def test_a_mark_belongs_to_its_own_name(here: Installation) -> None:
    who = here.person()
    first, second = (known(here, who).cookies[COOKIE] for _ in range(2))
    (name, _, mark), (other, _, others) = first.partition("."), second.partition(".")
    assert not is_known(here, who, f"{name}.{others}")
    assert not is_known(here, who, f"{other}.{mark}")
    assert not is_known(here, who, f"{name}.{mark[:-1]}{'A' if mark[-1] != 'A' else 'B'}")
    assert is_known(here, who, first)


def test_tries_with_a_foreign_token_count_as_a_strangers(here: Installation) -> None:
    victim, thief = here.person(), here.person()
    home = known(here, victim)
    abroad = known(here, thief)
    found = [abroad.login(victim.username, WRONG).refusals for _ in range(6)]
    assert found == [[1101]] * 4 + [[1102]] * 2
    assert here.browser().login(victim.username, victim.password).refusals == [1102], "one counter for all strangers"
    assert waiting(here, victim, home).page.path == "/login/wait", "the owner's browser is counted apart"


def test_a_browser_keeps_five(here: Installation) -> None:
    """Six people share it: the one longest away is asked again, and only that one."""
    people = [here.person() for _ in range(6)]
    browser = here.browser()
    for who in people:
        cookie = logged_in_here(here, who, browser)
    assert len(cookie.split("~")) == 5
    assert [is_known(here, who, cookie) for who in people] == [False] + [True] * 5


def test_of_a_longer_cookie_only_five_are_looked_at(here: Installation) -> None:
    """Each is compared with a keyed hash: a browser cannot make the server compare a thousand."""
    who = here.person()
    token = known(here, who).cookies[COOKIE]
    assert not is_known(here, who, "~".join([*(f"{'A' * 32}.{'A' * 16}" for _ in range(5)), token]))
    assert is_known(here, who, "~".join([*(f"{'A' * 32}.{'A' * 16}" for _ in range(4)), token]))
