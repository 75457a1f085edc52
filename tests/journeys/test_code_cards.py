"""A Security Code Card from the order to the next one, and the card for the screen (O02, O03, O04)."""

from __future__ import annotations

from pathlib import Path

from tests.support.cards import CARDS, asked_cells, cells_of, receive, sent_card, typed, with_card
from tests.support.installation import Installation, Person
from tests.support.staff import Member, tags
from tests.support.steps import logged_in, waiting
from watchword.core import code_card
from watchword.flows import temporary
from watchword_client.portal import Browser, Shown

DAY = 24 * 60 * 60


def device_of(here: Installation, who: Person, kind: str = "code_card") -> str:
    with here.built.store.read() as tx:
        return [one for one in tx.devices.of_user(who.id) if one.kind == kind][-1].id


def at_card(here: Installation, who: Person, browser: Browser | None = None, kind: str = "code_card") -> Browser:
    """A login at which the card stands first."""
    browser = waiting(here, who, browser)
    browser.post("/login/wait", do="method", method=device_of(here, who, kind))
    return browser


def answered(browser: Browser, cells: tuple[str, ...], kind: str = "code_card") -> Shown:
    return browser.post("/login/wait", do="answer", kind=kind, answer=typed(cells, asked_cells(browser.page)))


def use_up(here: Installation, who: Person, left: int) -> None:
    """As after many logins."""
    with here.built.store.write() as tx:
        device = next(one for one in tx.devices.of_user(who.id) if one.kind == "code_card" and one.state == "active")
        card = code_card.unpack(device.secret)
        unused = [number for number in range(1, code_card.CELLS + 1) if number not in card.used]
        tx.devices.answered(device, here.clock.now(), code_card.spent(card, unused[left:]).pack())


