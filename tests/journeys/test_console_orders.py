"""Cards at the console (O04)."""

from __future__ import annotations

from tests.support.cards import CARDS, cells_of, receive
from tests.support.console import signed_in
from tests.support.installation import Installation
from tests.support.steps import logged_in
from watchword_client.portal import Shown


def order_of(here: Installation, who_id: str) -> str:
    with here.built.store.read() as tx:
        return tx.orders.of_user(who_id)[-1].id


def offers_making(page: Shown, order: str) -> bool:
    """Whether the row of this order has the button; other tests have orders of their own."""
    row = page.html.partition(f'value="{order}"')[2].partition("</tr>")[0]
    return 'value="make"' in row


def test_two_of_the_staff_bring_a_card_on_its_way(here: Installation) -> None:
    agent, printer = signed_in(here, "client_services"), signed_in(here, "compliance")
    who = here.person()
    agent.get("/orders")
    assert (
        agent.post("/orders", do="place", username=who.username, kind="code_card").path == "/orders?done=order_placed"
    )
    order = order_of(here, who.id)
    assert not offers_making(agent.get("/orders"), order), "not by whoever ordered it"
    agent.post("/orders", do="make", order=order)  # Key first
    assert agent.browser.post("/orders", do="make", order=order).refusals == [2373]
    here.later(10 * 60)
    assert offers_making(printer.get("/orders"), order)
    page = printer.post("/orders", do="make", order=order)
    assert page.path.startswith("/orders?draft=") and "Press the button again" in page.text
    paper = printer.browser.post("/orders", do="make", order=order)
    assert paper.status == 200 and paper.html.startswith("%PDF")
    printer.get("/orders")
    assert printer.post("/orders", do="send", order=order).path == "/orders?done=order_moved"
    assert printer.post("/orders", do="make", order=order).refusals == [2372], "made once"
    browser = logged_in(here, who)
    assert receive(browser, order, cells_of(here, who)).path == f"{CARDS}?done=in_place"
    assert who.username in printer.get("/orders?state=active").text


def test_an_auditor_reads_and_changes_nothing(here: Installation) -> None:
    agent, auditor = signed_in(here, "client_services"), signed_in(here, "auditor")
    who = here.person()
    agent.get("/orders")
    agent.post("/orders", do="place", username=who.username, kind="card_plus")
    page = auditor.get("/orders")
    assert who.username in page.text and 'value="cancel"' not in page.html
    assert auditor.post("/orders", do="cancel", order=order_of(here, who.id)).refusals == [7203]
    assert auditor.post("/orders", do="place", username=who.username, kind="code_card").refusals == [7203]
