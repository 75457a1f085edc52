"""A device that was stopped, switched off or guessed at: nothing weaker takes its place, and nothing that it opened goes on."""

from __future__ import annotations

import json

import pytest

from tests.support.devices import DEVICES, add_passkey, options, use_passkey, with_passkey
from tests.support.installation import WRONG, Installation, Person
from tests.support.money import money
from tests.support.sharing import SELF, put, shared
from tests.support.steps import STEP, known, logged_in, phone_first, scan, waiting
from watchword.core.attempts import LIFE_SECONDS
from watchword_client.refusal import Refused


def states(here: Installation, who: Person) -> dict[str, str]:
    with here.built.store.read() as tx:
        return {one.kind: one.state for one in tx.devices.of_user(who.id)}


def guess(here: Installation, who: Person, kind: str) -> None:
    """What somebody does who has the password: thirty wrong answers."""
    for _ in range(6):
        browser = here.browser()
        browser.login(who.username, who.password)
        for _ in range(5):
            browser.post("/login/wait", do="ask", kind=kind)
            browser.post("/login/wait", do="answer", kind=kind, answer="00000000")
        here.later(61)


def test_guessing_at_the_only_device_opens_no_way_to_a_weaker_one(here: Installation) -> None:
    who = here.person(phones=0)
    put(here, who, "card_plus")
    guess(here, who, "card_plus")
    assert states(here, who) == {"card_plus": "disabled"}
    page = here.browser().login(who.username, who.password)
    assert page.refusals == [7231], "the password alone gets as far as two of staff"


def test_nor_for_whoever_shares_it(here: Installation) -> None:
    who, owner = here.person(phones=0, **SELF), here.person(phones=0, **SELF)  # type: ignore[arg-type]
    thing, own = put(here, owner, "card_plus"), put(here, who, "card_plus")
    browser = waiting(here, who)
    browser.post("/login/wait", do="answer", kind="card_plus", answer=own.answer(browser.page))
    shared(browser, owner, thing)
    guess(here, owner, "card_plus")
    assert here.browser().login(owner.username, owner.password).refusals == [7231]
    with here.built.store.read() as tx:
        assert [tx.staff.held(one.id) > 0 for one in (owner, who)] == [True, False], "his own counts again"


def test_an_approval_that_waits_ends_with_the_device_that_gave_it(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    add_passkey(here, who, browser)
    here.later(STEP)
    platform = here.platform()
    platform.start(who.username, who.password)
    assert platform.answer("code", who.phone.code(here.pin())) == "approved"
    with here.built.store.read() as tx:
        key = next(one for one in tx.devices.of_user(who.id) if one.kind == "key")
    browser.get(DEVICES)
    browser.post(DEVICES, do="deactivate", device=key.id)
    assert states(here, who)["key"] == "inactive"
    with pytest.raises(Refused):
        platform.collect()
    with here.built.store.read() as tx:
        assert [one.client for one in tx.sessions.of_user(who.id, here.clock.now())] == ["portal"]


def test_a_copied_passkey_takes_its_sessions_along(here: Installation) -> None:
    who, made = with_passkey(here)
    thief = waiting(here, who)
    assert use_passkey(thief, made).path == "/"
    here.later(120)
    assert use_passkey(waiting(here, who), made, count=1).refusals == [2304]
    assert states(here, who)["passkey"] == "disabled"
    with here.built.store.read() as tx:
        assert tx.sessions.of_user(who.id, here.clock.now()) == ()
    assert who.username not in thief.get(DEVICES).text


def test_a_stranger_who_types_a_name_leaves_nothing_with_its_owner(here: Installation) -> None:
    who = here.person()
    mine = known(here, who)
    _, made = with_passkey(here)
    here.later(120)
    with here.built.store.read() as tx:
        before = [one.id for one in tx.attempts.lines(who.id, 5)], len(tx.audit.about(who.id, 200))
    stranger = here.browser()
    stranger.get("/login")
    stranger.post("/login/held", do="begin_passkey", username=who.username)
    for _ in range(5):
        asked = options(stranger, "/login/question", kind="passkey")
        stranger.post("/login/held", do="passkey", kind="passkey", answer=made.get(asked))
    with here.built.store.read() as tx:
        after = [one.id for one in tx.attempts.lines(who.id, 5)], len(tx.audit.about(who.id, 200))
        failed = [one for one in tx.attempts.recent(who.id, 0) if one.state == "failed"]
    assert after[0] == before[0] and failed == []
    assert mine.get("/").status == 200


def test_how_a_strangers_login_ends_stands_in_nobodys_audit(here: Installation) -> None:
    who = here.person()

    def told() -> list[str]:
        with here.built.store.read() as tx:
            return [one.tag for one in tx.audit.about(who.id, 200) if one.tag.startswith("login.attempt.")]

    before = told()
    stopped, left = phone_first(here, who), phone_first(here, who)
    stopped.post("/login/held", do="cancel")
    here.later(LIFE_SECONDS + 1)
    left.post("/login/held", do="qr")
    assert told() == before
    mine = phone_first(here, who)
    scan(here, who, mine)
    mine.post("/login/held", do="continue")
    for _ in range(5):
        mine.post("/login/held", do="password", password=WRONG)
    assert told() == ["login.attempt.failed", *before], "what his own phone approved is his"


def test_what_ran_out_counts_for_nothing_before_anybody_looks_at_it(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    platform.ask(6_000_000)
    here.later(300)
    second = platform.ask(6_000_000)
    here.later(301)
    found = platform.look(second)
    assert found["left"]["day"] == 100_000_000 - 6_000_000
    assert "challenge" in found["signing"]["ways"]


def test_a_payee_that_nobody_can_see_is_none(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    for name in ("\u3164", "\u2800", "\u115f", "\u034f", "\uffa0\u3164"):
        said = platform.refused(payee={"name": name, "account": "JP12 3456 7890"})
        assert said["number"] == 8103, f"{name!r}: {json.dumps(said)}"
    assert platform.ask(100, payee={"name": "株式会社 北", "account": "JP12 3456 7890"})
