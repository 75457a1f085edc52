"""What an account may do, told to its person, to platforms and to the operator (Q01, R01, R02)."""

from __future__ import annotations

import httpx

from tests.support.installation import Installation, Person
from tests.support.people import set_user
from tests.support.steps import logged_in
from watchword.core.entitlements import dollars
from watchword.core.refusals import Refusal
from watchword.flows import entitlements


def bearer(here: Installation, token: str) -> httpx.Response:
    """What a platform asks with a session's token."""
    return here.http.get(
        f"{here.portal}/api/v1/entitlements", headers={"authorization": f"Bearer {token}", "accept-language": "en"}
    )


def session_of(here: Installation, who: Person) -> str:
    """A platform's session."""
    login = here.platform()
    login.start(who.username, who.password)
    assert login.answer("code", who.phone.code(here.pin())) == "approved"
    return login.collect().token


def test_the_page_says_limits_why_and_what_would_raise_them(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    page = browser.get("/settings/limits")
    for told in ("$1,000,000", "You have Key or a passkey.", "Add a Digital Security Card+", "$1,500,000"):
        assert told in page.text, told
    set_user(here, who, recovered=here.clock.now() - 60)
    lower = browser.get("/settings/limits").text
    assert "$50,000" in lower and "recovered a short time ago" in lower and "Wait until" in lower


def test_in_japanese(here: Installation) -> None:
    browser = logged_in(here, here.person(), here.browser(language="ja"))
    text = browser.get("/settings/limits").text
    assert "ご利用いただける範囲" in text and "USD 1,000,000" in text


def test_a_platform_asks_with_the_session(here: Installation) -> None:
    who = here.person()
    token = session_of(here, who)
    found = bearer(here, token).json()
    assert found["limits"] == {"day": 100_000_000, "five_days": 100_000_000, "currency": "USD", "unit": "cents"}
    assert (found["level"], found["restrictions"], found["because"]) == ("key_online", [], ["key"])
    assert found["would_raise"] == [
        {"how": "device", "group": "card_plus", "until": None, "day": 100_000_000, "five_days": 150_000_000}
    ]
    for nobody in ("x", "x" * 43, "x" * 200):
        assert bearer(here, nobody).status_code == 401


def test_an_institution_gets_limits_of_its_own_and_loses_them_again(here: Installation) -> None:
    who = here.person()
    kit = here.built.kit
    assert not isinstance(entitlements.set_own(kit, who.username, dollars(5_000_000, 9_000_000)), Refusal)
    token = session_of(here, who)
    assert bearer(here, token).json()["limits"]["five_days"] == 900_000_000
    assert not isinstance(entitlements.set_own(kit, who.username, None), Refusal)
    assert bearer(here, token).json()["limits"]["five_days"] == 100_000_000
    nobody = entitlements.set_own(kit, "nobody-here", None)
    assert isinstance(nobody, Refusal) and nobody.reason == "user.unknown"
