"""An order of a card or token that is taken back before it was sent (O04)."""

from __future__ import annotations

from pathlib import Path

from tests.support.cards import CARDS, sent_card
from tests.support.crowd import together
from tests.support.installation import Installation, Person
from tests.support.staff import Member, tags
from tests.support.steps import logged_in
from tests.support.tokens import Emulated
from watchword.core.orders import Order
from watchword.core.refusals import ORDER_SENT, ORDER_STATE, Refusal
from watchword.core.sessions import Session
from watchword.flows import orders
from watchword.flows.kit import Visit
from watchword.flows.staff import orders as desk


def session_of(here: Installation, who: Person) -> Session:
    with here.built.store.read() as tx:
        return tx.sessions.of_user(who.id, here.clock.now())[0]


def devices(here: Installation, who: Person, kind: str) -> list[str]:
    with here.built.store.read() as tx:
        return [one.state for one in tx.devices.of_user(who.id) if one.kind == kind]


def stock(here: Installation, serial: str) -> tuple[str, bool]:
    with here.built.store.read() as tx:
        token = tx.tokens.by_serial(serial)
    return (token.state, bool(token.secret)) if token else ("", False)


def test_it_is_withdrawn_on_its_page_and_staff_see_it(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, token = here.person(), Emulated(here, tmp_path, "T-WITHDRAWN")
    order = str(agent.do("order", who.username, "card_plus")["id"])
    agent.do("order-move", order, "charge")
    printer.do("order-make", order, "--serial", token.serial)
    browser = logged_in(here, who)
    here.later(10 * 60)
    page = browser.get(CARDS)
    assert "withdraw it until it is sent" in page.text and 'value="withdraw"' in page.html
    stranger = logged_in(here, here.person())
    stranger.get(CARDS)
    assert stranger.post(CARDS, do="withdraw", order=order).refusals == [2371]
    page = browser.post(CARDS, do="withdraw", order=order)  # no device is asked: it harms nobody
    assert page.path == f"{CARDS}?done=withdrawn", page.refusals
    assert "Withdrawn" in page.text and 'value="withdraw"' not in page.html and "We settle the charge" in page.text
    for contact in (who.number, who.mail):
        assert "was withdrawn" in here.letters(contact)[0]["text"]
    assert "order.device.withdrawn" in tags(here, who.id)
    assert "was withdrawn" in browser.get("/settings/activity").text
    assert devices(here, who, "card_plus") == ["dropped"] and stock(here, token.serial) == ("stock", True)
    browser.get(CARDS)
    assert browser.post(CARDS, do="withdraw", order=order).refusals == [2372], "once"
    assert agent.refused("order-move", order, "send") == 2372
    listed = agent.all("orders", "--state", "withdrawn")
    assert [(one["charge"], one["events"]) for one in listed if one["id"] == order] == [("due", ["pay", "waive"])]
    assert agent.do("order-move", order, "waive")["charge"] == "waived"
    assert agent.do("order", who.username, "card_plus")["state"] == "ordered", "the next one may be ordered"


def test_what_was_sent_is_stopped_by_telephone(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who = here.person()
    order = sent_card(here, agent, printer, who, tmp_path)["id"]
    browser = logged_in(here, who)
    page = browser.get(CARDS)
    assert "To stop it, call" in page.text and 'value="withdraw"' not in page.html
    assert browser.post(CARDS, do="withdraw", order=order).refusals == [2374]
    assert devices(here, who, "code_card") == ["issued"]


def test_withdrawn_and_sent_at_once_end_in_one_state(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, kit = here.person(), here.built.kit
    logged_in(here, who)
    mine, theirs = session_of(here, who), session_of(here, agent.who)
    for at in range(4):
        token = Emulated(here, tmp_path, f"T-RACE-{at}")
        order = str(agent.do("order", who.username, "card_plus")["id"])
        printer.do("order-make", order, "--serial", token.serial)
        found: list[Order | Refusal] = together(
            [
                lambda order=order: orders.withdraw(kit, mine, order, Visit()),  # type: ignore[misc]
                lambda order=order: desk.act(kit, theirs, order, "send"),  # type: ignore[misc]
            ]
        )
        withdrawn, sent = found
        if isinstance(withdrawn, Refusal):
            assert withdrawn.kind is ORDER_SENT and isinstance(sent, Order) and sent.state == "sent"
            assert stock(here, token.serial) == ("assigned", False)
            agent.do("order-move", order, "lose")
        else:
            assert withdrawn.state == "withdrawn" and isinstance(sent, Refusal) and sent.kind is ORDER_STATE
            assert stock(here, token.serial) == ("stock", True)
