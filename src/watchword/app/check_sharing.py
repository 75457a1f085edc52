"""Steps of the demonstration's check: one card for several usernames of one person, at once and after compliance, refused, cancelled (P01-P09)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace

from watchword.app import demo, demo_drawer
from watchword.app.check_staff import AGENT, OFFICER, done, signed_in
from watchword.app.check_tokens import answer_of, asked, received
from watchword.app.walk import PASSWORD, PERSON, PIN, Failed, Walk, hold
from watchword.core.card_plus import Token
from watchword.core.users import Details, NewUser
from watchword.flows import accounts, temporary, token_stock
from watchword.flows.staff import orders, requests
from watchword_client import dsc
from watchword_client.phone import Phone
from watchword_client.portal import Browser, Shown

SHARING = "/sharing"
SELF = Details(
    "Sora", "Sharp", "1979-08-09", ("3 Dock Road",), ("Hull",), ("HU1 2AA",), "passport", "GB5550009", citizenship="GB", residence="GB"
)  # fmt: skip
OWNER = NewUser(
    "sharer01", SELF, ("sora@example.org",), ("+447911123459",), "en", "Europe/London", "Sora Sharp"
)  # fmt: skip
SECOND = replace(OWNER, username="sharer02", mails=("sora2@example.org",), numbers=())
THIRD = replace(
    OWNER, username="sharer03", mails=("sora3@example.org",), numbers=("+447911123460",),
    details=replace(SELF, document_number="gb 555-0009"),
)  # fmt: skip
SERIAL, TOKEN_PIN = "DEMO-9", "13579"


def join(walk: Walk, new: NewUser) -> None:
    """Added by the operator, and the first password set."""
    accounts.add(walk.built.kit, [new])
    browser = Browser(walk.portal, http=walk.http)
    browser.get("/start")
    code = walk.code_sent("sms", new.numbers[0]) if new.numbers else walk.code_sent("mail", new.mails[0])
    page = browser.post("/start", username=new.username, code=code, password=PASSWORD, repeat=PASSWORD)
    hold(page.status == 200 and not page.refusals, f"{new.username}: {page.refusals}")
    walk.clock.ahead += 61


def with_key(walk: Walk, new: NewUser) -> Browser:
    """Key by a code to the number, and a login with it."""
    phone = Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)
    begun = phone.activate_start(new.username, PASSWORD)
    phone.activate_send(next(contact["id"] for contact in begun["contacts"] if contact["kind"] == "sms"))
    phone.activate_prove(walk.code_sent("sms", new.numbers[0]))
    phone.complete(PIN, f"{new.username}'s phone")
    walk.memory[new.username] = phone
    return _by_key(walk, new)


def _by_key(walk: Walk, new: NewUser) -> Browser:
    browser = Browser(walk.portal, http=walk.http)
    browser.login(new.username, PASSWORD)
    page = browser.post("/login/wait", do="qr")
    phone: Phone = walk.phone() if new is PERSON else walk.memory[new.username]
    phone.approve(phone.scan(page.links[0]), PIN)
    hold(browser.post("/login/wait", do="continue").path == "/", f"home: {browser.page.refusals}")
    return browser


def _card(walk: Walk, browser: Browser, username: str) -> tuple[str, ...]:
    """A Security Code Card, ordered, made by another, sent and put in place; its cells."""
    kit, agent = walk.built.kit, signed_in(walk, AGENT)
    browser.get("/settings/cards")
    browser.post("/settings/cards", do="order", kind="code_card")
    line = next(one for one in done(orders.listed(kit, agent)) if one.username == username)
    made = done(orders.make(kit, agent, line.order.id))
    done(orders.act(kit, agent, line.order.id, "send"))
    received(browser, line.order.id, lambda page: answer_of(made.cells, page))
    return made.cells


def _id(page: Shown) -> str:
    found = re.search(r'name="sharing" value="([0-9a-z]{26})"', page.html)
    if found is None:
        raise Failed(f"no sharing on the page: {page.path} {page.refusals}")
    return found[1]


def _begin(browser: Browser, username: str, password: str = PASSWORD) -> Shown:
    browser.get(SHARING)
    return browser.post(SHARING, do="begin", username=username, password=password)


def _answered(browser: Browser, cells: tuple[str, ...]) -> Shown:
    page = browser.page
    return browser.post(SHARING, do="answer", sharing=_id(page), answer=answer_of(cells, page))


def _in_by_card(walk: Walk, username: str, cells: tuple[str, ...]) -> Browser:
    browser = Browser(walk.portal, http=walk.http)
    browser.login(username, PASSWORD)
    with walk.built.store.read() as tx:
        user = tx.users.by_key(username)
        held = tx.devices.of_user(user.id) if user is not None else ()
        own = next(one.id for one in held if one.kind == "code_card" and one.state == "active")
    page = browser.post("/login/wait", do="method", method=own)
    page = browser.post("/login/wait", do="answer", kind="code_card", answer=answer_of(cells, page))
    hold(page.path == "/", f"{username} by the card: {page.path} {page.refusals}")
    return browser


def _enrolling(walk: Walk, new: NewUser, password: str) -> Browser:
    """Somebody without a device, who has typed the code that went to what is on file."""
    browser = Browser(walk.portal, http=walk.http)
    page = browser.login(new.username, password)
    hold(browser.get(SHARING).path == "/enrol", f"first the code to what is on file: {page.path} {page.refusals}")
    contact = page.html.split('name="contact" value="')[1].split('"', maxsplit=1)[0]
    browser.post("/enrol", do="send", contact=contact)
    code = walk.code_sent("sms", new.numbers[0]) if new.numbers else walk.code_sent("mail", new.mails[0])
    page = browser.post("/enrol", do="code", code=code)
    hold("under another username" in page.text, f"offered beside Key: {page.path} {page.refusals}")
    return browser


def automatic(walk: Walk) -> None:
    """Somebody without a device uses the card of another username of hers, at once; each number counts once for both."""
    walk.clock.ahead += 3700
    for new in (OWNER, SECOND):
        join(walk, new)
    at_owner = with_key(walk, OWNER)
    cells = walk.memory["shared"] = _card(walk, at_owner, OWNER.username)
    browser = _enrolling(walk, SECOND, PASSWORD)
    _begin(browser, OWNER.username)
    page = _answered(browser, cells)
    hold("Look it over" in page.text, f"reviewed: {page.refusals}")
    page = browser.post(SHARING, do="send", sharing=_id(page))
    hold("You share a device" in page.text, f"shared at once: {page.refusals}")
    browser.post("/logout")
    home = _in_by_card(walk, SECOND.username, cells)
    hold("Shared" in home.get("/settings/devices").text, "told in the list")
    hold(SECOND.username in at_owner.get(SHARING).text, "its owner sees with whom")


def refused(walk: Walk) -> None:
    """With oneself, unknown, somebody else's, weaker, chained, lent on, beside a temporary code: each refused with its number."""
    cells, kit = walk.memory["shared"], walk.built.kit
    browser = _by_key(walk, PERSON)
    hold(_begin(browser, PERSON.username).refusals == [7301], "with oneself")
    hold(_begin(browser, "nobody-here").refusals == [1101], "unknown reads as a wrong password")
    hold(_begin(browser, SECOND.username).refusals == [7308], "who shares another's lends none")
    _begin(browser, OWNER.username)
    page = _answered(browser, cells)
    hold(
        page.refusals == [7306] and "Different identification information" in page.text,
        f"another person: {page.refusals}",
    )
    hold(_begin(_in_by_card(walk, SECOND.username, cells), OWNER.username).refusals == [7302], "one at a time")
    hold(_begin(_by_key(walk, OWNER), SECOND.username).refusals == [7308], "nor does who lends hers share")
    with kit.store.write() as tx:
        found = tx.users.by_key(OWNER.username)
        owner = tx.users.lock(found.id) if found else None
        if owner is None:
            raise Failed("the owner is gone")
        temporary.issue(kit, tx, owner, tx.contacts.of(owner.id)[0])
    _begin(browser, OWNER.username)
    hold(_answered(browser, cells).refusals == [7307], "a temporary code")
    with kit.store.write() as tx:
        tx.users.lock(owner.id)
        temporary.end(kit, tx, owner, "check")
    _token(walk, browser)
    page = _begin(browser, OWNER.username)
    hold(page.refusals == [7305] and "Less secure device" in page.text, f"weaker: {page.refusals}")
    _ended(walk, browser, "card_plus")


