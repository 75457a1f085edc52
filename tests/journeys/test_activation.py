"""Key comes onto a phone: by SMS code, by QR, by Session ID, by a new number after a proof; and several people on one phone (F to K)."""

from __future__ import annotations

import re

import pytest

from tests.support.installation import OTHER_PIN, PIN, Installation, Person, refused
from tests.support.steps import asked, challenge, choices, go_on, logged_in, proved, waiting
from watchword_client.activation import PinForbidden
from watchword_client.phone import Phone


def by_sms(here: Installation, who: Person, phone: Phone | None = None, pin: str = PIN) -> Phone:
    """Everything on the phone: password, the default number, the code, the PIN."""
    phone = phone or here.new_phone()
    begun = phone.activate_start(who.username, who.password)
    phone.activate_send(next(contact["id"] for contact in begun["contacts"] if contact["kind"] == "sms"))
    phone.activate_prove(here.code_to(who.number))
    phone.complete(pin, "Pocket")
    return phone


def logs_in(here: Installation, who: Person, phone: Phone, pin: str = PIN) -> bool:
    """Whether Key works: a login by challenge and response."""
    browser = waiting(here, who)
    digits = challenge(browser.post("/login/wait", do="challenge"))
    return browser.post("/login/wait", do="response", response=phone.respond(digits, pin, who.username)).path == "/"


def test_by_sms_code(here: Installation) -> None:
    who = here.person(phones=0)
    phone = here.new_phone()
    begun = phone.activate_start(who.username, who.password)
    assert sorted(contact["kind"] for contact in begun["contacts"] if contact["default"]) == ["mail", "sms"]
    masked = next(contact for contact in begun["contacts"] if contact["kind"] == "sms")
    assert who.number not in str(begun)
    assert masked["masked"].endswith(who.number[-4:])
    sent = phone.activate_send(masked["id"])
    assert (sent["digits"], sent["expires"] - here.clock.now(), sent["again"] - here.clock.now()) == (8, 600, 60)
    refused(3204, work=lambda: phone.activate_prove(f"{(int(here.code_to(who.number)) + 1) % 10**8:08}"))
    desk = here.browser()
    assert desk.login(who.username, who.password).path == "/enrol"
    phone.activate_prove(here.code_to(who.number))
    assert phone.complete(PIN, "Pocket").username == who.username
    assert desk.get("/enrol").status == 401, "what a password alone opened ends with the first Key"
    assert logs_in(here, who, phone)


def test_the_code_goes_to_a_number_and_not_to_a_mail_address(here: Installation) -> None:
    who = here.person(phones=0)
    phone = here.new_phone()
    contacts = phone.activate_start(who.username, who.password)["contacts"]
    mail = next(contact["id"] for contact in contacts if contact["kind"] == "mail")
    refused(5002, work=lambda: phone.activate_send(mail))


def test_by_a_new_number_only_after_a_proof_to_what_was_on_file(here: Installation) -> None:
    """F03, H02, N03: the new number is verified and on file afterwards, and every channel is told of it."""
    who, new = here.person(phones=0), f"90{int(who_digits(here)):08}"
    phone = here.new_phone()
    contacts = phone.activate_start(who.username, who.password)["contacts"]
    refused(3110, work=lambda: phone.activate_send(country="JP", national=new))
    assert here.letters(f"+81{new}") == []
    mail = next(contact["id"] for contact in contacts if contact["kind"] == "mail")
    assert phone.activate_proof_send(mail)["digits"] == 6
    refused(3110, work=lambda: phone.activate_send(country="JP", national=new))
    phone.activate_proof(here.code_to(who.mail))
    here.later(61)
    phone.activate_send(country="JP", national=new)
    phone.activate_prove(here.code_to(f"+81{new}"))
    phone.complete(PIN, "Pocket")
    assert logs_in(here, who, phone)
    told = [letter["text"] for letter in here.letters(who.number)]
    assert any(new[-4:] in text for text in told), "the old number is not told of the new one"
    assert verified(here, who) == {who.number: False, who.mail: True, f"+81{new}": True}


def verified(here: Installation, who: Person) -> dict[str, bool]:
    """What is on file, and whether a code that went there was ever typed."""
    with here.built.store.read() as tx:
        return {contact.value: bool(contact.verified) for contact in tx.contacts.of(who.id)}


