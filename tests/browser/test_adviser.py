"""An adviser with 45 usernames on one phone finds one by typing, reads its code and approves its login (J02)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.browser.devices import Phone
from tests.support.installation import PIN, Installation, Person
from watchword.core import devices as key
from watchword_client import crypto

MANY = 45

# What a finished activation leaves on the phone: the secret, camouflaged by the PIN, tied to the phone by its own outer key.
_ADD = """async users => {
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
  const done = request => new Promise((take, fail) => { request.onsuccess = () => take(request.result); request.onerror = () => fail(request.error) })
  const db = await done(indexedDB.open('watchword-key'))
  const phone = await done(db.transaction('kv').objectStore('kv').get('phone'))
  for (const {secret, ...user} of users) {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const additionalData = new TextEncoder().encode(`watchword/v1|blob|${user.user}|${user.device}`)
    const data = new Uint8Array(await crypto.subtle.encrypt({name: 'AES-GCM', iv, additionalData}, phone.outer, bytes(secret)))
    const blob = {iv, data}
    await done(db.transaction('users', 'readwrite').objectStore('users').put({...user, enrolment: '', state: 'active', blob}))
  }
  db.close()
}"""
_SALT = """async () => {
  const done = request => new Promise(take => { request.onsuccess = () => take(request.result) })
  const db = await done(indexedDB.open('watchword-key'))
  const phone = await done(db.transaction('kv').objectStore('kv').get('phone'))
  db.close()
  return [...phone.salt]
}"""


def _clients(here: Installation, hand: Phone, first: Person, count: int) -> list[Person]:
    """So many people more on this phone, under the PIN that is there."""
    kit, now = here.built.kit, here.clock.now()
    stretched = crypto.argon2(PIN, bytes(hand.page.evaluate(_SALT)))
    people = [here.person(phones=0) for _ in range(count)]
    kept: list[dict[str, Any]] = []
    with kit.store.write() as tx:
        own = next(one for one in tx.devices.of_user(first.id) if one.kind == "key")
        for at, who in enumerate(people):
            device, secret = kit.entropy.id(), kit.entropy.bytes(32)
            tx.devices.add(key.Device(device, who.id, own.phone_id, "key", "active", own.name, secret, 0, 0, now, 0))
            blob = crypto.camouflage(secret, crypto.pad(stretched, here.key, who.id, device))
            name = f"Person {who.username[1:]}"
            kept.append(
                {"user": who.id, "device": device, "username": who.username, "displayName": name, "added": now * 1000 + at,
                 "secret": base64.b64encode(blob).decode()}
            )  # fmt: skip
    hand.page.evaluate(_ADD, kept)
    return people


def test_one_of_forty_five_is_found_by_typing(here: Installation, pair: Callable[..., Pair]) -> None:
    who, desk, hand = pair()
    people = [who, *_clients(here, hand, who, MANY - 1)]
    hand.open()
    rows = hand.page.get_by_role("list", name=hand.words.key("codes.users")).get_by_role("listitem")
    expect(rows).to_have_count(MANY)
    hand.seen("codes-many")
    search = hand.page.get_by_role("searchbox", name=hand.words.key("codes.findLabel"))
    expect(search).to_be_in_viewport()

    search.fill("nobody of that name")
    expect(rows).to_have_count(0)
    expect(hand.page.get_by_text(hand.words.key("codes.nobody"))).to_be_visible()
    hand.seen("codes-nobody")
    wanted = people[37]
    search.press("ControlOrMeta+a")
    search.press_sequentially(f"{wanted.username[-4:]} person")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(wanted.username)
    expect(rows).to_be_in_viewport()
    hand.seen("codes-found")

    desk.log_in(wanted)
    desk.waits()
    way = desk.open_way("code")
    desk.page.get_by_label(desk.words.portal("wait.code_for", username=wanted.username)).fill(hand.code(wanted))
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    desk.at_home(wanted)
    desk.log_out()

    other = people[21]
    hand.open()
    desk.log_in(other)
    code = desk.waits()
    waits = hand.page.get_by_role("link").filter(has_text=hand.words.key("waiting.one"))
    expect(waits).to_contain_text(other.username)
    hand.open_waiting()
    expect(hand.page.get_by_role("banner")).to_contain_text(re.compile(other.username))
    hand.type_confirmation(code)
    hand.approve()
    desk.at_home(other)
