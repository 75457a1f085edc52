"""Strangers who type, ask and borrow (THREATS): they cost the owner little, and never the phone."""

from __future__ import annotations

import pytest

from tests.support.installation import OTHER_PIN, PIN, WRONG, Installation, refused
from tests.support.raw import numbers, post
from tests.support.signed import decision
from tests.support.steps import approve, asked, challenge, confirmation, go_on, known, logged_in, proved, waiting

HOUR = 3600


def test_a_stranger_who_fails_does_not_lock_the_owner_out(here: Installation) -> None:
    who = here.person()
    home = known(here, who)
    for _ in range(8):
        here.browser().login(who.username, WRONG)
    assert here.browser().login(who.username, who.password).refusals == [1102]
    browser = waiting(here, who, home)
    approve(here, who, browser)
    assert go_on(browser).path == "/"


def test_a_known_browser_keeps_its_own_lock_and_is_unknown_afterwards(here: Installation) -> None:
    """S01: at the fifth wrong password its cookie is dead, and its page says until when; both hold, one after the other."""
    who = here.person()
    home = known(here, who)
    assert [home.login(who.username, WRONG).refusals for _ in range(5)] == [[1101]] * 4 + [[1102]]
    for password in (who.password, WRONG, who.password):
        assert home.login(who.username, password).refusals == [1102], "what the page said must hold for the next try"
    assert waiting(here, who).page.status == 200, "its wrong tries were its own: other browsers are not locked"
    here.later(15 * 60)
    assert confirmation(waiting(here, who, home).page), (
        "the dead browser counts as a new one: the phone asks for the digits"
    )


def test_a_dead_browser_shares_the_count_of_the_unknown(here: Installation) -> None:
    who = here.person()
    home = known(here, who)
    for _ in range(5):
        home.login(who.username, WRONG)
    here.later(15 * 60)
    for _ in range(4):
        here.browser().login(who.username, WRONG)
    assert home.login(who.username, WRONG).refusals == [1102], "it has a counter of its own still"
    assert here.browser().login(who.username, who.password).refusals == [1102]


def test_wrong_codes_pause_the_offline_ways_of_that_phone_and_nothing_else(here: Installation) -> None:
    """Ten wrong ones, which anybody with the password can type; push and QR go on, and one right proof lifts the pause."""
    who = here.person(phones=2)
    first, second = who.phones
    thief = here.browser()
    for at in range(10):
        if at % 5 == 0:
            here.later(61)
            waiting(here, who, thief)
            thief.post("/login/wait", do="method", method=first.users[0].device)
        thief.post("/login/wait", do="code", code=f"00000{at}")
    here.later(3601)
    browser = waiting(here, who)
    browser.post("/login/wait", do="method", method=first.users[0].device)
    for do, typed in (("code", first.code(here.pin())), ("response", "12345678")):
        browser.post("/login/wait", do="challenge")
        assert browser.post("/login/wait", do=do, **{do: typed}).refusals == [2108]
    for _ in range(2):
        assert browser.post("/login/wait", do="code", code="000000").refusals == [2108]
    browser.post("/login/wait", do="code", code="000000")
    with here.built.store.read() as tx:
        attempt = tx.attempts.lines(who.id, 1)[0]
    assert (attempt.state, attempt.wrong) == ("failed", 5), "the fifth that was not compared ended it"
    assert _offline(here, first.id) == 10, "it counts on no phone"
    assert first.pending().offline_paused is True
    assert second.pending().offline_paused is False
    here.later(61)
    browser = waiting(here, who)
    browser.post("/login/wait", do="method", method=first.users[0].device)
    link = browser.post("/login/wait", do="qr").links[0]
    assert first.approve(first.scan(link), here.pin()).result == "approved", "the QR goes on"
    assert go_on(browser).path == "/"
    assert first.pending().offline_paused is False, "one right signed answer lifts the pause"
    here.later(3601)
    browser = waiting(here, who)
    browser.post("/login/wait", do="method", method=first.users[0].device)
    assert browser.post("/login/wait", do="code", code=first.code(here.pin())).path == "/"


