"""Username and passkey, no password (M05): what it gives, whom it tells nothing, and when the password is asked for all the same."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest

from tests.support.authenticator import Authenticator
from tests.support.devices import DEVICES, add_passkey, options, with_passkey
from tests.support.installation import WRONG, Installation
from tests.support.people import set_user
from tests.support.staff import tags
from tests.support.steps import logged_in
from watchword.core.encoding import b64u
from watchword_client.portal import Browser, Shown

HELD = "/login/held"


def begun(here: Installation, username: str) -> Browser:
    """A browser at the page that asks for a passkey."""
    browser = here.browser()
    browser.get("/login")
    page = browser.post(HELD, do="begin_passkey", username=username)
    assert (page.path, page.status) == (HELD, 200), f"{page.path} {page.status} {page.refusals}"
    return browser


def use(browser: Browser, made: Authenticator, **wrong: object) -> Shown:
    """Answer with it."""
    answer = made.get(options(browser, "/login/question", kind="passkey"), **wrong)
    return browser.post(HELD, do="passkey", kind="passkey", answer=answer)


def test_a_username_and_a_passkey_are_a_whole_login(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = begun(here, who.username)
    assert "Log in with a passkey" in browser.page.text and "data-qr" not in browser.page.html
    assert options(browser, "/login/question", kind="passkey")["allowCredentials"] == []
    assert use(browser, made).path == "/"
    assert who.given in browser.get("/").text
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(who.id, here.clock.now())[0]
    assert (session.acr, session.amr) == ("urn:watchword:two-elements:phishing-resistant", "hwk pop user mfa")
    assert tags(here, who.id)[0] == "login.session.issued"


def test_it_confirms_a_change_as_any_passkey_does(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = begun(here, who.username)
    use(browser, made)
    add_passkey(here, who, browser, name="Second one", synced=True)
    assert "Second one" in browser.get(DEVICES).text


def test_wrong_passwords_of_strangers_shut_nobody_out(here: Installation) -> None:
    who, made = with_passkey(here)
    for _ in range(6):
        here.browser().login(who.username, WRONG)
    assert use(begun(here, who.username), made).path == "/"


def test_a_name_without_one_looks_the_same(here: Installation) -> None:
    who, made = with_passkey(here)
    nobody, alone = "nobody-is-called-so", here.person()
    seen = []
    for name in (alone.username, nobody):
        browser = begun(here, name)
        asked = options(browser, "/login/question", kind="passkey")
        page = browser.post(HELD, do="passkey", kind="passkey", answer=made.get(asked))
        seen.append((sorted(asked), asked["allowCredentials"], page.status, page.refusals, page.text.replace(name, "")))
    assert seen[0][3] == [2302]
    assert seen[0] == seen[1]
    assert who.username not in seen[0][4]


def test_one_that_was_ended_or_did_not_verify_gives_nothing(here: Installation) -> None:
    who, made = with_passkey(here)
    assert use(begun(here, who.username), made, flags=1).refusals == [2303]
    with here.built.store.write() as tx:
        device = next(one for one in tx.devices.of_user(who.id) if one.kind == "passkey")
        tx.devices.move(device.id, "active", "inactive", here.clock.now())
    assert use(begun(here, who.username), made).refusals == [2302]


def test_no_answer_counts_twice_or_in_another_browser(here: Installation) -> None:
    who, made = with_passkey(here)
    browser, other = begun(here, who.username), begun(here, who.username)
    answer = made.get(options(browser, "/login/question", kind="passkey"))
    options(other, "/login/question", kind="passkey")
    assert other.post(HELD, do="passkey", kind="passkey", answer=answer).path == HELD
    assert browser.post(HELD, do="passkey", kind="passkey", answer=answer).path == "/"
    assert browser.post(HELD, do="passkey", kind="passkey", answer=answer).status == 410


def test_a_password_that_somebody_may_know_is_still_changed_first(here: Installation) -> None:
    who, made = with_passkey(here)
    set_user(here, who, flagged=1)
    browser = begun(here, who.username)
    page = use(browser, made)
    assert page.path == HELD and "Now your password" in page.text
    assert browser.post(HELD, do="password", password=who.password).path == "/password"


def test_a_suspended_person_gets_nothing(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = begun(here, who.username)
    set_user(here, who, state="suspended")
    assert use(browser, made).path == HELD
    with here.built.store.read() as tx:
        assert list(tx.sessions.of_user(who.id, here.clock.now())) == []


def test_the_way_back_to_the_password(here: Installation) -> None:
    who = here.person()
    browser = begun(here, who.username)
    assert browser.post(HELD, do="with_password").path == "/login"
    assert browser.get(HELD).status == 410


def test_without_a_username_it_says_so(here: Installation) -> None:
    browser = here.browser()
    browser.get("/login")
    page = browser.post(HELD, do="begin_passkey", username=" ")
    assert (page.status, page.refusals) == (400, [1116])


def test_where_the_operator_wants_the_password_always(install: Callable[..., Installation]) -> None:
    here = install(passkeys={"passwordless": False})
    who = here.person()
    browser = here.browser()
    assert "Log in with a passkey" not in browser.get("/login").text
    assert browser.post(HELD, do="begin_passkey", username=who.username).refusals == [1204]


def test_the_browser_hears_which_passkeys_still_count(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    made = add_passkey(here, who, browser)
    told = json.loads(html.unescape(re.findall('data-accepted="([^"]*)"', browser.get(DEVICES).html)[0]))
    assert told["allAcceptedCredentialIds"] == [b64u(one) for one in made.keys]
    assert told["userId"] == b64u(next(iter(made.users.values())))


@pytest.mark.parametrize("related", [True, False])
def test_a_console_on_another_name_is_told_of_as_related(install: Callable[..., Installation], related: bool) -> None:
    port = install().port  # any that is free
    console = f"http://desk.example.org:{port}"
    here = install(staff={"url": console}, passkeys={"related": related})
    answer = here.http.get(f"{here.portal}/.well-known/webauthn")
    if related:
        assert answer.json() == {"origins": [console]}
        assert answer.headers["content-type"] == "application/json"
        assert here.built.kit.policy.passkeys.origins["staff"] == console
    else:
        assert answer.status_code == 404
        assert "staff" not in here.built.kit.policy.passkeys.origins
