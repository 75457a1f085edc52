"""Overview, activity, language, notices, and whose right it is to change security settings (N06, Q02, V01)."""

from __future__ import annotations

import re

import pytest

from tests.support.devices import add_passkey
from tests.support.installation import WRONG, Installation, Person
from tests.support.people import set_user
from tests.support.steps import STEP, approve, go_on, known, logged_in, waiting
from watchword.core.refusals import Refusal
from watchword.core.users import User
from watchword.flows import notices, primary

OTHER = "Nakanoshima-5300!"
_ANSWERS = (("first_trip", "Nara Park"), ("dream_job", "Astronaut"), ("first_film", "生きる 1952"))
QUESTIONS = {
    f"{name}{at}": pair[of] for at, pair in enumerate(_ANSWERS, 1) for of, name in enumerate(("question", "answer"))
}


def user(here: Installation, who: Person) -> User:
    with here.built.store.read() as tx:
        found = tx.users.get(who.id)
    assert found is not None
    return found


def words(text: str) -> str:
    """The text with single blanks."""
    return " ".join(text.split())


def test_the_overview_says_what_would_be_better(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    page = browser.get("/settings")
    assert "Your mobile number is not verified." in page.text
    assert "Only one device logs you in." in page.text
    assert "There is no mail address on file." not in page.text
    assert "A passkey keeps you from false login pages." in page.text
    add_passkey(here, who, browser)
    better = browser.get("/settings").text
    assert "A passkey" not in better and "Only one device" not in better
    assert "You. Each change that matters is approved with Key first." in page.text


def test_activity_tells_logins_and_changes_with_their_place_and_filters_them(here: Installation) -> None:
    who = here.person()
    stranger = here.browser()
    stranger.login(who.username, WRONG)
    browser = logged_in(here, who)
    browser.get("/settings/language")
    browser.post("/settings/language", lang="en", zone="Europe/Zurich")
    page = browser.get("/settings/activity")
    for told in ("Wrong password", "Logged in", "Language or time zone was changed"):
        assert told in page.text
    assert "Firefox on Linux" in words(page.text)
    assert "Language or time zone" not in browser.get("/settings/activity?only=login").text
    only = browser.get("/settings/activity?only=change").text
    assert "Language or time zone" in only and "Wrong password" not in only
    other = logged_in(here, here.person())
    assert "Wrong password" not in other.get("/settings/activity").text, "another person's events"


def test_activity_goes_on_by_fifties(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    for at in range(60):
        browser.get("/settings/language")
        browser.post("/settings/language", lang="en", zone=("Europe/Zurich", "Asia/Tokyo")[at % 2])
    page = browser.get("/settings/activity")
    assert len(re.findall(r"<li><span class=\"num\">", page.html)) == 50
    older = re.search(r'href="(/settings/activity\?before=\d+)"', page.html)
    assert older
    rest = browser.get(older[1])
    assert "Logged in" in rest.text and "Logged in" not in page.text
    assert "To the newest" in rest.text


@pytest.mark.parametrize(
    "query", ["before=-1", "before=x", "before=9" * 30, "only=all", "before=0&only=login", "before=999999999999999999"]
)
def test_activity_takes_any_address(here: Installation, query: str) -> None:
    assert logged_in(here, here.person()).get(f"/settings/activity?{query}").status == 200


def test_language_and_zone_are_kept_and_used(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/settings/language")
    page = browser.post("/settings/language", lang="ja", zone="Europe/Zurich")
    assert "保存しました" in page.text
    assert (user(here, who).lang, user(here, who).zone) == ("ja", "Europe/Zurich")
    assert "言語と時刻" in browser.get("/settings/language").text


@pytest.mark.parametrize(
    ("lang", "zone", "number"),
    [("en", "Mars/Olympus", 6130), ("en", "", 6130), ("fr", "Asia/Tokyo", 5002), ("en", "../../etc/passwd", 6130)],
)
def test_a_zone_or_language_we_do_not_have_is_refused_and_comes_back(
    here: Installation, lang: str, zone: str, number: int
) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/settings/language")
    page = browser.post("/settings/language", lang=lang, zone=zone)
    assert page.refusals == [number]
    assert not zone or f'value="{zone}"' in page.html
    assert user(here, who).zone == "Asia/Tokyo"


def test_a_login_from_a_new_browser_is_told_by_mail_where_that_was_asked_for(here: Installation) -> None:
    who = here.person()
    logged_in(here, who)
    assert not any("new to us" in letter["text"] for letter in here.letters(who.mail)), "not asked for"
    here.later(STEP)
    browser = logged_in(here, who)
    browser.get("/settings/notices")
    assert not browser.post("/settings/notices", logins="new").refusals
    here.later(STEP)
    browser.post("/logout")
    logged_in(here, who, browser)
    assert not any("logged in" in letter["text"] for letter in here.letters(who.mail)), "a known browser"
    here.later(STEP)
    logged_in(here, who)
    told = here.letters(who.mail)[0]
    assert "new to us" in told["text"] and "Firefox" in told["text"] and "http" not in told["text"]
    assert not any("new browser" in letter["text"] for letter in here.letters(who.number)), "by mail only"


def test_every_login_is_told_where_that_was_asked_for(here: Installation) -> None:
    who = here.person()
    browser = known(here, who)
    here.later(STEP)
    logged_in(here, who, browser)
    browser.get("/settings/notices")
    browser.post("/settings/notices", logins="all", account_sms="1")
    browser.post("/logout")
    here.later(STEP)
    logged_in(here, who, browser)
    assert here.letters(who.mail)[0]["subject"] == "A login"


def test_notices_change_only_with_a_fresh_approval(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/settings/notices")
    here.later(301)
    assert browser.post("/settings/notices", logins="all").refusals == [6101]
    assert user(here, who).notify == ""
    browser.post("/confirm", operation="notices", keep_logins="all")
    approve(here, who, browser)
    assert go_on(browser).path == "/settings/notices"
    browser.post("/settings/notices", logins="all")
    assert user(here, who).notify == "login_all no_account_sms"
    assert browser.post("/settings/notices", logins="sometimes").refusals == [5002]


def test_account_messages_go_to_a_verified_number_unless_switched_off(here: Installation) -> None:
    """N06."""
    who = here.person()
    kit = here.built.kit
    assert notices.account_message(kit, who.username, "USD 100 arrived.") == 1
    assert here.letters(who.number) == [], "the number is not verified"
    with here.built.store.write() as tx:
        tx.contacts.verified(tx.contacts.of(who.id)[0].id, here.clock.now())
    assert notices.account_message(kit, who.username, "USD 200 arrived.") == 2
    assert "USD 200 arrived." in here.letters(who.number)[0]["text"]
    set_user(here, who, notify="no_account_sms")
    assert notices.account_message(kit, who.username, "USD 300 arrived.") == 1
    assert "USD 300" not in here.letters(who.number)[0]["text"]
    for text in ("", "see https://x.example", "WWW.x.example", "x" * 101, "a\u202eb"):
        assert isinstance(notices.account_message(kit, who.username, text), Refusal), text


def test_a_secondary_user_sees_who_may_and_every_change_is_refused(here: Installation) -> None:
    """Q02."""
    who, holder = here.person(phones=2), here.person()
    assert isinstance(primary.set_primary(here.built.kit, who.username, holder.username), User)
    assert "are now changed by" in here.letters(who.mail)[0]["text"]
    browser = waiting(here, who)
    approve(here, who, browser, who.phones[0])
    go_on(browser)
    name = user(here, holder).display_name
    for path in ("", "/contacts", "/devices", "/notices", "/password", "/questions", "/networks"):
        path = f"/settings{path}"
        assert name in browser.get(path).text, path
    with here.built.store.read() as tx:
        contact, device = tx.contacts.of(who.id)[0].id, tx.devices.of_user(who.id)[0].id
    for path, fields in (
        ("/settings/contacts", {"do": "add_number", "region": "JP", "number": "9012345678"}),
        ("/settings/contacts", {"do": "add_mail", "mail": "new@example.org"}),
        ("/settings/contacts", {"do": "send", "contact": contact}),
        ("/settings/contacts", {"do": "verify", "contact": contact, "code": "123456"}),
        ("/settings/contacts", {"do": "default", "contact": contact}),
        ("/settings/contacts", {"do": "remove", "contact": contact}),
        ("/settings/devices", {"do": "rename", "device": device, "name": "Mine"}),
        ("/settings/devices", {"do": "deactivate", "device": device}),
        ("/settings/notices", {"logins": "all"}),
        ("/settings/password", {"current": who.password, "password": OTHER, "repeat": OTHER}),
        ("/settings/questions", QUESTIONS),
    ):
        page = browser.post(path, **fields)
        assert (page.refusals, page.status) == ([6102], 403), f"{path} {fields}"
        assert name in page.text
    assert not browser.post("/settings/language", lang="en", zone="Europe/Zurich").refusals, "no security setting"
    primary.set_primary(here.built.kit, who.username, "")
    assert not browser.post("/settings/devices", do="rename", device=device, name="Mine").refusals
    assert not browser.post("/settings/questions", **QUESTIONS).refusals
    assert not browser.post("/settings/password", current=who.password, password=OTHER, repeat=OTHER).refusals


def test_a_secondary_user_is_refused_before_the_password_counts(here: Installation) -> None:
    """Whose right it is comes first: no wrong current password is counted, and no form is there to be filled in."""
    who, holder = here.person(), here.person()
    browser = logged_in(here, who)
    primary.set_primary(here.built.kit, who.username, holder.username)
    assert 'name="current"' not in browser.get("/settings/password").html
    assert 'name="answer1"' not in browser.get("/settings/questions").html
    for _ in range(12):
        assert browser.post("/settings/password", current="x", password=OTHER, repeat=OTHER).refusals == [6102]
    here.later(301)
    assert browser.post("/settings/password", current="x", password=OTHER, repeat=OTHER).refusals == [6102]
    primary.set_primary(here.built.kit, who.username, "")
    browser.post("/logout")
    logged_in(here, who, browser)


def test_a_password_reported_as_known_is_replaced_by_a_secondary_user_too(here: Installation) -> None:
    """Nothing else can be done before, so that asking somebody else for it would be a dead end (Q02)."""
    who, holder = here.person(), here.person()
    browser = logged_in(here, who)
    primary.set_primary(here.built.kit, who.username, holder.username)
    with here.built.store.write() as tx:
        tx.users.set_flagged(who.id, here.clock.now() - 1)
    for path in ("/settings/questions", "/settings/networks"):
        assert browser.get(path).path == "/password", path
    assert browser.post("/password", current=who.password, password=OTHER, repeat=OTHER).path == "/"
    who.password = OTHER
    browser.post("/logout")
    logged_in(here, who, browser)


def test_a_session_from_before_the_report_changes_the_password_behind_an_approval(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.later(301)
    with here.built.store.write() as tx:
        tx.users.set_flagged(who.id, here.clock.now())
    page = browser.post("/password", current=who.password, password=OTHER, repeat=OTHER)
    assert page.path == "/password", "and not in a circle"
    browser.post("/confirm", operation="password")
    approve(here, who, browser)
    assert go_on(browser).path == "/settings/password"
    assert not browser.post("/settings/password", current=who.password, password=OTHER, repeat=OTHER).refusals
    assert browser.get("/settings/questions").path == "/settings/questions"


def test_there_are_no_chains_of_primary_users(here: Installation) -> None:
    first, second, third = here.person(), here.person(), here.person()
    kit = here.built.kit
    primary.set_primary(kit, second.username, first.username)
    for username, other in (
        (third.username, second.username),
        (first.username, third.username),
        (first.username, first.username),
        (first.username, "nobody-here"),
        ("nobody-here", first.username),
    ):
        result = primary.set_primary(kit, username, other)
        assert isinstance(result, Refusal) and result.kind.number == 6104, (username, other)
