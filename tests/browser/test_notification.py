"""A push in the phone's service worker: the notification says that something waits and nothing more, and leads to it (B01, B02)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from tests.browser.conftest import Pair
from tests.browser.devices import PHONE_NAME, Phone
from tests.support.installation import Person

Pairs = Callable[..., Pair]
_SHOWN = """async () => (await self.registration.getNotifications())
  .map(n => ({title: n.title, body: n.body, lang: n.lang, tag: n.tag, actions: (n.actions || []).length}))"""

_IN_FRONT = """async () => (await self.clients.matchAll({type: "window", includeUncontrolled: true}))
  .filter(c => c.visibilityState === "visible").length"""


@pytest.fixture(scope="module")
def chromium(launch_chromium: Callable[..., Browser]) -> Browser:
    """The whole browser: what is shown is shown by it, not by the page."""
    return launch_chromium(whole=True)


class Pushes:
    """The push service's end of this phone: a message reaches the service worker, whatever page is open."""

    def __init__(self, hand: Phone) -> None:
        self._hand = hand
        self._session: CDPSession = hand.context.new_cdp_session(hand.page)
        self._registration = ""
        self._session.on("ServiceWorker.workerRegistrationUpdated", self._updated)
        self._session.send("ServiceWorker.enable")

    def _updated(self, event: dict[str, Any]) -> None:
        for found in event["registrations"]:
            if found["scopeURL"] == self._hand.here.key + "/" and not found["isDeleted"]:
                self._registration = found["registrationId"]

    def deliver(self, data: str = '{"v":1,"id":"0123456789abcdefghijklmnop"}') -> None:
        """As the push service does."""
        assert self._registration
        told = {"origin": self._hand.here.key, "registrationId": self._registration, "data": data}
        self._session.send("ServiceWorker.deliverPushMessage", told)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_notification_without_details(pair: Pairs, lang: str) -> None:
    who, desk, hand = pair(lang)
    hand.context.grant_permissions(["notifications"], origin=hand.here.key)
    hand.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    pushes = Pushes(hand)
    _subscribed(hand, who)
    desk.log_in(who)
    code = desk.waits()
    desk.reads(desk.words.portal("wait.title"))
    expect(desk.page.get_by_text(PHONE_NAME).first).to_be_visible()
    desk.seen("waiting-sent")

    pushes.deliver()
    expect(hand.page.get_by_role("link").filter(has_text=hand.words.key("waiting.one"))).to_be_visible()
    (worker,) = hand.context.service_workers
    assert worker.evaluate(_SHOWN) == []  # the app is in front: it tells by itself

    texts = {"title": hand.words.key("notice.title"), "body": hand.words.key("notice.body")}
    shown = [{**texts, "lang": lang, "tag": "pending", "actions": 0}]
    hand.page.goto("about:blank")
    _until(lambda: worker.evaluate(_IN_FRONT) == 0)  # the browser forgets the page it left a moment later
    for data in ('{"v":1,"id":"0123456789abcdefghijklmnop"}', "not even JSON"):
        pushes.deliver(data)
        _until(lambda: worker.evaluate(_SHOWN) == shown)
    hand.open("/#pending")
    hand.reads_key("approve.title")
    hand.type_confirmation(code)
    hand.approve()
    desk.at_home(who)


def _subscribed(hand: Phone, who: Person) -> None:
    """The server has an address for pushes to this phone, as after `POST /v1/push`; the push service itself is played by `Pushes`."""
    with hand.here.built.kit.store.write() as tx:
        device = next(one for one in tx.devices.of_user(who.id) if one.kind == "key")
        tx.phones.set_push(device.phone_id, {"endpoint": "https://push.example.net/1", "p256dh": "", "auth": ""})


def _until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
