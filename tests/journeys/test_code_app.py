"""A code app of somebody else's making: the key, the first code, the login, and a clock that is off."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.support.devices import DEVICES, add_app, app_key
from tests.support.installation import Installation, Person, refused
from tests.support.steps import STEP, logged_in, proved, texted, waiting
from watchword.core.otp import totp
from watchword.factors.code_app import address, spelled
from watchword_client.portal import Browser, Shown

KEY = bytes(range(20))
needs_oathtool = pytest.mark.skipif(
    shutil.which("oathtool") is None and os.environ.get("WATCHWORD_REQUIRE_ALL") != "1",
    reason="oathtool is not installed",
)


def code(here: Installation, key: bytes, *, off: int = 0) -> str:
    return totp(key, here.clock.now() // STEP + off, algorithm="SHA1")


def with_app(here: Installation, name: str = "") -> tuple[Person, bytes]:
    """Somebody with Key and a code app, logged out, in the step after the one that added it."""
    who = here.person()
    browser = logged_in(here, who)
    key = add_app(here, browser, name)
    browser.post("/logout")
    here.later(STEP)
    return who, key


def typed(browser: Browser, digits: str) -> Shown:
    return browser.post("/login/wait", do="answer", kind="code_app", answer=digits)


def kinds(here: Installation, who: Person) -> list[str]:
    with here.built.store.read() as tx:
        return sorted(one.kind for one in tx.devices.of_user(who.id) if one.state == "active")


def test_it_is_added_by_its_first_code_and_told_everywhere(here: Installation) -> None:
    who, _ = with_app(here, "Blue app")
    assert kinds(here, who) == ["code_app", "key"]
    assert "Blue app" in here.letters(who.number)[0]["text"] and "Blue app" in here.letters(who.mail)[0]["text"]
    assert "Blue app" in logged_in(here, who).get(DEVICES).text


def test_its_code_logs_in_once(here: Installation) -> None:
    who, key = with_app(here)
    digits = code(here, key)
    browser = waiting(here, who)
    assert typed(browser, f"{digits[:3]} {digits[3:]}").path == "/"
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(who.id, here.clock.now())[0]
    assert (session.level, session.amr) == (4, "pwd otp mfa")
    assert typed(waiting(here, who), digits).refusals == [2103]


def test_a_clock_that_is_off_is_told_and_the_code_not_accepted(here: Installation) -> None:
    """As E02, and the code that was told about is spent."""
    who, key = with_app(here)
    browser = waiting(here, who)
    page = typed(browser, code(here, key, off=10))
    assert page.refusals == [2352] and "5 minutes fast" in page.text
    assert typed(browser, code(here, key, off=-6)).refusals == [2352]
    ahead = code(here, key, off=10)
    here.later(10 * STEP)
    assert typed(browser, ahead).refusals in ([2103], [1105]), "spent by having been told about"


def test_the_code_of_the_step_before_is_good_and_the_next_is_not(here: Installation) -> None:
    who, key = with_app(here)
    here.later(STEP)
    browser = waiting(here, who)
    assert typed(browser, code(here, key, off=1)).refusals == [2352]
    assert typed(browser, code(here, key, off=-1)).path == "/"


def test_the_key_waits_for_five_codes_and_ten_minutes(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    key = app_key(browser)
    wrong = f"{(int(code(here, key)) + 1) % 10**6:06}"
    for _ in range(5):
        assert browser.post(f"{DEVICES}/app", do="confirm", code=wrong).refusals == [2350]
    assert browser.post(f"{DEVICES}/app", do="confirm", code=code(here, key)).refusals == [2353]
    assert kinds(here, who) == ["key"]
    key = app_key(browser)
    browser.get(f"{DEVICES}/app")
    assert browser.post(f"{DEVICES}/app", do="confirm", code="12345").refusals == [2351]
    assert browser.post(f"{DEVICES}/app", do="confirm", code=code(here, key, off=8)).refusals == [2352]
    here.later(601)
    assert browser.post(f"{DEVICES}/app", do="confirm", code=code(here, key)).refusals in ([2353], [6101])
    assert kinds(here, who) == ["key"]


def test_the_code_that_added_it_logs_nobody_in(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    key = add_app(here, browser)
    assert typed(waiting(here, who), code(here, key)).refusals == [2103]


def test_it_takes_the_place_of_sms(here: Installation) -> None:
    who = here.person(phones=0)
    proved(here, who).post("/logout")
    here.later(61)
    browser = texted(here, who, waiting(here, who))
    add_app(here, browser)
    assert kinds(here, who) == ["code_app"]


def test_without_a_fresh_proof_there_is_no_key(here: Installation) -> None:
    browser = logged_in(here, here.person())
    browser.get(DEVICES)
    here.later(301)
    assert browser.post(f"{DEVICES}/app", do="begin").refusals == [6101]


def test_a_platform_takes_it(here: Installation) -> None:
    who, key = with_app(here)
    platform = here.platform()
    opened = platform.start(who.username, who.password)
    assert ("code_app", ("code_app",)) in [(method.kind, method.ways) for method in opened.methods]
    assert refused(2351, work=lambda: platform.answer("code_app", "12"))
    assert platform.answer("code_app", code(here, key)) == "approved"


def test_the_qr_holds_what_code_apps_agree_on(here: Installation) -> None:
    parts = urlsplit(address(KEY, "Brand & Co", "mísaki+1"))
    assert (parts.scheme, parts.netloc, unquote(parts.path)) == ("otpauth", "totp", "/Brand & Co:mísaki+1")
    assert parse_qs(parts.query) == {
        "secret": [spelled(KEY)], "issuer": ["Brand & Co"], "algorithm": ["SHA1"], "digits": ["6"], "period": ["30"],
    }  # fmt: skip
    assert "+" not in parts.query, "apps read a plus as it stands"


@needs_oathtool
def test_oathtool_agrees_both_ways(here: Installation) -> None:
    """Its code logs in; ours is found by its search."""
    who, key = with_app(here)
    at = f"@{here.clock.now()}"
    theirs = _oathtool("--totp", "-b", "-N", at, spelled(key))
    assert typed(waiting(here, who), theirs).path == "/"
    found = _oathtool("--totp", "-b", "-N", at, "-w", "3", spelled(key), code(here, key, off=2))
    assert re.fullmatch(r"\d+", found)
    assert base64.b32decode(spelled(key)) == key


def _oathtool(*arguments: str) -> str:
    made = subprocess.run(["oathtool", *arguments], capture_output=True, text=True, check=True)
    return made.stdout.strip().splitlines()[-1]


def test_a_change_is_confirmed_by_what_can_name_it(here: Installation) -> None:
    """ADR 0022: beside Key a code is for logins; who has nothing else confirms with it."""
    who, key = with_app(here)
    browser = logged_in(here, who)
    here.later(301)
    browser.get("/settings/contacts")
    browser.post("/confirm", operation="contacts")
    assert typed(browser, code(here, key)).path != "/settings/contacts"
    with here.built.store.write() as tx:
        phone = next(one for one in tx.devices.of_user(who.id) if one.kind == "key")
        tx.devices.move(phone.id, "active", "inactive", here.clock.now())
    here.later(61)
    browser.get("/settings/contacts")
    browser.post("/confirm", operation="contacts")
    assert typed(browser, code(here, key)).path == "/settings/contacts"
