"""A stolen password alone (THREATS, H01): every road is walked, and none enrols a phone, opens a session or tells what is on file."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.installation import PIN, Installation, Person, refused
from tests.support.raw import form, numbers, post
from tests.support.signed import caught, resigned
from tests.support.steps import choices, logged_in, proved, waiting
from watchword_client.crypto import b64u
from watchword_client.phone import Phone


def devices(here: Installation, who: Person) -> int:
    """How many devices this person has, in any state; a code by SMS is there by having proven the number (N05)."""
    with here.built.store.read() as tx:
        return sum(1 for one in tx.devices.of_user(who.id) if one.kind != "sms")


def test_on_the_phone_without_the_code(here: Installation) -> None:
    who = here.person(phones=0)
    thief = here.new_phone()
    contacts = thief.activate_start(who.username, who.password)["contacts"]
    assert who.number not in json.dumps(contacts) and who.mail not in json.dumps(contacts)
    refused(3205, work=lambda: thief.activate_prove("00000000"))
    refused(3110, work=lambda: thief.activate_send(country="JP", national="9087654321"))
    for contact in contacts:
        here.later(61)
        thief.activate_proof_send(contact["id"])
        code = here.code_to(who.number, who.mail)
        refused(3204, work=lambda wrong=code: thief.activate_proof(f"{(int(wrong) + 1) % 10**6:06}"))
        refused(3110, work=lambda: thief.activate_send(country="JP", national="9087654321"))
    here.later(61)
    thief.activate_send(next(contact["id"] for contact in contacts if contact["kind"] == "sms"))
    right = here.code_to(who.number)
    refused(3204, work=lambda: thief.activate_prove(f"{(int(right) + 1) % 10**8:08}"))
    _complete_unproved(here, who, thief)
    assert devices(here, who) == 0


def _complete_unproved(here: Installation, who: Person, thief: Phone) -> None:
    """Straight to the last steps, with everything a thief can know."""
    activation = thief.activation
    enrolment, claim = activation._enrolment, activation._claim
    fields = {
        "enrolment": enrolment, "nonce": "A" * 22, "user": who.id, "key": _key(thief), "phone": "", "name": "Thief",
        "platform": {"os": "other", "version": "", "model": "", "lock": None, "rooted": None},
    }  # fmt: skip
    body = {**thief.wire.signed("activate", fields), "claim": claim}
    assert numbers(post(here.key, "/v1/activation/complete", body, here)) == [3207]
    confirm = {
        **thief.wire.signed("confirm", {"enrolment": enrolment, "user": who.id, "device": "0" * 26}),
        "hmac": "A" * 43,
    }
    assert numbers(post(here.key, "/v1/activation/confirm", confirm, here)) == [3207]


def _key(phone: Phone) -> dict[str, str]:
    with caught(phone) as sent:
        phone.wire.post("", lambda: phone.wire.signed("nothing", {}))
    assert sent
    point = phone.wire.state.key.public_key().public_numbers()
    return {"x": b64u(point.x.to_bytes(32, "big")), "y": b64u(point.y.to_bytes(32, "big"))}


def test_on_the_page_without_the_code(here: Installation) -> None:
    who = here.person(phones=0)
    thief = here.browser()
    page = thief.login(who.username, who.password)
    assert who.number not in page.html and who.mail not in page.html
    for fields in ({"do": "renew"}, {"do": "code", "code": "000000"}, {"do": "code", "code": ""}, {"do": "scan"}, {}):
        shown = form(here, thief, "/enrol", fields)
        assert "data-qr" not in shown.text and "plain-id" not in shown.text
    stranger = here.person()
    foreign = _contact_of(here, stranger)
    assert numbers(form(here, thief, "/enrol", {"do": "send", "contact": foreign})) == [5002]
    assert here.letters(stranger.number) == []
    thief.post("/enrol", do="send", contact=choices(page, "contact")[0])
    right = here.code_to(who.number, who.mail)
    for at in range(1, 5):
        shown = form(here, thief, "/enrol", {"do": "code", "code": f"{(int(right) + at) % 10**6:06}"})
        assert numbers(shown) == ([3204] if at < 4 else [3205])
    assert numbers(form(here, thief, "/enrol", {"do": "code", "code": right})) == [3205], "a fourth try"
    assert devices(here, who) == 0


def _contact_of(here: Installation, who: Person) -> str:
    with here.built.store.read() as tx:
        return tx.contacts.of(who.id)[0].id


def test_its_session_is_one_for_enrolling_and_nothing_else(here: Installation) -> None:
    who = here.person(phones=0)
    thief = here.browser()
    thief.login(who.username, who.password)
    for path in ("/", "/login", "/login/wait", "/password", "/help", "/enrol"):
        copy = here.browser()
        copy.cookies = dict(thief.cookies)
        assert who.given not in copy.get(path).text
    copy = here.browser()
    copy.cookies = dict(thief.cookies)
    copy.get("/enrol")
    new = "Thieves-2026!"
    found = form(here, copy, "/password", {"current": who.password, "password": new, "repeat": new})
    assert found.status_code in (200, 401)
    assert here.browser().login(who.username, new).refusals == [1101], "the password was changed"


def test_with_key_active_the_phones_road_is_closed(here: Installation) -> None:
    who = here.person()
    refused(3104, work=lambda: here.new_phone().activate_start(who.username, who.password))
    assert here.letters(who.number) == []


def test_with_key_active_the_page_shows_no_qr_before_key_has_answered(here: Installation) -> None:
    who = here.person()
    thief = waiting(here, who)
    for path in ("/enrol", "/", "/password"):
        page = thief.get(path)
        assert not [link for link in page.links if "/a#" in link] and not page.session_id
        thief = waiting(here, who)


def test_a_road_begun_before_key_was_active_ends_with_it(here: Installation) -> None:
    """The owner activates first: what a thief had begun meanwhile is of no more use."""
    who = here.person(phones=0)
    thief = here.new_phone()
    contacts = thief.activate_start(who.username, who.password)["contacts"]
    phone = here.new_phone()
    phone.activate_scan(proved(here, who).page.links[0])
    phone.complete(PIN, "Pocket")
    here.later(61)
    number = next(contact["id"] for contact in contacts if contact["kind"] == "sms")
    refused(3207, work=lambda: thief.activate_send(number))
    refused(3207, work=lambda: thief.activate_proof_send(number))
    assert devices(here, who) == 1


def test_the_proof_of_a_first_enrolment_is_for_one_device(here: Installation) -> None:
    """Once Key is active, a second phone takes a session that Key has answered, not the page that is still open."""
    who = here.person(phones=0)
    browser = proved(here, who)
    phone = here.new_phone()
    phone.activate_scan(browser.page.links[0])
    phone.complete(PIN, "Pocket")
    here.later(1)
    page = browser.post("/enrol", do="renew")
    assert not page.links and not page.session_id
    assert not browser.get("/enrol").links


def test_an_offer_takes_the_session_that_proved_it(here: Installation) -> None:
    """Another browser of the same password sees nothing of the owner's proof."""
    who = here.person(phones=0)
    owner = proved(here, who)
    thief = here.browser()
    page = thief.login(who.username, who.password)
    assert not page.links and not page.session_id
    assert owner.page.links


