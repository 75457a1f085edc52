"""The fingerprint in place of the PIN: a platform authenticator with PRF, switched on at activation or later (B02, F06)."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Pair
from tests.browser.devices import Computer, Phone
from tests.support.installation import OTHER_PIN, PIN, Installation
from tests.support.steps import proved

Pairs = Callable[..., Pair]


class Finger:
    """A virtual authenticator of this phone; `verifies(False)` is a finger that is not recognised."""

    def __init__(self, hand: Phone) -> None:
        self._session = hand.context.new_cdp_session(hand.page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "hasPrf": True, "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def verifies(self, right: bool) -> None:
        """Whether the next finger is the right one."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": right})


def test_switched_on_at_activation_and_approved_with(
    here: Installation, computer: Callable[..., Computer], phone: Callable[..., Phone]
) -> None:
    who, desk, hand = here.person(phones=0), computer(), phone()
    hand.page.goto(here.key)
    finger = Finger(hand)
    bio = hand.words.key("bio.other")
    hand.page.goto(proved(here, who).page.links[0])
    hand.press_key("next")
    hand.choose_pin()
    hand.reads_key("finger.title", bio=bio)
    hand.seen("finger-offer")
    hand.press_key("finger.on", bio=bio)
    hand.is_activated(who)

    desk.log_in(who)
    code = desk.waits()
    hand.open_waiting()
    hand.type_confirmation(code)
    hand.seen("approve-finger")
    hand.press_key("approve.bio", bio=bio)
    hand.reads_key("approved.title")
    desk.at_home(who)
    desk.log_out()
    hand.press_key("done")

    finger.verifies(False)
    desk.log_in(who)
    desk.waits()
    hand.open_waiting()
    hand.press_key("approve.bio", bio=bio)
    hand.reads_key("approve.pin.title")
    hand.field("pin.yours").fill(PIN)
    hand.press_key("approve.do")
    desk.at_home(who)


def test_switched_on_under_more_with_the_right_pin_only(pair: Pairs) -> None:
    who, desk, hand = pair()
    Finger(hand)
    bio = hand.words.key("bio.other")
    hand.press_key_tab("more")
    hand.page.get_by_role("button").filter(has_text=hand.words.key("more.finger", bio=bio)).click()
    hand.seen("finger-setting")
    hand.field("pin.yours").fill(OTHER_PIN)
    hand.press_key("finger.on", bio=bio)
    expect(hand.page.get_by_text(hand.words.refusal(4304))).to_be_visible()
    hand.field("pin.yours").fill(PIN)
    hand.press_key("finger.on", bio=bio)
    expect(hand.page.get_by_role("button", name=hand.words.key("finger.off", bio=bio))).to_be_visible()
    hand.seen("finger-on")

    hand.open()
    hand.page.get_by_role("button", name=f"{hand.words.key('codes.show')}: {who.username}").click()
    shown = hand.page.get_by_role("img", name=re.compile(f"^{hand.words.key('codes.spoken')}"))
    expect(shown).to_be_visible()
    desk.log_in(who)
    desk.waits()
    way = desk.open_way("code")
    desk.page.get_by_label(desk.words.portal("wait.code_for", username=who.username)).fill(shown.inner_text())
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    desk.at_home(who)
