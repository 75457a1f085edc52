"""Code cards and tokens in people's hands, over the interfaces that people and staff have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.support.installation import Installation, Person
from tests.support.staff import Member
from tests.support.steps import logged_in
from watchword.core import code_card
from watchword_client.portal import Browser, Shown

CARDS = "/settings/cards"


def asked_cells(page: Shown) -> list[int]:
    """The two numbers that a page asks."""
    found = re.search(r'class="digits">(.*?)</p>', page.html, re.DOTALL)
    assert found, page.text[:400]
    return [int(one) for one in re.findall(r"<b>(\d+)</b>", found[1])]


def asked_digits(page: Shown) -> str:
    """The challenge that a page shows to a token."""
    found = re.search(r'class="digits">.*?aria-hidden="true">(.*?)</span>', page.html, re.DOTALL)
    assert found, page.text[:400]
    return re.sub(r"<i></i>", "", found[1])


def cells_of(here: Installation, who: Person, kind: str = "code_card") -> tuple[str, ...]:
    """What is printed on the newest card of this person: read from the sealed row, as the paper itself is a picture."""
    with here.built.store.read() as tx:
        device = [one for one in tx.devices.of_user(who.id) if one.kind == kind][-1]
    return code_card.cells(code_card.unpack(device.secret))


def typed(cells: tuple[str, ...], numbers: list[int]) -> str:
    """The answer to two numbers, as somebody types it."""
    return " ".join(cells[number - 1] for number in numbers).lower()


def sent_card(here: Installation, agent: Member, printer: Member, who: Person, folder: Path) -> dict[str, Any]:
    """Ordered by one member of staff, made by another, on its way."""
    order = agent.do("order", who.username, "code_card")
    out = folder / f"{order['id']}.pdf"
    made = printer.do("order-make", order["id"], "--out", str(out))
    assert out.read_bytes().startswith(b"%PDF") and made["state"] == "made"
    return agent.do("order-move", order["id"], "send")


def receive(browser: Browser, order: str, cells: tuple[str, ...]) -> Shown:
    """Put a card in place that has arrived."""
    browser.get(CARDS)
    page = browser.post(CARDS, do="arrived", order=order)
    return browser.post(CARDS, do="receive", order=order, answer=typed(cells, asked_cells(page)))


def with_card(here: Installation, agent: Member, printer: Member, folder: Path) -> tuple[Person, tuple[str, ...]]:
    """Somebody with Key and a code card in place, logged out."""
    who = here.person()
    order = sent_card(here, agent, printer, who, folder)
    cells = cells_of(here, who)
    browser = logged_in(here, who)
    page = receive(browser, order["id"], cells)
    assert page.path == f"{CARDS}?done=in_place", f"{page.path} {page.refusals}"
    browser.post("/logout")
    return who, cells
