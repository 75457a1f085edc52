"""Two-way proof at the console: who dialled, what to say and read out, and what came of it (S05)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.console import Seat, open_person, signed_in
from tests.support.installation import Installation, Person, refused
from tests.support.raw import cookies
from tests.support.staff import give
from watchword_client.approval import Attempt


@pytest.fixture
def agent(here: Installation) -> Seat:
    """Somebody of client services at the console."""
    return signed_in(here, "client_services")


def ask(seat: Seat, who: Person, direction: str = "called_us") -> str:
    """The path of a new proof, by way of the person's page."""
    page = open_person(seat, who)
    assert f'href="/users/{who.id}/caller"' in page.html
    seat.get(f"/users/{who.id}/caller")
    page = seat.post(f"/users/{who.id}/caller", direction=direction)
    assert re.fullmatch(rf"/users/{who.id}/caller/[0-9a-z]{{26}}", page.path), (page.path, page.refusals)
    return page.path


def call(who: Person) -> Attempt:
    """What the person's Key shows of it."""
    return next(one for one in who.phone.pending().attempts if one.telephone)


def said(seat: Seat) -> tuple[str, ...]:
    """The words on the page."""
    listed = re.search(r'<ol class="said".*?</ol>', seat.page.html, re.DOTALL)
    assert listed is not None
    return tuple(re.findall(r"<li>(.*?)</li>", listed[0]))


def state(here: Installation, seat: Seat, path: str, mark: str = "") -> Any:
    """What the page's poll is told."""
    url = f"{here.settings.staff.url}/callers/state?id={path.rpartition('/')[2]}&mark={mark}"
    return here.http.get(url, headers={"cookie": cookies(seat.browser)})


def test_words_digits_and_the_result(here: Installation, agent: Seat) -> None:
    who = here.person()
    path = ask(agent, who)
    words, digits = said(agent), agent.page.digits[0]
    assert who.phone.caller_words(call(who)) == words
    assert "looking at the words now" in agent.get(path).text
    who.phone.caller_checked(call(who), True)
    assert "Your words were right" in agent.get(path).text
    assert who.phone.approve(call(who), here.pin(), digits).result == "approved"
    page = agent.get(path)
    assert "Confirmed by Key on" in page.text and "Phone 1" in page.text and "heard the right words" in page.text
    assert digits not in page.html.replace(who.username, "") and words[0] not in page.text
    agent.get(f"/users/{who.id}/ask/networks")
    asked = agent.post(
        f"/users/{who.id}/ask/networks", networks="203.0.113.0/24", reason="moved house", evidence="called us"
    )
    assert "Confirmed by Key" in agent.get(asked.path.partition("?")[0]).text, asked.refusals


def test_a_page_hears_of_news(here: Installation, agent: Seat) -> None:
    who = here.person()
    path = ask(agent, who)
    first = state(here, agent, path).json()["mark"]
    who.phone.caller_words(call(who))
    second = state(here, agent, path).json()["mark"]
    assert first != second and f'data-mark="{first}"' not in agent.get(path).html
    other = signed_in(here, "client_services")
    assert state(here, other, path).status_code == 404
    assert other.get(path).refusals == [7274]
    assert state(here, agent, "/x/" + "0" * 26).status_code == 404
    who.phone.not_me(call(who))
    page = agent.get(path)
    assert "End the call" in page.text and "nobody of his was calling" in open_person(agent, who).text


def test_whom_we_called_and_a_denial(here: Installation, agent: Seat) -> None:
    who = here.person()
    path = ask(agent, who, "we_called")
    digits = agent.page.digits[0]
    refused(7275, work=lambda: who.phone.approve(call(who), here.pin(), digits))
    who.phone.deny(call(who))
    assert "did not confirm it" in agent.get(path).text
    agent.get(f"/users/{who.id}/caller")
    assert agent.post(f"/users/{who.id}/caller", direction="called_us").refusals == [7273]


def test_it_is_ended_and_asked_anew(here: Installation, agent: Seat) -> None:
    who = here.person()
    path = ask(agent, who)
    agent.get(f"/users/{who.id}/caller")
    assert agent.post(f"/users/{who.id}/caller", direction="called_us").refusals == [7272]
    agent.get(path)
    assert "This proof is over" in agent.post(path).text
    assert who.phone.pending().attempts == ()
    assert ask(agent, who) != path


def test_a_form_without_an_answer_and_one_about_somebody_else(here: Installation, agent: Seat) -> None:
    who, other = here.person(), here.person()
    agent.get(f"/users/{who.id}/caller")
    assert agent.post(f"/users/{who.id}/caller").refusals == [7206]
    path = ask(agent, who)
    assert agent.get(path.replace(who.id, other.id)).refusals == [7274]
    assert agent.get(f"/users/{who.id}/caller/{'x' * 40}").refusals == [7274]


def test_key_is_shown_again_before_a_call(here: Installation, agent: Seat) -> None:
    who = here.person()
    here.later(301)
    agent.get(f"/users/{who.id}/caller")
    page = agent.post(f"/users/{who.id}/caller", direction="we_called")
    assert page.path.startswith(f"/users/{who.id}/caller?") and 'value="we_called" checked' in page.html
    assert agent.post(f"/users/{who.id}/caller", direction="we_called").path.startswith(f"/users/{who.id}/caller/")


def test_a_role_taken_away_in_the_middle(here: Installation, agent: Seat) -> None:
    who = here.person()
    path = ask(agent, who)
    who.phone.approve(call(who), here.pin(), agent.page.digits[0])
    give(here, agent.who, "auditor")
    assert agent.get(path).refusals == [7203]
    auditor = open_person(agent, who)
    assert f"/users/{who.id}/caller" not in auditor.html