@pytest.mark.parametrize("road", ["all on the phone", "from the page"])
def test_the_code_verifies_the_number_it_went_to(here: Installation, road: str) -> None:
    """N03; a code that is not right, or was only sent, verifies nothing."""
    who, phone = here.person(phones=0), here.new_phone()
    if road == "all on the phone":
        contacts = phone.activate_start(who.username, who.password)["contacts"]
        phone.activate_send(next(contact["id"] for contact in contacts if contact["kind"] == "sms"))
        refused(3204, work=lambda: phone.activate_prove(f"{(int(here.code_to(who.number)) + 1) % 10**8:08}"))
        assert not any(verified(here, who).values())
        phone.activate_prove(here.code_to(who.number))
    else:
        browser = here.browser()
        browser.login(who.username, who.password)
        browser.post("/enrol", do="send", contact=number_on_file(here, who))
        code = here.code_to(who.number)
        assert browser.post("/enrol", do="code", code=f"{(int(code) + 1) % 10**6:06}").refusals == [3204]
        assert not any(verified(here, who).values())
        phone.activate_scan(browser.post("/enrol", do="code", code=code).links[0])
    phone.complete(PIN, "Pocket")
    assert verified(here, who) == {who.number: True, who.mail: False}


def number_on_file(here: Installation, who: Person) -> str:
    """The contact of this person's phone number."""
    with here.built.store.read() as tx:
        return next(contact.id for contact in tx.contacts.of(who.id) if contact.kind == "sms")


def who_digits(here: Installation) -> str:
    """Eight digits that no number of a test has."""
    return str(20_000_000 + int.from_bytes(here.built.kit.entropy.bytes(3), "big"))


@pytest.mark.parametrize("national", ["09012345678", "9012 345", "90-1234-5678", "+819012345678", "", "１２"])
def test_a_number_in_a_wrong_form_is_explained(here: Installation, national: str) -> None:
    """F04."""
    who = here.person(phones=0)
    phone = here.new_phone()
    phone.activate_start(who.username, who.password)
    refused(3111, work=lambda: phone.activate_send(country="JP", national=national))
    refused(3112, 5002, work=lambda: phone.activate_send(country="XX", national="9012345678"))


def test_the_first_page_asks_a_code_before_it_shows_a_qr(here: Installation) -> None:
    """H01, H04: a right password without Key leads to enrolling and nowhere else."""
    who = here.person(phones=0)
    browser = here.browser()
    page = browser.login(who.username, who.password)
    assert page.path == "/enrol"
    assert not page.links and not page.session_id
    for path in ("/", "/enrol", "/login"):
        page = browser.get(path)
        assert not page.links and not page.session_id and who.given not in page.text
    sent_to = choices(browser.get("/enrol"), "contact")
    assert len(sent_to) == 2
    browser.post("/enrol", do="send", contact=sent_to[0])
    code = here.code_to(who.number, who.mail)
    wrong = "000000" if code != "000000" else "111111"
    page = browser.post("/enrol", do="code", code=wrong)
    assert page.refusals == [3204]
    page = browser.post("/enrol", do="code", code=code)
    assert page.links[0].startswith(f"{here.key}/a#")


def test_by_qr(here: Installation) -> None:
    who = here.person(phones=0)
    browser = proved(here, who)
    phone = here.new_phone()
    assert phone.activate_scan(browser.page.links[0]).username == who.username
    assert phone.complete(PIN, "Pocket").confirmed
    page = browser.get("/enrol")
    assert "Pocket" in page.text and not page.links
    assert logs_in(here, who, phone)


@pytest.mark.parametrize(
    "typed", [str, str.lower, lambda s: f"{s[:4]} {s[4:]}", lambda s: s.replace("0", "O").replace("1", "l")]
)
def test_by_session_id_as_people_type_it(here: Installation, typed: object) -> None:
    assert callable(typed)
    who = here.person(phones=0)
    here.later(3601)  # twenty an hour for a network: see test_limits
    browser = proved(here, who)
    phone = here.new_phone()
    phone.activate_session(who.username, typed(browser.page.session_id))
    phone.complete(PIN, "Pocket")
    assert logs_in(here, who, phone)


def test_qr_and_session_id_are_one_offer(here: Installation) -> None:
    """G06: used one way, it is used."""
    who = here.person(phones=0)
    page = proved(here, who).page
    first, second = here.new_phone(), here.new_phone()
    first.activate_scan(page.links[0])
    refused(3201, work=lambda: second.activate_session(who.username, page.session_id))
    refused(3201, work=lambda: second.activate_scan(page.links[0]))
    assert first.complete(PIN, "Pocket").confirmed, "a stranger's tries do not disturb the phone that was first"
    refused(3201, work=lambda: second.activate_scan(page.links[0]))


