"""Login devices in the settings: named, tried, and deactivated under the policy's conditions (L04)."""

from __future__ import annotations

import pytest

from tests.support.installation import PIN, Installation, Person, refused
from tests.support.people import set_user
from tests.support.steps import approve, asked, go_on, logged_in, waiting
from watchword.core.devices import Device
from watchword_client.portal import Browser

PATH = "/settings/devices"


def devices(here: Installation, who: Person) -> list[Device]:
    """Every device of a person by its name: Phone 1, Phone 2."""
    with here.built.store.read() as tx:
        return sorted(tx.devices.of_user(who.id), key=lambda device: device.name)


def verify_number(here: Installation, who: Person) -> None:
    with here.built.store.write() as tx:
        tx.contacts.verified(next(each.id for each in tx.contacts.of(who.id) if each.kind == "sms"), here.clock.now())


def by_phone(here: Installation, who: Person, at: int) -> Browser:
    """A browser logged in by a push to the phone of that number."""
    browser = waiting(here, who)
    method = devices(here, who)[at].id
    browser.post("/login/wait", do="method", method=method)
    approve(here, who, browser, who.phones[at])
    assert go_on(browser).path == "/"
    return browser


def test_a_lost_phone_is_deactivated_with_the_other_one(here: Installation) -> None:
    who = here.person(phones=2)
    browser, lost = by_phone(here, who, 1), by_phone(here, who, 0)
    page = browser.get(PATH)
    assert "Phone 1" in page.text and "Phone 2" in page.text
    target = devices(here, who)[0]
    page = browser.post(PATH, do="ask", device=target.id)
    assert "It approves nothing any more" in page.text
    assert [each.state for each in devices(here, who)] == ["active", "active"], "asking changes nothing"
    page = browser.post(PATH, do="deactivate", device=target.id)
    assert (page.path, page.status) == (f"{PATH}?done=deactivated", 200)
    assert [each.state for each in devices(here, who)] == ["inactive", "active"]
    assert lost.get("/").status == 401, "the session that this phone gave has ended"
    assert browser.get("/").status == 200
    for to in (who.number, who.mail):
        assert "was deactivated" in here.letters(to)[0]["text"]
    assert [user["state"] for user in who.phones[0].pending().users] == ["inactive"], "the phone learns it"


def test_what_the_lost_phone_had_open_is_approved_by_it_no_more(here: Installation) -> None:
    who = here.person(phones=2)
    browser = by_phone(here, who, 1)
    waits = waiting(here, who)
    attempt = asked(who.phones[0], who)
    browser.get(PATH)
    browser.post(PATH, do="deactivate", device=devices(here, who)[0].id)
    refused(4202, 4101, work=lambda: who.phones[0].approve(attempt, here.pin(PIN), waits.page.digits[0]))


def test_the_last_device_needs_a_verified_number(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    device = devices(here, who)[0].id
    browser.get(PATH)
    assert browser.post(PATH, do="deactivate", device=device).refusals == [6111]
    verify_number(here, who)
    set_user(here, who, recovered=here.clock.now())
    assert browser.post(PATH, do="deactivate", device=device).refusals == [6103]
    set_user(here, who, recovered=0)
    assert not browser.post(PATH, do="deactivate", device=device).refusals
    assert here.browser().login(who.username, who.password).path == "/enrol"


def test_without_a_fresh_approval_nothing_is_deactivated(here: Installation) -> None:
    who = here.person(phones=2)
    browser = by_phone(here, who, 0)
    browser.get(PATH)
    here.later(301)
    page = browser.post(PATH, do="deactivate", device=devices(here, who)[1].id)
    assert page.refusals == [6101]
    assert all(each.state == "active" for each in devices(here, who))
    browser.post("/confirm", operation="devices")
    approve(here, who, browser)
    assert go_on(browser).path == PATH
    assert not browser.post(PATH, do="deactivate", device=devices(here, who)[1].id).refusals


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  My   phone ", "My phone"), ("\u202eevil\u0007", "evil"), ("美咲のスマートフォン", "美咲のスマートフォン")],
)
def test_a_device_is_renamed(here: Installation, typed: str, kept: str) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    page = browser.post(PATH, do="rename", device=devices(here, who)[0].id, name=typed)
    assert not page.refusals
    assert devices(here, who)[0].name == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u202e", "x" * 65, "x" * 9000])
def test_a_name_that_cannot_be_read_is_refused(here: Installation, typed: str) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    assert browser.post(PATH, do="rename", device=devices(here, who)[0].id, name=typed).refusals == [6112]
    assert devices(here, who)[0].name == "Phone 1"


def test_a_test_push_tells_its_way(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    device = devices(here, who)[0]
    assert "takes no notifications" in browser.post(PATH, do="test", device=device.id).text
    with here.built.store.write() as tx:
        tx.phones.set_push(device.phone_id, {"endpoint": "https://push.invalid.example/1", "p256dh": "", "auth": ""})
    assert browser.post(PATH, do="test", device=device.id).refusals == [6113]
    here.later(31)
    page = browser.post(PATH, do="test", device=device.id)
    assert "about to leave us" in page.text
    assert who.phone.pending().attempts == (), "nothing waits on the phone"
    stranger = logged_in(here, here.person())
    path = page.path.partition("#")[0]
    assert "about to leave us" not in stranger.get(path).text, "another person's reference tells nothing"
    here.later(61)
    while here.built.dispatcher.run_once("push"):
        pass
    assert "could not be sent" in browser.get(path).text


def test_the_page_tells_who_else_uses_a_phone_and_where_it_was_used_last(here: Installation) -> None:
    who, beside = here.person(), here.person(phones=0)
    here.put_key(beside, phone=who.phone)
    page = logged_in(here, who).get(PATH)
    assert "2 users on this phone" in page.text
    assert beside.username not in page.text
    assert "Today" in page.text and "Used for this login" in page.text
