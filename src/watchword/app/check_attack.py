"""Steps of `watchword demo --check` about attacks: locks, the owner among strangers, the phone first, allowed networks."""

from __future__ import annotations

from watchword.app import demo_attacks
from watchword.app.walk import Walk, hold
from watchword.flows import networks
from watchword_client.portal import Browser

USERNAME, PASSWORD, PIN = "walker01", "Walk-2026!", "M2cnef"
WRONG = "Wrong-2026!"


def lock_and_unlock(walk: Walk) -> None:
    """Five wrong passwords pause a name, the phone is told until when, and time lifts the pause."""
    walk.clock.ahead += 48 * 3600
    numbers = [Browser(walk.portal, http=walk.http).login(USERNAME, WRONG).refusals for _ in range(5)]
    hold(numbers == [[1101]] * 4 + [[1102]], f"five wrong ones: {numbers}")
    notices = [notice for notice in walk.phone().pending().notices if notice["username"] == USERNAME]
    hold([notice["kind"] for notice in notices] == ["locked"], f"the phone is told: {notices}")
    hold(Browser(walk.portal, http=walk.http).login(USERNAME, PASSWORD).refusals == [1102], "the right one waits too")
    walk.clock.ahead += 15 * 60 + 1
    hold(
        Browser(walk.portal, http=walk.http).login(USERNAME, PASSWORD).path == "/login/wait",
        "a quarter of an hour later",
    )


def owner_among_strangers(walk: Walk) -> None:
    """While strangers fail, the owner logs in from the browser of every day."""
    for _ in range(6):
        Browser(walk.portal, http=walk.http).login(USERNAME, WRONG)
    hold(Browser(walk.portal, http=walk.http).login(USERNAME, PASSWORD).refusals == [1102], "strangers are paused")
    walk.clock.ahead += 60
    browser = walk.browser()
    page = browser.login(USERNAME, PASSWORD)
    hold(page.path == "/login/wait", f"the owner is asked for the phone: {page.path} {page.refusals}")
    hold(browser.post("/login/wait", do="code", code=walk.phone().code(PIN, USERNAME)).path == "/", "and is in")
    browser.post("/logout")


def phone_first(walk: Walk) -> None:
    """In a browser that is new the phone comes first, then the password; an approval alone gives nothing."""
    for _ in range(6):
        Browser(walk.portal, http=walk.http).login(USERNAME, WRONG)
    browser = Browser(walk.portal, http=walk.http)
    page = browser.login(USERNAME, PASSWORD)
    hold(page.refusals == [1102] and "Begin with your phone" in page.text, f"paused, with the offer: {page.refusals}")
    page = browser.post("/login/held", do="begin", username=USERNAME)
    walk.phone().approve(walk.phone().scan(page.links[0]), PIN)
    hold(browser.get("/").path != "/" or "Wanda" not in browser.page.text, "no session by the approval alone")
    browser.get("/login/held")
    hold(browser.post("/login/held", do="password", password=WRONG).refusals == [1115], "a wrong password")
    page = browser.post("/login/held", do="password", password=PASSWORD)
    hold(page.path == "/" and "Wanda" in page.text, f"both elements: {page.path} {page.refusals}")
    walk.memory["held"] = browser


def allowed_networks(walk: Walk) -> None:
    """An account kept to its office: from elsewhere the right password is refused, sessions outside end."""
    kit = walk.built.kit
    with kit.store.write() as tx:
        user = tx.users.by_key(USERNAME)
        found = tx.users.lock(user.id) if user else None
        ended = networks.change(kit, tx, found, ["10.20.0.0/16"], "check") if found else ()
    hold(isinstance(ended, tuple) and ended, "the session from elsewhere ended")
    hold("Wanda" not in walk.memory["held"].get("/").text, "its page is over")
    hold(Browser(walk.portal, http=walk.http).login(USERNAME, WRONG).refusals == [1102], "a wrong one learns nothing")
    walk.clock.ahead += 3600
    hold(Browser(walk.portal, http=walk.http).login(USERNAME, PASSWORD).refusals == [1303], "the right one is told U07")
    with kit.store.write() as tx:
        found = tx.users.lock(found.id) if found else None
        networks.change(kit, tx, found, [], "check") if found else None
    hold(Browser(walk.portal, http=walk.http).login(USERNAME, PASSWORD).path == "/login/wait", "everywhere again")


def meet_an_attacker(walk: Walk) -> None:
    """The demonstration's own attacks run from outside and tell what came of them."""
    for kind in demo_attacks.ATTACKS:
        answer = walk.http.post(f"{walk.origin}/demo/attack", data={"kind": kind}, headers={"origin": walk.origin})
        hold(answer.status_code == 200 and len(answer.json()["lines"]) >= 1, f"{kind}: {answer.status_code}")


STEPS = (lock_and_unlock, owner_among_strangers, phone_first, allowed_networks, meet_an_attacker)
