"""A phone that lost what codes are made of (U05): it says so and leads on, to an update and to a new activation, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.browser.devices import Computer, Phone
from tests.support.installation import PIN, Installation, Person

Pairs = Callable[..., Pair]

_EMPTY = """async () => {
  for (const {name} of await indexedDB.databases()) {
    const gone = indexedDB.deleteDatabase(name)
    await new Promise((done, fail) => { gone.onsuccess = done; gone.onerror = fail })
  }
}"""
_IN_STORE = """async (store, change) => {
  const opened = indexedDB.open('watchword-key')
  await new Promise((done, fail) => { opened.onsuccess = done; opened.onerror = fail })
  const work = opened.result.transaction(store, 'readwrite')
  change(work.objectStore(store))
  await new Promise((done, fail) => { work.oncomplete = done; work.onerror = fail })
  opened.result.close()
}"""
_DAMAGE = {
    "the secret is unreadable": f"""() => ({_IN_STORE})('users', users => {{
      users.getAll().onsuccess = event => event.target.result.forEach(user => {{ user.blob.data[7] ^= 1; users.put(user) }})
    }})""",
    "the phone's keys are gone": f"() => ({_IN_STORE})('kv', kv => kv.delete('phone'))",
}


def _enrolled_again(here: Installation, desk: Computer, hand: Phone, who: Person) -> None:
    """From the computer that is logged in still; what was lost is taken off afterwards."""
    with here.built.store.read() as tx:
        lost = next(one for one in tx.devices.of_user(who.id) if one.kind == "key")
    desk.visit("/enrol")
    session_id = desk.page.locator(".plain-id [aria-hidden]").inner_text()
    hand.type_session_id(who, session_id)
    hand.choose_pin()
    hand.is_activated(who)
    with here.built.store.write() as tx:
        assert tx.devices.move(lost.id, "active", "inactive", here.clock.now())
    desk.log_out()


def _approved(desk: Computer, hand: Phone, who: Person) -> None:
    """A login that the phone approves, while it still can: it confirms what comes next."""
    desk.log_in(who)
    digits = desk.waits()
    hand.open_waiting()
    if digits:
        hand.type_confirmation(digits)
    hand.approve()
    hand.reads_key("approved.title")
    desk.at_home(who)
    hand.press_key("done")


def _codes_work(desk: Computer, hand: Phone, who: Person) -> None:
    desk.log_in(who)
    desk.waits()
    way = desk.open_way("code")
    desk.page.get_by_label(desk.words.portal("wait.code_for", username=who.username)).fill(hand.code(who))
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    desk.at_home(who)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_an_emptied_phone_says_what_happened_and_is_activated_again(here: Installation, pair: Pairs, lang: str) -> None:
    who, desk, hand = pair(lang)
    _approved(desk, hand, who)
    hand.page.evaluate(_EMPTY)
    hand.open()
    hand.reads_key("welcome.title")
    expect(hand.page.get_by_text(hand.words.key("welcome.before"))).to_be_visible()
    hand.seen("welcome-emptied")
    hand.press_key("welcome.start")
    _enrolled_again(here, desk, hand, who)
    _codes_work(desk, hand, who)


@pytest.mark.parametrize(("damage", "lang"), list(zip(_DAMAGE, ("en", "ja"), strict=True)))
def test_codes_that_cannot_be_made(here: Installation, pair: Pairs, damage: str, lang: str) -> None:
    who, desk, hand = pair(lang)
    _approved(desk, hand, who)
    hand.page.evaluate(_DAMAGE[damage])

    def shows_the_cause() -> None:
        hand.open()
        hand.page.get_by_role("button", name=f"{hand.words.key('codes.show')}: {who.username}").click()
        if damage == "the secret is unreadable":
            hand.field("pin.yours").fill(PIN)
            hand.page.get_by_role("button", name=hand.words.key("codes.show"), exact=True).click()
        said = hand.words.key("codes.lost", username=who.username)
        expect(hand.page.get_by_role("alert").filter(has_text=said)).to_be_visible()

    shows_the_cause()
    hand.seen("codes-lost")
    with hand.page.expect_navigation():
        hand.press_key("codes.update")
    expect(hand.page.get_by_role("button", name=f"{hand.words.key('codes.show')}: {who.username}")).to_be_visible()
    shows_the_cause()
    hand.press_key("unknown.activate")
    expect(hand.page.get_by_text(hand.words.key("method.anew"))).to_be_visible()
    _enrolled_again(here, desk, hand, who)
    _codes_work(desk, hand, who)
