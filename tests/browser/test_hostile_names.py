"""Names that strangers chose, of people, phones, places and browsers: plain text on both sides, in their own place, doing nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, expect
from sqlalchemy import update

from tests.browser.devices import PHONE, Computer, Device, Phone
from tests.support.installation import Installation, Person
from tests.support.steps import proved
from watchword.stores import tables

RTL = "\u202e"
HOSTILE = {
    "markup": '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}',
    "right to left": f"{RTL}moc.elpmaxe.evil\u2067 \u0301\u0301\u0301\u0301\u0301\u0301{RTL}",
    "ten thousand letters": "W" * 10_000,
}

# Elements and attributes that only somebody's name can have brought, and characters that turn the text around outside of a <bdi>.
_FOREIGN = """rtl => {
  const found = [...document.querySelectorAll('script:not([src]), img[onerror], [onclick], base, object, embed')].map(e => e.outerHTML.slice(0, 80))
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) if (walk.currentNode.textContent.includes(rtl) && !walk.currentNode.parentElement.closest('bdi')) found.push(walk.currentNode.textContent.slice(0, 80))
  return found
}"""


def _call(here: Installation, who: Person, name: str) -> None:
    users = tables.users
    with here.built.store.engine.begin() as connection:
        connection.execute(update(users).where(users.c.id == who.id).values(display_name=name, given_name=name))


def _name_all(here: Installation, who: Person, name: str) -> None:
    """The phone, and everything that is known of the login that waits."""
    devices, attempts = tables.devices, tables.attempts
    with here.built.store.engine.begin() as connection:
        connection.execute(update(devices).where(devices.c.user_id == who.id).values(name=name))
        known = {"place": name, "network": name, "browser": name, "system": name}
        connection.execute(update(attempts).where(attempts.c.user_id == who.id).values(**known))


def _harmless(device: Device, name: str) -> None:
    assert device.page.evaluate(_FOREIGN, RTL) == []
    device.seen(name)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_stay_text(
    here: Installation, computer: Callable[..., Computer], phone: Callable[..., Phone], kind: str
) -> None:
    name = HOSTILE[kind]
    agent = PHONE["user_agent"].replace("Pixel 8", name[:200].replace(";", "").replace(")", ""))  # type: ignore[attr-defined]
    who, desk, hand = (
        here.person(phones=0),
        computer(),
        phone(user_agent=agent if name.isascii() else PHONE["user_agent"]),
    )
    spoken: list[str] = []

    def dialog(found: Dialog) -> None:
        spoken.append(found.message)
        found.dismiss()

    for device in (desk, hand):
        device.page.on("dialog", dialog)
    _call(here, who, name)
    hand.activate(proved(here, who).page.links[0], who)
    _harmless(hand, f"codes-{kind}")

    desk.log_in(who)
    code = desk.waits()
    _name_all(here, who, name)
    desk.page.reload()
    _harmless(desk, f"waiting-{kind}")
    hand.open()
    hand.open_waiting()
    _harmless(hand, f"approve-{kind}")
    lines = hand.page.locator("dl.facts .clip").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert len(lines) >= 4 and max(lines) < 32, lines
    hand.type_confirmation(code)
    hand.approve()
    hand.reads_key("approved.title")
    _harmless(hand, f"approved-{kind}")
    desk.page.wait_for_url(here.portal + "/")
    expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
    _harmless(desk, f"home-{kind}")
    assert spoken == []
