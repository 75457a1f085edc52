"""Steps of the demonstration's check: what a person changes in the settings, and how sessions end."""

from __future__ import annotations

from collections.abc import Callable

from watchword.app.walk import PASSWORD, PERSON, PIN, Walk, hold
from watchword_client.phone import Phone
from watchword_client.portal import Browser, Shown


def _login(walk: Walk, browser: Browser, phone: Phone) -> Shown:
    """A login by QR, which asks no notification: the limits of those stay as they were."""
    walk.clock.ahead += 61
    browser.login(PERSON.username, PASSWORD)
    page = browser.post("/login/wait", do="qr")
    hold(page.links, f"a QR code: {page.path} {page.refusals}")
    phone.approve(phone.scan(page.links[0]), PIN)
    page = browser.post("/login/wait", do="continue")
    hold(page.path == "/", f"home: {page.path} {page.refusals}")
    return page


def number_verified(walk: Walk) -> None:
    """Settings: a further number counts once its code is typed, every channel is told, and the old one cannot be the last to go."""
    walk.clock.ahead += 3700
    browser = walk.browser()
    _login(walk, browser, walk.phone())
    browser.get("/settings/contacts")
    page = browser.post("/settings/contacts", do="add_number", region="GB", number="7400123457")
    hold("Waits for its code" in page.text and "Queued since" in page.text, f"waits for its code: {page.refusals}")
    added = _waiting(page)
    page = browser.post("/settings/contacts", do="verify", contact=added, code=walk.code_sent("sms", "+447400123457"))
    hold(page.status == 200 and "SMS verified" in page.text, f"verified: {page.refusals}")
    told = walk.http.get(f"{walk.origin}/demo/outbox").json()["messages"]
    hold(
        any(m["to"] == PERSON.mails[0] and "was added" in m["text"] for m in told), "the mail address on file was told"
    )
    walk.clock.ahead += 301
    page = browser.post("/settings/contacts", do="remove", contact=added)
    hold(page.refusals == [6101], f"without a fresh approval: {page.refusals}")


def _waiting(page: Shown) -> str:
    """The id of the contact that waits for its code."""
    card = next(card for card in page.html.split('<article class="device" id="c-') if "Waits for its code" in card)
    return card.split('"', maxsplit=1)[0]


def ended_from_elsewhere(walk: Walk) -> None:
    """A session is seen and ended from another browser, and its page learns it at the next press."""
    other = Browser(walk.portal, http=walk.http)
    _login(walk, other, walk.phone())
    page = other.get("/settings/sessions")
    hold("This session" in page.text, "this one is marked")
    mine = page.html.split('<article class="device" id="s-')
    hold(len(mine) == 3, f"two sessions: {len(mine) - 1}")
    page = other.post("/settings/sessions", do="end", session=mine[2].split('"', maxsplit=1)[0])
    hold(page.path == "/settings/sessions?done=session_ended", f"ended: {page.refusals}")
    hold(walk.browser().get("/").status == 401, "the other browser is logged out")
    walk.memory["elsewhere"] = other


def idle_end(walk: Walk) -> None:
    """Fifteen minutes without a person's activity end a session; what the page asks by itself keeps nothing alive."""
    browser: Browser = walk.memory["elsewhere"]
    walk.clock.ahead += 14 * 60
    browser.get("/enrol/state?wait=0")
    browser.get("/login/state?wait=0")
    walk.clock.ahead += 61
    page = browser.get("/settings")
    hold(page.status == 401 and "15 minutes without activity" in page.text, f"logged out: {page.status}")


def lost_phone(walk: Walk) -> None:
    """A second phone is added after an approval; with it the first one, lost, is deactivated, and its sessions end."""
    lost, second = (
        Browser(walk.portal, http=walk.http),
        Phone(walk.built.settings.key.url, http=walk.http, system=walk.system),
    )
    _login(walk, lost, walk.phone())
    page = lost.get("/enrol")
    second.activate_scan(page.links[0])
    second.complete(PIN, "Spare phone")
    browser = Browser(walk.portal, http=walk.http)
    _login(walk, browser, second)
    page = browser.get("/settings/devices")
    card = next(
        card for card in page.html.split('<article class="device" id="d-') if "Wanda" in card.split("</article>")[0]
    )
    page = browser.post("/settings/devices", do="deactivate", device=card.split('"', maxsplit=1)[0])
    hold(page.path == "/settings/devices?done=deactivated", f"deactivated: {page.refusals}")
    hold(lost.get("/").status == 401, "the session of the lost phone has ended")
    states = {user["username"]: user["state"] for user in walk.phone().pending().users}
    hold(states[PERSON.username] == "inactive", f"the lost phone learns it: {states}")
    walk.memory["phone"] = second


STEPS: tuple[Callable[[Walk], None], ...] = (number_verified, ended_from_elsewhere, idle_end, lost_phone)