def test_the_claim_binds_an_enrolment_to_its_phone(here: Installation) -> None:
    """Somebody who sees the enrolment's id, and even the code, cannot take it over from another phone."""
    who = here.person(phones=0)
    owner, thief = here.new_phone(), here.new_phone()
    contacts = owner.activate_start(who.username, who.password)["contacts"]
    owner.activate_send(next(contact["id"] for contact in contacts if contact["kind"] == "sms"))
    code, enrolment = here.code_to(who.number), owner.activation._enrolment
    for claim in (thief.wire.nonce(), "", "A" * 22):
        body = {"enrolment": enrolment, "claim": claim, "code": code}
        assert numbers(post(here.key, "/v1/activation/prove", body, here)) == [3207]
    owner.activate_prove(code)
    ready = owner.activation.ready
    assert ready is not None
    body = owner.activation._request(ready, "Pocket", None, owner.unlock(PIN), "pin")
    stolen = {
        **resigned(thief, {"signed": {**body["signed"], "key": _key(thief)}, "signature": ""}),
        "claim": thief.wire.nonce(),
    }
    assert numbers(post(here.key, "/v1/activation/complete", stolen, here)) == [3207]
    assert owner.complete(PIN, "Pocket").confirmed


def test_a_complete_session_offers_and_its_qr_is_the_owners(here: Installation) -> None:
    """The QR of a second phone enrols the account that shows it, under the account's own name (THREATS: QR hijack)."""
    victim, thief = here.person(), here.person()
    link = logged_in(here, thief).get("/enrol").links[0]
    ready = here.new_phone().activate_scan(link)
    assert ready.username == thief.username
    assert devices(here, victim) == 1


@pytest.mark.parametrize("username", ["", "nobody-here"])
def test_a_session_id_is_good_for_its_own_username(here: Installation, username: str) -> None:
    who = here.person(phones=0)
    here.later(3601)
    browser = proved(here, who)
    other = here.person(phones=0)
    for name in (username, other.username):
        refused(3201, work=lambda name=name: here.new_phone().activate_session(name, browser.page.session_id))
    assert here.new_phone().activate_session(who.username, browser.page.session_id).username == who.username


def test_the_platform_road_gives_nothing_either(here: Installation) -> None:
    who = here.person(phones=0)
    refusal = refused(1301, work=lambda: here.platform().start(who.username, who.password)).refusal
    assert not re.search(r"\+81|@", refusal.what + refusal.why + refusal.do)
