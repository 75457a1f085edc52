"""Attacks on codes by SMS: a stolen number, a stolen phone, somebody else's code, guesses, and a profile that restricts it."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.crowd import together
from tests.support.installation import Installation, Person
from tests.support.steps import proved, waiting
from watchword.flows import sms
from watchword_client.portal import Browser


def enrolled(here: Installation) -> Person:
    who = here.person(phones=0)
    proved(here, who).post("/logout")
    here.later(61)
    return who


def test_a_code_of_somebody_else_opens_nothing(here: Installation) -> None:
    mine, other = enrolled(here), enrolled(here)
    browser = waiting(here, mine)
    waiting(here, other)
    code = here.code_to(other.number)
    if code != here.code_to(mine.number):
        assert browser.post("/login/wait", do="answer", kind="sms", answer=code).refusals == [2340]


def test_one_code_logs_in_once_however_many_send_it(here: Installation) -> None:
    who = enrolled(here)
    browser = waiting(here, who)
    code = here.code_to(who.number)
    twins = [Browser(here.portal, http=here.http) for _ in range(4)]
    for twin in twins:
        twin.cookies, twin.page = dict(browser.cookies), browser.page
    together([lambda twin=twin: twin.post("/login/wait", do="answer", kind="sms", answer=code) for twin in twins])
    with here.built.store.read() as tx:
        tags = [line.tag for line in tx.audit.about(who.id, 100)]
    assert tags.count("login.device.accepted") == 1


def test_ten_guesses_a_day_and_no_more(here: Installation) -> None:
    who = enrolled(here)
    refusals = set()
    for _ in range(4):
        browser = waiting(here, who)
        right = here.code_to(who.number)
        for at in range(1, 4):
            page = browser.post("/login/wait", do="answer", kind="sms", answer=f"{(int(right) + at) % 10**6:06}")
            refusals.update(page.refusals)
        browser.post("/login/wait", do="cancel")
        here.later(61)
    assert 3208 in refusals


def test_a_number_that_staff_changed_takes_its_device_along(here: Installation) -> None:
    """The thief who talked staff into a new number finds that it logs nobody in."""
    who = enrolled(here)
    with here.built.store.write() as tx:
        user = tx.users.lock(who.id)
        assert user is not None
        old = next(one for one in tx.contacts.of(who.id) if one.kind == "sms")
        tx.contacts.remove(old.id)
    page = here.browser().login(who.username, who.password)
    assert page.path == "/enrol", "its codes have nowhere to go, so it is no device"


def test_staff_never_log_in_by_it(here: Installation) -> None:
    who = enrolled(here)
    with here.built.store.write() as tx:
        tx.staff.put(who.id, frozenset({"client_services"}), "", here.clock.now())
    desk = here.desk()
    page = desk.login(who.username, who.password)
    assert 2301 in page.refusals and page.path != "/login/wait"


def test_a_login_out_of_the_ordinary_is_not_offered_it(here: Installation) -> None:
    who = enrolled(here)
    browser = waiting(here, who)
    code = here.code_to(who.number)
    with here.built.store.write() as tx:
        attempt = tx.attempts.recent(who.id, 0)[0]
        tx.attempts.set(attempt.id, confirm=True, confirm_reason="suspicion")
    assert browser.post("/login/wait", do="answer", kind="sms", answer=code).path != "/"


def test_strict_restricts_it(install: Callable[..., Installation]) -> None:
    """Never by itself, never alone: and what was put in place before the profile changed logs nobody in."""
    here = install(policy="strict")
    who = here.person(phones=0)
    browser = proved(here, who)
    with here.built.store.read() as tx:
        assert [one.kind for one in tx.devices.of_user(who.id)] == []
        number = next(one for one in tx.contacts.of(who.id) if one.kind == "sms")
        user = tx.users.get(who.id)
    assert user is not None and browser.page.links
    with here.built.store.write() as tx:
        sms.put(here.built.kit, tx, user, number, "", by=sms.BY_CHOICE)
    assert here.browser().login(who.username, who.password).path == "/enrol"
    here.put_key(who)
    here.later(61)
    waiting(here, who)


def test_a_thief_with_password_and_mailbox_cannot_go_round_it(here: Installation) -> None:
    """On the phone's own road codes go to the number that logs in, never to the mail address beside it."""
    who = enrolled(here)
    phone = here.new_phone()
    offered = phone.activate_start(who.username, who.password)
    assert all(one["kind"] == "sms" for one in offered["contacts"])
