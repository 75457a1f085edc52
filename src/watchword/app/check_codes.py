"""Steps of the demonstration's check: devices without hardware of ours: a code by SMS, a code app, recovery codes."""

from __future__ import annotations

import base64
import re

from watchword.app.walk import PASSWORD, Walk, hold
from watchword.core.otp import STEP_SECONDS, totp
from watchword.core.users import Details, NewUser
from watchword.flows import accounts
from watchword_client.portal import Browser, Shown

WHO = NewUser(
    "walker02", Details("Cora", "Walker"), ("cora@example.org",), ("+447911123458",), "en", "Europe/London", "Cora Walker",
)  # fmt: skip
DEVICES = "/settings/devices"


def by_sms(walk: Walk) -> None:
    """A person without a device types a code that went to her number: from then on a code by SMS logs her in."""
    walk.clock.ahead += 3700
    browser = Browser(walk.portal, http=walk.http)
    accounts.add(walk.built.kit, [WHO])
    browser.get("/start")
    start = walk.code_sent("sms", WHO.numbers[0])
    browser.post("/start", username=WHO.username, code=start, password=PASSWORD, repeat=PASSWORD)
    walk.clock.ahead += 61
    page = browser.login(WHO.username, PASSWORD)
    contact = page.html.split('name="contact" value="')[1].split('"', maxsplit=1)[0]
    browser.post("/enrol", do="send", contact=contact)
    page = browser.post("/enrol", do="code", code=walk.code_sent("sms", WHO.numbers[0]))
    hold("logs you in from now on" in page.text, f"told on the page: {page.path} {page.refusals}")
    browser.post("/logout")
    walk.clock.ahead += 61
    page = browser.login(WHO.username, PASSWORD)
    hold("talked out of you" in page.text, f"the risk is told: {page.path} {page.refusals}")
    page = _answer(browser, "sms", "12345")
    hold(page.refusals == [2341], f"five digits: {page.refusals}")
    page = _answer(browser, "sms", walk.code_sent("sms", WHO.numbers[0]))
    hold(page.path == "/", f"home: {page.path} {page.refusals}")
    walk.memory["codes"] = browser


def code_app(walk: Walk) -> None:
    """A code app is added by its first code and takes the place of SMS; a clock that is off is told, a used code refused."""
    browser: Browser = walk.memory["codes"]
    browser.get(DEVICES)
    page = browser.post(f"{DEVICES}/app", do="begin")
    spelled = re.search(r'class="mono app-key">([A-Z2-7 ]+)<', page.html)
    hold(spelled, f"the key: {page.path} {page.refusals}")
    key = base64.b32decode(spelled[1].replace(" ", "") if spelled else "")
    page = browser.post(f"{DEVICES}/app", do="confirm", code=_code(walk, key), name="App")
    hold("done=app_added" in page.path, f"added: {page.path} {page.refusals}")
    page = browser.post(f"{DEVICES}/recovery", do="make")
    walk.memory["recovery"] = re.findall(r"<li>([0-9A-Z-]{30})</li>", page.html)
    hold(len(walk.memory["recovery"]) == 10, f"ten recovery codes, shown once: {page.path} {page.refusals}")
    browser.post("/logout")
    walk.clock.ahead += 2 * STEP_SECONDS
    browser.login(WHO.username, PASSWORD)
    page = _answer(browser, "code_app", _code(walk, key, off=8))
    hold(page.refusals == [2352] and "4 minutes fast" in page.text, f"a clock that is off: {page.refusals}")
    code = _code(walk, key)
    page = _answer(browser, "code_app", code)
    hold(page.path == "/", f"home: {page.path} {page.refusals}")
    browser.post("/logout")
    browser.login(WHO.username, PASSWORD)
    page = _answer(browser, "code_app", code)
    hold(page.refusals == [2103], f"the same code again: {page.refusals}")


def recovery_code(walk: Walk) -> None:
    """A recovery code logs in once, is told on every channel, and changes nothing but to add a device."""
    browser: Browser = walk.memory["codes"]
    code = walk.memory["recovery"][0]
    page = _answer(browser, "recovery_code", code.lower())
    hold(page.path == "/", f"home: {page.path} {page.refusals}")
    told = walk.http.get(f"{walk.origin}/demo/outbox").json()["messages"]
    hold(any("9 are left" in message["text"] for message in told), "every channel was told")
    browser.get(DEVICES)
    page = browser.post(f"{DEVICES}/recovery", do="make")
    hold(page.refusals == [6101], f"no new codes by an old one: {page.refusals}")
    browser.post("/logout")
    browser.login(WHO.username, PASSWORD)
    page = _answer(browser, "recovery_code", code)
    hold(page.refusals == [2355], f"the same one again: {page.refusals}")
    browser.post("/login/wait", do="cancel")


def _code(walk: Walk, key: bytes, *, off: int = 0) -> str:
    return totp(key, walk.clock.now() // STEP_SECONDS + off, algorithm="SHA1")


def _answer(browser: Browser, kind: str, typed: str) -> Shown:
    return browser.post("/login/wait", do="answer", kind=kind, answer=typed)


STEPS = (by_sms, code_app, recovery_code)
