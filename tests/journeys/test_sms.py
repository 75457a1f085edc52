"""A code by SMS as second element: how it comes, how it is used, and what ends it (N01, N04, N05, R01)."""

from __future__ import annotations

import pytest

from tests.support.installation import PIN, Installation, Person, refused
from tests.support.steps import choices, logged_in, proved, texted, waiting
from watchword.core.contacts import fresh_until
from watchword.core.users import Contact
from watchword_client.portal import Browser

DEVICES = "/settings/devices"


def enrolled(here: Installation) -> Person:
    """Somebody whose only device is a code by SMS, a minute after it came to be."""
    who = here.person(phones=0)
    proved(here, who).post("/logout")
    here.later(61)
    return who


def kinds(here: Installation, who: Person, state: str = "active") -> list[str]:
    with here.built.store.read() as tx:
        return sorted(one.kind for one in tx.devices.of_user(who.id) if one.state == state)


def contact(here: Installation, who: Person, number: str = "") -> Contact:
    with here.built.store.read() as tx:
        return next(one for one in tx.contacts.of(who.id) if one.value == (number or who.number))


def verified(here: Installation, who: Person) -> None:
    known = contact(here, who)
    with here.built.store.write() as tx:
        tx.contacts.verified(known.id, here.clock.now())


def by_choice(here: Installation, who: Person) -> Browser:
    """A session of somebody with Key who has just added codes by SMS."""
    browser = logged_in(here, who)
    verified(here, who)
    browser.get(DEVICES)
    page = browser.post(DEVICES, do="sms", contact=contact(here, who).id)
    assert page.path.startswith(f"{DEVICES}?done=sms_added"), f"{page.path} {page.refusals}"
    return browser


def test_who_has_no_device_has_it_by_verifying_a_number(here: Installation) -> None:
    """N05: told on every channel, and the page says what it is and what is better."""
    who = here.person(phones=0)
    browser = proved(here, who)
    assert kinds(here, who) == ["sms"]
    assert "logs you in from now on" in browser.page.text and "can be taken over" in browser.page.text
    assert any("now log in" in letter["text"] for letter in here.letters(who.number))
    assert any("weakest device" in letter["text"] for letter in here.letters(who.mail))


def test_a_mail_address_that_is_shown_enrols_nothing(here: Installation) -> None:
    who = here.person(phones=0)
    browser = here.browser()
    page = browser.login(who.username, who.password)
    by_mail = next(one for one in choices(page, "contact") if one != contact(here, who).id)
    browser.post("/enrol", do="send", contact=by_mail)
    assert browser.post("/enrol", do="code", code=here.code_to(who.mail)).links
    assert kinds(here, who) == []


def test_the_next_login_sends_a_code_and_takes_it(here: Installation) -> None:
    """N01, N04: masked number, the way of the message, the risk; the session says how weak it is."""
    who = enrolled(here)
    browser = waiting(here, who)
    text = browser.page.text
    assert "Type the code from the SMS" in text and "talked out of you" in text
    assert who.number not in browser.page.html and "Queued since" in text
    assert texted(here, who, browser).page.path == "/"
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(who.id, here.clock.now())[0]
    assert (session.level, session.acr, session.amr) == (2, "urn:watchword:two-elements", "pwd sms mfa")
    assert "code by SMS" in browser.page.text and browser.page.links, "home offers Key"


def test_a_code_is_good_once_and_for_its_own_login(here: Installation) -> None:
    who = enrolled(here)
    first = waiting(here, who)
    code = here.code_to(who.number)
    here.later(61)
    second = waiting(here, who)
    assert second.post("/login/wait", do="answer", kind="sms", answer=code).refusals == [2340]
    assert first.post("/login/wait", do="answer", kind="sms", answer=code).path == "/"
    assert texted(here, who, second).page.path == "/"


def test_another_one_ends_the_one_before_and_waits_a_minute(here: Installation) -> None:
    who = enrolled(here)
    browser = waiting(here, who)
    old = here.code_to(who.number)
    assert browser.post("/login/wait", do="send", kind="sms").refusals == [3120]
    here.later(61)
    assert browser.post("/login/wait", do="send", kind="sms").refusals == []
    if here.code_to(who.number) != old:
        assert browser.post("/login/wait", do="answer", kind="sms", answer=old).refusals == [2340]
    assert texted(here, who, browser).page.path == "/"


def test_after_three_wrong_ones_another_must_be_sent(here: Installation) -> None:
    who = enrolled(here)
    browser = waiting(here, who)
    right = here.code_to(who.number)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    assert browser.post("/login/wait", do="answer", kind="sms", answer="12345").refusals == [2341], "no try"
    for _ in range(3):
        assert browser.post("/login/wait", do="answer", kind="sms", answer=wrong).refusals == [2340]
    assert browser.post("/login/wait", do="answer", kind="sms", answer=right).refusals == [2307]
    here.later(61)
    browser.post("/login/wait", do="send", kind="sms")
    assert texted(here, who, browser).page.path == "/"


def test_ten_minutes_and_no_longer(here: Installation) -> None:
    who = enrolled(here)
    browser = waiting(here, who)
    code = here.code_to(who.number)
    here.later(10 * 60 + 1)
    page = browser.post("/login/wait", do="answer", kind="sms", answer=code)
    assert page.path != "/" and page.status >= 400


