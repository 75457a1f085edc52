"""The numbers of the table "What the pages leave open, decided", each met through the public interfaces on a clock."""

from __future__ import annotations

import pytest

from tests.support.installation import WRONG, Installation, Person, refused
from tests.support.steps import asked, challenge, choices, confirmation, go_on, known, waiting
from watchword.core.users import Contact
from watchword_client.phone import Phone
from watchword_client.portal import Browser

MINUTE, HOUR, DAY = 60, 3600, 86400


def fail(here: Installation, who: Person, browser: Browser | None = None) -> list[int]:
    """Five wrong passwords."""
    return [(browser or here.browser()).login(who.username, WRONG).refusals[0] for _ in range(5)]


def test_locks_grow_from_15_to_30_to_60_minutes(here: Installation) -> None:
    """S01, U03; a success starts over."""
    who = here.person()
    for minutes in (15, 30, 60, 60):
        assert fail(here, who) == [1101] * 4 + [1102]
        here.later(minutes * MINUTE - 1)
        page = here.browser().login(who.username, who.password)
        assert (page.refusals, page.status) == ([1102], 429)
        here.later(1)
    waiting(here, who)
    fail(here, who)
    here.later(15 * MINUTE)
    waiting(here, who)


def test_a_try_in_a_lock_does_not_make_it_longer(here: Installation) -> None:
    who = here.person()
    fail(here, who)
    for _ in range(14):
        here.later(MINUTE)
        assert here.browser().login(who.username, WRONG).refusals == [1102]
    here.later(MINUTE)
    waiting(here, who)


def test_four_wrong_ones_and_a_right_one_lock_nothing(here: Installation) -> None:
    who = here.person()
    for _ in range(4):
        for _ in range(4):
            assert here.browser().login(who.username, WRONG).refusals == [1101]
        waiting(here, who)


def test_a_known_browser_is_counted_apart_and_dies_at_five(here: Installation) -> None:
    who = here.person()
    home = known(here, who)
    assert fail(here, who) == [1101] * 4 + [1102]
    assert waiting(here, who, home).page.digits == [], "the known browser is still known"
    stranger = known(here, here.person())
    assert stranger.login(who.username, who.password).refusals == [1102], "another person's cookie counts as unknown"
    assert fail(here, who, home)[-1] == 1102
    here.later(HOUR)
    page = waiting(here, who, home).page
    assert confirmation(page), "after five wrong passwords this browser is known no more"


