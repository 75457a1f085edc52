"""Passkeys in Chromium with its virtual authenticators: built in, a security key with PIN, none that verifies, a copy, another site (M01-M05)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.devices import PHONE, Computer
from tests.support.devices import with_passkey
from tests.support.installation import Installation, Person
from tests.support.steps import STEP
from tests.support.virtual import Virtual
from watchword.core.encoding import unb64u_any
from watchword.factors import webauthn

Desk = Callable[..., Computer]
MINUTE = 61


def by_response(here: Installation, desk: Computer, who: Person) -> None:
    """A first login by challenge and response, which confirm what comes next."""
    desk.log_in(who)
    way = desk.open_way("challenge")
    shown = way.locator("[data-digits]")
    expect(shown).to_have_text(re.compile(r"^\d{10}$"))
    desk.page.locator("input[name=response]").fill(who.phone.respond(shown.inner_text(), here.pin(), who.username))
    way.get_by_role("button", name=desk.words.portal("wait.log_in")).click()
    expect(desk.page.locator("h1", has_text=who.greeted(desk.words.lang))).to_be_visible()


def add(desk: Computer, name: str = "") -> None:
    """Put a passkey in place in the settings."""
    desk.visit("/settings/devices")
    if name:
        desk.page.get_by_label(desk.words.portal("devices.passkey_name"), exact=True).fill(name)
    desk.press(desk.words.portal("devices.passkey_go"))


def added(desk: Computer) -> None:
    expect(desk.page.get_by_text(desk.words.portal("settings.done_passkey_added"))).to_be_visible()


def use(desk: Computer) -> None:
    desk.press(desk.words.portal("methods.passkey_go"))


def home(desk: Computer, who: Person) -> None:
    expect(desk.page.locator("h1", has_text=who.greeted(desk.words.lang))).to_be_visible()


def out(desk: Computer) -> None:
    desk.visit("/")
    desk.log_out()


_TOLD = """PublicKeyCredential.signalAllAcceptedCredentials = async told => { sessionStorage.setItem('told', JSON.stringify(told)) }"""


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_alone_in_the_place_of_the_password(here: Installation, computer: Desk, lang: str) -> None:
    who, desk = here.person(lang=lang), computer(lang)
    desk.context.add_init_script(_TOLD)
    key = Virtual(desk.page)
    by_response(here, desk, who)
    add(desk)
    added(desk)
    told = json.loads(desk.page.evaluate("sessionStorage.getItem('told')"))
    assert [unb64u_any(one) for one in told["allAcceptedCredentialIds"]] == [
        base64.b64decode(one["credentialId"]) for one in key.credentials()
    ]
    out(desk)
    desk.visit("/login")
    desk.press(desk.words.portal("login.passkey"))
    desk.alert(desk.words.refusal(1116))
    desk.page.get_by_label(desk.words.portal("common.username"), exact=True).fill(who.username)
    desk.press(desk.words.portal("login.passkey"))
    desk.reads(desk.words.portal("held.title_passkey"))
    desk.seen("passkey-alone")
    use(desk)
    home(desk, who)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_built_into_this_computer(here: Installation, computer: Desk, lang: str) -> None:
    who, desk = here.person(lang=lang), computer(lang)
    Virtual(desk.page)
    by_response(here, desk, who)
    desk.visit("/settings/devices")
    desk.seen("devices-passkey-add")
    add(desk)
    added(desk)
    desk.seen("devices-passkey")
    out(desk)
    desk.log_in(who)
    desk.reads(desk.words.portal("methods.passkey_title"))
    desk.seen("waiting-passkey")
    use(desk)
    home(desk, who)


def test_on_the_phones_own_browser(here: Installation, computer: Desk) -> None:
    """M03: one that may be on several of the person's devices."""
    who, desk = (
        here.person(),
        computer(**{key: PHONE[key] for key in ("viewport", "user_agent", "has_touch", "is_mobile")}),
    )
    Virtual(desk.page, synced=True)
    by_response(here, desk, who)
    add(desk)
    added(desk)
    expect(desk.page.get_by_text(desk.words.portal("devices.synced"))).to_be_visible()


def test_a_security_key_with_a_pin_and_one_whose_pin_is_wrong(here: Installation, computer: Desk) -> None:
    who, desk = here.person(), computer()
    key = Virtual(desk.page, platform=False)
    by_response(here, desk, who)
    add(desk, "Blue key")
    added(desk)
    assert not key.credentials()[0]["isResidentCredential"], "it stays in the key, which keeps no list of it"
    out(desk)
    desk.log_in(who)
    key.verifies(False)
    use(desk)
    expect(desk.page.get_by_text(desk.words.portal("methods.passkey_failed"))).to_be_visible()
    key.verifies(True)
    use(desk)
    home(desk, who)


