"""Steps of `watchword demo --check`: forgotten passwords and changes of the password (S03, S04, S06)."""

from __future__ import annotations

from collections.abc import Callable

from watchword.app.walk import OTHER_PASSWORD, PASSWORD, PERSON, PIN, Walk, hold
from watchword_client.portal import Browser, Shown

NEW = "Calder-Bridge-71!"


def _begun(walk: Walk) -> Browser:
    walk.clock.ahead += 3700
    browser = Browser(walk.portal, http=walk.http)
    browser.get("/recover")
    page = browser.post("/recover", do="begin", username=PERSON.username)
    hold(page.path == "/recover" and not page.refusals, f"begun: {page.path} {page.refusals}")
    return browser


def _proof(walk: Walk, browser: Browser, kind: str, to: str) -> Shown:
    page = browser.get("/recover?other=1")
    named = [part.split('"', 1)[0] for part in page.html.split('name="method" value="')[1:]]
    method = next((one for one in named if one.partition(":")[0] == kind), kind)
    page = browser.post("/recover", do="choose", method=method)
    hold(not page.refusals, f"a code by {kind}: {page.refusals}")
    return browser.post("/recover", do="code", code=walk.code_sent(kind, to))


def _set(browser: Browser, password: str) -> Shown:
    return browser.post("/recover", do="password", password=password, repeat=password)


def one_proof(walk: Walk) -> None:
    """A forgotten password with one proof: refused, and the old one stays."""
    browser = _begun(walk)
    hold(_set(browser, NEW).refusals == [1413], "no proof")
    hold(not _proof(walk, browser, "sms", PERSON.numbers[0]).refusals, "the code of the SMS")
    hold(_set(browser, NEW).refusals == [1413], "one proof")
    page = browser.post("/recover", do="choose", method="sms")
    hold(page.refusals == [1410], f"the same proof twice: {page.refusals}")
    walk.clock.ahead += 15 * 60
    hold(_set(browser, NEW).refusals == [1407], "its time is over")


def two_proofs(walk: Walk) -> None:
    """With two independent proofs a new password is set, every session ends, and lower limits follow."""
    home = walk.browser()
    _logged_in(walk, home, PASSWORD)
    browser = _begun(walk)
    _proof(walk, browser, "mail", PERSON.mails[0])
    named = browser.get("/recover?other=1").html
    hold('value="key"' in named, "Key is offered as the second proof")
    hold(browser.post("/recover", do="choose", method="key").path == "/login/wait", "Key is asked")
    attempt = walk.phone().scan(browser.post("/login/wait", do="qr").links[0])
    hold(attempt.details["action"] == "recover", "the phone is told what it approves")
    hold(walk.phone().approve(attempt, PIN).result == "approved", "approved")
    hold(browser.post("/login/wait", do="continue").path == "/recover", "back at the recovery")
    hold(_set(browser, PASSWORD).refusals == [1402], "the present one is refused")
    page = _set(browser, NEW)
    hold(page.status == 200 and not page.refusals, f"set: {page.status} {page.refusals}")
    hold(home.get("/").status in (200, 401) and "Log in" in home.page.text, "the session elsewhere has ended")
    hold(home.login(PERSON.username, PASSWORD).refusals == [1101], "the forgotten one is no longer good")


def password_changed(walk: Walk) -> None:
    """The password is changed with the current one; none of the earlier ones is taken again."""
    home = walk.browser()
    _logged_in(walk, home, NEW)
    hold("Limits are lower until" in home.get("/").text, "home tells of the lower limits")
    for earlier in (PASSWORD, NEW):
        home.get("/settings/password")
        page = home.post("/settings/password", current=NEW, password=earlier, repeat=earlier)
        hold(page.refusals == [1402], f"an earlier one: {page.refusals}")
    home.get("/settings/password")
    page = home.post("/settings/password", current=NEW, password=OTHER_PASSWORD, repeat=OTHER_PASSWORD)
    hold(not page.refusals and home.get("/").status == 200, f"changed, and still logged in: {page.refusals}")
    home.post("/logout")


def _logged_in(walk: Walk, browser: Browser, password: str) -> None:
    walk.clock.ahead += 3700
    browser.login(PERSON.username, password)
    page = browser.post("/login/wait", do="code", code=walk.phone().code(PIN, PERSON.username))
    hold(page.path == "/", f"home: {page.path} {page.refusals}")


STEPS: tuple[Callable[[Walk], None], ...] = (one_proof, two_proofs, password_changed)