def test_key_takes_its_place(here: Installation) -> None:
    """N05 is for who has nothing: what came by itself goes by itself."""
    who = enrolled(here)
    browser = texted(here, who, waiting(here, who))
    phone = here.new_phone()
    phone.activate_scan(browser.page.links[0])
    phone.complete(PIN, "New phone")
    assert kinds(here, who) == ["key"] and kinds(here, who, "inactive") == ["sms"]


def test_all_on_the_phone_it_is_no_obstacle(here: Installation) -> None:
    """F: the road takes codes to the number that logs in, and to nothing else."""
    who = enrolled(here)
    phone = here.new_phone()
    offered = phone.activate_start(who.username, who.password)
    assert [one["kind"] for one in offered["contacts"]] == ["sms"]


def test_beside_key_it_is_there_by_choice_and_sent_when_chosen(here: Installation) -> None:
    """A07."""
    who = here.person()
    by_choice(here, who).post("/logout")
    here.later(61)
    browser = waiting(here, who)
    if "Type the code from the SMS" not in browser.page.text:
        sent = len(here.letters(who.number))
        with here.built.store.read() as tx:
            device = next(one.id for one in tx.devices.of_user(who.id) if one.kind == "sms")
        browser.post("/login/wait", do="method", method=device)
        assert len(here.letters(who.number)) == sent + 1
    assert texted(here, who, browser).page.path == "/"


def test_its_number_stays_on_file_until_it_is_removed(here: Installation) -> None:
    who = here.person()
    browser = by_choice(here, who)
    browser.get("/settings/contacts")
    page = browser.post("/settings/contacts", do="remove", contact=contact(here, who).id)
    assert page.refusals == [2344]
    with here.built.store.read() as tx:
        device = next(one.id for one in tx.devices.of_user(who.id) if one.kind == "sms")
    browser.get(DEVICES)
    assert browser.post(DEVICES, do="deactivate", device=device).path == f"{DEVICES}?done=deactivated"
    assert kinds(here, who) == ["key"]


def test_a_number_that_was_changed_lately_logs_nobody_in(here: Installation) -> None:
    """THREATS: SIM swap. A day later it does."""
    who = here.person()
    here.later(60)
    browser = logged_in(here, who)
    browser.get("/settings/contacts")
    number = f"+4474001{who.number[-5:]}"
    browser.post("/settings/contacts", do="add_number", region="GB", number=number[3:])
    added = contact(here, who, number).id
    assert browser.post("/settings/contacts", do="verify", contact=added, code=here.code_to(number)).status == 200
    browser.get(DEVICES)
    assert browser.post(DEVICES, do="sms", contact=added).refusals == [2343]
    here.later(24 * 60 * 60)
    browser = logged_in(here, who)
    browser.get(DEVICES)
    assert browser.post(DEVICES, do="sms", contact=added).refusals == []


def test_the_last_real_device_falls_back_to_a_code(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    verified(here, who)
    with here.built.store.read() as tx:
        device = tx.devices.of_user(who.id)[0].id
    browser.get(DEVICES)
    assert browser.post(DEVICES, do="deactivate", device=device).path == f"{DEVICES}?done=deactivated"
    browser.post("/logout")
    here.later(61)
    proved(here, who)
    assert kinds(here, who) == ["sms"]


def test_a_platform_takes_it(here: Installation) -> None:
    who = enrolled(here)
    platform = here.platform()
    opened = platform.start(who.username, who.password)
    assert [(method.kind, method.ways) for method in opened.methods] == [("sms", ("sms",))]
    assert refused(3120, work=lambda: platform.show("sms")), "one was sent with the login"
    assert refused(2341, work=lambda: platform.answer("sms", "12"))
    assert platform.answer("sms", here.code_to(who.number)) == "approved"
    assert platform.collect().amr == ("pwd", "sms", "mfa")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_message_is_in_the_language_and_bound_to_the_host(here: Installation, language: str) -> None:
    who = here.person(phones=0, lang=language)
    proved(here, who).post("/logout")
    here.later(61)
    waiting(here, who)
    text = here.letters(who.number)[0]["text"]
    assert text.rstrip().endswith(f"@portal.watchword.localhost #{here.code_to(who.number)}")


def test_what_the_institution_put_there_with_the_account_was_never_changed(here: Installation) -> None:
    who = here.person(phones=0)
    with here.built.store.read() as tx:
        user = tx.users.get(who.id)
    assert user is not None
    kept = contact(here, who)
    assert fresh_until(kept, user, 86400, here.clock.now()) == 0


def test_a_code_for_a_change_says_so(here: Installation) -> None:
    """ADR 0022."""
    who = enrolled(here)
    browser = texted(here, who, waiting(here, who))
    here.later(301)
    browser.get("/settings/contacts")
    browser.post("/confirm", operation="contacts")
    assert "approves a change" in here.letters(who.number)[0]["text"]
    assert texted(here, who, browser).page.path == "/settings/contacts"


def test_after_a_recovery_it_waits(here: Installation) -> None:
    """What set the password would else give both elements."""
    who = enrolled(here)
    with here.built.store.write() as tx:
        tx.users.set_recovered(who.id, here.clock.now())
    page = here.browser().login(who.username, who.password)
    assert page.path != "/login/wait"
    here.later(24 * 60 * 60 + 1)
    waiting(here, who)
