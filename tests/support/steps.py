"""What people do in several steps, over the public interfaces: logging in by each way, waiting at the page, proving who they are."""

from __future__ import annotations

import re

from tests.support.installation import Installation, Person
from watchword_client.approval import Attempt
from watchword_client.phone import Phone
from watchword_client.portal import Browser, Shown

STEP = 30  # seconds of one code (RFC 6238), which is good once


def waiting(here: Installation, who: Person, browser: Browser | None = None) -> Browser:
    """A browser after the right password, at the waiting page."""
    browser = browser or here.browser()
    page = browser.login(who.username, who.password)
    assert (page.path, page.status) == ("/login/wait", 200), f"{page.path} {page.status} {page.refusals}"
    return browser


def confirmation(page: Shown) -> str:
    """The six digits to be typed into the phone, "" where none are shown."""
    return next((found for found in page.digits if len(found) == 6), "")


def challenge(page: Shown) -> str:
    """The ten digits of the offline challenge."""
    return next(found for found in page.digits if len(found) == 10)


def asked(phone: Phone, who: Person) -> Attempt:
    """The newest login of this person that waits on the phone."""
    return [attempt for attempt in phone.pending().attempts if attempt.username == who.username][-1]


def approve(here: Installation, who: Person, browser: Browser, phone: Phone | None = None) -> Attempt:
    """The phone approves what the page waits for, with the code if the page shows one."""
    phone = phone or who.phone
    attempt = asked(phone, who)
    assert phone.approve(attempt, here.pin(), confirmation(browser.page)).result == "approved"
    return attempt


def scan(here: Installation, who: Person, browser: Browser, phone: Phone | None = None) -> None:
    """The phone scans the QR of the page and approves."""
    phone = phone or who.phone
    page = browser.page if browser.page.links else browser.post("/login/wait", do="qr")
    assert phone.approve(phone.scan(page.links[0]), here.pin()).result == "approved"


def phone_first(here: Installation, who: Person, browser: Browser | None = None) -> Browser:
    """A browser at the page that shows the QR before any password."""
    browser = browser or here.browser()
    browser.get("/login")
    page = browser.post("/login/held", do="begin", username=who.username)
    assert (page.path, page.status) == ("/login/held", 200), f"{page.path} {page.status} {page.refusals}"
    return browser


def go_on(browser: Browser) -> Shown:
    """The button of a page without scripts."""
    return browser.post("/login/wait", do="continue")


def logged_in(here: Installation, who: Person, browser: Browser | None = None) -> Browser:
    """A browser with a session, by challenge and response, which ask no phone and confirm what follows; it is known from now on."""
    browser = waiting(here, who, browser)
    here.later(STEP)
    digits = challenge(browser.post("/login/wait", do="challenge"))
    page = browser.post("/login/wait", do="response", response=who.phone.respond(digits, here.pin(), who.username))
    assert (page.path, page.status) == ("/", 200), f"{page.path} {page.status} {page.refusals}"
    return browser


def known(here: Installation, who: Person) -> Browser:
    """A browser that this person logged in with before, and out again."""
    browser = logged_in(here, who)
    browser.post("/logout")
    return browser


def choices(page: Shown, name: str) -> list[str]:
    """The values of a form's fields of that name: contacts, methods."""
    by_value = re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page.html)
    options = re.search(rf'<select[^>]*name="{name}".*?</select>', page.html, re.DOTALL)
    return by_value or (re.findall(r'<option value="([^"]*)"', options[0]) if options else [])


def proved(here: Installation, who: Person, browser: Browser | None = None) -> Browser:
    """A browser of somebody without Key, after the code to the number on file: the QR and the Session ID are there.

    The second time that code is a login (N05)."""
    browser = browser or here.browser()
    page = browser.login(who.username, who.password)
    if page.path == "/login/wait":
        page = texted(here, who, browser).page
        assert page.links and page.path == "/", f"{page.path} {page.status} {page.refusals}"
        return browser
    assert page.path == "/enrol"
    browser.post("/enrol", do="send", contact=choices(page, "contact")[0])
    page = browser.post("/enrol", do="code", code=here.code_to(who.number, who.mail))
    assert page.links and len(page.session_id) == 8, f"{page.path} {page.status} {page.refusals}"
    return browser


def texted(here: Installation, who: Person, browser: Browser, number: str = "") -> Browser:
    """The code that was sent by SMS, typed at the page that waits for it."""
    code = here.code_to(number or who.number)
    browser.post("/login/wait", do="answer", kind="sms", answer=code)
    return browser
