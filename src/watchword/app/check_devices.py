"""Steps of the demonstration's check: a temporary code in the place of a lost device, and a floor that no request gets under."""

from __future__ import annotations

from collections.abc import Callable

from watchword.app.walk import PASSWORD, PERSON, PIN, Walk, hold
from watchword.flows import temporary
from watchword_client.portal import Browser, Shown

DEVICES = "/settings/devices"


def _by_qr(walk: Walk, browser: Browser) -> Shown:
    walk.clock.ahead += 61
    browser.login(PERSON.username, PASSWORD)
    page = browser.post("/login/wait", do="qr")
    hold(page.links, f"a QR code: {page.path} {page.refusals}")
    walk.phone().approve(walk.phone().scan(page.links[0]), PIN)
    return browser.post("/login/wait", do="continue")


def temporary_code(walk: Walk) -> None:
    """A temporary code came to the mail address: it logs in beside Key, at the lowest level, and its owner ends it."""
    walk.clock.ahead += 3700
    kit = walk.built.kit
    with kit.store.write() as tx:
        user = tx.users.by_key(PERSON.username)
        hold(user is not None, "the walker is on file")
        contact = next(one for one in tx.contacts.of(user.id) if one.kind == "mail") if user else None
        device = temporary.issue(kit, tx, user, contact) if user and contact else None
    browser = Browser(walk.portal, http=walk.http)
    page = browser.login(PERSON.username, PASSWORD)
    hold("Temporary code" in page.text, f"listed: {page.path} {page.refusals}")
    page = browser.post("/login/wait", do="answer", kind="temporary_code", answer="0000000000")
    hold(page.refusals == [2321], f"a wrong one: {page.refusals}")
    code = walk.code_sent("mail", PERSON.mails[0])
    page = browser.post("/login/wait", do="answer", kind="temporary_code", answer=code.lower().replace("-", " "))
    hold(page.path == "/", f"the right one: {page.path} {page.refusals}")
    browser.get("/settings")
    page = browser.post("/confirm", operation="contacts")
    hold(page.path == "/login/wait", f"a change asks for Key: {page.path} {page.refusals}")
    page = browser.post("/login/wait", do="answer", kind="temporary_code", answer=code)
    hold(page.refusals == [1204], f"and takes no temporary code: {page.refusals}")
    browser.get(DEVICES)
    page = browser.post(DEVICES, do="deactivate", device=device.id if device else "")
    hold(page.path == f"{DEVICES}?done=deactivated", f"ended: {page.refusals}")


def floor(walk: Walk) -> None:
    """With "nothing that can be read out" chosen, a right code is refused and an approval by QR goes on."""
    browser = walk.browser()
    page = _by_qr(walk, browser)
    hold(page.path == "/", f"home: {page.path} {page.refusals}")
    browser.get(DEVICES)
    page = browser.post(DEVICES, do="floor", floor="6")
    hold(page.path == f"{DEVICES}?done=saved", f"chosen: {page.refusals}")
    other = Browser(walk.portal, http=walk.http)
    walk.clock.ahead += 61
    other.login(PERSON.username, PASSWORD)
    page = other.post("/login/wait", do="code", code=walk.phone().code(PIN, PERSON.username))
    hold(page.refusals == [2301], f"a right code: {page.refusals}")
    hold(_by_qr(walk, browser).path == "/", "an approval by QR")
    browser.get(DEVICES)
    page = browser.post(DEVICES, do="floor", floor="0")
    hold(page.path == f"{DEVICES}?done=saved", f"and back: {page.refusals}")


STEPS: tuple[Callable[[Walk], None], ...] = (temporary_code, floor)
