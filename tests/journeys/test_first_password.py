"""Somebody new: the operator adds them, a welcome and a code go out apart, and they choose their first password (A04, S03)."""

from __future__ import annotations

import re

import pytest

from tests.support.installation import Installation
from tests.support.steps import choices
from watchword.core.users import Details, NewUser
from watchword_client.portal import Browser, Shown

NEW = "Nakanoshima-5300!"


def invited(here: Installation, *, lang: str = "en", channels: tuple[str, ...] = ("sms", "mail")) -> NewUser:
    """Somebody without a password, with a number or an address of their own or both."""
    name = f"n{here.built.kit.entropy.id()[:14]}"
    digits = int.from_bytes(here.built.kit.entropy.bytes(4), "big") % 10**8
    mails = (f"{name}@example.org",) if "mail" in channels else ()
    numbers = (f"+8170{digits:08}",) if "sms" in channels else ()
    new = NewUser(name, Details("Lena", "Weber"), mails, numbers, lang, "Asia/Tokyo", "Lena Weber")
    here.invite(new)
    return new


def start(browser: Browser, username: str, code: str, password: str = NEW, repeat: str | None = None) -> Shown:
    """The form for a first password, filled in."""
    browser.get("/start")
    return browser.post("/start", username=username, code=code, password=password, repeat=repeat or password)


def test_the_username_and_the_code_go_apart_and_hold_no_link(here: Installation) -> None:
    new = invited(here)
    welcome, code = here.letters(new.mails[0])[0], here.letters(new.numbers[0])[0]
    assert new.username in welcome["text"] and not welcome["code"]
    assert re.fullmatch(r"\d{10}", code["code"]) and new.username not in code["text"]
    assert code["code"] not in welcome["text"]
    for letter in (welcome, code):
        assert not re.search(r"https?:|www\.|href", letter["subject"] + letter["text"])


@pytest.mark.parametrize("channels", [("sms",), ("mail",)])
def test_with_one_channel_both_go_there(here: Installation, channels: tuple[str, ...]) -> None:
    new = invited(here, channels=channels)
    letters = here.letters(*new.mails, *new.numbers)
    assert len(letters) == 2
    assert not start(here.browser(), new.username, here.code_to(*new.mails, *new.numbers)).refusals


def test_from_the_code_to_the_enrolment_page(here: Installation) -> None:
    new = invited(here)
    browser = here.browser()
    assert browser.login(new.username, "").refusals == [1101]
    page = start(browser, new.username, here.code_to(*new.numbers))
    assert (page.status, page.refusals) == (200, [])
    assert browser.login(new.username, NEW).path == "/enrol"


@pytest.mark.parametrize("form", ["{} {}", "{}-{}"])
def test_the_code_may_be_typed_in_groups(here: Installation, form: str) -> None:
    new = invited(here)
    code = here.code_to(*new.numbers)
    assert not start(here.browser(), new.username, form.format(code[:5], code[5:])).refusals


def test_a_code_works_once_and_another_ends_it(here: Installation) -> None:
    new = invited(here)
    code = here.code_to(*new.numbers)
    assert not start(here.browser(), new.username, code).refusals
    assert start(here.browser(), new.username, code, "Other-place-99!").refusals == [1401]
    assert here.browser().login(new.username, NEW).path == "/enrol"


def test_a_wrong_code_a_wrong_name_and_an_old_code_read_the_same(here: Installation) -> None:
    new, other = invited(here), invited(here)
    right = here.code_to(*new.numbers)
    wrong = f"{(int(right) + 1) % 10**10:010}"
    assert start(here.browser(), new.username, wrong).refusals == [1401]
    assert start(here.browser(), "nobody-here", right).refusals == [1401]
    assert start(here.browser(), other.username, right).refusals == [1401]
    here.later(7 * 24 * 3600)
    assert start(here.browser(), new.username, right).refusals == [1401]


