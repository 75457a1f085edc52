"""Attacks on code apps and recovery codes: races, guesses, what the rows hold, somebody else's."""

from __future__ import annotations

from sqlalchemy import select

from tests.support.crowd import together
from tests.support.devices import add_app, app_key, make_recovery_codes
from tests.support.installation import Installation
from tests.support.steps import STEP, logged_in, waiting
from watchword.core.otp import totp
from watchword.core.recovery_codes import normal
from watchword.stores import tables
from watchword_client.portal import Browser


def left(here: Installation, user_id: str) -> int:
    with here.built.store.read() as tx:
        device = next(
            one for one in tx.devices.of_user(user_id) if one.kind == "recovery_code" and one.state == "active"
        )
    return (len(device.secret) - 16) // 32


def test_two_codes_at_once_are_both_gone(here: Installation) -> None:
    """Two logins race with two codes: neither comes back with the other's row."""
    who = here.person()
    browser = logged_in(here, who)
    codes = make_recovery_codes(browser)
    browser.post("/logout")
    browsers = [waiting(here, who) for _ in range(2)]
    together(
        [
            lambda one=one, code=code: one.post("/login/wait", do="answer", kind="recovery_code", answer=code)
            for one, code in zip(browsers, codes, strict=False)
        ]
    )
    assert left(here, who.id) == 8
    here.later(2 * 60 * 60)
    for code in codes[:2]:
        assert waiting(here, who).post("/login/wait", do="answer", kind="recovery_code", answer=code).refusals == [2355]


def test_one_code_at_two_logins_at_once_opens_one(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    codes = make_recovery_codes(browser)
    browser.post("/logout")
    browsers = [waiting(here, who) for _ in range(3)]
    together(
        [
            lambda one=one: one.post("/login/wait", do="answer", kind="recovery_code", answer=codes[0])
            for one in browsers
        ]
    )
    with here.built.store.read() as tx:
        tags = [line.tag for line in tx.audit.about(who.id, 100)]
    assert tags.count("login.device.accepted") == 1


def test_no_row_and_no_letter_holds_a_code_or_a_key(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    codes = [normal(code) or "" for code in make_recovery_codes(browser)]
    waits = app_key(browser)
    key = add_app(here, browser)
    with here.built.store.engine.begin() as connection:
        for table in tables.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                held = repr(tuple(row)).upper()
                assert not any(code in held for code in codes), table.name
                assert repr(key).upper() not in held and repr(waits).upper() not in held, table.name
                assert key.hex().upper() not in held and waits.hex().upper() not in held, table.name


def test_thirty_wrong_codes_in_a_row_stop_the_app(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    key = add_app(here, browser)
    browser.post("/logout")
    for _ in range(6):
        here.later(20 * 60)
        browser = waiting(here, who)
        for _ in range(5):
            wrong = f"{(int(totp(key, here.clock.now() // STEP, algorithm='SHA1')) + 7) % 10**6:06}"
            browser.post("/login/wait", do="answer", kind="code_app", answer=wrong)
    with here.built.store.read() as tx:
        states = {one.kind: one.state for one in tx.devices.of_user(who.id)}
    assert states == {"key": "active", "code_app": "disabled"}


def test_the_key_of_one_session_is_confirmed_in_no_other(here: Installation) -> None:
    who, other = here.person(), here.person()
    mine, theirs = logged_in(here, who), logged_in(here, other)
    key = app_key(mine)
    theirs.get("/settings/devices")
    code = totp(key, here.clock.now() // STEP, algorithm="SHA1")
    assert theirs.post("/settings/devices/app", do="confirm", code=code).refusals == [2353]


def test_the_page_with_the_key_is_for_its_session_alone(here: Installation) -> None:
    app_key(logged_in(here, here.person()))
    stranger = Browser(here.portal, http=here.http)
    assert "otpauth" not in stranger.get("/settings/devices/app").html
