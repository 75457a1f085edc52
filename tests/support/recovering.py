"""What people do who have forgotten their password, over the portal's pages."""

from __future__ import annotations

from tests.support.installation import Installation, Person
from tests.support.steps import STEP, approve, challenge
from watchword_client.portal import Browser, Shown

NEW = "Nakanoshima-5300!"
DETAILS = {"birth_date": "1987-04-23", "document_type": "passport", "document_number": "TK 4418203"}


def begin(here: Installation, username: str, *, language: str = "en", browser: Browser | None = None) -> Browser:
    """A browser that has begun with this name."""
    browser = browser or here.browser(language=language)
    browser.get("/recover")
    page = browser.post("/recover", do="begin", username=username)
    assert (page.path, page.refusals) == ("/recover", []), f"{page.path} {page.refusals}"
    return browser


def choose(browser: Browser, method: str) -> Shown:
    """Choose a way; where the page names several numbers or addresses, the first of them."""
    page = browser.page if 'name="method"' in browser.page.html else other(browser)
    named = [value for value in values(page) if value.partition(":")[0] == method]
    return browser.post("/recover", do="choose", method=(named or [method])[0])


def other(browser: Browser) -> Shown:
    """The page of choices."""
    return browser.get("/recover?other=1")


def values(page: Shown) -> list[str]:
    """The ways that a page offers."""
    return [part.split('"', 1)[0] for part in page.html.split('name="method" value="')[1:]]


def by_code(here: Installation, who: Person, browser: Browser, kind: str) -> Shown:
    """A proof by SMS or mail."""
    page = choose(browser, kind)
    assert page.refusals == [], page.refusals
    page = browser.post("/recover", do="code", code=here.code_to(who.number if kind == "sms" else who.mail))
    assert page.refusals == [], page.refusals
    return page


def by_known(browser: Browser, kind: str, *, right: bool = True) -> Shown:
    """A proof by security questions, each answered with its name, or by DETAILS."""
    page = choose(browser, kind)
    if page.refusals:
        return page
    if kind == "questions":
        named = [part.split('"', 1)[0] for part in page.html.split('name="answer_')[1:]]
        given = {f"answer_{one}": f" {one.upper()} " if right else "something" for one in named}
        return browser.post("/recover", do="answers", **given)
    document = "tk-4418203" if right else "TK4418204"
    return browser.post("/recover", do="personal", birth_date="1987 04 23", document=document)


def approve_qr(here: Installation, who: Person, browser: Browser) -> None:
    """The phone scans the page's QR code and approves."""
    page = browser.post("/login/wait", do="qr")
    attempt = who.phone.scan(page.links[0])
    assert who.phone.approve(attempt, here.pin()).result == "approved"


def answered(here: Installation, who: Person, browser: Browser, way: str) -> Shown:
    """Key approves by one of its ways."""
    if way == "push":
        approve(here, who, browser)
    elif way == "qr":
        approve_qr(here, who, browser)
    elif way == "challenge":
        page = browser.post("/login/wait", do="challenge")
        typed = who.phone.respond(challenge(page), here.pin(), who.username)
        return browser.post("/login/wait", do="response", response=typed)
    else:
        here.later(STEP)
        return browser.post("/login/wait", do="code", code=who.phone.code(here.pin(), who.username))
    return browser.post("/login/wait", do="continue")


def new_password(browser: Browser, password: str = NEW, repeat: str = "") -> Shown:
    """The last step."""
    return browser.post("/recover", do="password", password=password, repeat=repeat or password)
