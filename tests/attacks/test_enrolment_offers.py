"""An activation offer lives and dies with the page that made it, and its last steps are no place to try PINs (THREATS; G06)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.support.crowd import Counted
from tests.support.installation import OTHER_PIN, PIN, Installation, Person, refused
from tests.support.signed import Body
from tests.support.steps import approve, go_on, logged_in, proved, waiting
from watchword.core import pin_guidelines
from watchword_client.approval import Attempt
from watchword_client.phone import Phone
from watchword_client.portal import Browser
from watchword_client.refusal import NoConnection


@contextmanager
def cut_before_the_last_step(phone: Phone) -> Iterator[None]:
    """A phone that loses its connection when it has the secret and before it says so."""
    original = phone.wire.post

    def post(path: str, make: object) -> Body:
        if path == "/v1/activation/confirm":
            raise NoConnection("cut")
        return original(path, make)  # type: ignore[arg-type]

    phone.wire.post = post  # type: ignore[method-assign]
    try:
        with pytest.raises(NoConnection):
            yield
    finally:
        phone.wire.post = original  # type: ignore[method-assign]


def issued(here: Installation, link: str, phone: Phone | None = None) -> Phone:
    """A phone that has the secret, and has not confirmed it."""
    phone = phone or here.new_phone()
    phone.activate_scan(link)
    with cut_before_the_last_step(phone):
        phone.complete(PIN, "Tablet")
    return phone


def stolen(here: Installation, who: Person) -> tuple[Browser, Attempt]:
    """A stranger's complete session, whose request the owner approved by mistake."""
    thief = waiting(here, who)
    attempt = approve(here, who, thief)
    assert go_on(thief).path == "/"
    return thief, attempt


def usable(phone: Phone, who: Person) -> bool:
    """Whether the server counts this person's Key on this phone as active."""
    return (who.id, "active") in {(user["user"], user["state"]) for user in phone.pending().users}


@pytest.mark.parametrize("end", ["not me", "log out"])
def test_an_offer_ends_with_its_session(here: Installation, end: str) -> None:
    who = here.person()
    thief, attempt = stolen(here, who)
    page = thief.get("/enrol")
    link, session_id = page.links[0], page.session_id
    begun = here.new_phone()
    if end == "not me":
        who.phone.not_me(attempt)
    else:
        thief.post("/logout")
    refused(3201, work=lambda: begun.activate_scan(link))
    refused(3201, work=lambda: begun.activate_session(who.username, session_id))


@pytest.mark.parametrize("end", ["not me", "log out"])
def test_an_activation_under_way_ends_with_its_session(here: Installation, end: str) -> None:
    """Claimed or even with the secret in hand: nothing of it can be finished."""
    who = here.person()
    thief, attempt = stolen(here, who)
    claimed = here.new_phone()
    claimed.activate_scan(thief.get("/enrol").links[0])
    other, second = stolen_beside(here, who)
    holding = issued(here, other.get("/enrol").links[0])
    for browser, login in ((thief, attempt), (other, second)):
        if end == "not me":
            who.phone.not_me(login)
        else:
            browser.post("/logout")
    refused(3207, work=lambda: claimed.complete(PIN, "Tablet"))
    refused(3207, work=lambda: holding.confirm(PIN))


def stolen_beside(here: Installation, who: Person) -> tuple[Browser, Attempt]:
    """A second one, when the phone may be asked again."""
    here.later(601)
    return stolen(here, who)


@pytest.mark.parametrize("again", [False, True])
def test_not_me_undoes_every_phone_that_the_session_put_in_place(here: Installation, again: bool) -> None:
    """With `again` the stranger's page made another offer afterwards, so that the activation is not its newest one."""
    who = here.person()
    thief, attempt = stolen(here, who)
    tablet = here.new_phone()
    tablet.activate_scan(thief.get("/enrol").links[0])
    tablet.complete(PIN, "Tablet")
    if again:
        here.later(1)
        thief.post("/enrol", do="renew")
    assert usable(tablet, who)
    who.phone.not_me(attempt)
    assert not usable(tablet, who)
    assert usable(who.phone, who), "the owner's own phone goes on"
    here.later(901)
    browser = waiting(here, who)
    assert browser.post("/login/wait", do="method", method=tablet.users[0].device).status == 409
    assert tablet.pending().attempts == ()


def test_a_phone_put_in_place_by_another_session_stays(here: Installation) -> None:
    who = here.person()
    mine = here.new_phone()
    mine.activate_scan(logged_in(here, who).get("/enrol").links[0])
    mine.complete(PIN, "Mine")
    here.later(61)
    _, attempt = stolen(here, who)
    who.phone.not_me(attempt)
    assert usable(mine, who)


