"""A Digital Security Card+ from the supplier's file to its return (O01, O04)."""

from __future__ import annotations

from pathlib import Path

from tests.support.cards import CARDS, asked_digits
from tests.support.installation import Installation, Person
from tests.support.sharing import SELF, SHARING, details, newest, put, shared, states
from tests.support.staff import Member, tags
from tests.support.steps import logged_in, waiting
from tests.support.tokens import Emulated
from watchword_client.portal import Browser, Shown


def sent(agent: Member, printer: Member, who: Person, token: Emulated, *more: str) -> str:
    """Ordered, taken out of stock by another, on its way."""
    order = str(agent.do("order", who.username, "card_plus", *more)["id"])
    assert printer.do("order-make", order, "--serial", token.serial)["serial"] == token.serial
    agent.do("order-move", order, "send")
    return order


def receive(browser: Browser, order: str, token: Emulated) -> Shown:
    browser.get(CARDS)
    page = browser.post(CARDS, do="arrived", order=order)
    return browser.post(CARDS, do="receive", order=order, answer=token.respond(asked_digits(page)))


def with_token(here: Installation, agent: Member, printer: Member, folder: Path) -> tuple[Person, Emulated, str]:
    who, token = here.person(), Emulated(here, folder, f"T-{here.built.kit.entropy.id()[:8]}")
    order = sent(agent, printer, who, token)
    browser = logged_in(here, who)
    page = receive(browser, order, token)
    assert page.path == f"{CARDS}?done=in_place", f"{page.path} {page.refusals}"
    browser.post("/logout")
    return who, token, order


def device_of(here: Installation, who: Person) -> str:
    with here.built.store.read() as tx:
        return [one for one in tx.devices.of_user(who.id) if one.kind == "card_plus"][-1].id


def at_token(here: Installation, who: Person) -> Browser:
    browser = waiting(here, who)
    browser.post("/login/wait", do="method", method=device_of(here, who))
    return browser


