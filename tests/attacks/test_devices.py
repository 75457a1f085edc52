"""Attacks on devices other than Key: cloned and altered passkeys, a page in between, guessing, weaker ways (THREATS)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.crowd import together
from tests.support.devices import DEVICES, add_passkey, options, use_passkey, with_passkey
from tests.support.installation import Installation, Person
from tests.support.staff import refused_with, tags
from tests.support.steps import STEP, asked, confirmation, go_on, logged_in, waiting
from watchword.core.devices import WRONG_LIMIT
from watchword.stores import tables
from watchword_client.portal import Browser


def device(here: Installation, who: Person, kind: str = "passkey") -> tables.Table:
    with here.built.store.read() as tx:
        return next(one for one in tx.devices.of_user(who.id) if one.kind == kind)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://portal.watchword.example.net"}, {"rp": "evil.example"}, {"type": "webauthn.create"}, {"challenge": "AAAA"},
        {"flags": 4}, {"flags": 5 | 8}, {"flags": 5 | 16}, {"user": b"somebody else"}, {"signature": bytes(70)},
        {"extra": {"crossOrigin": True, "topOrigin": "https://evil.example"}}, {"extra": {"topOrigin": "https://evil.example"}},
    ],
    ids=lambda wrong: next(iter(wrong)) + str(next(iter(wrong.values())))[:12],
)  # fmt: skip
def test_an_assertion_that_was_altered_opens_nothing(here: Installation, wrong: dict[str, object]) -> None:
    who, made = with_passkey(here)
    browser = waiting(here, who)
    assert use_passkey(browser, made, **wrong).refusals == [2302]
    assert use_passkey(browser, made).path == "/", "and the right one still does"


def test_without_user_verification_it_is_refused_with_the_reason(here: Installation) -> None:
    who, made = with_passkey(here)
    made.uv = False
    assert use_passkey(waiting(here, who), made).refusals == [2303]


def test_a_page_in_between_gains_nothing(here: Installation) -> None:
    """THREATS: phishing proxy. It relays everything, and the browser signs the address it is really at."""
    who, made = with_passkey(here)
    proxy = waiting(here, who)
    made.origin = "https://portal.watchword.localhost.evil.example"
    assert use_passkey(proxy, made).refusals == [2302]


def test_a_cloned_key_is_stopped_and_its_owner_told(here: Installation) -> None:
    who, made = with_passkey(here)
    use_passkey(waiting(here, who), made)
    browser = waiting(here, who)
    assert use_passkey(browser, made, count=1).refusals == [2304]
    assert device(here, who).state == "disabled"
    assert "was stopped" in here.letters(who.mail)[0]["subject"]
    assert "device.other.disabled" in tags(here, who.id)[:3]
    assert browser.post("/login/question", kind="passkey").status == 409
    assert "Choose another way" in browser.get("/login/wait").text
    here.later(STEP)
    browser.post("/login/wait", do="code", code=who.phone.code(here.pin(), who.username))
    shown = browser.get(DEVICES)
    assert "Stopped" in shown.text
    assert browser.post(DEVICES, do="deactivate", device=device(here, who).id).path == f"{DEVICES}?done=deactivated"


def test_a_question_answered_wrongly_is_spent(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = waiting(here, who)
    found = options(browser, "/login/question", kind="passkey")
    wrong, right = made.get(found, signature=bytes(70)), made.get(found)
    browser.post("/login/wait", do="answer", kind="passkey", answer=wrong)
    assert browser.post("/login/wait", do="answer", kind="passkey", answer=right).refusals == [2307]


def test_garbage_is_refused_and_never_a_fault(here: Installation) -> None:
    who, made = with_passkey(here)
    good = json.loads(made.get(options(waiting(here, who), "/login/question", kind="passkey")))
    deep = "[" * 3000
    bodies = [
        "",
        "null",
        "[]",
        "{}",
        deep,
        '{"rawId": 5}',
        json.dumps({**good, "rawId": "%%%"}),
        json.dumps({**good, "response": []}),
    ]
    bodies += [
        json.dumps({**good, "response": {**good["response"], name: value}})
        for name in good["response"]
        for value in (None, 7, "", "AAAA", "é")
    ]
    for at in range(0, len(bodies), 4):
        browser = waiting(here, who, here.browser())
        for body in bodies[at : at + 4]:
            options(browser, "/login/question", kind="passkey")
            assert browser.post("/login/wait", do="answer", kind="passkey", answer=body).status in (409, 410, 422, 200)
        here.later(61)


def test_thirty_wrong_in_a_row_disable_one_authenticator_and_asking_anew_forgets_none(here: Installation) -> None:
    who, made = with_passkey(here)
    for _ in range(WRONG_LIMIT):
        browser = waiting(here, who)
        use_passkey(browser, made, signature=bytes(70))
        options(browser, "/login/question", kind="passkey") if device(here, who).state == "active" else None
        browser.post("/login/wait", do="cancel")
        here.later(61)
    assert device(here, who).state == "disabled"


def test_a_success_with_it_resets_the_row_and_nothing_else_does(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = waiting(here, who)
    use_passkey(browser, made, signature=bytes(70))
    here.later(STEP)
    browser.post("/login/wait", do="code", code=who.phone.code(here.pin(), who.username))
    assert device(here, who).wrong == 1
    browser.post("/logout")
    use_passkey(waiting(here, who, browser), made)
    assert device(here, who).wrong == 0


def test_many_wrong_at_once_are_compared_no_more_than_allowed(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = waiting(here, who)
    answer = made.get(options(browser, "/login/question", kind="passkey"), signature=bytes(70))

    def guess() -> Callable[[], object]:
        twin = Browser(here.portal, http=here.http)
        twin.cookies, twin.page = dict(browser.cookies), browser.page
        return lambda: twin.post("/login/wait", do="answer", kind="passkey", answer=answer)

    together([guess() for _ in range(24)], threads=12)
    assert device(here, who).wrong <= 3


def test_a_forged_method_reaches_no_device_of_somebody_else(here: Installation) -> None:
    who, _ = with_passkey(here)
    other, theirs = with_passkey(here)
    browser = waiting(here, who)
    foreign = device(here, other).id
    assert browser.post("/login/wait", do="method", method=foreign).refusals == [1204]
    assert use_passkey(browser, theirs, credential=next(iter(theirs.keys))).refusals == [2302]


def choose_floor(here: Installation, browser: Browser, floor: int) -> list[int]:
    browser.get(DEVICES)
    return browser.post(DEVICES, do="floor", floor=str(floor)).refusals


def test_a_floor_that_was_chosen_refuses_every_weaker_way_by_any_request(here: Installation) -> None:
    """THREATS: falling back to a weaker factor."""
    who = here.person()
    browser = logged_in(here, who)
    assert choose_floor(here, browser, 9) == [2331], "nothing of theirs would reach it"
    made = add_passkey(here, who, browser)
    assert choose_floor(here, browser, 9) == []
    assert "stronger devices only" in here.letters(who.number)[0]["text"]
    browser.post("/logout")
    waiting(here, who, browser)
    here.later(STEP)
    key = device(here, who, "key").id
    for fields in (
        {"do": "code", "code": who.phone.code(here.pin(), who.username)}, {"do": "challenge"}, {"do": "qr"}, {"do": "again"},
        {"do": "method", "method": key}, {"do": "answer", "kind": "key_code", "answer": "123456", "floor": "0"},
    ):  # fmt: skip
        refused = browser.post("/login/wait", **fields)
        assert refused.refusals == [1204], fields
        waiting_still = browser.get("/login/wait")
        assert waiting_still.path == "/login/wait"
    assert refused_with(lambda: here.platform().start(who.username, who.password)) == 2310
    assert use_passkey(browser, made).path == "/"


def test_a_floor_in_the_middle_takes_an_approval_and_no_code(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    assert choose_floor(here, browser, 6) == []
    browser.post("/logout")
    waiting(here, who, browser)
    here.later(STEP)
    assert browser.post("/login/wait", do="code", code=who.phone.code(here.pin(), who.username)).refusals == [2301]
    assert browser.post("/login/wait", do="challenge").refusals == [2301]
    assert "six-digit" not in browser.get("/login/wait").text
    attempt = asked(who.phone, who)
    assert who.phone.approve(attempt, here.pin(), confirmation(browser.page)).result == "approved"
    assert go_on(browser).path == "/"


def test_the_last_device_above_the_floor_stays(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    add_passkey(here, who, browser)
    choose_floor(here, browser, 9)
    browser.get(DEVICES)
    assert browser.post(DEVICES, do="deactivate", device=device(here, who).id).refusals == [6111]


def test_not_me_takes_along_the_passkey_that_the_strangers_session_added(here: Installation) -> None:
    """A stranger was approved by mistake, and put a passkey of his own in place."""
    who = here.person()
    browser = waiting(here, who)
    attempt = asked(who.phone, who)
    who.phone.approve(attempt, here.pin(), confirmation(browser.page))
    go_on(browser)
    made = add_passkey(here, who, browser)
    who.phone.decide(attempt, "not_me")
    assert device(here, who).state == "inactive"
    with here.built.store.engine.begin() as connection:
        states = connection.execute(select(tables.devices.c.state).where(tables.devices.c.user_id == who.id)).scalars()
        assert sorted(states) == ["active", "inactive"]
    assert made.keys
