"""One physical device for several usernames of one person, from the asking to the end of it (P01-P09)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cards import CARDS, cells_of, receive, sent_card
from tests.support.console import Seat, signed_in
from tests.support.installation import Installation, Person
from tests.support.people import set_user
from tests.support.sharing import (
    DEVICES,
    SELF,
    SHARING,
    Thing,
    answered,
    begin,
    login,
    newest,
    put,
    shared,
    sharing_id,
    states,
)
from tests.support.staff import at_shell, tags
from tests.support.steps import logged_in, waiting
from tests.support.steps import proved as texted_once
from watchword.core.refusals import RECOVERY_DELAY
from watchword.flows import temporary


@pytest.fixture
def officer(here: Installation) -> Seat:
    return signed_in(here, "compliance")


def pair(here: Installation, kind: str = "code_card", *, phones: int = 1, **more: str) -> tuple[Person, Person, Thing]:
    """Two usernames of one person, and the device that the second has."""
    who, owner = here.person(phones=phones, **{**SELF, **more}), here.person(phones=0, **SELF)
    return who, owner, put(here, owner, kind)


@pytest.mark.parametrize("kind", ["code_card", "card_plus"])
def test_somebody_without_a_device_uses_that_of_another_username(here: Installation, kind: str) -> None:
    who, owner, thing = pair(here, kind, phones=0)
    browser = texted_once(here, who)
    assert "I already have a login device under another username" in browser.page.text
    here.later(10)
    page = begin(browser, owner)
    assert "Show the device" in page.text and owner.username in page.text
    page = answered(browser, thing)
    assert "Look it over" in page.text
    page = browser.post(SHARING, do="send", sharing=sharing_id(page))
    assert "You share a device" in page.text, page.refusals
    browser.post("/logout")
    title = {"card_plus": "Use your Digital Security Card+", "code_card": "Look at your Security Code Card"}[kind]
    waits = waiting(here, who)
    assert title in waits.page.text, "what was shared a moment ago stands first, and no code by SMS goes out instead"
    waits.post("/login/wait", do="cancel")
    login(here, who, thing)
    assert "is shared" in here.letters(owner.mail)[0]["subject"]
    assert "now log" in here.letters(who.number)[0]["text"]
    assert {"sharing.device.shared", "login.session.issued"} <= set(tags(here, who.id))
    assert {"sharing.owner.named", "sharing.owner.shown", "sharing.owner.given"} <= set(tags(here, owner.id))
    home = login(here, owner, thing)
    assert "Shared with 1" in home.get(DEVICES).text
    assert "Your device serves others too" in home.get(SHARING).text and who.username in home.page.text


def test_ones_own_card_is_put_aside_and_counts_again_when_the_sharing_is_cancelled(here: Installation) -> None:
    who, owner, thing = pair(here, "card_plus")
    card = put(here, who, "code_card")
    browser = logged_in(here, who)
    assert "Share Device" in browser.get(DEVICES).text
    assert "You share a device" in shared(browser, owner, thing).text
    assert states(here, who)[card.device] == "kept"
    page = browser.get(DEVICES)
    assert "Put aside" in page.text and "Shared" in page.text
    browser.post("/logout")
    waits = waiting(here, who)
    assert waits.post("/login/wait", do="ask", kind="code_card").refusals == [1204], "put aside, it answers nothing"
    waits.post("/login/wait", do="cancel")
    by_token = login(here, who, thing)
    page = by_token.get(SHARING)
    page = by_token.post(SHARING, do="ask_cancel", sharing=sharing_id(page))
    assert "counts again at once" in page.text
    page = by_token.post(SHARING, do="cancel", sharing=newest(here, who).id)
    assert page.path == f"{SHARING}?done=cancelled", page.refusals
    assert states(here, who)[card.device] == "active" and newest(here, who).state == "cancelled"
    by_token.post("/logout")
    login(here, who, card)
    assert {"device.other.kept", "device.other.resumed", "sharing.device.ended"} <= set(tags(here, who.id))


def test_every_condition_has_its_refusal_and_nothing_is_half_done(here: Installation) -> None:
    who, owner, thing = pair(here)
    browser = logged_in(here, who)
    assert begin(browser, who).refusals == [7301], "with oneself"
    stranger = here.person(phones=0, **{**SELF, "document_number": "XX0000000"})
    card = put(here, stranger)
    begin(browser, stranger)
    assert "Different identification information" not in browser.page.text, "nothing of it before the device answered"
    page = answered(browser, card)
    assert page.refusals == [7306] and "Different identification information" in page.text
    assert SELF["document_number"] not in page.html and "birth" not in page.text.partition("All three")[0].lower()
    assert newest(here, who).state == "dropped"
    none = here.person(**SELF)
    assert begin(browser, none).refusals == [7304], "no device that can be shared"
    paper = here.person(phones=0, kind="paper", **SELF)
    on_paper = put(here, paper)
    begin(browser, paper)
    assert answered(browser, on_paper).refusals == [7310]
    token = put(here, who, "card_plus")
    page = begin(browser, owner)
    assert page.refusals == [7305] and "Less secure device" in page.text
    assert states(here, who) == {token.device: "active"}
    with here.built.store.read() as tx:
        assert not tx.sharings.of_device(thing.device, "active")


def test_a_temporary_device_and_a_replacement_stand_in_the_way(here: Installation) -> None:
    who, owner, thing = pair(here)
    browser = logged_in(here, who)
    kit = here.built.kit
    with kit.store.write() as tx:
        user = tx.users.lock(owner.id)
        assert user is not None
        temporary.issue(kit, tx, user, tx.contacts.of(owner.id)[0])
    begin(browser, owner)
    assert answered(browser, thing).refusals == [7307]
    with kit.store.write() as tx:
        user = tx.users.lock(owner.id)
        assert user is not None
        temporary.end(kit, tx, user, "test")
    at_owner = login(here, owner, thing)
    at_owner.get(CARDS)
    assert at_owner.post(CARDS, do="order", kind="code_card").path == f"{CARDS}?done=ordered"
    begin(browser, owner)
    assert answered(browser, thing).refusals == [7309]


def test_neither_chains_nor_circles(here: Installation) -> None:
    one, two, thing = pair(here)
    three = here.person(**SELF)
    first = logged_in(here, one)
    assert "You share a device" in shared(first, two, thing).text
    assert begin(first, two).refusals == [7302]
    assert begin(logged_in(here, three), one).refusals == [7308], "one holds nothing himself"
    at_two = login(here, two, thing)
    put(here, three)
    assert begin(at_two, three).refusals == [7308], "two lends his own"
    assert newest(here, one).state == "active"


def test_two_tabs_a_wrong_cell_and_a_replayed_answer(here: Installation) -> None:
    who, owner, thing = pair(here)
    browser = logged_in(here, who)
    begin(browser, owner)
    old, typed = sharing_id(browser.page), thing.answer(browser.page)
    begin(browser, owner)
    assert browser.post(SHARING, do="answer", sharing=old, answer=typed).refusals == [7303], "begun anew in another tab"
    wrong = ("1" if typed[0] != "1" else "2") + typed[1:]
    current = newest(here, who).id
    assert browser.post(SHARING, do="answer", sharing=current, answer=wrong).refusals == [2360]
    assert "Look it over" in browser.post(SHARING, do="answer", sharing=current, answer=typed).text
    assert browser.post(SHARING, do="answer", sharing=current, answer=typed).refusals == [7303], "answered already"
    begin(browser, owner)
    assert browser.post(SHARING, do="answer", sharing=newest(here, who).id, answer=typed).refusals == [2360], "spent"
    assert browser.post(SHARING, do="send", sharing=newest(here, who).id).refusals == [7303], "not answered yet"
    here.later(10 * 60)
    browser.get("/settings")
    here.later(5 * 60 + 1)
    assert "Use a device that another" in browser.get(SHARING).text, "the fifteen minutes are over"


def test_compliance_decides_where_identification_is_in_doubt(here: Installation, officer: Seat, tmp_path: Path) -> None:
    who, owner, thing = pair(here, document_number="tk 441-8203")
    card = put(here, who)
    browser = logged_in(here, who)
    assert "Waiting for our compliance department" in shared(browser, owner, thing).text
    assert states(here, who) == {card.device: "active"}, "nothing has changed yet"
    assert begin(browser, owner).refusals == [7312]
    request = f"/requests/{newest(here, who).request_id}"
    page = officer.get(request)
    assert "The same, written differently" in page.text and owner.username in page.text
    assert "•• •••-•203" in page.html and "••••••203" in page.html, "how it is written, and the end of it"
    assert "TK4418203" not in page.html and "tk 441-8203" not in page.html and SELF["birth_date"] not in page.html
    agent = signed_in(here, "client_services")
    assert (
        "The same, written differently" in agent.get(request).text
        and "JP" not in agent.page.text.partition("Date of birth")[2]
    )
    assert agent.post(request, do="approve", note="looks right").refusals == [7203]
    page = officer.post(request, do="approve", note="document compared with the file")
    assert page.path.endswith("?done=approved"), page.refusals
    assert "You share a device" in browser.get(SHARING).text
    assert states(here, who)[card.device] == "kept"
    browser.post("/logout")
    login(here, who, thing)


def test_compliance_refuses_and_the_person_is_told(here: Installation, officer: Seat) -> None:
    who, owner, thing = pair(here, citizenship="")
    browser = logged_in(here, who)
    page = shared(browser, owner, thing).text
    assert "Waiting for our compliance department" in page
    assert "you have asked to use it too" in page and "you use it too" not in page, "nothing is shared yet"
    request = f"/requests/{newest(here, who).request_id}"
    assert "Not on file for both" in officer.get(request).text
    assert officer.post(request, do="reject", note="no citizenship on file").path.endswith("?done=rejected")
    assert "did not approve" in browser.get(SHARING).text
    assert "not approved" in here.letters(who.number)[0]["text"]
    assert "not shared" in here.letters(owner.number)[0]["text"]
    assert newest(here, who).state == "refused"


def test_the_conditions_are_judged_again_when_it_is_approved(here: Installation, officer: Seat) -> None:
    who, owner, thing = pair(here, residence="")
    browser = logged_in(here, who)
    shared(browser, owner, thing)
    put(here, who, "card_plus")
    request = f"/requests/{newest(here, who).request_id}"
    page = officer.post(request, do="approve", note="document compared with the file")
    assert page.refusals == [7305], "a better one has come meanwhile"
    assert newest(here, who).state == "pending"
    page = browser.post(SHARING, do="cancel", sharing=newest(here, who).id)
    assert page.path == f"{SHARING}?done=withdrawn" and newest(here, who).state == "withdrawn"
    assert officer.post(request, do="approve", note="document compared").refusals == [7212]


def test_an_officer_never_decides_about_a_device_of_his_own(here: Installation) -> None:
    who, owner, thing = pair(here, residence="")
    here.put_key(owner)
    browser = logged_in(here, who)
    shared(browser, owner, thing)
    himself = signed_in(here, "compliance", who=owner)
    request = f"/requests/{newest(here, who).request_id}"
    assert himself.post(request, do="approve", note="it is mine").refusals == [7204]
    assert signed_in(here, "compliance").post(request, do="approve", note="seen").refusals == [7203], (
        "an account of staff"
    )
    administrator = signed_in(here, "administrator")
    assert administrator.post(request, do="approve", note="seen both files").path.endswith("?done=approved")


def test_the_next_card_takes_those_who_share_it_along(here: Installation, tmp_path: Path) -> None:
    who, owner, thing = pair(here)
    shared(logged_in(here, who), owner, thing)
    agent, printer = at_shell(here, tmp_path, "client_services"), at_shell(here, tmp_path, "compliance")
    order = sent_card(here, agent, printer, owner, tmp_path)
    cells = cells_of(here, owner)
    at_owner = login(here, owner, thing)
    assert receive(at_owner, order["id"], cells).path == f"{CARDS}?done=in_place"
    with here.built.store.read() as tx:
        new = [one for one in tx.devices.of_user(owner.id) if one.state == "active"][-1]
    assert newest(here, who).owner_device == new.id and newest(here, who).state == "active"
    assert "new" in here.letters(who.number)[0]["text"]
    login(here, who, Thing(new.id, "code_card", cells))


def test_a_lost_device_ends_for_all_whoever_reports_it(here: Installation, tmp_path: Path) -> None:
    who, owner, thing = pair(here)
    other = here.person(**SELF)
    kept = put(here, who)
    browser = logged_in(here, who)
    shared(browser, owner, thing)
    beside = logged_in(here, other)
    assert "You share a device" in shared(beside, owner, thing).text, "several may"
    beside.post("/logout")
    by_card = login(here, other, thing)
    browser.get(SHARING)
    page = browser.post(SHARING, do="ask_lost", sharing=newest(here, who).id)
    assert "ends at once" in page.text
    page = browser.post(SHARING, do="lost", sharing=newest(here, who).id)
    assert page.path == f"{SHARING}?done=lost", page.refusals
    assert states(here, owner) == {thing.device: "inactive"}
    assert states(here, who)[kept.device] == "active" and newest(here, other).state == "ended"
    assert by_card.get("/settings").status == 401, "the session it gave is over"
    assert here.browser().login(owner.username, owner.password).refusals == [7231], (
        "two of staff, as after any lost phone"
    )
    agent = at_shell(here, tmp_path, "client_services")
    two, holder, second = pair(here)
    shared(logged_in(here, two), holder, second)
    mine = newest(here, two).device_id
    agent.do("lost-phone", two.username, mine)
    assert states(here, holder) == {second.device: "inactive"} and newest(here, two).state == "ended"
    assert here.browser().login(holder.username, holder.password).refusals == [7231]


def test_the_owner_ends_it_and_an_answer_too_many_does(here: Installation) -> None:
    who, owner, thing = pair(here)
    kept = put(here, who)
    shared(logged_in(here, who), owner, thing)
    at_owner = login(here, owner, thing)
    page = at_owner.get(SHARING)
    page = at_owner.post(SHARING, do="cancel", sharing=sharing_id(page))
    assert page.path == f"{SHARING}?done=lent", page.refusals
    assert newest(here, who).state == "cancelled" and states(here, who)[kept.device] == "active"
    assert states(here, owner) == {thing.device: "active"}
    browser = logged_in(here, who)
    shared(browser, owner, thing)
    here.put_key(owner)
    at_owner.get(DEVICES)
    page = at_owner.post(DEVICES, do="deactivate", device=thing.device)
    assert not page.refusals, page.refusals
    assert newest(here, who).state == "ended" and states(here, who)[kept.device] == "active"


def test_who_may_not_change_settings_shares_nothing(here: Installation) -> None:
    who, owner, thing = pair(here)
    browser = logged_in(here, who)
    begin(browser, owner)
    here.later(5 * 60 + 1)
    page = browser.post(SHARING, do="answer", sharing=newest(here, who).id, answer=thing.answer(browser.page))
    assert page.refusals == [6101], "a session that was left open"
    assert here.built.settings.sharing.approval == "automatic"
    recovered, second, other = pair(here)
    set_user(here, recovered, recovered=here.clock.now())
    browser = logged_in(here, recovered)
    assert begin(browser, second).refusals == [RECOVERY_DELAY.number], "the day after a recovery"
    set_user(here, recovered, recovered=0)
    set_user(here, second, recovered=here.clock.now())
    begin(browser, second)
    assert answered(browser, other).refusals == [7315], "nor the owner’s"


def test_an_operator_may_have_compliance_look_at_every_sharing(install: Callable[..., Installation]) -> None:
    here = install(sharing={"approval": "always"})
    who, owner, thing = pair(here)
    assert "Waiting for our compliance department" in shared(logged_in(here, who), owner, thing).text
    here.later(14 * 24 * 60 * 60 + 1)
    browser = logged_in(here, who)
    assert "not decided in time" in browser.get(SHARING).text
    assert not begin(browser, owner).refusals, "and it can be asked for again"


def test_the_device_put_aside_cancels_where_the_shared_one_is_not_at_hand(here: Installation) -> None:
    who, owner, thing = pair(here, phones=0)
    kept = put(here, who)
    browser = login(here, who, kept)
    assert "You share a device" in shared(browser, owner, thing).text
    here.later(5 * 60 + 1)
    current = newest(here, who).id
    browser.get(SHARING)
    assert browser.post(SHARING, do="cancel", sharing=current).refusals == [6101], "nothing was shown lately"
    page = browser.post(SHARING, do="ask_cancel", sharing=current)
    assert "Use the one put aside" in page.text
    page = browser.post(SHARING, do="ask_kept", sharing=current)
    answer = kept.answer(page)
    assert browser.post(SHARING, do="cancel", sharing=current, answer="000000").refusals == [2360]
    page = browser.post(SHARING, do="cancel", sharing=current, answer=answer)
    assert page.path == f"{SHARING}?done=cancelled", page.refusals
    assert states(here, who)[kept.device] == "active"
    again, lender, token = pair(here, "card_plus", phones=0)
    weak = put(here, again)
    browser = login(here, again, weak)
    assert "You share a device" in shared(browser, lender, token).text
    here.later(5 * 60 + 1)
    browser.get(SHARING)
    assert "Use the one put aside" not in browser.post(SHARING, do="ask_cancel", sharing=newest(here, again).id).text, (
        "never a weaker one"
    )
    assert browser.post(SHARING, do="ask_kept", sharing=newest(here, again).id).refusals == [6101]
