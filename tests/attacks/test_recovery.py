"""Taking over by recovery (THREATS): one proof is never enough, nothing tells who is on file, and guessing gets nowhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.crowd import counting_hashes, together
from tests.support.installation import Installation, Person, refused
from tests.support.raw import form, numbers
from tests.support.recovering import (
    DETAILS,
    NEW,
    approve_qr,
    begin,
    by_code,
    by_known,
    choose,
    new_password,
    other,
)
from tests.support.steps import asked, go_on, known, waiting
from watchword_client.portal import Browser

Proof = Callable[[Installation, Person, Browser], object]
QUESTIONS = ("first_trip", "dream_job", "first_film")


@pytest.fixture(autouse=True)
def _afresh(here: Installation) -> None:
    """A day later: no limit is left of the tests before."""
    here.later(2 * 86_400)


def somebody(here: Installation, **more: object) -> Person:
    """Somebody with everything on file that a proof can stand on, and two numbers."""
    who = here.person(**{**DETAILS, **more})
    with here.built.kit.store.write() as tx:
        hashed = [(name, here.built.kit.passwords.hash(name)) for name in QUESTIONS]
        tx.answers.replace(who.id, hashed, here.clock.now())
    return who


def _key(here: Installation, who: Person, browser: Browser) -> None:
    choose(browser, "key")
    approve_qr(here, who, browser)
    go_on(browser)


def _known(kind: str) -> Proof:
    return lambda _, __, browser: by_known(browser, kind)


def _code(kind: str) -> Proof:
    return lambda here, who, browser: by_code(here, who, browser, kind)


PROOFS: dict[str, Proof] = {
    "sms": _code("sms"),
    "mail": _code("mail"),
    "key": _key,
    "questions": _known("questions"),
    "personal": _known("personal"),
}


def nothing_changed(here: Installation, who: Person, browser: Browser) -> None:
    """The new password is refused, and the old one is still the one."""
    assert new_password(browser).refusals == [1413]
    assert here.browser().login(who.username, NEW).refusals == [1101]
    waiting(here, who)


@pytest.mark.parametrize("proof", [None, *PROOFS])
def test_with_no_proof_or_one_nothing_is_set(here: Installation, proof: str | None) -> None:
    who = somebody(here)
    browser = begin(here, who.username)
    if proof:
        PROOFS[proof](here, who, browser)
    assert 'name="do" value="password"' not in browser.get("/recover").html
    nothing_changed(here, who, browser)


@pytest.mark.parametrize(
    ("first", "second"),
    [(one, one) for one in ("sms", "mail", "key")]
    + [("questions", "personal"), ("personal", "questions"), ("questions", "questions")],
)
def test_two_of_one_kind_are_one(here: Installation, first: str, second: str) -> None:
    who = somebody(here)
    browser = begin(here, who.username)
    for proof in (first, second):
        other(browser)
        choose(browser, proof)
        if browser.page.refusals:
            continue
        if proof in ("sms", "mail"):
            browser.post("/recover", do="code", code=here.code_to(who.number if proof == "sms" else who.mail))
        elif proof == "key":
            approve_qr(here, who, browser)
            go_on(browser)
    nothing_changed(here, who, browser)


def test_codes_to_two_numbers_are_one_proof(here: Installation) -> None:
    who = somebody(here)
    second = "+8190" + "77" + who.number[-6:]
    with here.built.kit.store.write() as tx:
        first = tx.contacts.of(who.id)[0]
        tx.contacts.add(type(first)(here.built.kit.entropy.id(), who.id, "sms", second, 1, False, here.clock.now()))
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    page = other(browser)
    assert 'value="sms' not in page.html
    with here.built.kit.store.read() as tx:
        ids = [one.id for one in tx.contacts.of(who.id)]
    for contact in ids[:2]:
        assert browser.post("/recover", do="choose", method=f"sms:{contact}").refusals == [1410]
        other(browser)
    nothing_changed(here, who, browser)


def test_a_proof_of_one_recovery_counts_in_no_other(here: Installation) -> None:
    """A code, an approval and a cookie moved between two recoveries of one person."""
    who = somebody(here)
    mine, theirs = begin(here, who.username), begin(here, who.username)
    choose(mine, "sms")
    code = here.code_to(who.number)
    here.later(61)
    other(theirs)
    choose(theirs, "mail")
    assert theirs.post("/recover", do="code", code=code).refusals == [3204]
    other(mine)
    choose(mine, "key")
    approve_qr(here, who, mine)
    theirs.cookies["__Host-ww_l"] = mine.cookies["__Host-ww_l"]
    theirs.get("/login/wait")
    assert theirs.page.refusals == [1410]
    nothing_changed(here, who, theirs)


def test_another_persons_approval_and_contact_count_for_nothing(here: Installation) -> None:
    who, thief = somebody(here), somebody(here)
    browser, own = begin(here, who.username), begin(here, thief.username)
    choose(own, "key")
    approve_qr(here, thief, own)
    other(browser)
    choose(browser, "key")
    browser.cookies["__Host-ww_l"] = own.cookies["__Host-ww_l"]
    assert browser.get("/login/wait").refusals == [1410]
    by_code(here, who, browser, "mail")
    with here.built.kit.store.read() as tx:
        foreign = tx.contacts.of(thief.id)[0].id
    other(browser)
    assert browser.post("/recover", do="choose", method=f"sms:{foreign}").refusals == [1410]
    nothing_changed(here, who, browser)


def test_a_login_or_a_change_approved_on_the_phone_is_no_proof(here: Installation) -> None:
    who = somebody(here)
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    victim = waiting(here, who)
    assert who.phone.approve(asked(who.phone, who), here.pin(), next(iter(victim.page.digits), "")).result == "approved"
    browser.cookies["__Host-ww_l"] = victim.cookies["__Host-ww_l"]
    browser.get("/recover")
    nothing_changed(here, who, browser)


def test_nobody_can_ring_a_strangers_phone_or_guess_at_its_codes(here: Installation) -> None:
    """Before the first proof Key is asked by a QR code alone."""
    who = somebody(here)
    browser = begin(here, who.username)
    choose(browser, "key")
    assert [one for one in who.phone.pending().attempts if one.username == who.username] == []
    for fields in (
        {"do": "again"},
        {"do": "challenge"},
        {"do": "code", "code": "000000"},
        {"do": "response", "response": "00000000"},
    ):
        assert browser.post("/login/wait", **fields).refusals == [1204], fields
    with here.built.kit.store.read() as tx:
        devices = tx.devices.of_user(who.id)
        assert [(one.wrong_offline, tx.phones.get(one.phone_id).offline_wrong) for one in devices] == [(0, 0)]  # type: ignore[union-attr]


def test_a_qr_that_another_phone_scans_tells_nothing(here: Installation) -> None:
    who, stranger = somebody(here), somebody(here)
    browser = begin(here, who.username)
    choose(browser, "key")
    link = browser.post("/login/wait", do="qr").links[0]
    refused(4202, work=lambda: stranger.phone.scan(link))


@pytest.mark.parametrize("kind", ["questions", "personal"])
def test_what_is_known_is_guessed_three_times_and_ten_a_day(here: Installation, kind: str) -> None:
    who = somebody(here)
    found = []
    for _ in range(4):
        browser = begin(here, who.username)
        by_code(here, who, browser, "mail")
        choose(browser, kind)
        for _ in range(4):
            browser.get("/recover")
            found += by_known(browser, kind, right=False).refusals
        here.later(3600)
    assert [found.count(1411), found.count(1412)] == [10, 6]
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    assert by_known(browser, kind).refusals == [1412], "a right guess after ten wrong ones"
    here.later(86_400)
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    assert by_known(browser, kind).refusals == []


def test_all_answers_are_judged_together(here: Installation) -> None:
    who = somebody(here)
    browser = begin(here, who.username)
    by_code(here, who, browser, "mail")
    choose(browser, "questions")
    with counting_hashes(here) as hashes:
        browser.post(
            "/recover",
            do="answers",
            answer_first_trip="first_trip",
            answer_dream_job="dream_job",
            answer_first_film="x",
        )
    assert browser.page.refusals == [1411]
    assert len(hashes.calls) == 3


def test_codes_are_guessed_three_times_and_sent_five_times_a_day(here: Installation) -> None:
    who = somebody(here)
    wrong = sends = 0
    for _ in range(12):
        browser = here.browser()
        browser.get("/recover")
        if browser.post("/recover", do="begin", username=who.username).refusals:
            here.later(3600)
            continue
        if choose(browser, "sms").refusals:
            here.later(3600)
            continue
        sends += 1
        right = here.code_to(who.number)
        for at in range(1, 6):
            page = browser.post("/recover", do="code", code=f"{(int(right) + at) % 10**6:06}")
            wrong += page.refusals == [3204]
        assert browser.post("/recover", do="code", code=right).refusals == [3205]
        here.later(61)
    assert (sends, wrong) == (5, 15)


def test_strangers_cannot_use_up_the_owners_codes(here: Installation) -> None:
    who = somebody(here)
    home = known(here, who)
    here.later(3600)
    for _ in range(5):
        choose(begin(here, who.username), "sms")
        here.later(1300)
    browser = begin(here, who.username, browser=home)
    assert by_code(here, who, browser, "sms").refusals == []


def test_one_name_is_begun_a_few_times_from_a_network(here: Installation) -> None:
    who = somebody(here)
    found = []
    for _ in range(6):
        browser = here.browser()
        browser.get("/recover")
        found.append(browser.post("/recover", do="begin", username=who.username).refusals)
    assert found == [[]] * 5 + [[1405]]
    with here.elsewhere("127.44.0.1") as http:
        begin(here, who.username, browser=here.browser(http=http))


def test_thirty_at_the_last_step_set_one_password(here: Installation) -> None:
    who = somebody(here)
    browser = begin(here, who.username)
    by_code(here, who, browser, "sms")
    by_code(here, who, browser, "mail")

    def post(at: int) -> list[int]:
        fields = {"do": "password", "password": f"{NEW}{at}", "repeat": f"{NEW}{at}"}
        return numbers(form(here, browser, "/recover", fields))

    found = together([lambda at=at: post(at) for at in range(30)])  # type: ignore[misc]
    assert found.count([]) == 1
    assert {tuple(one) for one in found if one} <= {(1409,)}
    with here.built.kit.store.read() as tx:
        assert len(tx.history.of(who.id)) == 1


def test_parallel_guesses_at_a_code_are_counted(here: Installation) -> None:
    who = somebody(here)
    browser = begin(here, who.username)
    choose(browser, "sms")
    right = int(here.code_to(who.number))
    guesses = [f"{(right + at) % 10**6:06}" for at in range(1, 40)]
    found = together(
        [lambda code=code: numbers(form(here, browser, "/recover", {"do": "code", "code": code})) for code in guesses]
    )  # type: ignore[misc]
    assert found.count([3204]) == 3
