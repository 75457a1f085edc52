"""Guessing, racing, intercepting and copying cards and tokens (O01, O02; THREATS: falling back to a weaker factor, malicious staff)."""

from __future__ import annotations

from pathlib import Path

from tests.support.cards import CARDS, asked_cells, cells_of, receive, sent_card, typed, with_card
from tests.support.crowd import together
from tests.support.installation import Installation, Person
from tests.support.staff import Member, at_shell, tags
from tests.support.steps import asked, confirmation, go_on, logged_in, waiting
from watchword.core import code_card
from watchword.core.attempts import WRONG_FOR_ATTEMPT
from watchword.core.devices import WRONG_LIMIT, Device
from watchword_client.portal import Browser

HOUR = 60 * 60


def card_of(here: Installation, who: Person) -> Device:
    with here.built.store.read() as tx:
        return [one for one in tx.devices.of_user(who.id) if one.kind == "code_card"][-1]


def at_card(here: Installation, who: Person) -> Browser:
    card = card_of(here, who).id
    browser = waiting(here, who)
    browser.post("/login/wait", do="method", method=card)
    return browser


def states(here: Installation, who: Person) -> list[str]:
    with here.built.store.read() as tx:
        return [attempt.state for attempt in tx.attempts.lines(who.id, 20)]


def test_one_pair_of_cells_opens_one_of_two_logins_that_ask_it_at_once(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, cells = with_card(here, agent, printer, tmp_path)
    browsers = [at_card(here, who) for _ in range(2)]
    assert asked_cells(browsers[0].page) == asked_cells(browsers[1].page)
    answer = typed(cells, asked_cells(browsers[0].page))
    before = len(code_card.unpack(card_of(here, who).secret).used)
    together(
        [
            lambda browser=browser: browser.post("/login/wait", do="answer", kind="code_card", answer=answer)
            for browser in browsers
        ]
    )
    assert sum(state in ("approved", "collected") for state in states(here, who)[:2]) == 1
    assert len(code_card.unpack(card_of(here, who).secret).used) == before + 2


def test_cells_stay_used_when_their_claims_are_swept(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, cells = with_card(here, agent, printer, tmp_path)
    stale = at_card(here, who)
    numbers = asked_cells(stale.page)
    first = at_card(here, who)
    assert first.post("/login/wait", do="answer", kind="code_card", answer=typed(cells, numbers)).path == "/"
    with here.built.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM claims")
    page = stale.post("/login/wait", do="answer", kind="code_card", answer=typed(cells, numbers))
    assert page.refusals == [2307]


def test_asking_again_and_again_forgets_no_wrong_answer_and_thirty_stop_the_card(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, cells = with_card(here, agent, printer, tmp_path)
    given = 0
    while card_of(here, who).state == "active":
        browser = at_card(here, who)
        for _ in range(WRONG_FOR_ATTEMPT):
            browser.post("/login/wait", do="ask", kind="code_card")
            browser.post("/login/wait", do="answer", kind="code_card", answer="000000")
            given += 1
        assert given <= WRONG_LIMIT
        here.later(16 * 60)
    assert given == WRONG_LIMIT and card_of(here, who).state == "disabled"
    assert "was stopped" in here.letters(who.number)[0]["text"] or "stopped" in here.letters(who.number)[0]["text"]
    assert typed(cells, [1, 2])


def test_who_empties_a_letter_box_puts_nothing_in_place_with_the_password_alone(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who = here.person()
    order = sent_card(here, agent, printer, who, tmp_path)
    thief = waiting(here, who)
    card = card_of(here, who)
    assert thief.post("/login/wait", do="method", method=card.id).refusals
    assert thief.post("/login/wait", do="ask", kind="code_card").refusals
    assert thief.post("/login/wait", do="answer", kind="code_card", answer="000000").refusals
    later = logged_in(here, who)
    here.later(10 * 60)
    later.get(CARDS)
    assert 6101 in later.post(CARDS, do="arrived", order=order["id"]).refusals, (
        "a session left open is not enough either"
    )


def test_guesses_on_receipt_are_three_a_question_and_ten_questions_an_hour(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who = here.person()
    order = sent_card(here, agent, printer, who, tmp_path)
    browser = logged_in(here, who)
    browser.get(CARDS)
    browser.post(CARDS, do="arrived", order=order["id"])
    said = [browser.post(CARDS, do="receive", order=order["id"], answer="000000").refusals for _ in range(4)]
    assert said == [[2360], [2360], [2360], [2307]]
    for _ in range(9):
        browser.post(CARDS, do="arrived", order=order["id"])
    assert browser.post(CARDS, do="arrived", order=order["id"]).refusals == [2317]
    assert card_of(here, who).state == "issued"


def test_a_member_of_staff_alone_makes_no_card_and_puts_none_in_place(
    here: Installation, agent: Member, tmp_path: Path
) -> None:
    auditor = at_shell(here, tmp_path, "auditor")
    who = here.person()
    assert auditor.refused("order", who.username, "code_card") == 7203
    order = agent.do("order", who.username, "code_card")["id"]
    assert auditor.refused("order-make", order, "--out", str(tmp_path / "a.pdf")) == 7203
    assert agent.refused("order-make", order, "--out", str(tmp_path / "b.pdf")) == 2373
    assert agent.refused("order-move", order, "receive") == 2372
    assert agent.refused("order", agent.username, "code_card") == 7204, "nor for himself"
    assert not list(tmp_path.glob("*.pdf"))


def test_no_cell_stands_in_the_audit_or_in_what_staff_are_told(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who = here.person()
    sent_card(here, agent, printer, who, tmp_path)
    cells = cells_of(here, who)
    with here.built.store.read() as tx:
        rows = " ".join(str(line) for line in tx.audit.about(who.id, 200))
    words = (agent.output + printer.output + rows).replace('"', " ").replace("'", " ").split()
    assert len(set(cells) & set(words)) == 0
    assert "staff.order.made" in tags(here, who.id)


def test_not_me_takes_along_the_card_that_a_strangers_session_put_in_place(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    """A stranger who emptied the letter box was approved by mistake."""
    who = here.person()
    order = sent_card(here, agent, printer, who, tmp_path)
    browser = waiting(here, who)
    attempt = asked(who.phone, who)
    who.phone.approve(attempt, here.pin(), confirmation(browser.page))
    go_on(browser)
    receive(browser, order["id"], cells_of(here, who))
    assert card_of(here, who).state == "active"
    who.phone.decide(attempt, "not_me")
    assert card_of(here, who).state == "inactive"
    assert order["id"] in [one["id"] for one in agent.all("orders", "--state", "ended")], (
        "others may have ended ones too"
    )
