"""Security questions: chosen behind an approval, never shown again, off in the strict profile (S04, H02)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.installation import Installation
from tests.support.recovering import begin, by_code, choose, new_password
from tests.support.steps import approve, go_on, logged_in
from watchword_client.portal import Browser, Shown

ANSWERS = {"first_trip": "Nara Park", "dream_job": "Astronaut", "first_film": "生きる 1952"}


@pytest.fixture(autouse=True)
def _afresh(here: Installation) -> None:
    """A day later: no limit is left of the tests before."""
    here.later(86_400)


def save(browser: Browser, answers: dict[str, str] = ANSWERS) -> Shown:
    """The form, filled in."""
    browser.get("/settings/questions")
    fields = {f"question{at}": question for at, question in enumerate(answers, 1)}
    return browser.post(
        "/settings/questions", **fields, **{f"answer{at}": answer for at, answer in enumerate(answers.values(), 1)}
    )


def test_chosen_and_used_for_a_forgotten_password(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    page = save(browser)
    assert page.refusals == [] and "answers are saved" in page.text
    assert {letter["kind"] for letter in here.letters(who.number, who.mail)} == {"sms", "mail"}
    lost = begin(here, who.username)
    by_code(here, who, lost, "mail")
    choose(lost, "questions")
    typed = {"answer_first_trip": "nara  park", "answer_dream_job": "ASTRONAUT", "answer_first_film": "生きる　1952"}
    assert lost.post("/recover", do="answers", **typed).refusals == []
    assert new_password(lost).refusals == []


def test_no_answer_is_shown_or_stored_as_it_is(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    save(browser)
    wrong = save(browser, {**ANSWERS, "first_trip": "x"})
    assert wrong.refusals == [1416]
    for page in (browser.get("/settings/questions"), wrong):
        assert not [answer for answer in ANSWERS.values() if answer in page.html]
    with here.built.kit.store.read() as tx:
        stored = dict(tx.answers.of(who.id))
    assert set(stored) == set(ANSWERS)
    assert all(encoded.startswith("$argon2id$") for encoded in stored.values())


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({**ANSWERS, "first_trip": "ab"}, "fewer than three"),
        ({**ANSWERS, "first_trip": "astronaut"}, "the same"),
        ({**ANSWERS, "first_trip": "journey"}, "says the question again"),
        ({"first_trip": "Nara Park"}, "Three questions"),
        ({"first_trip": "Nara Park", "dream_job": "Astronaut", "nothing": "Else"}, "Three questions"),
    ],
)
def test_what_is_wrong_is_named_and_the_questions_stay_picked(
    here: Installation, answers: dict[str, str], said: str
) -> None:
    page = save(logged_in(here, here.person()), answers)
    assert page.refusals == [1416] and said in page.text
    assert 'value="first_trip" selected' in page.html


def test_the_username_is_no_answer(here: Installation) -> None:
    who = here.person()
    page = save(logged_in(here, who), {**ANSWERS, "first_trip": who.username.upper()})
    assert page.refusals == [1416] and "your username" in page.text


def test_it_takes_an_approval_of_the_last_minutes(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.later(301)
    assert save(browser).refusals == [6101]
    assert "answer1" not in browser.page.html
    browser.post("/confirm", operation="questions")
    approve(here, who, browser)
    assert go_on(browser).path == "/settings/questions"
    assert save(browser).refusals == []


def test_they_are_off_in_the_strict_profile(install: Callable[..., Installation]) -> None:
    here = install(policy="strict")
    browser = logged_in(here, here.person(password="a long enough one"))
    assert "They are off here" in browser.get("/settings/questions").text
    assert save(browser).refusals == [1415]


def test_without_a_session_the_login_page_stands_there(here: Installation) -> None:
    for path in ("/settings/questions", "/settings/password"):
        assert "Log in" in here.browser().get(path).text