def test_an_offer_ends_after_ten_minutes_and_a_new_one_ends_the_old(here: Installation) -> None:
    who = here.person(phones=0)
    browser = proved(here, who)
    old = browser.page.links[0]
    here.later(1)
    new = browser.post("/enrol", do="renew").links[0]
    phone = here.new_phone()
    refused(3201, work=lambda: phone.activate_scan(old))
    here.later(600)
    refused(3201, work=lambda: phone.activate_scan(new))
    page = browser.post("/enrol", do="renew")
    assert here.new_phone().activate_scan(page.links[0]).username == who.username


def test_logging_out_and_in_again_gives_a_fresh_offer(here: Installation) -> None:
    """G06."""
    who = here.person(phones=0)
    browser = proved(here, who)
    old = browser.page.links[0]
    browser.post("/logout")
    here.later(61)
    fresh = proved(here, who).page.links[0]
    assert fresh != old
    refused(3201, work=lambda: here.new_phone().activate_scan(old))
    assert here.new_phone().activate_scan(fresh).username == who.username


def test_a_step_may_be_repeated_by_the_phone_that_took_it(here: Installation) -> None:
    """Spec 5: the same claim gets the same answer, the secret included; confirming twice is confirming once."""
    who = here.person(phones=0)
    link = proved(here, who).page.links[0]
    phone = here.new_phone()
    first = phone.activate_scan(link)
    again = phone.activation.scan(link.rpartition("#")[2])
    assert (first.enrolment, first.nonce) == (again.enrolment, again.nonce)
    activation = phone.activation
    user = activation.complete(PIN, "Pocket")
    assert phone.users == (user,)
    refused(3207, work=lambda: activation.complete(PIN, "Pocket"))
    assert logs_in(here, who, phone)


def test_a_confirmation_that_was_lost_is_repeated(here: Installation) -> None:
    who = here.person(phones=0)
    phone = here.new_phone()
    phone.activate_scan(proved(here, who).page.links[0])
    user = phone.complete(PIN, "Pocket")
    user.confirmed, user.enrolment = False, phone.users[0].enrolment or _enrolment(here, who)
    assert phone.confirm(PIN).confirmed


def _enrolment(here: Installation, who: Person) -> str:
    with here.built.store.engine.connect() as connection:
        row = connection.exec_driver_sql(f"SELECT id FROM enrolments WHERE user_id = '{who.id}'").first()
    assert row is not None
    return str(row[0])


def test_already_enrolled_is_told_apart_from_used(here: Installation) -> None:
    """G07: on this phone there is nothing to do."""
    who = here.person(phones=0)
    phone = here.new_phone()
    phone.activate_scan(proved(here, who).page.links[0])
    phone.complete(PIN, "Pocket")
    browser = logged_in_with(here, who, phone)
    page = browser.get("/enrol")
    phone.activate_scan(page.links[0])
    refused(3202, work=lambda: phone.complete(PIN, "Pocket"))


def logged_in_with(here: Installation, who: Person, phone: Phone, pin: str = PIN) -> object:
    """A session in a new browser, by a response of this phone, which confirms what follows."""
    browser = waiting(here, who)
    digits = challenge(browser.post("/login/wait", do="challenge"))
    page = browser.post("/login/wait", do="response", response=phone.respond(digits, pin, who.username))
    assert page.path == "/", page.refusals
    return browser


def test_a_second_phone_comes_from_a_complete_session(here: Installation) -> None:
    """The phone's own road is closed to somebody who has Key: the portal offers it, after both elements."""
    who = here.person()
    refused(3104, work=lambda: here.new_phone().activate_start(who.username, who.password))
    browser = logged_in(here, who)
    second = here.new_phone()
    second.activate_scan(browser.get("/enrol").links[0])
    second.complete(PIN, "Tablet")
    assert logs_in_with_either(here, who, second)
    assert any("Tablet" in letter["text"] for letter in here.letters(who.mail)), "the channels are not told"


def logs_in_with_either(here: Installation, who: Person, second: Phone) -> bool:
    for phone, pin in ((who.phone, here.pin()), (second, PIN)):
        browser = waiting(here, who)
        link = browser.post("/login/wait", do="qr").links[0]
        assert phone.approve(phone.scan(link), pin).result == "approved"
        assert go_on(browser).path == "/"
    return True


