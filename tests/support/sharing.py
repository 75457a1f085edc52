"""People with cards and tokens of their own, and the steps in which one of them shares another's."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from tests.support.cards import asked_cells, asked_digits, typed
from tests.support.installation import Installation, Person
from tests.support.steps import choices, waiting
from watchword.core import code_card
from watchword.core.card_plus import Token
from watchword.core.devices import Device
from watchword.core.sharing import Sharing
from watchword_client.oath import Suite, ocra
from watchword_client.portal import Browser, Shown

SHARING, DEVICES = "/sharing", "/settings/devices"
SUITE = "OCRA-1:HOTP-SHA256-8:QN08"
SELF = {
    "birth_date": "1987-04-23", "citizenship": "JP", "residence": "JP", "document_type": "passport", "document_number": "TK4418203",
}  # fmt: skip


@dataclass(slots=True)
class Thing:
    """A card or token in somebody's hand: `device` is its row, and it answers what a page asks."""

    device: str
    kind: str
    cells: tuple[str, ...] = ()
    key: bytes = b""

    def answer(self, page: Shown) -> str:
        """What is typed for what the page asks."""
        if self.kind == "code_card":
            return typed(self.cells, asked_cells(page))
        return self.respond(asked_digits(page))

    def respond(self, digits: str) -> str:
        """What a token answers to a challenge typed into it."""
        return ocra(Suite.parse(SUITE), self.key, digits)


def put(here: Installation, who: Person, kind: str = "code_card") -> Thing:
    """A card or token as its owner has put it in place."""
    kit, now = here.built.kit, here.clock.now()
    made = kit.entropy.id()
    card, key = code_card.Card(kit.entropy.bytes(code_card.SEED)), kit.entropy.bytes(32)
    secret = card.pack() if kind == "code_card" else Token(SUITE, key).pack()
    with kit.store.write() as tx:
        tx.devices.add(Device(made, who.id, "", kind, "active", f"{kind} of {who.username}", secret, 0, 0, now, 0))
    return Thing(made, kind, code_card.cells(card) if kind == "code_card" else (), key)


def details(here: Installation, who: Person, **changed: Any) -> None:
    """What is on file of somebody, as an operator would have brought it in."""
    with here.built.store.write() as tx:
        found = replace(tx.users.details(who.id), **changed)
        tx.users.set_details(who.id, found)


def login(here: Installation, who: Person, thing: Thing, browser: Browser | None = None) -> Browser:
    """A login by a card or token that stands in the list."""
    browser = waiting(here, who, browser)
    with here.built.store.read() as tx:
        own = next(one.id for one in tx.devices.of_user(who.id) if one.kind == thing.kind and one.state == "active")
    page = browser.post("/login/wait", do="method", method=own)
    page = browser.post("/login/wait", do="answer", kind=thing.kind, answer=thing.answer(page))
    assert (page.path, page.status) == ("/", 200), f"{page.path} {page.refusals}"
    return browser


def proved(here: Installation, who: Person) -> Browser:
    """Somebody without a device, after the code to the mail address on file."""
    browser = here.browser()
    page = browser.login(who.username, who.password)
    assert page.path == "/enrol", f"{page.path} {page.refusals}"
    mail = next(one for one in choices(page, "contact") if one == _mail(here, who))
    browser.post("/enrol", do="send", contact=mail)
    page = browser.post("/enrol", do="code", code=here.code_to(who.mail))
    assert page.links, f"{page.path} {page.refusals}"
    return browser


def _mail(here: Installation, who: Person) -> str:
    with here.built.store.read() as tx:
        return next(one.id for one in tx.contacts.of(who.id) if one.kind == "mail")


def sharing_id(page: Shown) -> str:
    """The sharing that a page goes on with, or lists first."""
    found = re.search(r'name="sharing" value="([0-9a-z]{26})"', page.html)
    assert found, f"{page.path} {page.refusals} {page.text[:600]}"
    return found[1]


def begin(browser: Browser, owner: Person, password: str = "") -> Shown:
    """The owner's username and password."""
    browser.get(SHARING)
    return browser.post(SHARING, do="begin", username=owner.username, password=password or owner.password)


def answered(browser: Browser, thing: Thing) -> Shown:
    """What the owner's device answers."""
    return browser.post(SHARING, do="answer", sharing=sharing_id(browser.page), answer=thing.answer(browser.page))


def shared(browser: Browser, owner: Person, thing: Thing) -> Shown:
    """All steps, to the outcome."""
    begin(browser, owner)
    page = answered(browser, thing)
    assert not page.refusals, page.refusals
    return browser.post(SHARING, do="send", sharing=sharing_id(page))


def newest(here: Installation, who: Person) -> Sharing:
    """What this person asked for last."""
    with here.built.store.read() as tx:
        return min(tx.sharings.of_user(who.id), key=lambda one: (-one.begun, one.state == "dropped"))


def states(here: Installation, who: Person) -> dict[str, str]:
    """The person's physical devices by id, with their states."""
    with here.built.store.read() as tx:
        return {one.id: one.state for one in tx.devices.of_user(who.id) if one.kind in ("code_card", "card_plus")}