def test_the_pause_is_lifted_by_a_proof_without_a_login(here: Installation) -> None:
    """Spec 5.7; a wrong PIN does not lift it and is counted."""
    who = here.person()
    for _ in range(2):
        here.later(61)
        browser = waiting(here, who)
        for at in range(5):
            browser.post("/login/wait", do="code", code=f"00000{at}")
    assert who.phone.pending().offline_paused is True
    assert refused(4304, work=lambda: who.phone.check(here.pin(OTHER_PIN))).refusal.left == 9
    assert who.phone.pending().offline_paused is True
    assert who.phone.check(here.pin()) is True
    assert who.phone.pending().offline_paused is False
    here.later(61)
    assert logged_in(here, who).page.path == "/"


def test_a_right_code_forgives_its_own_persons_wrong_ones_only(here: Installation) -> None:
    """Sums over the phone's people: one of them cannot give back the tries that were made against another (THREATS)."""
    victim, thief = here.person(phones=0), here.person(phones=0)
    phone = here.put_key(victim)
    both = here.put_key(thief, phone=phone)
    for at in range(4):
        waiting(here, victim).post("/login/wait", do="code", code=f"00000{at}")
        here.later(61)
    thief.phones = [both]
    logged_in(here, thief)
    wrong = _offline(here, both.id)
    assert wrong == 4, f"{wrong} of the victim's four wrong tries are left"
    waiting(here, thief).post("/login/wait", do="code", code="000000")
    victim.phones = [both]
    here.later(61)
    logged_in(here, victim)
    assert _offline(here, both.id) == 1, "the thief's own wrong one stays"


def _offline(here: Installation, phone_id: str) -> int:
    with here.built.store.read() as tx:
        phone = tx.phones.get(phone_id)
    assert phone is not None
    return phone.offline_wrong


def test_ten_wrong_pins_over_all_people_of_a_phone_end_it(here: Installation) -> None:
    """A thief with the phone adds an account of their own: its right PIN does not buy new tries against the victim's."""
    victim, thief = here.person(phones=0), here.person(phones=0)
    here.put_key(victim)
    phone = here.put_key(thief, phone=victim.phone)
    victim.phones, thief.phones = [phone], [phone]
    left = []
    for turn in range(5):
        here.later(1200)
        browser = waiting(here, victim)
        attempt, code = asked(phone, victim), confirmation(browser.page)
        for _ in range(2 if turn < 4 else 1):
            refusal = refused(4304, work=lambda a=attempt, c=code: phone.approve(a, here.pin(OTHER_PIN), c))
            left.append(refusal.refusal.left)
        mine = waiting(here, thief)
        approve(here, thief, mine, phone)
        assert go_on(mine).path == "/", "the thief's own login works all the while"
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    here.later(1200)
    browser = waiting(here, victim)
    attempt, code = asked(phone, victim), confirmation(browser.page)
    refused(4305, work=lambda: phone.approve(attempt, here.pin(OTHER_PIN), code))
    refused(4101, work=lambda: phone.approve(attempt, here.pin(), code))
    refused(4101, work=phone.pending)
    for who in (victim, thief):
        assert "Phone" in here.letters(who.mail)[0]["text"], "everybody on the phone is told"
        assert here.browser().login(who.username, who.password).path == "/enrol", "Key must be activated again"


def test_an_ended_phone_is_activated_again(here: Installation) -> None:
    who = here.person()
    waiting(here, who)
    attempt = asked(who.phone, who)
    body = decision(who.phone, attempt, here.pin(OTHER_PIN))
    for _ in range(20):
        post(here.key, "/v1/decide", body, here)
    assert numbers(post(here.key, "/v1/decide", body, here)) in ([4303], [4201], [4101])
    with here.built.store.write() as tx:
        tx.phones.set(who.phone.id, state="ended")
        tx.devices.move(who.phone.users[0].device, "active", "inactive", here.clock.now())
    fresh = here.new_phone()
    fresh.activate_scan(proved(here, who).page.links[0])
    fresh.complete(PIN, "Pocket")
    browser = waiting(here, who)
    digits = challenge(browser.post("/login/wait", do="challenge"))
    assert browser.post("/login/wait", do="response", response=fresh.respond(digits, PIN)).path == "/"