def test_five_wrong_answers_end_an_attempt_whatever_they_were(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    browser.post("/login/wait", do="challenge")
    for at in range(2):
        assert browser.post("/login/wait", do="response", response=f"0000000{at}").refusals == [2104]
    for at in range(2):
        assert browser.post("/login/wait", do="code", code=f"00000{at}").refusals == [2101]
    browser.post("/login/wait", do="code", code="000009")
    page = browser.post("/login/wait", do="code", code=who.phone.code(here.pin()))
    assert (page.path, page.status) == ("/login/wait", 410)
    assert who.phone.pending().attempts == ()


def test_three_wrong_responses_spend_a_challenge_and_a_new_one_forgives_nothing(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    digits = challenge(browser.post("/login/wait", do="challenge"))
    right = who.phone.respond(digits, here.pin())
    wrong = [f"{(int(right) + at) % 10**8:08}" for at in range(1, 6)]
    for typed in wrong[:3]:
        assert browser.post("/login/wait", do="response", response=typed).refusals == [2104]
    assert browser.post("/login/wait", do="response", response=right).refusals == [2106]
    browser.post("/login/wait", do="challenge")
    for typed in wrong[3:]:
        browser.post("/login/wait", do="response", response=typed)
    assert go_on(browser).status in (403, 410), "five in all end the attempt"


def test_three_wrong_confirmations_end_an_attempt(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    wrong = "000000" if code != "000000" else "111111"
    left = [refused(4303, work=lambda: who.phone.approve(attempt, here.pin(), wrong)).refusal.left for _ in range(2)]
    assert left == [2, 1]
    refused(4201, work=lambda: who.phone.approve(attempt, here.pin(), wrong))
    refused(4201, work=lambda: who.phone.approve(attempt, here.pin(), code))
    assert go_on(browser).status == 403


def test_an_attempt_lives_fifteen_minutes_renewals_included(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    for _ in range(14):
        here.later(MINUTE)
        assert browser.post("/login/wait", do="qr").links
        browser.post("/login/wait", do="challenge")
    here.later(MINUTE - 1)
    link = browser.post("/login/wait", do="qr").links[0]
    here.later(1)
    assert browser.get("/login/wait").status == 410
    refused(4202, work=lambda: who.phone.scan(link))
    refused(4201, work=lambda: who.phone.approve(attempt, here.pin(), code))
    assert who.phone.pending().attempts == ()


def test_a_qr_lives_three_minutes_and_a_challenge_five(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    link = browser.post("/login/wait", do="qr").links[0]
    digits = challenge(browser.post("/login/wait", do="challenge"))
    here.later(179)
    assert who.phone.scan(link).username == who.username
    here.later(1)
    refused(4202, work=lambda: who.phone.scan(link))
    here.later(120)
    assert browser.post("/login/wait", do="response", response=who.phone.respond(digits, here.pin())).refusals == [2105]


def test_pushes_three_in_ten_minutes_five_an_hour(here: Installation) -> None:
    who = here.person()
    asked_at = []
    for at in range(70):
        browser = waiting(here, who)
        if who.phone.pending().attempts:
            asked_at.append(at)
        browser.post("/login/wait", do="cancel")
        here.later(MINUTE)
    assert asked_at[:6] == [0, 1, 2, 10, 11, 60]


def started(here: Installation, who: Person) -> tuple[Phone, str]:
    """A phone at the step where the code is sent, and the number's id."""
    phone = here.new_phone()
    contacts = phone.activate_start(who.username, who.password)["contacts"]
    return phone, next(contact["id"] for contact in contacts if contact["kind"] == "sms")


def test_codes_are_sent_once_a_minute_five_an_hour_ten_a_day(here: Installation) -> None:
    who = here.person(phones=0)
    begun, sent_at = here.clock.now(), []
    for minute in range(0, 26 * 60, 1):
        if minute % 20 == 0:
            phone, number = started(here, who)
        if minute < 8 or minute % 6 == 0:
            if _sends(phone, number):
                sent_at.append((here.clock.now() - begun) // MINUTE)
        here.later(MINUTE)
    assert sent_at[:5] == [0, 1, 2, 3, 4]
    for at in sent_at:
        assert sum(at <= other < at + 60 for other in sent_at) <= 5
        assert sum(at <= other < at + 24 * 60 for other in sent_at) <= 10
    assert len(sent_at) > 10


def _sends(phone: Phone, number: str) -> bool:
    try:
        phone.activate_send(number)
    except Exception as limited:  # noqa: BLE001 - looked at just below
        assert getattr(limited, "number", 0) == 3120, limited
        return False
    return True


def test_a_second_code_within_a_minute_is_refused_with_the_time(here: Installation) -> None:
    who = here.person(phones=0)
    phone, number = started(here, who)
    again = phone.activate_send(number)["again"]
    here.later(59)
    assert refused(3120, work=lambda: phone.activate_send(number)).refusal.retry_after == 1
    here.later(1)
    assert here.clock.now() == again
    phone.activate_send(number)


def test_a_new_code_ends_the_one_before_and_each_ends_after_ten_minutes(here: Installation) -> None:
    who = here.person(phones=0)
    phone, number = started(here, who)
    phone.activate_send(number)
    first = here.code_to(who.number)
    here.later(61)
    phone.activate_send(number)
    second = here.code_to(who.number)
    assert first != second
    refused(3204, work=lambda: phone.activate_prove(first))
    here.later(600)
    refused(3205, work=lambda: phone.activate_prove(second))


def test_three_tries_a_code_and_ten_a_day_a_person(here: Installation) -> None:
    who = here.person(phones=0)
    found: list[int] = []
    for _ in range(5):
        phone, number = started(here, who)
        phone.activate_send(number)
        right = int(here.code_to(who.number))
        found += [
            refused(3204, 3205, 3208, work=lambda at=at: phone.activate_prove(f"{(right + at) % 10**8:08}")).number
            for at in (1, 2, 3)
        ]
        here.later(13 * MINUTE)
    assert found == [3204] * 9 + [3204, 3208, 3208] + [3208] * 3
    here.later(DAY)
    phone, number = started(here, who)
    phone.activate_send(number)
    phone.activate_prove(here.code_to(who.number))


def test_a_number_on_file_for_several_people_has_one_limit(here: Installation) -> None:
    """SMS toll fraud (THREATS): the limit is the number's, whoever asks."""
    people = [here.person(phones=0) for _ in range(7)]
    shared = people[0].number
    with here.built.store.engine.begin() as connection:
        for who in people[1:]:
            connection.exec_driver_sql(f"DELETE FROM contacts WHERE user_id = '{who.id}'")
    _give_number(here, people[1:], shared)
    outcomes = []
    for who in people:
        phone, number = started(here, who)
        outcomes.append(_sends(phone, number))
        here.later(61)
    assert outcomes == [True] * 5 + [False] * 2


def _give_number(here: Installation, people: list[Person], number: str) -> None:
    with here.built.store.write() as tx:
        for who in people:
            now = here.clock.now()
            tx.contacts.add(Contact(here.built.kit.entropy.id(), who.id, "sms", number, 0, True, now))


def test_a_country_has_a_cap_and_some_are_not_allowed(install: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(install)
    here = install(sms={"provider": "outbox", "countries": ["CH"]})
    who = here.person(phones=0)
    phone, number = started(here, who)
    refused(3112, work=lambda: phone.activate_send(number))
    assert here.letters(who.number) == []
    browser = here.browser()
    page = browser.login(who.username, who.password)
    mail = next(contact for contact in choices(page, "contact") if contact != number)
    assert not browser.post("/enrol", do="send", contact=mail).refusals, "mail goes on"
    monkeypatch.setattr("watchword.core.codes.PER_PREFIX", 3)
    free = install(sms={"provider": "outbox", "countries": ["JP"]})
    outcomes = []
    for _ in range(4):
        phone, number = started(free, free.person(phones=0))
        outcomes.append(_sends(phone, number))
    assert outcomes == [True, True, True, False]


def test_the_enrolment_session_ends_after_half_an_hour_and_idles_out_in_a_quarter(here: Installation) -> None:
    who = here.person(phones=0)
    browser = here.browser()
    browser.login(who.username, who.password)
    for _ in range(2):
        here.later(14 * MINUTE)
        assert browser.get("/enrol").path == "/enrol"
        assert "401" not in str(browser.page.status)
    here.later(2 * MINUTE)
    assert browser.get("/enrol").status == 401
