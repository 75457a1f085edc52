"""A temporary code from the interview to the new device (O03)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.devices import DEVICES, add_passkey, use_passkey
from tests.support.installation import PIN, Installation, Person, refused
from tests.support.staff import WORDS, Member, at_shell, tags
from tests.support.steps import approve, go_on, waiting
from watchword.core.interviews import Interview
from watchword_client.portal import Browser

DAY = 24 * 60 * 60


@pytest.fixture
def officer(here: Installation, tmp_path: Path) -> Member:
    return at_shell(here, tmp_path, "compliance")


def interviewed(here: Installation, agent: Member, who: Person) -> None:
    """As the guided interview leaves it."""
    matched = ("birth_date", "number", "last_login_place")
    with here.built.store.write() as tx:
        tx.staff.held_interview(
            Interview(here.built.kit.entropy.id(), who.id, agent.who.id, here.clock.now(), matched, matched)
        )


def issued(here: Installation, agent: Member, officer: Member, who: Person) -> str:
    """Sent to the mail address on file; what stands in the letter."""
    interviewed(here, agent, who)
    request = agent.ask("temporary_code", who.username)
    told = officer.do("approve", request, "--checked", "the interview and the number called back")
    assert told["told"]["to"].endswith("@example.org"), told
    return here.code_to(who.mail)


def typed(browser: Browser, code: str) -> Browser:
    browser.post("/login/wait", do="answer", kind="temporary_code", answer=code)
    return browser


def lost(here: Installation, who: Person) -> None:
    """Key is gone with the phone."""
    with here.built.store.write() as tx:
        for device in tx.devices.of_user(who.id):
            if device.kind == "key":
                tx.devices.move(device.id, "active", "inactive", here.clock.now())


def test_two_of_the_staff_send_one_and_nobody_of_them_sees_it(
    here: Installation, agent: Member, officer: Member
) -> None:
    who = here.person()
    assert agent.refused("request", "temporary_code", who.username, *WORDS) == 7214
    code = issued(here, agent, officer, who)
    assert len(code.replace("-", "")) == 10
    assert code not in agent.output + officer.output
    assert "temporary code was sent" in here.letters(who.number)[0]["text"]
    assert {"device.temporary.issued", "staff.temporary.issued"} <= set(tags(here, who.id)[:4])


def test_it_logs_in_for_two_days_and_then_no_more(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    code = issued(here, agent, officer, who)
    lost(here, who)
    for _ in range(2):
        browser = typed(waiting(here, who), code.lower().replace("-", " "))
        assert browser.page.path == "/", browser.page.refusals
        browser.post("/logout")
        here.later(DAY - 60)
    here.later(300)
    assert here.browser().login(who.username, who.password).path == "/enrol", "it is no device any more"


def test_its_session_says_what_it_is_and_changes_nothing_that_matters(
    here: Installation, agent: Member, officer: Member
) -> None:
    who = here.person()
    code = issued(here, agent, officer, who)
    lost(here, who)
    browser = typed(waiting(here, who), code)
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(who.id, here.clock.now())[0]
    assert (session.level, session.acr) == (1, "urn:watchword:two-elements:temporary")
    browser.get("/settings/contacts")
    added = browser.post("/settings/contacts", do="add_mail", mail="thief@example.net")
    assert 6101 in added.refusals or added.status == 403
    browser.get("/settings/contacts")
    asked = browser.post("/confirm", operation="contacts")
    assert asked.refusals == [2301], "nor does it confirm it"


def test_it_puts_a_passkey_in_its_place_and_ends(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    code = issued(here, agent, officer, who)
    lost(here, who)
    browser = typed(waiting(here, who), code)
    shown = browser.get(DEVICES).text
    assert "Temporary code" in shown and "Ends" in shown
    made = add_passkey(here, who, browser)
    assert "Temporary code" not in browser.get(DEVICES).text
    browser.post("/logout")
    waiting(here, who, browser)
    assert browser.post("/login/wait", do="answer", kind="temporary_code", answer=code).status >= 400
    assert use_passkey(browser, made).path == "/"


def test_it_puts_key_in_its_place_and_ends(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    code = issued(here, agent, officer, who)
    lost(here, who)
    browser = typed(waiting(here, who), code)
    assert browser.page.links, "home offers Key at once"
    phone = here.new_phone()
    phone.activate_scan(browser.page.links[0])
    phone.complete(PIN, "New phone")
    browser.get("/")
    assert "New phone" in browser.page.text and "Temporary code" not in browser.get(DEVICES).text
    here.later(61)
    assert waiting(here, who).post("/login/wait", do="code", code=phone.code(PIN, who.username)).path == "/"


def test_its_owner_can_end_it(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    code = issued(here, agent, officer, who)
    lost(here, who)
    browser = typed(waiting(here, who), code)
    with here.built.store.read() as tx:
        device = next(one.id for one in tx.devices.of_user(who.id) if one.kind == "temporary_code")
    browser.get(DEVICES)
    assert browser.post(DEVICES, do="deactivate", device=device).path == f"{DEVICES}?done=deactivated"
    assert here.browser().login(who.username, who.password).path == "/enrol"


def test_a_new_one_ends_the_one_before(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    first = issued(here, agent, officer, who)
    second = issued(here, agent, officer, who)
    browser = waiting(here, who)
    assert typed(browser, first).page.refusals == [2321]
    assert typed(browser, second).page.path == "/"


def test_key_still_answers_beside_it(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    issued(here, agent, officer, who)
    browser = waiting(here, who)
    with here.built.store.read() as tx:
        key = next(one.id for one in tx.devices.of_user(who.id) if one.kind == "key")
    browser.post("/login/wait", do="method", method=key)
    approve(here, who, browser)
    assert go_on(browser).path == "/"


def test_a_platform_takes_it(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    code = issued(here, agent, officer, who)
    lost(here, who)
    platform = here.platform()
    opened = platform.start(who.username, who.password)
    assert [(method.kind, method.ways) for method in opened.methods] == [("temporary_code", ("temporary_code",))]
    assert refused(2323, work=lambda: platform.answer("temporary_code", "short"))
    assert platform.answer("temporary_code", code) == "approved"
    assert platform.collect().acr == "urn:watchword:two-elements:temporary"