def test_a_wrong_signature_or_a_stranger_costs_no_phone(here: Installation) -> None:
    who, thief = here.person(), here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    body = decision(who.phone, attempt, here.pin(OTHER_PIN), confirmation=code)
    for _ in range(15):
        forged = {**body, "signature": decision(thief.phone, attempt, None, choice="deny")["signature"]}
        assert numbers(post(here.key, "/v1/decide", forged, here)) == [4101]
    assert who.phone.approve(attempt, here.pin(), code).result == "approved"


def test_deny_and_not_me_need_no_pin_and_cost_none(here: Installation) -> None:
    who = here.person()
    waiting(here, who)
    body = decision(who.phone, asked(who.phone, who), None, choice="deny")
    assert "hmac" not in body
    assert post(here.key, "/v1/decide", body, here).json()["result"] == "denied"
    with here.built.store.read() as tx:
        assert tx.phones.get(who.phone.id).signed_wrong == 0  # type: ignore[union-attr]


@pytest.mark.parametrize("road", ["new logins", "send again"])
def test_bombing_with_pushes(here: Installation, road: str) -> None:
    """THREATS: a hundred tries reach the phone at most three times in ten minutes, five in an hour."""
    who = here.person()
    begun = here.clock.now()
    asked_at: list[int] = []
    browser = waiting(here, who)
    for _ in range(100):
        if road == "new logins":
            browser = waiting(here, who)
            browser.post("/login/wait", do="cancel")
        elif browser.post("/login/wait", do="again").status == 410:
            waiting(here, who, browser)
        here.later(12)
    with here.built.store.read() as tx:
        for attempt in tx.attempts.recent(who.id, begun):
            asked_at += attempt.asked
    for at in asked_at:
        assert sum(at <= other < at + 600 for other in asked_at) <= 3
        assert sum(at <= other < at + 3600 for other in asked_at) <= 5
    assert len(asked_at) >= 3


def test_a_limited_push_leaves_the_other_ways_open(here: Installation) -> None:
    who = here.person()
    for _ in range(3):
        waiting(here, who).post("/login/wait", do="cancel")
    browser = waiting(here, who)
    assert who.phone.pending().attempts == ()
    assert browser.post("/login/wait", do="again").status == 429
    link = browser.post("/login/wait", do="qr").links[0]
    assert who.phone.approve(who.phone.scan(link), here.pin()).result == "approved"
    assert go_on(browser).path == "/"


def test_after_not_me_a_new_browser_asks_no_phone_at_all(here: Installation) -> None:
    """S02: for a day the QR or the challenge, never a tap on a notification."""
    who = here.person()
    waiting(here, who)
    who.phone.not_me(asked(who.phone, who))
    here.later(HOUR)
    browser = waiting(here, who)
    assert who.phone.pending().attempts == ()
    assert browser.post("/login/wait", do="again").refusals == [1204]
    assert browser.post("/login/wait", do="code", code=who.phone.code(here.pin())).refusals == [1204]
    assert [notice["kind"] for notice in who.phone.pending().notices] == ["suspicion"]
    here.later(24 * HOUR)
    browser = waiting(here, who)
    assert len(who.phone.pending().attempts) == 1


def test_after_a_denial_nobody_is_asked_for_a_quarter_of_an_hour(here: Installation) -> None:
    who = here.person()
    waiting(here, who)
    who.phone.deny(asked(who.phone, who))
    here.later(899)
    browser = waiting(here, who)
    assert who.phone.pending().attempts == ()
    assert browser.post("/login/wait", do="again").status == 429
    here.later(1)
    assert browser.post("/login/wait", do="again").status == 200
    assert len(who.phone.pending().attempts) == 1
