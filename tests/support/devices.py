"""What people do with devices other than Key, over the public HTTP interfaces."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from tests.support.authenticator import Authenticator
from tests.support.installation import Installation, Person
from tests.support.steps import STEP, logged_in
from watchword.core.otp import totp
from watchword_client.portal import Browser, Shown

DEVICES = "/settings/devices"


def options(browser: Browser, path: str, **fields: str) -> dict[str, Any]:
    """What a page's script is given for the browser."""
    kept = browser.page
    shown = browser.post(path, **fields)
    browser.page = kept
    found: dict[str, Any] = json.loads(shown.html)
    return found.get("options") or found


def authenticator(here: Installation, who: Person, **more: Any) -> Authenticator:
    """A new one of this person's, at the portal."""
    return Authenticator(f"{who.username}:{len(more)}:{sorted(more)}", here.portal, **more)


def add_passkey(here: Installation, who: Person, browser: Browser, name: str = "", **more: Any) -> Authenticator:
    """Put a passkey in place, in a session that has just shown what it holds."""
    made = authenticator(here, who, **more)
    browser.get(DEVICES)
    answer = made.create(options(browser, f"{DEVICES}/passkey"))
    page = browser.post(DEVICES, do="passkey", answer=answer, name=name)
    assert page.path.startswith(f"{DEVICES}?done=passkey_added"), f"{page.path} {page.status} {page.refusals}"
    return made


def with_passkey(here: Installation, *, phones: int = 1, **more: Any) -> tuple[Person, Authenticator]:
    """Somebody with Key and a passkey, logged out again."""
    who = here.person(phones=phones)
    browser = logged_in(here, who)
    made = add_passkey(here, who, browser, **more)
    browser.post("/logout")
    return who, made


def use_passkey(browser: Browser, made: Authenticator, **wrong: Any) -> Shown:
    """Answer the login that waits with it."""
    answer = made.get(options(browser, "/login/question", kind="passkey"), **wrong)
    return browser.post("/login/wait", do="answer", kind="passkey", answer=answer)


def app_key(browser: Browser) -> bytes:
    """The key that the page shows for a code app."""
    browser.get(DEVICES)
    page = browser.post(f"{DEVICES}/app", do="begin")
    assert page.path == f"{DEVICES}/app", f"{page.path} {page.status} {page.refusals}"
    spelled = re.search(r'class="mono app-key">([A-Z2-7 ]+)<', page.html)
    assert spelled, "the key stands on the page"
    return base64.b32decode(spelled[1].replace(" ", ""))


def add_app(here: Installation, browser: Browser, name: str = "") -> bytes:
    """Put a code app in place, in a session that has just shown what it holds; its key."""
    key = app_key(browser)
    code = totp(key, here.clock.now() // STEP, algorithm="SHA1")
    page = browser.post(f"{DEVICES}/app", do="confirm", code=code, name=name)
    assert page.path.startswith(f"{DEVICES}?done=app_added"), f"{page.path} {page.status} {page.refusals}"
    return key


def codes_on(page: Shown) -> list[str]:
    """The recovery codes that a page shows."""
    return re.findall(r"<li>([0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}-[0-9A-Z]{6})</li>", page.html)


def make_recovery_codes(browser: Browser) -> list[str]:
    """Ten new ones, read off the page that shows them once."""
    browser.get(DEVICES)
    page = browser.post(f"{DEVICES}/recovery", do="make")
    codes = codes_on(page)
    assert len(codes) == 10, f"{page.path} {page.status} {page.refusals}"
    return codes
