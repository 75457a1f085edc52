"""A whole login at the portal by each of Key's ways, and what a person can do instead of finishing one (A, B, C, D, E)."""

from __future__ import annotations

import pytest

from tests.support.installation import OTHER_PIN, Installation, refused
from tests.support.steps import approve, asked, challenge, choices, confirmation, go_on, known, logged_in, waiting


def test_by_push(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt = approve(here, who, browser)
    assert attempt.details["client"] == "portal"
    assert attempt.details["browser_new"] is True
    page = go_on(browser)
    assert (page.path, page.status) == ("/", 200)
    assert who.given in page.text


def test_by_qr_nothing_is_typed_even_in_a_new_browser(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    page = browser.post("/login/wait", do="qr")
    attempt = who.phone.scan(page.links[0])
    assert who.phone.approve(attempt, here.pin()).result == "approved"
    assert go_on(browser).path == "/"


def test_by_challenge_the_phone_needs_no_network(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    digits = challenge(browser.post("/login/wait", do="challenge"))
    page = browser.post("/login/wait", do="response", response=who.phone.respond(digits, here.pin()))
    assert (page.path, page.status) == ("/", 200)


def test_by_code(here: Installation) -> None:
    who = here.person()
    assert logged_in(here, who).page.path == "/"


@pytest.mark.parametrize("offset", [0, 29], ids=["now", "one step ago"])
def test_a_code_of_this_step_and_the_one_before(here: Installation, offset: int) -> None:
    who = here.person()
    here.later(30 - here.clock.now() % 30)
    code = who.phone.code(here.pin())
    here.later(30 + offset)
    assert waiting(here, who).post("/login/wait", do="code", code=code).path == "/"


@pytest.mark.parametrize(
    ("seconds", "words"), [(-600, "10 minutes"), (-240, "4 minutes"), (120, "2 minutes"), (600, "10 minutes")]
)
def test_a_clock_that_is_off_is_told_and_the_code_not_accepted(here: Installation, seconds: int, words: str) -> None:
    """E02, U02: an offset up to ten minutes is recognised; its code counts as wrong and is spent."""
    who = here.person()
    browser = waiting(here, who)
    code = who.phone.code(here.pin(), at=here.clock.now() + seconds)
    page = browser.post("/login/wait", do="code", code=code)
    assert page.refusals == [2102]
    assert words in page.text
    if seconds > 0:
        here.later(seconds)
        assert browser.post("/login/wait", do="code", code=code).refusals == [2103]


def test_a_code_of_another_hour_is_simply_wrong(here: Installation) -> None:
    who = here.person()
    code = who.phone.code(here.pin(), at=here.clock.now() - 640)
    assert waiting(here, who).post("/login/wait", do="code", code=code).refusals == [2101]


@pytest.mark.parametrize("typed", ["{0} {1}", "{0}-{1}", "\u3000{0}{1} "])
def test_codes_may_be_typed_in_groups(here: Installation, typed: str) -> None:
    who = here.person()
    browser = waiting(here, who)
    code = who.phone.code(here.pin())
    assert browser.post("/login/wait", do="code", code=typed.format(code[:3], code[3:])).path == "/"


def test_full_width_digits_of_a_japanese_keyboard(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    code = who.phone.code(here.pin()).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert browser.post("/login/wait", do="code", code=code).path == "/"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦x"])
def test_what_cannot_be_a_code_costs_nothing(here: Installation, typed: str) -> None:
    who = here.person()
    browser = waiting(here, who)
    for _ in range(6):
        assert browser.post("/login/wait", do="code", code=typed).refusals == [2107]
    assert browser.post("/login/wait", do="code", code=who.phone.code(here.pin())).path == "/"


def test_going_from_way_to_way_never_loses_the_login(here: Installation) -> None:
    """D05: push, QR and challenge stay open together, and the first of them still works at the end."""
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    browser.post("/login/wait", do="qr")
    page = browser.post("/login/wait", do="challenge")
    assert page.links
    assert confirmation(page) == code
    assert browser.post("/login/wait", do="response", response="00000000").refusals == [2104]
    assert who.phone.approve(attempt, here.pin(), code).result == "approved"
    assert go_on(browser).path == "/"


def test_a_new_qr_and_a_new_challenge_end_those_before(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    first = browser.post("/login/wait", do="qr").links[0]
    second = browser.post("/login/wait", do="qr").links[0]
    assert first != second
    refused(4202, work=lambda: who.phone.scan(first))
    assert who.phone.scan(second).username == who.username
    old = challenge(browser.post("/login/wait", do="challenge"))
    new = challenge(browser.post("/login/wait", do="challenge"))
    respond = lambda digits: browser.post("/login/wait", do="response", response=who.phone.respond(digits, here.pin()))  # noqa: E731
    assert respond(old).refusals == [2104]
    assert respond(new).path == "/"


def test_the_known_browser_is_not_asked_for_the_code_again(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who, known(here, who))
    assert confirmation(browser.page) == ""
    attempt = asked(who.phone, who)
    assert attempt.details["confirm"] is False
    assert attempt.details["browser_new"] is False
    assert who.phone.approve(attempt, here.pin()).result == "approved"
    assert go_on(browser).path == "/"


def test_a_known_browser_in_another_network_is_asked(here: Installation) -> None:
    who = here.person()
    home = known(here, who)
    with here.elsewhere("127.20.0.9") as http:
        away = here.browser(http=http)
        away.cookies = home.cookies
        waiting(here, who, away)
        attempt = asked(who.phone, who)
    assert attempt.details["confirm_reason"] == "network"
    assert attempt.details["address"] == "127.20.0.9"
    assert (attempt.details["browser_new"], attempt.details["network_new"]) == (False, True)


def test_known_is_per_person(here: Installation) -> None:
    one, other = here.person(), here.person()
    browser = known(here, one)
    waiting(here, other, browser)
    assert asked(other.phone, other).details["confirm_reason"] == "browser"


def test_one_browser_knows_several_people(here: Installation) -> None:
    one, other = here.person(), here.person()
    browser = known(here, one)
    logged_in(here, other, browser).post("/logout")
    for who in (one, other):
        waiting(here, who, browser)
        assert asked(who.phone, who).details["confirm"] is False
        browser.post("/login/wait", do="cancel")


def test_the_password_is_case_sensitive_and_the_username_is_not(here: Installation) -> None:
    """A05."""
    who = here.person()
    assert here.browser().login(who.username, who.password.swapcase()).refusals == [1101]
    assert here.browser().login(f" {who.username.upper()} ", who.password).path == "/login/wait"


def test_nothing_reaches_the_phone_before_the_password_is_right(here: Installation) -> None:
    """A02."""
    who = here.person()
    here.browser().login(who.username, "Other-2026!")
    assert who.phone.pending().attempts == ()


def test_a_person_stops_a_login(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    page = browser.post("/login/wait", do="cancel")
    assert page.status == 410
    assert who.phone.pending().attempts == ()
    refused(4201, work=lambda: who.phone.approve(attempt, here.pin(), code))


def test_a_denied_login_stays_denied_and_asks_nobody_for_a_while(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    decision = who.phone.deny(attempt)
    assert (decision.result, decision.quiet_until) == ("denied", here.clock.now() + 900)
    refused(4201, work=lambda: who.phone.approve(attempt, here.pin(), code))
    page = go_on(browser)
    assert page.status == 403
    waiting(here, who)
    assert who.phone.pending().attempts == (), "the phone is asked in its quiet time"


def test_after_a_denial_even_the_known_browser_shows_the_code(here: Installation) -> None:
    who = here.person()
    browser = known(here, who)
    waiting(here, who, browser)
    who.phone.deny(asked(who.phone, who))
    here.later(901)
    waiting(here, who, browser)
    assert asked(who.phone, who).details["confirm_reason"] == "denial"


def test_a_repeated_decision_gets_the_same_answer(here: Installation) -> None:
    """Spec 6.4: the phone lost the answer and asks again."""
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    assert who.phone.approve(attempt, here.pin(), code) == who.phone.approve(attempt, here.pin(), code)
    go_on(browser)
    assert who.phone.approve(attempt, here.pin(), code).result == "approved"
    here.later(61)
    other = waiting(here, who)
    denied = asked(who.phone, who)
    assert who.phone.deny(denied) == who.phone.deny(denied)
    assert go_on(other).status == 403


def test_with_several_phones_the_drop_down_asks_another(here: Installation) -> None:
    """A07."""
    who = here.person(phones=2)
    browser = waiting(here, who)
    first, second = who.phones
    methods = choices(browser.page, "method")
    assert len(methods) == 2
    assert len(first.pending().attempts) == len(second.pending().attempts) == 1
    here.later(10)
    page = browser.post("/login/wait", do="method", method=second.users[0].device)
    assert not page.refusals
    assert "Phone 2" in page.text
    code = second.code(here.pin())
    assert browser.post("/login/wait", do="code", code=first.code(here.pin())).refusals == [2101], (
        "the phone not chosen"
    )
    assert browser.post("/login/wait", do="code", code=code).path == "/"


def test_any_phone_of_the_person_may_approve(here: Installation) -> None:
    who = here.person(phones=2)
    browser = waiting(here, who)
    approve(here, who, browser, who.phones[1])
    assert go_on(browser).path == "/"


def test_a_method_that_is_not_ones_own_is_refused(here: Installation) -> None:
    who, other = here.person(phones=2), here.person()
    browser = waiting(here, who)
    for forged in (other.phone.users[0].device, "sms", "", "x" * 26, "none"):
        assert browser.post("/login/wait", do="method", method=forged).refusals == [1204]


def test_two_logins_at_once_both_show_the_code(here: Installation) -> None:
    """DESIGN, "One login" 2: otherwise a thief's login beside the owner's could be approved by mistake."""
    who = here.person()
    browser = known(here, who)
    waiting(here, who, browser)
    mine = asked(who.phone, who)
    assert mine.details["confirm"] is False
    thief = waiting(here, who)
    assert len(who.phone.pending().attempts) == 2
    assert {attempt.details["confirm_reason"] for attempt in who.phone.pending().attempts} == {"several"}
    refused(4301, work=lambda: who.phone.decide(mine, "approve", pin=here.pin(), uv="pin"))
    ours = next(attempt for attempt in who.phone.pending().attempts if attempt.id == mine.id)
    refused(4303, work=lambda: who.phone.approve(ours, here.pin(), confirmation(thief.page)))
    page = browser.get("/login/wait")
    assert who.phone.approve(ours, here.pin(), confirmation(page)).result == "approved"
    assert go_on(browser).path == "/"
    assert go_on(thief).refusals == [1112], "the other login is still not answered"


def test_a_wrong_pin_tells_how_many_are_left_and_the_login_goes_on(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    refusal = refused(4304, work=lambda: who.phone.approve(attempt, here.pin(OTHER_PIN), code))
    assert refusal.refusal.left == 9
    assert who.phone.approve(attempt, here.pin(), code).result == "approved"
    assert go_on(browser).path == "/"


def test_biometric_proof_is_named_as_such(here: Installation) -> None:
    who = here.person()
    login = here.platform()
    made = login.start(who.username, who.password)
    who.phone.approve(asked(who.phone, who), here.pin(), made.confirmation, uv="biometric")
    assert "fpt" in login.collect().amr


def test_a_session_ends_by_idling_and_by_age(here: Installation) -> None:
    """T01."""
    who = here.person()
    browser = logged_in(here, who)
    for _ in range(3):
        here.later(14 * 60)
        assert browser.get("/").path == "/"
    here.later(15 * 60)
    assert browser.get("/").status == 401
    old = logged_in(here, who, here.browser())
    for _ in range(12 * 6):
        here.later(10 * 60)
        last = old.get("/")
    assert last.status == 401, "twelve hours in all"


def test_what_no_person_caused_keeps_no_session_alive(here: Installation) -> None:
    who = here.person(phones=0)
    browser = here.browser()
    browser.login(who.username, who.password)
    for _ in range(3):
        here.later(6 * 60)
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        here.http.get(f"{here.portal}/enrol/state", headers={"cookie": cookie})
    assert browser.get("/enrol").status == 401


def test_logging_out_ends_the_session_for_everybody_who_has_its_cookie(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    copy = here.browser()
    copy.cookies = dict(browser.cookies)
    copy.get("/")
    assert who.given in copy.page.text
    browser.post("/logout")
    assert who.given not in copy.get("/").text
