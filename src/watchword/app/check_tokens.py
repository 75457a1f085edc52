"""Steps of the demonstration's check: a Security Code Card and a Digital Security Card+ from the order to the login (O01, O02, O04).

Then those two that lie in the drawer of the demonstration's page."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from watchword.app import demo
from watchword.app.check_staff import AGENT, OFFICER, done, refused_with, signed_in
from watchword.app.demo_drawer import CARD_OF, TOKEN_OF
from watchword.app.demo_drawer import TOKEN_PIN as SHOWN_PIN
from watchword.app.walk import PASSWORD, PERSON, PIN, Walk, hold
from watchword.core.card_plus import Token
from watchword.core.code_card import CELLS
from watchword.core.users import NewUser
from watchword.flows import token_stock
from watchword.flows.staff import orders
from watchword_client import dsc
from watchword_client.portal import Browser, Shown

CARDS, DEVICES = "/settings/cards", "/settings/devices"
SERIAL, TOKEN_PIN = "DEMO-1", "24680"


def _by_qr(walk: Walk) -> Browser:
    browser = Browser(walk.portal, http=walk.http)
    browser.login(PERSON.username, PASSWORD)
    page = browser.post("/login/wait", do="qr")
    phone = walk.phone()
    phone.approve(phone.scan(page.links[0]), PIN)
    hold(browser.post("/login/wait", do="continue").path == "/", f"home: {browser.page.refusals}")
    return browser


def asked(page: Shown) -> str:
    """What a page asks of a card or token."""
    found = re.search(r'class="digits">(.*?)</p>', page.html, re.DOTALL)
    hold(found, f"numbers or a challenge: {page.path} {page.refusals}")
    shown = found[1] if found else ""
    numbers = re.findall(r"<b>(\d+)</b>", shown)
    return " ".join(numbers) or re.sub(r"<[^>]+>", "", shown.partition('aria-hidden="true">')[2])


def answer_of(cells: tuple[str, ...], page: Shown) -> str:
    return "".join(cells[int(number) - 1] for number in asked(page).split())


def received(browser: Browser, order: str, respond: Callable[[Shown], str]) -> None:
    browser.get(CARDS)
    page = browser.post(CARDS, do="arrived", order=order)
    page = browser.post(CARDS, do="receive", order=order, answer=respond(page))
    hold(page.path == f"{CARDS}?done=in_place", f"in place: {page.refusals}")


def _in_by(walk: Walk, browser: Browser, kind: str, respond: Callable[[Shown], str]) -> None:
    """A login by this device, then its end under Login devices, which takes Key where there is one."""
    browser.post("/logout")
    browser.login(PERSON.username, PASSWORD)
    page = browser.post("/login/wait", do="ask", kind=kind)
    page = browser.post("/login/wait", do="answer", kind=kind, answer=respond(page))
    hold(page.path == "/", f"by {kind}: {page.path} {page.refusals}")
    home = _by_qr(walk)
    home.get(DEVICES)
    with walk.built.store.read() as tx:
        user = tx.users.by_key(PERSON.username)
        device = [one for one in tx.devices.of_user(user.id if user else "") if one.kind == kind][-1]
    page = home.post(DEVICES, do="deactivate", device=device.id)
    hold(page.path == f"{DEVICES}?done=deactivated", f"ended: {page.refusals}")


def code_card(walk: Walk) -> None:
    """A Security Code Card: ordered by its owner, withdrawn, ordered again, made once by staff, in place on receipt, two numbers at a login, each once."""
    walk.clock.ahead += 3700
    kit, browser = walk.built.kit, _by_qr(walk)
    browser.get(CARDS)
    page = browser.post(CARDS, do="review", kind="code_card")
    hold("Nothing is ordered yet" in page.text and "112 logins" in page.text, f"looked over: {page.refusals}")
    page = browser.post(CARDS, do="order", kind="code_card")
    hold(page.path == f"{CARDS}?done=ordered", f"ordered: {page.refusals}")
    with walk.built.store.read() as tx:
        user = tx.users.by_key(PERSON.username)
        first = tx.orders.of_user(user.id if user else "")[-1].id
    page = browser.post(CARDS, do="withdraw", order=first)
    hold(page.path == f"{CARDS}?done=withdrawn", f"withdrawn before it was sent: {page.refusals}")
    browser.get(CARDS)
    page = browser.post(CARDS, do="order", kind="code_card")
    hold(page.path == f"{CARDS}?done=ordered", f"ordered again: {page.refusals}")
    agent = signed_in(walk, AGENT)
    line = next(one for one in done(orders.listed(kit, agent)) if one.username == PERSON.username)
    made = done(orders.make(kit, agent, line.order.id))
    paper = kit.papers.card("ja", made.cells, username=PERSON.username, serial=made.order.serial)
    hold(paper.startswith(b"%PDF") and len(set(made.cells)) > 200, "a card of 224 cells to print")
    refused_with(2372, orders.make(kit, agent, line.order.id))
    done(orders.act(kit, agent, line.order.id, "send"))
    received(browser, line.order.id, lambda page: answer_of(made.cells, page))
    _in_by(walk, browser, "code_card", lambda page: answer_of(made.cells, page))


def token_in_place(walk: Walk, browser: Browser, username: str, serial: str) -> tuple[Callable[[str], str], str]:
    """An emulated token in the hand of this person, whose browser it is; what it answers to a challenge, and its order."""
    kit = walk.built.kit
    kept, key = dsc.made(serial, TOKEN_PIN, os.urandom(dsc.SALT + dsc.KEY))
    token_stock.add(kit, [(serial, "emulated", Token(dsc.SUITE, key))])

    def respond(digits: str) -> str:
        return dsc.respond(kept, TOKEN_PIN, digits, kept.update)

    agent, officer = signed_in(walk, AGENT), signed_in(walk, OFFICER)
    placed = done(orders.place(kit, agent, username, "card_plus"))
    refused_with(2373, orders.make(kit, agent, placed.id, serial))
    done(orders.make(kit, officer, placed.id, serial))
    done(orders.act(kit, agent, placed.id, "send"))
    received(browser, placed.id, lambda page: respond(asked(page)))
    return respond, placed.id


def card_plus(walk: Walk) -> None:
    """A Digital Security Card+: out of stock, in place by its first response, a login with its PIN, and its return."""
    walk.clock.ahead += 3700
    browser = _by_qr(walk)
    respond, order = token_in_place(walk, browser, PERSON.username, SERIAL)
    _in_by(walk, browser, "card_plus", lambda page: respond(asked(page)))
    agent = signed_in(walk, AGENT)
    hold(done(orders.act(walk.built.kit, agent, order, "return")).state == "returned", "back with us")


def drawer(walk: Walk) -> None:
    """The token and the card on the demonstration's page log their people in; another PIN gets no response."""
    page = walk.http.get(f"{walk.origin}/").text
    cells = tuple(re.findall(r'<td data-cell="\d+">.*?<b[^>]*>(\w+)</b></td>', page))
    hold(len(cells) == CELLS, f"a card of {CELLS} cells on the page, not {len(cells)}")
    hold(walk.http.get(f"{walk.origin}/demo/card.pdf").content.startswith(b"%PDF"), "the card as PDF")

    def token(pin: str, challenge: str) -> str:
        given = {"pin": pin, "challenge": challenge}
        return str(walk.http.post(f"{walk.origin}/demo/token", data=given).json()["response"])

    hold(token("13579", "12345678") == "", "a response with another PIN")
    ways: tuple[tuple[NewUser, str, Callable[[Shown], str]], ...] = (
        (TOKEN_OF, "card_plus", lambda shown: token(SHOWN_PIN, asked(shown))),
        (CARD_OF, "code_card", lambda shown: answer_of(cells, shown)),
    )
    for who, kind, respond in ways:
        browser = Browser(walk.portal, http=walk.http)
        browser.login(who.username, demo.PASSWORD)
        shown = browser.post("/login/wait", do="ask", kind=kind)
        shown = browser.post("/login/wait", do="answer", kind=kind, answer=respond(shown))
        hold(shown.path == "/", f"by the drawer's {kind}: {shown.path} {shown.refusals}")
        browser.post("/logout")


STEPS: tuple[Callable[[Walk], None], ...] = (code_card, card_plus, drawer)