def test_a_new_offer_voids_the_claim_on_the_one_before(here: Installation) -> None:
    """Whoever scanned it first over the person's shoulder: "New QR" takes it from them, with the secret in hand or without."""
    who = here.person(phones=0)
    browser = proved(here, who)
    first = here.new_phone()
    first.activate_scan(browser.page.links[0])
    here.later(1)
    second = issued(here, browser.post("/enrol", do="renew").links[0])
    here.later(1)
    link = browser.post("/enrol", do="renew").links[0]
    refused(3207, work=lambda: first.complete(PIN, "Stranger"))
    refused(3207, work=lambda: second.confirm(PIN))
    own = here.new_phone()
    own.activate_scan(link)
    assert own.complete(PIN, "Pocket").confirmed


def test_offers_made_within_one_second_show_the_last(here: Installation) -> None:
    """Times are whole seconds: what the page shows is what can be scanned, each time."""
    who = here.person(phones=0)
    browser = proved(here, who)
    seen = [browser.page.links[0]]
    for _ in range(8):
        page = browser.post("/enrol", do="renew")
        assert page.links and page.links[0] not in seen, "an offer that has ended is shown"
        seen.append(page.links[0])
    for old in seen[:-1]:
        refused(3201, work=partial(here.new_phone().activate_scan, old))
    assert here.new_phone().activate_scan(seen[-1]).username == who.username


def test_the_pin_at_the_last_step_is_counted(here: Installation) -> None:
    """A stranger with a phone that holds an unfinished activation has ten tries, as everywhere."""
    who = here.person(phones=0)
    phone = issued(here, proved(here, who).page.links[0])
    wrong, right = phone.unlock(OTHER_PIN), phone.unlock(PIN)
    left = [refused(4304, work=lambda: phone.confirm(wrong)).refusal.left for _ in range(9)]
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    refused(4305, work=lambda: phone.confirm(wrong))
    refused(3207, work=lambda: phone.confirm(right))


def test_the_pin_at_the_last_step_counts_for_everybody_on_the_phone(here: Installation) -> None:
    who, other = here.person(phones=0), here.person()
    phone = other.phone
    phone.activate_scan(proved(here, who).page.links[0])
    with cut_before_the_last_step(phone):
        phone.complete(here.pin(), "Pocket")
    for _ in range(4):
        refused(4304, work=lambda: phone.confirm(here.pin(OTHER_PIN), who.username))
    assert refused(4304, work=lambda: phone.check(here.pin(OTHER_PIN), other.username)).refusal.left == 5
    assert phone.confirm(here.pin(), who.username).confirmed, "the right one still finishes it"


def test_a_proven_enrolment_answers_ten_times(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """*Ready* hashes what is on file 20,000 times over: a phone that repeats it is served a few times and no more."""
    who = here.person(phones=0)
    link = proved(here, who).page.links[0]
    phone = here.new_phone()
    phone.activate_scan(link)
    made = Counted(pin_guidelines.entry)
    monkeypatch.setattr(pin_guidelines, "entry", made)
    secret = link.rpartition("#")[2]
    for _ in range(9):
        phone.activation.scan(secret)
    hashed = len(made.calls)
    assert hashed
    for _ in range(3):
        refused(3207, work=lambda: phone.activation.scan(secret))
    assert len(made.calls) == hashed
    assert phone.complete(PIN, "Pocket").confirmed, "what it has is good"


def ended(here: Installation) -> tuple[Person, Phone]:
    """Somebody whose phone was ended by ten wrong PINs."""
    who = here.person()
    for _ in range(9):
        refused(4304, work=lambda: who.phone.check(here.pin(OTHER_PIN)))
    refused(4305, work=lambda: who.phone.check(here.pin(OTHER_PIN)))
    return who, who.phone


def test_a_phone_that_was_ended_signs_nothing_more(here: Installation) -> None:
    who, phone = ended(here)
    for work in (
        phone.pending,
        lambda: phone.check(here.pin()),
        lambda: phone.register_push(""),
        lambda: phone.scan(f"{here.key}/l#{'A' * 22}"),
        lambda: next(iter(phone.events())),
    ):
        refused(4101, work=work)
    assert here.browser().login(who.username, who.password).path == "/enrol"


@pytest.mark.parametrize("as_new", [False, True])
def test_the_key_of_an_ended_phone_comes_back_by_no_activation(here: Installation, as_new: bool) -> None:
    """As the phone it was, or as a new one with the same key; a new key on the same phone is welcome."""
    who, phone = ended(here)
    browser = proved(here, who)
    phone.activate_scan(browser.page.links[0])
    if as_new:
        phone.wire.state.phone, phone.wire.state.users = "", []
    refused(4101, work=lambda: phone.complete(here.pin(), "Back"))
    here.later(1)
    fresh = here.new_phone()
    fresh.activate_scan(browser.post("/enrol", do="renew").links[0])
    assert fresh.complete(PIN, "Fresh").confirmed


def test_a_session_that_outlived_its_last_device_enrols_none(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.later(11 * 60)  # what was shown at the login counts no more
    with here.built.store.write() as tx:
        for device in tx.devices.of_user(who.id):
            tx.devices.move(device.id, "active", "inactive", here.clock.now())
    page = browser.get("/enrol")
    assert page.links == [] and page.session_id == ""