def test_from_the_stock_to_a_login_with_the_highest_limits(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, token, _ = with_token(here, agent, printer, tmp_path)
    browser = at_token(here, who)
    answer = token.respond(asked_digits(browser.page))
    assert browser.post("/login/wait", do="answer", kind="card_plus", answer=answer).path == "/", browser.page.refusals
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(who.id, here.clock.now())[0]
    assert (session.level, session.amr) == (8, "pwd otp pin hwk mfa")
    assert "1,500,000" in browser.get("/settings/limits").text
    assert {"device.token.added", "staff.order.made"} <= set(tags(here, who.id))


def test_a_response_serves_one_challenge_of_one_login(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, token, _ = with_token(here, agent, printer, tmp_path)
    first, second = at_token(here, who), at_token(here, who)
    answer = token.respond(asked_digits(first.page))
    assert second.post("/login/wait", do="answer", kind="card_plus", answer=answer).refusals == [2380]
    assert first.post("/login/wait", do="answer", kind="card_plus", answer="12345").refusals == [2381]
    assert first.post("/login/wait", do="answer", kind="card_plus", answer=answer).path == "/"


def test_a_wrong_pin_is_counted_by_the_token_and_five_lock_it(here: Installation, tmp_path: Path) -> None:
    token = Emulated(here, tmp_path, "T-LOCK")
    for _ in range(4):
        token.run("respond", "12345678", pin="1111", code=1)
    assert token.respond("12345678") == token.respond("12345678"), "the right one clears the count"
    for _ in range(5):
        token.run("respond", "12345678", pin="1111", code=1)
    token.run("respond", "12345678", code=1)


def test_a_token_out_of_stock_is_not_given_twice(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    _, token, _ = with_token(here, agent, printer, tmp_path)
    order = agent.do("order", here.person().username, "card_plus")["id"]
    assert printer.refused("order-make", order, "--serial", token.serial) == 2382
    assert printer.refused("order-make", order, "--serial", "T-NOBODYS") == 2382


def test_it_is_replaced_or_kept_beside_another_and_comes_back(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, _, first = with_token(here, agent, printer, tmp_path)
    old = device_of(here, who)
    browser = logged_in(here, who)
    beside = Emulated(here, tmp_path, "T-BESIDE")
    assert receive(browser, sent(agent, printer, who, beside), beside).path == f"{CARDS}?done=in_place"
    newest = Emulated(here, tmp_path, "T-NEWEST")
    order = sent(agent, printer, who, newest, "--replaces", old)
    assert receive(browser, order, newest).path == f"{CARDS}?done=in_place"
    with here.built.store.read() as tx:
        states = {one.id: one.state for one in tx.devices.of_user(who.id) if one.kind == "card_plus"}
        replaced = tx.orders.get(first)
    assert states[old] == "inactive" and sorted(states.values()) == ["active", "active", "inactive"]
    assert replaced is not None and replaced.state == "replaced"
    assert agent.do("order-move", first, "return")["state"] == "returned"
    assert agent.do("order-move", order, "return")["state"] == "returned", "in use, it ends with its return"
    with here.built.store.read() as tx:
        assert sum(one.state == "active" for one in tx.devices.of_user(who.id) if one.kind == "card_plus") == 1
        token = tx.tokens.by_serial("T-NEWEST")
    assert token is not None and (token.state, token.secret) == ("returned", b""), "its key is nobody's any more"


def test_never_sent_it_goes_back_into_stock_and_lost_it_never_answers(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, token = here.person(), Emulated(here, tmp_path, "T-CANCEL")
    order = str(agent.do("order", who.username, "card_plus")["id"])
    printer.do("order-make", order, "--serial", token.serial)
    agent.do("order-move", order, "cancel")
    again = sent(agent, printer, who, token)
    assert agent.do("order-move", again, "lose")["state"] == "lost"
    with here.built.store.read() as tx:
        found = tx.tokens.by_serial(token.serial)
    assert found is not None and found.state == "retired"


def test_a_charge_is_a_state_of_its_own(here: Installation, agent: Member) -> None:
    order = str(agent.do("order", here.person().username, "card_plus")["id"])
    assert agent.refused("order-move", order, "pay") == 2372
    assert agent.do("order-move", order, "charge")["charge"] == "due"
    assert agent.do("order-move", order, "waive")["charge"] == "waived"
    assert agent.do("order-move", order, "cancel")["state"] == "cancelled"


def test_who_chose_that_nothing_read_out_answers_is_not_asked_for_a_response(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, token, _ = with_token(here, agent, printer, tmp_path)
    with here.built.store.write() as tx:
        tx.users.set_floor(who.id, 6)
    browser = waiting(here, who)
    assert "Digital Security Card+" not in browser.page.text
    browser.post("/login/wait", do="method", method=device_of(here, who))
    assert browser.page.refusals
    assert browser.post("/login/wait", do="ask", kind="card_plus").refusals
    assert token.serial not in browser.page.text


def test_a_platform_asks_a_token(here: Installation, agent: Member, printer: Member, tmp_path: Path) -> None:
    who, token, _ = with_token(here, agent, printer, tmp_path)
    platform = here.platform()
    platform.start(who.username, who.password)
    assert platform.answer("card_plus", token.respond(str(platform.show("card_plus")["value"]))) == "approved"


def test_a_token_that_was_returned_while_it_was_put_aside_is_gone(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, token, order = with_token(here, agent, printer, tmp_path)
    details(here, who, **SELF)
    owner = here.person(phones=0, **SELF)  # type: ignore[arg-type]
    here.later(120)
    browser = logged_in(here, who)
    shared(browser, owner, put(here, owner, "card_plus"))
    own = next(one for one, state in states(here, who).items() if state == "kept")
    assert agent.do("order-move", order, "return")["state"] == "returned"
    assert states(here, who)[own] == "inactive"
    browser.get(SHARING)
    browser.post(SHARING, do="cancel", sharing=newest(here, who).id)
    assert states(here, who)[own] == "inactive"