def test_a_card_is_ordered_made_by_another_sent_put_in_place_and_logs_in(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who = here.person()
    order = agent.do("order", who.username, "code_card")
    assert agent.refused("order", who.username, "code_card") == 2370, "one is on its way"
    assert agent.refused("order-make", order["id"], "--out", str(tmp_path / "own.pdf")) == 2373
    assert not (tmp_path / "own.pdf").exists()
    out = tmp_path / "card.pdf"
    assert printer.do("order-make", order["id"], "--out", str(out))["state"] == "made"
    assert out.stat().st_mode & 0o777 == 0o600
    assert printer.refused("order-make", order["id"], "--out", str(tmp_path / "again.pdf")) == 2372, "made once"
    cells = cells_of(here, who)
    assert here.browser().login(who.username, who.password).path == "/login/wait"
    browser = logged_in(here, who)
    assert "about to be sent" in browser.get(CARDS).text
    browser.post(CARDS, do="arrived", order=order["id"])
    assert browser.page.refusals == [2372], "not sent yet"
    agent.do("order-move", order["id"], "send")
    assert "on its way" in here.letters(who.number)[0]["text"]
    page = receive(browser, order["id"], cells)
    assert page.path == f"{CARDS}?done=in_place", page.refusals
    assert "is in place" in here.letters(who.number)[0]["text"]
    assert "222 of 224" in browser.get(CARDS).text
    browser.post("/logout")
    login = at_card(here, who)
    assert answered(login, cells).path == "/", login.page.refusals
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(who.id, here.clock.now())[0]
    assert (session.level, session.acr) == (3, "urn:watchword:two-elements")
    assert {"device.card.added", "staff.order.made", "staff.order.moved", "order.device.placed"} <= set(
        tags(here, who.id)
    )


def test_the_same_two_are_asked_until_they_are_answered_and_never_again(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, cells = with_card(here, agent, printer, tmp_path)
    first = asked_cells(at_card(here, who).page)
    browser = at_card(here, who)
    assert asked_cells(browser.page) == first, "asking again asks no others"
    here.later(61)
    browser.post("/login/wait", do="answer", kind="code_card", answer="000 000")
    assert browser.page.refusals == [2360] and asked_cells(browser.page) == first
    assert answered(browser, cells).path == "/"
    seen = set(first)
    for _ in range(4):
        browser.post("/logout")
        browser = at_card(here, who, browser)
        pair = asked_cells(browser.page)
        assert not seen & set(pair)
        seen |= set(pair)
        assert answered(browser, cells).path == "/", browser.page.refusals


def test_a_pair_that_cannot_be_read_gives_way_to_another_the_next_day(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, cells = with_card(here, agent, printer, tmp_path)
    first = asked_cells(at_card(here, who).page)
    here.later(DAY)
    browser = at_card(here, who)
    assert asked_cells(browser.page) != first
    assert answered(browser, cells).path == "/"


def test_its_first_name_is_in_the_language_of_its_reader(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    """Made in English, read in Japanese, on pages and in letters; a name that its owner gave stays as it is."""
    who, _ = with_card(here, agent, printer, tmp_path)
    browser = logged_in(here, who)
    browser.get("/settings/devices")
    assert "Security Code Card " in browser.page.text
    browser.post("/lang", lang="ja", back="/settings/devices")
    page = browser.get("/settings/devices")
    assert "セキュリティコードカード " in page.text and "Security Code Card" not in page.text
    browser.post("/settings/language", lang="ja", zone="Asia/Tokyo")
    card = device_of(here, who)
    browser.get("/settings/devices")
    browser.post("/settings/devices", do="rename", device=card, name="Security Code Card Mum")
    assert "Security Code Card Mum" in browser.get("/settings/devices").text
    browser.post("/settings/devices", do="rename", device=card, name="Security Code Card")
    assert browser.post("/settings/devices", do="deactivate", device=card).path == "/settings/devices?done=deactivated"
    assert "セキュリティコードカード" in here.letters(who.mail)[0]["text"]


def test_the_next_card_is_offered_in_time_and_takes_the_place_of_the_old(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, _ = with_card(here, agent, printer, tmp_path)
    old = device_of(here, who)
    browser = logged_in(here, who)
    assert "few numbers left" not in browser.get("/").text
    use_up(here, who, code_card.FEW)
    assert "few numbers left" in browser.get("/").text
    browser.get(CARDS)
    page = browser.post(CARDS, do="review", kind="code_card")
    for told in (
        "Nothing is ordered yet",
        "your address on file",
        "Charge none",
        "What ends when you put it in place Security Code Card",
    ):
        assert told in " ".join(page.text.split()), told
    assert all(one["username"] != who.username or one["state"] == "active" for one in agent.all("orders")), (
        "nothing is ordered yet"
    )
    page = browser.post(CARDS, do="order", kind="code_card")
    assert page.path == f"{CARDS}?done=ordered"
    browser.get(CARDS)
    assert browser.post(CARDS, do="review", kind="code_card").refusals == [2370], "refused as the order would be"
    assert "few numbers left" not in browser.get("/").text
    order = next(one for one in agent.all("orders") if one["username"] == who.username)
    agent.do("order-make", order["id"], "--out", str(tmp_path / "next.pdf"))
    agent.do("order-move", order["id"], "send")
    assert receive(browser, order["id"], cells_of(here, who)).path == f"{CARDS}?done=in_place"
    with here.built.store.read() as tx:
        found = tx.devices.get(old)
        states = {one.state for one in tx.orders.of_user(who.id)}
    assert found is not None and found.state == "inactive" and states == {"active", "replaced"}


def test_the_last_two_cells_end_the_card(here: Installation, agent: Member, printer: Member, tmp_path: Path) -> None:
    who, cells = with_card(here, agent, printer, tmp_path)
    use_up(here, who, 2)
    assert answered(at_card(here, who), cells).path == "/"
    device = device_of(here, who)
    with here.built.store.read() as tx:
        found = tx.devices.get(device)
    assert found is not None and found.state == "inactive"
    assert "device.other.used_up" in tags(here, who.id)


def test_a_card_that_is_lost_or_cancelled_never_answers(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who = here.person()
    order = sent_card(here, agent, printer, who, tmp_path)
    assert agent.refused("order-move", order["id"], "return") == 2372, "only a token is returned"
    assert agent.do("order-move", order["id"], "lose")["state"] == "lost"
    browser = logged_in(here, who)
    browser.get(CARDS)
    assert browser.post(CARDS, do="arrived", order=order["id"]).refusals == [2372]
    device = device_of(here, who)
    with here.built.store.read() as tx:
        found = tx.devices.get(device)
    assert found is not None and found.state == "dropped"


def test_nobody_receives_the_card_of_another(
    here: Installation, agent: Member, printer: Member, tmp_path: Path
) -> None:
    who, thief = here.person(), here.person()
    order = sent_card(here, agent, printer, who, tmp_path)
    browser = logged_in(here, thief)
    browser.get(CARDS)
    assert browser.post(CARDS, do="arrived", order=order["id"]).refusals == [2371]
    assert browser.post(CARDS, do="receive", order=order["id"], answer="000000").refusals == [2371]


def test_a_platform_asks_a_card(here: Installation, agent: Member, printer: Member, tmp_path: Path) -> None:
    who, cells = with_card(here, agent, printer, tmp_path)
    platform = here.platform()
    opened = platform.start(who.username, who.password)
    assert ("code_card", ("code_card",)) in [(method.kind, method.ways) for method in opened.methods]
    numbers = [int(one) for one in str(platform.show("code_card")["value"]).split()]
    assert platform.answer("code_card", typed(cells, numbers)) == "approved"
    assert platform.collect().acr == "urn:watchword:two-elements"


def test_the_card_for_the_screen_is_for_those_who_have_a_temporary_code_and_nothing_else(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(CARDS)
    assert "Show me one" not in browser.page.text
    assert browser.post(CARDS, do="online").refusals == [2364]
    code = _temporary_only(here, who)
    browser = waiting(here, who)
    browser.post("/login/wait", do="answer", kind="temporary_code", answer=code)
    assert "Show me one" in browser.get(CARDS).text
    page = browser.post(CARDS, do="online")
    cells = cells_of(here, who, "online_card")
    assert page.status == 200 and all(cell in page.html for cell in cells)
    assert cells[0] not in browser.get(CARDS).text or "Print this page" not in browser.page.text
    assert browser.post(CARDS, do="online").refusals == [2365], "one for each temporary code"
    browser.post("/logout")
    here.later(3 * DAY)
    login = at_card(here, who, kind="online_card")
    assert answered(login, cells, "online_card").path == "/"
    assert login.post(CARDS, do="online").status >= 400, "it does not renew itself"
    login.post("/logout")
    here.later(19 * DAY)
    assert here.browser().login(who.username, who.password).path == "/enrol"


def _temporary_only(here: Installation, who: Person) -> str:
    """The phone is lost, and a temporary code was sent."""
    kit = here.built.kit
    with kit.store.write() as tx:
        user = tx.users.lock(who.id)
        assert user is not None
        for device in tx.devices.of_user(who.id):
            tx.devices.move(device.id, "active", "inactive", here.clock.now())
        temporary.issue(kit, tx, user, next(one for one in tx.contacts.of(who.id) if one.kind == "mail"))
    return here.code_to(who.mail)
