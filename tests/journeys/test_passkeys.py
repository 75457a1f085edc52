"""Passkeys and security keys, over the portal's own forms (M01-M05, A07)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support.devices import DEVICES, add_passkey, authenticator, options, use_passkey, with_passkey
from tests.support.installation import Installation
from tests.support.people import set_user
from tests.support.staff import give, refused_with, tags
from tests.support.steps import STEP, approve, choices, go_on, logged_in, phone_first, waiting
from watchword.stores import tables


def session_of(here: Installation, user_id: str) -> tuple[str, str, int]:
    """acr, amr and level of the newest session of a person."""
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(user_id, here.clock.now())[0]
    return session.acr, session.amr, session.level


def test_one_is_added_in_the_settings_and_every_channel_is_told(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    add_passkey(here, who, browser, name="Blue key", transports=("usb", "nfc"))
    assert "Blue key" in browser.get(DEVICES).text
    assert "Blue key" in here.letters(who.mail)[0]["text"] and "Blue key" in here.letters(who.number)[0]["text"]
    assert tags(here, who.id)[0] == "device.passkey.added"


def test_it_is_named_by_itself_where_no_name_was_typed(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    add_passkey(here, who, browser, transports=("usb",))
    add_passkey(here, who, browser, synced=True)
    text = browser.get(DEVICES).text
    assert "Security key" in text and "Passkey on Linux" in text


def test_after_the_password_nothing_is_typed(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = waiting(here, who)
    assert "Use your passkey" in browser.page.text
    assert "No notification" not in browser.page.text, "no phone was asked"
    assert use_passkey(browser, made).path == "/"
    assert session_of(here, who.id) == (
        "urn:watchword:two-elements:phishing-resistant", "pwd hwk pop user mfa", 9,
    )  # fmt: skip


def test_one_that_is_synced_counts_for_less(here: Installation) -> None:
    who, made = with_passkey(here, synced=True)
    use_passkey(waiting(here, who), made)
    assert session_of(here, who.id)[1:] == ("pwd swk pop user mfa", 6)


def test_key_stays_open_on_the_same_login(here: Installation) -> None:
    who, _ = with_passkey(here)
    browser = waiting(here, who)
    key = next(value for value in choices(browser.page, "method") if value == _device_of(here, who.id, "key"))
    browser.post("/login/wait", do="method", method=key)
    assert "Approve on your phone" in browser.page.text or "Open Key on your phone" in browser.page.text
    approve(here, who, browser)
    assert go_on(browser).path == "/"


def _device_of(here: Installation, user_id: str, kind: str) -> str:
    with here.built.store.read() as tx:
        return next(device.id for device in tx.devices.of_user(user_id) if device.kind == kind)


def test_a_code_from_key_works_beside_it_without_choosing(here: Installation) -> None:
    who, _ = with_passkey(here)
    browser = waiting(here, who)
    here.later(STEP)
    assert browser.post("/login/wait", do="code", code=who.phone.code(here.pin(), who.username)).path == "/"


def test_the_one_used_last_stands_first(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = waiting(here, who)
    here.later(STEP)
    browser.post("/login/wait", do="code", code=who.phone.code(here.pin(), who.username))
    browser.post("/logout")
    waiting(here, who, browser)
    assert "Use your passkey" not in browser.page.text and "Passkey or security key" in browser.page.text
    assert use_passkey(browser, made).path == "/"


def test_several_and_the_browser_says_which(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    first = add_passkey(here, who, browser, name="One")
    second = add_passkey(here, who, browser, name="Two", transports=("usb",))
    browser.post("/logout")
    waiting(here, who, browser)
    assert len(options(browser, "/login/question", kind="passkey")["allowCredentials"]) == 2
    assert use_passkey(browser, first).path == "/"
    browser.post("/logout")
    waiting(here, who, browser)
    assert use_passkey(browser, second).path == "/"


def test_renamed_and_removed_and_then_it_opens_nothing(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = waiting(here, who)
    use_passkey(browser, made)
    device = _device_of(here, who.id, "passkey")
    browser.get(DEVICES)
    browser.post(DEVICES, do="rename", device=device, name="Old laptop")
    assert "Old laptop" in browser.page.text
    browser.post(DEVICES, do="deactivate", device=device)
    assert browser.page.path == f"{DEVICES}?done=deactivated"
    assert "Old laptop was removed" in here.letters(who.mail)[0]["subject"]
    browser.post("/logout")
    waiting(here, who, browser)
    assert "asskey" not in browser.page.text
    refused = browser.post("/login/question", kind="passkey")
    assert refused.status == 409


def test_without_a_confirmation_none_is_added(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.later(6 * 60)
    browser.get(DEVICES)
    assert browser.post(f"{DEVICES}/passkey").status == 403


def test_the_day_after_a_recovery_none_is_added(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(DEVICES)
    set_user(here, who, recovered=here.clock.now())
    assert browser.post(f"{DEVICES}/passkey").status == 403


def test_a_question_is_good_once_and_for_its_session(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(DEVICES)
    made = authenticator(here, who)
    answer = made.create(options(browser, f"{DEVICES}/passkey"))
    browser.post(DEVICES, do="passkey", answer=answer)
    browser.get(DEVICES)
    assert browser.post(DEVICES, do="passkey", answer=answer).refusals == [2307]
    other = here.person()
    stranger = logged_in(here, other)
    stranger.get(DEVICES)
    options(stranger, f"{DEVICES}/passkey")
    assert stranger.post(DEVICES, do="passkey", answer=answer).refusals == [2306]


def test_a_credential_of_somebody_else_is_not_taken_twice(here: Installation) -> None:
    who, other = here.person(), here.person()
    made = authenticator(here, who)
    for owner, expected in ((who, []), (other, [2305])):
        browser = logged_in(here, owner)
        browser.get(DEVICES)
        answer = made.create(options(browser, f"{DEVICES}/passkey"), id=b"the very same credential id")
        assert browser.post(DEVICES, do="passkey", answer=answer).refusals == expected


@pytest.mark.parametrize(
    ("wrong", "number"),
    [
        ({"origin": "https://portal.watchword.example.evil"}, 2306), ({"type": "webauthn.get"}, 2306), ({"rp": "evil.example"}, 2306),
        ({"challenge": "AAAA"}, 2306), ({"flags": 1}, 2303), ({"flags": 4}, 2306), ({"flags": 5 | 16}, 2306), ({"alg": -65535}, 2306),
        ({"extra": {"crossOrigin": True}}, 2306), ({"extra": {"topOrigin": "https://evil.example"}}, 2306),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not_added(here: Installation, wrong: dict[str, object], number: int) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(DEVICES)
    answer = authenticator(here, who).create(options(browser, f"{DEVICES}/passkey"), **wrong)
    assert browser.post(DEVICES, do="passkey", answer=answer).refusals == [number]
    with here.built.store.read() as tx:
        assert all(device.kind == "key" for device in tx.devices.of_user(who.id))


def test_held_first_while_passwords_wait_with_a_passkey(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = phone_first(here, who)
    asked = options(browser, "/login/question", kind="passkey")
    assert asked["allowCredentials"] == []
    browser.post("/login/held", do="passkey", kind="passkey", answer=made.get(asked))
    assert "Now your password" in browser.page.text
    assert browser.post("/login/held", do="password", password=who.password).path == "/"
    assert session_of(here, who.id)[2] == 9


def test_held_first_a_name_without_one_looks_the_same(here: Installation) -> None:
    who, made = with_passkey(here)
    keyed = here.person()
    asked = []
    for name in (keyed.username, "nobody-at-all"):
        browser = here.browser()
        browser.get("/login")
        browser.post("/login/held", do="begin", username=name)
        found = options(browser, "/login/question", kind="passkey")
        answer = made.get(found)
        refused = browser.post("/login/held", do="passkey", kind="passkey", answer=answer)
        asked.append((sorted(found), found["allowCredentials"], refused.status, refused.refusals))
    assert asked[0] == asked[1] and asked[0][3] == [2302]


def test_it_confirms_a_change_inside_a_session(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = waiting(here, who)
    use_passkey(browser, made)
    here.later(6 * 60)
    browser.get("/settings/contacts")
    browser.post("/confirm", operation="contacts")
    assert browser.page.path == "/login/wait" and "Use your passkey" in browser.page.text
    assert use_passkey(browser, made).path == "/settings/contacts"


def test_a_platform_asks_key_and_says_so_where_there_is_only_a_passkey(here: Installation) -> None:
    who, _ = with_passkey(here)
    opened = here.platform().start(who.username, who.password)
    assert [method.kind for method in opened.methods] == ["key"]
    with here.built.store.write() as tx:
        for device in tx.devices.of_user(who.id):
            if device.kind == "key":
                tx.devices.move(device.id, "active", "inactive", here.clock.now())
    assert refused_with(lambda: here.platform().start(who.username, who.password)) == 2310


def test_what_was_asked_is_gone_with_its_answer(here: Installation) -> None:
    who, made = with_passkey(here)
    browser = waiting(here, who)
    use_passkey(browser, made)
    with here.built.store.engine.begin() as connection:
        kept = connection.execute(select(tables.challenges.c.device_id)).scalars().all()
    assert _device_of(here, who.id, "passkey") not in kept


def test_staff_sign_in_at_the_console_with_the_passkey_of_the_portal(here: Installation) -> None:
    """One name serves both hosts; what was signed for the portal's page is refused at the console's."""
    who, made = with_passkey(here)
    give(here, who, "client_services")
    desk = waiting(here, who, here.desk())
    assert "Use your passkey" in desk.page.text
    assert use_passkey(desk, made).refusals == [2302], "it says that it is at the portal"
    made.origin = here.settings.staff.url
    page = use_passkey(desk, made)
    assert page.status == 200 and "__Host-ww_s" in desk.cookies, f"{page.path} {page.status} {page.refusals}"
