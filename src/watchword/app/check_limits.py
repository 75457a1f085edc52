"""Steps of the demonstration's check: what an account may do, and logging in without the device where the person chose so."""

from __future__ import annotations

from watchword.app.walk import PASSWORD, PERSON, PIN, Walk, hold
from watchword_client.portal import Browser


def limits_told(walk: Walk) -> None:
    """Settings say how much may be withdrawn, why, and what would raise it."""
    browser = walk.browser()
    _log_in(walk, browser)
    text = browser.get("/settings/limits").text
    hold("$1,000,000" in text and "Add a Digital Security Card+" in text, "Key's limits, and what would raise them")


def opted_out_and_in(walk: Walk) -> None:
    """Opted out, the password logs in on this browser alone, with lower limits; opting in again takes the device."""
    browser = walk.browser()
    browser.get("/settings/login")
    page = browser.post("/settings/login", do="review", device="known")
    hold("Nothing has changed yet" in page.text and "$50,000 a day" in page.text, f"looked over: {page.refusals}")
    page = browser.post("/settings/login", do="choose", device="known")
    hold("Saved." in page.text, f"opted out: {page.refusals}")
    browser.post("/logout")
    walk.clock.ahead += 61
    page = browser.login(PERSON.username, PASSWORD)
    hold(page.path == "/", f"the password alone, at home: {page.path} {page.refusals}")
    hold("Pink Sheet and OTCBB" in browser.get("/settings/limits").text, "under restrictions")
    browser.get("/settings/login")
    page = browser.post("/settings/login", device="always")
    hold(page.refusals == [6101], f"without the device: {page.refusals}")
    stranger = Browser(walk.portal, http=walk.http)
    page = stranger.login(PERSON.username, PASSWORD)
    hold(page.path == "/login/wait", f"another browser is asked for the device: {page.path} {page.refusals}")
    stranger.post("/login/wait", do="cancel")
    walk.clock.ahead += 61
    browser.get("/settings/login")
    browser.post("/confirm", operation="login")
    _scan(walk, browser)
    browser.get("/settings/login")
    page = browser.post("/settings/login", device="always")
    hold("Saved." in page.text, f"opted in: {page.refusals}")


def _log_in(walk: Walk, browser: Browser) -> None:
    """By QR, which asks no notification."""
    walk.clock.ahead += 61
    browser.login(PERSON.username, PASSWORD)
    _scan(walk, browser)


def _scan(walk: Walk, browser: Browser) -> None:
    page = browser.post("/login/wait", do="qr")
    hold(page.links, f"a QR code: {page.path} {page.refusals}")
    phone = walk.phone()
    phone.approve(phone.scan(page.links[0]), PIN)
    page = browser.post("/login/wait", do="continue")
    hold(page.status == 200 and not page.refusals, f"went on: {page.path} {page.refusals}")


STEPS = (limits_told, opted_out_and_in)