def _ended(walk: Walk, browser: Browser, kind: str) -> None:
    """The device of that kind that the person of the walk has goes again, so that Key is what logs her in."""
    with walk.built.store.read() as tx:
        user = tx.users.by_key(PERSON.username)
        held = tx.devices.of_user(user.id) if user is not None else ()
        device = next(one.id for one in held if one.kind == kind and one.state == "active")
    browser.get("/settings/devices")
    page = browser.post("/settings/devices", do="deactivate", device=device)
    hold(page.path == "/settings/devices?done=deactivated", f"ended: {page.refusals}")


def _token(walk: Walk, browser: Browser) -> None:
    """A Digital Security Card+ for the person of the walk."""
    kit, (kept, key) = walk.built.kit, dsc.made(SERIAL, TOKEN_PIN, os.urandom(dsc.SALT + dsc.KEY))
    token_stock.add(kit, [(SERIAL, "emulated", Token(dsc.SUITE, key))])
    agent, officer = signed_in(walk, AGENT), signed_in(walk, OFFICER)
    placed = done(orders.place(kit, agent, PERSON.username, "card_plus"))
    done(orders.make(kit, officer, placed.id, SERIAL))
    done(orders.act(kit, agent, placed.id, "send"))
    received(browser, placed.id, lambda page: dsc.respond(kept, TOKEN_PIN, asked(page), kept.update))