def test_five_wrong_codes_lock_their_network_and_not_the_owner(here: Installation) -> None:
    """Nobody has proven anything yet: a stranger's tries must not use up the code, nor go on for ever."""
    new = invited(here)
    right = here.code_to(*new.numbers)
    found = [start(here.browser(), new.username, f"{(int(right) + at) % 10**10:010}").refusals for at in range(1, 6)]
    assert found == [[1401]] * 5
    assert start(here.browser(), new.username, right).refusals == [1102], "a sixth try is compared"
    with here.elsewhere("127.30.0.1") as http:
        assert start(here.browser(http=http), new.username, right).refusals == []


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Ab1!", "8"),
        ("kitahama-26!", "capital"),
        ("KITAHAMA-26!", "small"),
        ("Kitahama-xx!", "digit"),
        ("Kitahama2626", "special"),
        ("Password123!", "stranger would try"),
    ],
)
def test_a_password_that_does_not_fit_is_explained_and_costs_no_try(
    here: Installation, password: str, words: str
) -> None:
    """S03."""
    new = invited(here)
    code = here.code_to(*new.numbers)
    for _ in range(6):
        page = start(here.browser(), new.username, code, password)
        assert page.refusals == [1402]
    assert words in page.text.lower()
    assert not start(here.browser(), new.username, code).refusals


def test_the_repetition_must_be_the_same(here: Installation) -> None:
    new = invited(here)
    code = here.code_to(*new.numbers)
    assert start(here.browser(), new.username, code, NEW, NEW + "x").refusals == [1403]
    assert not start(here.browser(), new.username, code).refusals


def test_ones_own_username_is_no_password(here: Installation) -> None:
    new = invited(here)
    assert start(here.browser(), new.username, here.code_to(*new.numbers), f"A1!{new.username}").refusals == [1402]


def test_ones_own_name_is_no_password_and_the_code_stays_good(here: Installation) -> None:
    new = invited(here)
    code = here.code_to(*new.numbers)
    assert start(here.browser(), new.username, code, "2026! Lena Weber").refusals == [1402]
    assert start(here.browser(), new.username, code).refusals == []


def test_the_same_characters_from_two_keyboards_are_one_password(here: Installation) -> None:
    """NFC and NFD of one word."""
    new = invited(here)
    assert not start(here.browser(), new.username, here.code_to(*new.numbers), "Zürich-2026 é").refusals
    assert here.browser().login(new.username, "Zu\u0308rich-2026 e\u0301").path == "/enrol"


def test_letters_come_in_the_persons_language(here: Installation) -> None:
    """V01."""
    new = invited(here, lang="ja")
    for letter in here.letters(*new.mails, *new.numbers):
        assert re.search("[\u3040-\u30ff]", letter["text"])


def test_strangers_in_many_networks_cannot_burn_a_start_code(here: Installation) -> None:
    """Forty wrong ones, from ten networks: more than any other sent code has tries, and than a person has in a day."""
    new = invited(here)
    right = here.code_to(*new.numbers)
    for network in range(10):
        with here.elsewhere(f"127.40.{network}.1") as http:
            for at in range(4):
                typed = f"{(int(right) + 4 * network + at + 1) % 10**10:010}"
                assert start(here.browser(http=http), new.username, typed).refusals == [1401]
    assert start(here.browser(), new.username, right).refusals == []
    assert here.browser().login(new.username, NEW).path == "/enrol"


def test_wrong_start_codes_use_up_none_of_the_owners_day(here: Installation) -> None:
    """Ten tries a day are for the codes that a person was sent after proving the password."""
    new = invited(here)
    right = here.code_to(*new.numbers)
    for network in range(3):
        with here.elsewhere(f"127.41.{network}.1") as http:
            for at in range(4):
                start(here.browser(http=http), new.username, f"{(int(right) + at + 1) % 10**10:010}")
    start(here.browser(), new.username, right)
    here.later(61)
    browser = here.browser()
    assert browser.login(new.username, NEW).path == "/enrol"
    browser.post("/enrol", do="send", contact=choices(browser.page, "contact")[0])
    page = browser.post("/enrol", do="code", code=here.code_to(*new.numbers, *new.mails))
    assert page.links, f"{page.refusals}"