def test_several_people_on_one_phone_under_one_pin(here: Installation) -> None:
    """J01, G03: adding takes the PIN that is there; each login shows whose it is."""
    people = [here.person(phones=0) for _ in range(3)]
    phone = by_sms(here, people[0])
    phone.activate_scan(proved(here, people[1]).page.links[0])
    assert refused(4304, work=lambda: phone.complete(OTHER_PIN, "Pocket")).refusal.left == 9
    phone.complete(PIN, "Pocket")
    by_sms(here, people[2], phone)
    assert [user.username for user in phone.users] == [who.username for who in people]
    browsers = [waiting(here, who) for who in people]
    assert {attempt.username for attempt in phone.pending().attempts} == {who.username for who in people}
    for who, browser in zip(people, browsers, strict=True):
        attempt = asked(phone, who)
        code = next(digits for digits in browser.page.digits if len(digits) == 6)
        assert phone.approve(attempt, PIN, code).result == "approved"
        assert go_on(browser).path == "/"


def test_adding_a_user_without_the_proof_is_refused(here: Installation) -> None:
    first, second = here.person(phones=0), here.person(phones=0)
    phone = by_sms(here, first)
    phone.activate_scan(proved(here, second).page.links[0])
    ready = phone.activation.ready
    assert ready is not None
    body = phone.activation._request(ready, "Pocket", None, phone.unlock(PIN), "pin")
    refused(3206, work=lambda: phone.wire.post("/v1/activation/complete", lambda: body))


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ({"os": "android", "version": "6.0", "lock": True, "rooted": False}, 3102),
        ({"os": "ios", "version": "12.5", "lock": True, "rooted": None}, 3102),
        ({"os": "android", "version": "14", "lock": True, "rooted": True}, 3101),
        ({"os": "ios", "version": "17.1", "lock": False, "rooted": None}, 3103),
    ],
)
def test_a_phone_that_says_it_is_not_fit_is_refused_with_the_reason(
    here: Installation, told: dict[str, object], number: int
) -> None:
    """I01, I02; the offer stays for another phone."""
    who = here.person(phones=0)
    platform = {"version": "", "model": "", **told}
    refused(number, work=lambda: here.new_phone(platform=platform).activate_start(who.username, who.password))
    link = proved(here, who).page.links[0]
    refused(number, work=lambda: here.new_phone(platform=platform).activate_scan(link))
    fit = here.new_phone(platform={"os": "ios", "version": "13.0", "model": "", "lock": None, "rooted": None})
    assert fit.activate_scan(link).username == who.username


def test_the_pin_guidelines_know_the_person_and_tell_nobody(here: Installation) -> None:
    """K02, K03, K04: the PIN stays on the phone, what is on file stays on the server."""
    who = here.person(phones=0, given_names="Misaki", family_names="Tanaka", birth_date="1987-04-23", cities=("Osaka",))
    phone = here.new_phone()
    ready = phone.activate_scan(proved(here, who).page.links[0])
    assert len(ready.guidelines["hashes"]) == 192
    for pin, kind in (("19870", 1), ("0423x", 1), ("xmt9", 5), ("Tana1", 5), ("osak", 6), (who.number[3:7], 4)):
        assert kind in {found.kind for found in phone.pin_faults(pin)}, pin
    with pytest.raises(PinForbidden):
        phone.complete("0423", "Pocket")
    assert phone.pin_faults(PIN) == []
    assert phone.complete(PIN, "Pocket").confirmed


def test_every_channel_is_told_of_the_new_key(here: Installation) -> None:
    who = here.person(phones=0)
    by_sms(here, who)
    for to in (who.number, who.mail):
        assert "Pocket" in here.letters(to)[0]["text"]


def test_no_letter_holds_a_link(here: Installation) -> None:
    """A10."""
    who = here.person(phones=0, lang="ja")
    by_sms(here, who)
    for letter in (*here.letters(who.number), *here.letters(who.mail)):
        assert not re.search(r"https?:|www\.|/a#|/l#", letter["subject"] + letter["text"])


def test_the_first_login_after_enrolling_is_led_to(here: Installation) -> None:
    """H03: the enrolment session cannot go on as a session; the person logs in with Key."""
    who = here.person(phones=0)
    browser = proved(here, who)
    phone = here.new_phone()
    phone.activate_scan(browser.page.links[0])
    phone.complete(PIN, "Pocket")
    assert browser.get("/").path == "/enrol"
    browser.post("/logout")
    waiting(here, who, browser)
    who.phones.append(phone)
    attempt = asked(phone, who)
    code = next(digits for digits in browser.page.digits if len(digits) == 6)
    phone.approve(attempt, PIN, code)
    assert go_on(browser).path == "/"
