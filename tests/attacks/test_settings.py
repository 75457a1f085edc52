"""The settings attacked: other people's ids, forms from elsewhere, stale and missing approvals, doubled and oversized posts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.installation import Installation, Person
from tests.support.raw import form, numbers
from tests.support.steps import STEP, logged_in
from watchword.core.users import Contact
from watchword.web.asking import SESSION
from watchword_client.portal import Browser

PAGES = ("", "/contacts", "/devices", "/sessions", "/activity", "/notices", "/language")
CHANGES: tuple[tuple[str, dict[str, str], int], ...] = (
    ("contacts", {"do": "send", "contact": "{contact}"}, 3130),
    ("contacts", {"do": "verify", "contact": "{contact}", "code": "123456"}, 3130),
    ("contacts", {"do": "default", "contact": "{contact}"}, 3130),
    ("contacts", {"do": "remove", "contact": "{contact}"}, 3130),
    ("devices", {"do": "rename", "device": "{device}", "name": "Mine"}, 6110),
    ("devices", {"do": "deactivate", "device": "{device}"}, 6110),
    ("devices", {"do": "test", "device": "{device}"}, 6110),
    ("sessions", {"do": "end", "session": "{session}"}, 6120),
)


def ids(here: Installation, who: Person) -> dict[str, str]:
    """What somebody else might send of this person's."""
    with here.built.store.read() as tx:
        sessions = tx.sessions.of_user(who.id, here.clock.now())
        return {
            "contact": tx.contacts.of(who.id)[0].id,
            "device": tx.devices.of_user(who.id)[0].id,
            "session": sessions[0].id if sessions else "",
        }


def state(here: Installation, who: Person) -> tuple[object, ...]:
    """Everything the settings may change about a person."""
    with here.built.store.read() as tx:
        return (
            tx.contacts.of(who.id),
            tuple((device.id, device.state, device.name) for device in tx.devices.of_user(who.id)),
            tuple(session.id for session in tx.sessions.of_user(who.id, here.clock.now())),
            tx.users.get(who.id),
        )


@pytest.mark.parametrize(("page", "fields", "number"), CHANGES)
def test_another_persons_ids_are_nobodys(here: Installation, page: str, fields: dict[str, str], number: int) -> None:
    victim, thief = here.person(), here.person()
    logged_in(here, victim)
    here.later(STEP)
    browser = logged_in(here, thief)
    before, theirs = state(here, victim), ids(here, victim)
    browser.get(f"/settings/{page}")
    filled = {name: value.format(**theirs) for name, value in fields.items()}
    assert browser.post(f"/settings/{page}", **filled).refusals == [number]
    nobody = {name: value.format(contact="0" * 26, device="0" * 26, session="0" * 26) for name, value in fields.items()}
    if fields["do"] != "test":
        assert browser.post(f"/settings/{page}", **nobody).refusals == [number], "and look like ids of nothing"
    assert state(here, victim) == before


@pytest.mark.parametrize(("page", "fields", "number"), CHANGES)
@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"csrf": ""}]
)
def test_forms_from_elsewhere_change_nothing(
    here: Installation, page: str, fields: dict[str, str], number: int, headers: dict[str, str]
) -> None:
    who = here.person(phones=1)
    browser = logged_in(here, who)
    browser.get(f"/settings/{page}")
    before, own = state(here, who), ids(here, who)
    filled = {name: value.format(**own) for name, value in fields.items()}
    csrf = {"csrf": "x"} if "csrf" in headers else {}
    sent = {name: value for name, value in headers.items() if name != "csrf"}
    response = form(here, browser, f"/settings/{page}", {**filled, **csrf}, headers=sent)
    assert response.status_code == 403 and numbers(response)[0] in (5008, 1104)
    assert state(here, who) == before


def test_every_page_wants_a_session_of_the_portal(here: Installation) -> None:
    who = here.person()
    for path in PAGES:
        assert "Username" in here.browser().get(f"/settings{path}").text, path
    enrolling = here.person(phones=0)
    browser = here.browser()
    browser.login(enrolling.username, enrolling.password)
    login = here.platform()
    login.start(who.username, who.password, system="Linux")
    here.later(STEP)
    login.answer("code", who.phone.code(here.pin(), who.username))
    stolen = here.browser()
    stolen.cookies[SESSION] = login.collect().token
    for other in (browser, stolen):
        kept = dict(other.cookies)
        for path in PAGES:
            other.cookies = dict(kept)
            page = other.get(f"/settings{path}")
            assert "Security questions" not in page.text, path


