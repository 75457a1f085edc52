"""Steps of `watchword demo --check`: forgotten passwords and changes of the password (S03, S04, S06)."""

from __future__ import annotations

from collections.abc import Callable

from watchword.app.walk import PIN, Walk, hold
from watchword.core.users import Details, NewUser
from watchword.flows import accounts
from watchword_client.phone import Phone
from watchword_client.portal import Browser, Shown

PASSWORD, NEW, OTHER = "Aire-Bridge-70!", "Calder-Bridge-71!", "Wharfe-Bridge-72!"
PERSON = NewUser(
    "forgetful01", Details("Frank", "Forster", "1981-06-07", ("2 Canal Row",), ("Leeds",), ("LS2 7EW",), "passport", "GB5550002"),
    ("frank@example.org",), ("+447911123457",), "en", "Europe/London", "Frank Forster",
)  # fmt: skip


def somebody_who_forgets(walk: Walk) -> None:
    """Somebody else is added, sets a password and activates Key; common and own passwords are refused."""
    walk.clock.ahead += 3700
    accounts.add(walk.built.kit, [PERSON])
    browser = walk.memory["forgetful"] = Browser(walk.portal, http=walk.http)
    code = walk.code_sent("sms", PERSON.numbers[0])
    for refused in ("Summer-2026!", "Forster-81!x"):
        browser.get("/start")
        page = browser.post("/start", username=PERSON.username, code=code, password=refused, repeat=refused)
        hold(page.refusals == [1402], f"{refused}: {page.refusals}")
    browser.get("/start")
    page = browser.post("/start", username=PERSON.username, code=code, password=PASSWORD, repeat=PASSWORD)
    hold(page.status == 200 and not page.refusals, f"first password: {page.status} {page.refusals}")
    phone = walk.memory["forgetful phone"] = Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)
    walk.clock.ahead += 61
    contact = next(one for one in phone.activate_start(PERSON.username, PASSWORD)["contacts"] if one["kind"] == "sms")
    phone.activate_send(contact["id"])
    phone.activate_prove(walk.code_sent("sms", PERSON.numbers[0]))
    hold(phone.complete(PIN, "Frank's phone").username == PERSON.username, "activated")


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
    home: Browser = walk.memory["forgetful"]
    _logged_in(walk, home, PASSWORD)
    browser = _begun(walk)
    _proof(walk, browser, "mail", PERSON.mails[0])
    named = browser.get("/recover?other=1").html
    hold('value="key"' in named, "Key is offered as the second proof")
    hold(browser.post("/recover", do="choose", method="key").path == "/login/wait", "Key is asked")
    attempt = walk.memory["forgetful phone"].scan(browser.post("/login/wait", do="qr").links[0])
    hold(attempt.details["action"] == "recover", "the phone is told what it approves")
    hold(walk.memory["forgetful phone"].approve(attempt, PIN).result == "approved", "approved")
    hold(browser.post("/login/wait", do="continue").path == "/recover", "back at the recovery")
    hold(_set(browser, PASSWORD).refusals == [1402], "the present one is refused")
    page = _set(browser, NEW)
    hold(page.status == 200 and not page.refusals, f"set: {page.status} {page.refusals}")
    hold(home.get("/").status in (200, 401) and "Log in" in home.page.text, "the session elsewhere has ended")
    hold(home.login(PERSON.username, PASSWORD).refusals == [1101], "the forgotten one is no longer good")


def password_changed(walk: Walk) -> None:
    """The password is changed with the current one; none of the earlier ones is taken again."""
    home: Browser = walk.memory["forgetful"]
    _logged_in(walk, home, NEW)
    hold("Limits are lower until" in home.get("/").text, "home tells of the lower limits")
    for earlier in (PASSWORD, NEW):
        home.get("/settings/password")
        page = home.post("/settings/password", current=NEW, password=earlier, repeat=earlier)
        hold(page.refusals == [1402], f"an earlier one: {page.refusals}")
    home.get("/settings/password")
    page = home.post("/settings/password", current=NEW, password=OTHER, repeat=OTHER)
    hold(not page.refusals and home.get("/").status == 200, f"changed, and still logged in: {page.refusals}")
    home.post("/logout")


def _logged_in(walk: Walk, browser: Browser, password: str) -> None:
    walk.clock.ahead += 3700
    browser.login(PERSON.username, password)
    phone = walk.memory["forgetful phone"]  # by QR: six digits would let nobody change a password
    phone.approve(phone.scan(browser.post("/login/wait", do="qr").links[0]), PIN)
    page = browser.post("/login/wait", do="continue")
    hold(page.path == "/", f"home: {page.path} {page.refusals}")


STEPS: tuple[Callable[[Walk], None], ...] = (somebody_who_forgets, one_proof, two_proofs, password_changed)
