"""An approval says what was approved (THREATS): every signed field altered, moved or signed by another is refused, and opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.installation import Installation, Person
from tests.support.raw import numbers, post
from tests.support.signed import Body, caught, decision, resigned
from tests.support.steps import asked, confirmation, go_on, waiting
from watchword_client import crypto
from watchword_client.portal import Browser

FIELDS = (
    "v", "type", "iss", "attempt", "nonce", "phone", "user", "device", "action", "client", "context", "confirmation", "decision", "uv", "time",
)  # fmt: skip
OTHER = "0" * 26


@pytest.fixture
def approval(here: Installation) -> tuple[Person, Browser, Body]:
    """Somebody at the waiting page, and the approval that would let them in."""
    who = here.person()
    browser = waiting(here, who)
    return who, browser, decision(who.phone, asked(who.phone, who), here.pin(), confirmation=confirmation(browser.page))


def sent(here: Installation, body: Body) -> list[int]:
    """What the server says to a decision."""
    return numbers(post(here.key, "/v1/decide", body, here))


def closed(browser: Browser) -> bool:
    """Whether the page still waits, or says that it is over; a session it must not give."""
    return go_on(browser).path == "/login/wait"


def another(value: Any) -> Any:
    """The same kind of value, but another."""
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("1" if value[-1:] != "1" else "2") if value else "1"


def test_the_fields_are_all_there(approval: tuple[Person, Browser, Body]) -> None:
    assert sorted(approval[2]["signed"]) == sorted(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_altered_on_the_way(here: Installation, approval: tuple[Person, Browser, Body], name: str) -> None:
    """The signature covers every member."""
    _, browser, body = approval
    signed = body["signed"]
    for value in (another(signed[name]), None, ""):
        changed = {**body, "signed": {**signed, name: value}}
        assert sent(here, changed) in ([4101], [4202], [4104]), name
    without = {**body, "signed": {key: value for key, value in signed.items() if key != name}}
    assert sent(here, without) == [4101], name
    assert sent(here, {**body, "signed": {**signed, "more": 1}}) == [4101]
    assert closed(browser)
    assert sent(here, body) == []
    assert go_on(browser).path == "/"


@pytest.mark.parametrize("name", [field for field in FIELDS if field not in ("time", "phone")])
def test_altered_and_signed_by_the_phone(here: Installation, approval: tuple[Person, Browser, Body], name: str) -> None:
    """Malice on the phone's side, with the right key and the right PIN: the fields are compared with the server's own row."""
    who, browser, body = approval
    value = {"uv": "none", "decision": "approved", "v": 2}.get(name, another(body["signed"][name]))
    refused = sent(here, resigned(who.phone, body, here.pin(), **{name: value}))
    assert refused in ([4301], [4202], [4104], [4303]), (name, refused)
    assert sent(here, resigned(who.phone, body, here.pin(), **{name: None})) != [], f"{name} may be missing"
    assert closed(browser)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: {**body, "signature": ""},
        lambda body: {**body, "signature": "A" * 86},
        lambda body: {**body, "signature": body["signature"] + "="},
        lambda body: {**body, "signature": body["signature"][:-2]},
        lambda body: {**body, "signature": body["signature"] + "AA"},
        lambda body: {**body, "signature": crypto.b64u(bytes(64))},
        lambda body: {**body, "signature": crypto.b64u(bytes(31) + b"\1" + bytes(31) + b"\1")},
    ],
)
def test_a_signature_in_another_form(
    here: Installation, approval: tuple[Person, Browser, Body], change: Callable[[Body], Body]
) -> None:
    _, browser, body = approval
    assert sent(here, change(body)) == [4101]
    assert closed(browser)


def test_the_other_of_two_valid_signatures_is_as_good(
    here: Installation, approval: tuple[Person, Browser, Body]
) -> None:
    """Spec 1: WebCrypto does not choose between s and n-s; and it is the same decision, not a second one."""
    _, browser, body = approval
    raw = crypto.unb64u(body["signature"])
    mirrored = crypto._ORDER - int.from_bytes(raw[32:], "big")
    assert sent(here, {**body, "signature": crypto.b64u(raw[:32] + mirrored.to_bytes(32, "big"))}) == []
    assert go_on(browser).path == "/"


def test_moved_to_another_attempt_of_the_same_person(here: Installation) -> None:
    who = here.person()
    mine, thief = waiting(here, who), waiting(here, who)
    attempts = who.phone.pending().attempts
    codes = {confirmation(browser.get("/login/wait")): browser for browser in (mine, thief)}
    assert len(codes) == 2
    body = decision(who.phone, attempts[0], here.pin(), confirmation=next(iter(codes)))
    other = attempts[1].details
    for names in (("attempt",), ("attempt", "nonce"), ("attempt", "nonce", "client", "device")):
        moved = {**body, "signed": {**body["signed"], **{name: other[name] for name in names}}}
        assert sent(here, moved) == [4101]
    for browser in (mine, thief):
        assert closed(browser)


def test_signed_by_another_phone(here: Installation, approval: tuple[Person, Browser, Body]) -> None:
    who, browser, body = approval
    thief = here.person()
    forged = {**body, "signature": crypto.sign(thief.phone.wire.state.key, body["signed"])}
    assert sent(here, forged) == [4101]
    named = resigned(
        thief.phone, {**body, "signed": {**body["signed"], "phone": thief.phone.id, "user": thief.id}}, here.pin()
    )
    assert sent(here, named) == [4202], "a phone of somebody else"
    assert closed(browser)
    assert sent(here, body) == [], "and the owner's phone lost nothing"
    assert who.phone.pending().attempts == ()


def test_a_second_phone_of_the_owner_signs_as_itself_only(here: Installation) -> None:
    who = here.person(phones=2)
    browser = waiting(here, who)
    first, second = (asked(phone, who) for phone in who.phones)
    body = decision(who.phones[0], first, here.pin(), confirmation=confirmation(browser.page))
    as_other = resigned(who.phones[0], body, here.pin(), device=second.details["device"])
    assert sent(here, as_other) == [4301]
    by_other = {**body, "signature": crypto.sign(who.phones[1].wire.state.key, body["signed"])}
    assert sent(here, by_other) == [4101]
    assert closed(browser)


def test_approval_without_the_code_or_with_anothers(here: Installation, approval: tuple[Person, Browser, Body]) -> None:
    """Blind approval (THREATS)."""
    who, browser, body = approval
    qr = browser.post("/login/wait", do="qr").links[0]
    here.later(181)
    stale = who.phone
    for given in ("", "000000 ", "None"):
        assert sent(here, resigned(who.phone, body, here.pin(), confirmation=given)) in ([4303], [4201])
    assert stale.id
    assert closed(browser) and qr


def test_a_qr_that_ended_does_not_stand_in_for_the_code(
    here: Installation, approval: tuple[Person, Browser, Body]
) -> None:
    who, browser, body = approval
    attempt = who.phone.scan(browser.post("/login/wait", do="qr").links[0])
    here.later(180)
    assert sent(here, resigned(who.phone, body, here.pin(), confirmation=attempt.secret_hash)) == [4303]
    fresh = who.phone.scan(browser.post("/login/wait", do="qr").links[0])
    assert sent(here, resigned(who.phone, body, here.pin(), confirmation=attempt.secret_hash)) == [4303]
    assert sent(here, resigned(who.phone, body, here.pin(), confirmation=fresh.secret_hash)) == []
    assert go_on(browser).path == "/"


@pytest.mark.parametrize("code", ["", "A" * 43, None])
def test_approval_without_the_pin(here: Installation, approval: tuple[Person, Browser, Body], code: str | None) -> None:
    _, browser, body = approval
    without = {name: value for name, value in body.items() if name != "hmac"}
    assert sent(here, without if code is None else {**body, "hmac": code}) in ([4304], [5002])
    assert closed(browser)


def test_an_hmac_of_another_key_of_the_same_secret(here: Installation, approval: tuple[Person, Browser, Body]) -> None:
    who, browser, body = approval
    for label in ("proof", "totp", "ocra"):
        assert sent(here, resigned(who.phone, body, here.pin(), label)) == [4304]
    assert closed(browser)


def test_another_signed_request_is_no_decision(here: Installation, approval: tuple[Person, Browser, Body]) -> None:
    """Type confusion: what the phone signs for one purpose serves no other."""
    who, browser, body = approval
    with caught(who.phone) as requests:
        who.phone.pending()
        who.phone.register_push("")
    for path, other in requests:
        assert sent(here, other) in ([4301], [4202])
        assert numbers(post(here.key, path, resigned(who.phone, body, here.pin()), here)) in ([4301], [4102])
    assert closed(browser)


def test_details_cannot_be_had_by_another_phone(here: Installation, approval: tuple[Person, Browser, Body]) -> None:
    """A scanned QR, an attempt's id: everybody but a phone of this person gets one and the same answer."""
    _, browser, body = approval
    thief = here.person()
    link = browser.post("/login/wait", do="qr").links[0]
    answers = []
    for scanned in (link, link[:-4] + "AAAA", f"{here.key}/l#{'A' * 22}"):
        with caught(thief.phone) as requests:
            try:
                thief.phone.scan(scanned)
            except Exception as stopped:  # noqa: BLE001 - the caught phone gets no answer and says so in its own way
                assert requests, stopped
        answers.append(post(here.key, *requests[0], here))
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    unknown = resigned(
        thief.phone,
        {**body, "signed": {**body["signed"], "phone": thief.phone.id, "attempt": OTHER, "user": thief.id}},
        here.pin(),
    )
    known = resigned(
        thief.phone, {**body, "signed": {**body["signed"], "phone": thief.phone.id, "user": thief.id}}, here.pin()
    )
    first, second = (post(here.key, "/v1/decide", made, here) for made in (unknown, known))
    assert (first.status_code, first.content) == (second.status_code, second.content)
