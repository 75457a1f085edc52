"""What people do with devices other than Key, over the public HTTP interfaces."""

from __future__ import annotations

import json
from typing import Any

from tests.support.authenticator import Authenticator
from tests.support.installation import Installation, Person
from tests.support.steps import logged_in
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