def test_without_an_approval_in_the_last_five_minutes_nothing_binding_happens(here: Installation) -> None:
    who = here.person(phones=2)
    browser = logged_in_by(here, who)
    own = ids(here, who)
    browser.get("/settings/contacts")
    here.later(301)
    before = state(here, who)[:2]
    for path, fields in (
        ("/settings/contacts", {"do": "add_number", "region": "JP", "number": "9012345678"}),
        ("/settings/contacts", {"do": "add_mail", "mail": "thief@example.org"}),
        ("/settings/contacts", {"do": "default", "contact": own["contact"]}),
        ("/settings/contacts", {"do": "remove", "contact": own["contact"]}),
        ("/settings/devices", {"do": "deactivate", "device": own["device"]}),
        ("/settings/notices", {"logins": "all"}),
    ):
        assert browser.post(path, **fields).refusals == [6101], fields
    assert browser.get("/enrol").path == "/settings/devices", "nor is a phone of his added"
    assert state(here, who)[:2] == before


def logged_in_by(here: Installation, who: Person) -> Browser:
    """A session by QR, whichever phone is asked first."""
    browser = here.browser()
    browser.login(who.username, who.password)
    page = browser.post("/login/wait", do="qr")
    who.phone.approve(who.phone.scan(page.links[0]), here.pin())
    assert browser.post("/login/wait", do="continue").path == "/"
    return browser


@pytest.mark.parametrize("path", [f"/settings{page}" for page in PAGES if page not in ("", "/activity")])
def test_oversized_strange_and_empty_posts_are_numbered_refusals(here: Installation, path: str) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(path)
    before = state(here, who)
    for fields in (
        {},
        {"do": "nothing"},
        {"do": "verify", "contact": "x" * 5000, "code": "9" * 5000},
        {"do": "rename", "device": "'; DROP TABLE users; --", "name": "\u202e" * 300},
        {"do": "end", "session": "\u00e9" * 26},
        {"lang": "en", "zone": "x" * 5000},
        {"logins": "<script>"},
        {"do": "add_number", "region": "ZZ", "number": "1" * 5000},
        {"do": "add_mail", "mail": "@" * 5000},
    ):
        page = browser.post(path, **fields)
        assert page.status in (200, 400, 404, 409, 413, 422, 429), (path, fields, page.status)
        browser.get(path)
    page = browser.post(path, do="x" * 20_000)
    assert page.status == 413
    after = state(here, who)
    assert after[0] == before[0] and after[1] == before[1], "nothing half done"


def test_the_right_code_posted_by_many_at_once_verifies_once(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/settings/contacts")
    number = who.number.replace("+8190", "+8170")
    browser.post("/settings/contacts", do="add_number", region="JP", number=number.removeprefix("+81"))
    with here.built.store.read() as tx:
        waits = next(each for each in tx.contacts.of(who.id) if each.value == number)
    fields = {"do": "verify", "contact": waits.id, "code": here.code_to(number)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: form(here, browser, "/settings/contacts", fields), range(8)))
    told = [letter for letter in here.letters(who.mail) if "was added" in letter["text"]]
    assert len(told) == 1, "told once, put on file once"


def test_ten_wrong_confirmation_numbers_are_all_there_is_in_a_day(here: Installation) -> None:
    """THREATS, guessing a one-time code: asking for new ones resets nothing."""
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/settings/contacts")
    found: Contact
    with here.built.store.read() as tx:
        found = tx.contacts.of(who.id)[0]
    judged = 0
    for _ in range(6):
        here.later(800)
        browser = logged_in(here, who, here.browser())
        browser.get("/settings/contacts")
        browser.post("/settings/contacts", do="send", contact=found.id)
        right = here.code_to(who.number)
        for _ in range(3):
            wrong = "000000" if right != "000000" else "111111"
            judged += browser.post("/settings/contacts", do="verify", contact=found.id, code=wrong).refusals == [3204]
    assert judged <= 10