@pytest.mark.parametrize(("transport", "told"), [("nfc", "nfc"), ("cable", "hybrid")])
def test_a_key_without_a_wire_and_a_phone_over_the_air(
    here: Installation, computer: Desk, transport: str, told: str
) -> None:
    """M02, M04: the browser says by what it reached the device, and is told so at the next login."""
    who, desk = here.person(), computer()
    Virtual(desk.page, platform=False, transport=transport, synced=transport == "cable")
    by_response(here, desk, who)
    add(desk)
    added(desk)
    out(desk)
    desk.log_in(who)
    use(desk)
    home(desk, who)
    with here.built.store.read() as tx:
        kept = [webauthn.unpack(one.secret).transports for one in tx.devices.of_user(who.id) if one.kind == "passkey"]
    assert told in kept[0]


def test_a_key_that_cannot_verify_is_not_added(here: Installation, computer: Desk) -> None:
    who, desk = here.person(), computer()
    Virtual(desk.page, platform=False, uv=False)
    by_response(here, desk, who)
    add(desk)
    expect(desk.page.get_by_text(desk.words.portal("methods.passkey_failed"))).to_be_visible()


def test_the_same_key_is_not_added_twice(here: Installation, computer: Desk) -> None:
    who, desk = here.person(), computer()
    Virtual(desk.page)
    by_response(here, desk, who)
    add(desk)
    added(desk)
    add(desk)
    expect(desk.page.get_by_text(desk.words.portal("methods.passkey_known"))).to_be_visible()


def test_a_copy_of_a_key_is_stopped(here: Installation, computer: Desk) -> None:
    who, desk = here.person(), computer()
    key = Virtual(desk.page, platform=False)
    by_response(here, desk, who)
    add(desk)
    added(desk)
    copied = key.credentials()[0]
    for _ in range(2):
        out(desk)
        desk.log_in(who)
        use(desk)
        home(desk, who)
    out(desk)
    key.unplug()
    Virtual(desk.page, platform=False).put(copied)
    desk.log_in(who)
    use(desk)
    desk.alert("This passkey was stopped")
    desk.reads(desk.words.portal("methods.none_title"))
    desk.seen("waiting-passkey-stopped")


def test_another_site_gets_nothing_out_of_it(here: Installation, computer: Desk) -> None:
    """The browser itself refuses our name to another host, and offers there nothing that is ours."""
    who, desk = here.person(), computer()
    Virtual(desk.page)
    by_response(here, desk, who)
    add(desk)
    added(desk)
    desk.page.route(
        "http://another.localhost/**", lambda route: route.fulfill(body="<p>Another</p>", content_type="text/html")
    )
    desk.page.goto("http://another.localhost/")
    said = desk.page.evaluate(
        """async rp => { try {
          await navigator.credentials.get({publicKey: {challenge: new Uint8Array(32), rpId: rp, userVerification: 'required'}}); return 'given';
        } catch (fault) { return fault.name; } }""",
        here.built.kit.policy.passkeys.rp_id,
    )
    assert said == "SecurityError"


def test_beginning_with_a_passkey_while_passwords_wait(here: Installation, computer: Desk) -> None:
    who, desk = here.person(), computer()
    Virtual(desk.page)
    by_response(here, desk, who)
    add(desk)
    added(desk)
    out(desk)
    for _ in range(5):
        desk.log_in(who, "Wrong-password-1")
    desk.press(desk.words.portal("held.begin"))
    desk.reads(desk.words.portal("held.title_scan"))
    use(desk)
    desk.reads(desk.words.portal("held.title_password"))
    desk.page.get_by_label(desk.words.portal("common.password"), exact=True).fill(who.password)
    desk.press(desk.words.portal("login.title"))
    home(desk, who)


def test_without_scripts_the_page_says_so_and_the_other_ways_are_there(here: Installation, computer: Desk) -> None:
    who, _ = with_passkey(here)
    plain = computer(java_script_enabled=False)
    here.later(STEP)
    plain.log_in(who)
    said = plain.page.locator("form[data-passkey] noscript")
    expect(said).to_be_visible()
    assert plain.words.portal("methods.passkey_noscript") in said.inner_html()
    plain.open_way("code")
    plain.page.locator("input[name=code]").fill(who.phone.code(here.pin(), who.username))
    plain.page.locator("details[data-way=code] button.btn--solid").click()
    home(plain, who)