def by_compliance(walk: Walk) -> None:
    """Written differently on file: compliance sees both side by side and approves; one's own card is put aside, and back after the cancelling."""
    walk.clock.ahead += 3700
    join(walk, THIRD)
    cells, kit, browser = walk.memory["shared"], walk.built.kit, with_key(walk, THIRD)
    own = _card(walk, browser, THIRD.username)
    _begin(browser, OWNER.username)
    page = _answered(browser, cells)
    page = browser.post(SHARING, do="send", sharing=_id(page))
    hold("Waiting for our compliance department" in page.text, f"waiting: {page.refusals}")
    officer = signed_in(walk, OFFICER)
    waiting = next(one for one in done(requests.listed(kit, officer)) if one.about == THIRD.username)
    shown = done(requests.one(kit, officer, waiting.request.id))
    likeness = {one.field: one.likeness for one in shown.compared}
    hold(likeness["document_number"] == "spelled" and likeness["birth_date"] == "same", f"side by side: {likeness}")
    hold(all("555" not in one.one + one.other for one in shown.compared), "masked")
    done(requests.approve(kit, officer, waiting.request.id, "compared with the copy of the passport"))
    hold("You share a device" in browser.get(SHARING).text, "told on the page")
    hold("Put aside" in browser.get("/settings/devices").text, "her own card is put aside")
    page = browser.get(SHARING)
    page = browser.post(SHARING, do="cancel", sharing=_id(page))
    hold(page.path == f"{SHARING}?done=cancelled", f"cancelled: {page.refusals}")
    browser.post("/logout")
    _in_by_card(walk, THIRD.username, own)


def refused_by_compliance(walk: Walk) -> None:
    """Compliance refuses; the person is told on the page and by letter, and nothing was changed."""
    walk.clock.ahead += 3700
    cells, kit, browser = walk.memory["shared"], walk.built.kit, _by_key(walk, THIRD)
    _begin(browser, OWNER.username)
    page = _answered(browser, cells)
    browser.post(SHARING, do="send", sharing=_id(page))
    officer = signed_in(walk, OFFICER)
    waiting = next(one for one in done(requests.listed(kit, officer)) if one.about == THIRD.username)
    done(requests.reject(kit, officer, waiting.request.id, "the copy on file is out of date"))
    hold("did not approve" in browser.get(SHARING).text, "told on the page")
    mails = walk.http.get(f"{walk.origin}/demo/outbox").json()["messages"]
    told = [one for one in mails if one["to"] == THIRD.mails[0]]
    hold(any("did not approve" in one["text"] for one in told), "told by mail")


def of_the_demo(walk: Walk) -> None:
    """The demonstration's own people, with what lies on its page: one second username shares the token at once, the other waits for compliance."""
    walk.clock.ahead += 3700
    cells = tuple(re.findall(r'<td data-cell="\d+">.*?<b[^>]*>(\w+)</b></td>', walk.http.get(f"{walk.origin}/").text))

    def token(shown: Shown) -> str:
        given = {"pin": demo_drawer.TOKEN_PIN, "challenge": asked(shown)}
        return str(walk.http.post(f"{walk.origin}/demo/token", data=given).json()["response"])

    pairs: tuple[tuple[NewUser, NewUser, Callable[[Shown], str], str], ...] = (
        (demo_drawer.ALIKE, demo_drawer.TOKEN_OF, token, "You share a device"),
        (demo_drawer.UNLIKE, demo_drawer.CARD_OF, lambda shown: answer_of(cells, shown), "Waiting for our compliance department"),
    )  # fmt: skip
    for second, owner, respond, told in pairs:
        browser = _enrolling(walk, second, demo.PASSWORD)
        page = _begin(browser, owner.username, demo.PASSWORD)
        page = browser.post(SHARING, do="answer", sharing=_id(page), answer=respond(page))
        page = browser.post(SHARING, do="send", sharing=_id(page))
        hold(told in page.text, f"{second.username}: {page.path} {page.refusals}")
    kit, officer = walk.built.kit, signed_in(walk, OFFICER)
    waiting = next(one for one in done(requests.listed(kit, officer)) if one.about == demo_drawer.UNLIKE.username)
    done(requests.approve(kit, officer, waiting.request.id, "compared with the copy of the passport"))
    hold("You share a device" in browser.get(SHARING).text, "told on the page")


STEPS: tuple[Callable[[Walk], None], ...] = (
    automatic, refused, by_compliance, refused_by_compliance, of_the_demo,
)  # fmt: skip
