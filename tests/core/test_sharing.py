"""The conditions of sharing a device (P01-P04), and what becomes of one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core import sharing
from watchword.core.devices import CARD_PLUS, CODE_CARD, KEY, ONLINE_CARD, PASSKEY, SMS, TEMPORARY_CODE, Device
from watchword.core.sharing import SHARING, Participant, Sharing
from watchword.core.users import Details

NOW = 1_800_000_000
SELF = Details(
    birth_date="1987-04-23", document_type="passport", document_number="TK4418203", citizenship="JP", residence="JP"
)


def device(kind: str, **more: object) -> Device:
    made = Device("d" * 26, "u", "", kind, "active", kind, b"", 0, 0, NOW, NOW)
    return replace(made, **more)  # type: ignore[arg-type]


def person(*devices: Device, user_id: str = "u", kind: str = "live") -> Participant:
    return Participant(user_id, kind, devices)


def judged(requester: Participant, owner: Participant, *others: Participant, verdict: sharing.Verdict = "same") -> str:
    return sharing.fault(requester, owner, others, sharing.offered(owner.devices, NOW), verdict, NOW)


def test_the_same_person_is_told_by_everything_that_identifies_one() -> None:
    assert sharing.identity(SELF, SELF) == "same"
    for name in sharing.FIELDS:
        assert sharing.identity(SELF, replace(SELF, **{name: "other"})) == "differs", name
        assert sharing.identity(SELF, replace(SELF, **{name: ""})) == "doubt", name
        assert sharing.identity(SELF, replace(SELF, **{name: getattr(SELF, name) + " "})) == "doubt", name
    assert sharing.identity(Details(), Details()) == "doubt", "nothing on file proves nothing"
    assert sharing.identity(replace(SELF, document_number="TK 441-8203"), SELF) == "doubt"
    assert sharing.identity(replace(SELF, document_number="ＴＫ４４１８２０３"), SELF) == "doubt"
    assert sharing.identity(replace(SELF, document_number="--"), SELF) == "doubt", "signs alone are nothing on file"


def test_the_same_entity_needs_no_more() -> None:
    other = Details(entity="C-1007", birth_date="1950-01-01")
    assert sharing.identity(replace(SELF, entity="C-1007"), other) == "same"
    assert sharing.identity(replace(SELF, entity="C-1008"), other) == "differs"
    assert sharing.identity(replace(SELF, entity=""), replace(other, entity="")) == "differs", "no entity is no entity"


def test_people_of_the_united_states_have_a_number_in_the_place_of_a_document() -> None:
    american = replace(SELF, citizenship="US", tax_number="078-05-1120", document_number="A1")
    assert sharing.identity(american, replace(american, document_number="B2")) == "same"
    assert sharing.identity(american, replace(american, tax_number="219-09-9999")) == "differs"
    assert sharing.identity(american, replace(american, tax_number="078051120")) == "doubt"
    assert sharing.identity(replace(SELF, residence="US"), replace(SELF, residence="US")) == "doubt", "none on file"


@given(st.builds(Details, *[st.text(max_size=6)] * 3), st.builds(Details, *[st.text(max_size=6)] * 3))
def test_it_does_not_matter_who_asks(one: Details, other: Details) -> None:
    assert sharing.identity(one, other) == sharing.identity(other, one)
    assert sharing.identity(one, one) != "differs"


@pytest.mark.parametrize("kind", [KEY, PASSKEY, SMS, ONLINE_CARD, TEMPORARY_CODE])
def test_only_what_is_held_in_the_hand_is_shared(kind: str) -> None:
    assert judged(person(), person(device(kind), user_id="o")) == "no_device"


def test_each_condition_by_itself() -> None:
    card, token = device(CODE_CARD), device(CARD_PLUS)
    owner = person(card, user_id="o")
    assert judged(person(), owner) == ""
    assert judged(person(user_id="o"), owner) == "oneself"
    assert judged(person(device(CODE_CARD, shared_from="x")), owner) == "again"
    assert judged(person(), person(replace(card, shared_from="x"), user_id="o")) == "no_device", "who lends holds it"
    assert judged(person(), person(replace(card, state="disabled"), user_id="o")) == "no_device"
    assert judged(person(kind="paper"), owner) == "account"
    for held in (TEMPORARY_CODE, ONLINE_CARD):
        late = device(held, ends=NOW)
        assert judged(person(device(held, ends=NOW + 1)), owner) == "temporary"
        assert judged(person(), person(card, device(held), user_id="o")) == "temporary"
        assert judged(person(), owner, person(device(held), user_id="b")) == "temporary", (
            "nor any that shares it already"
        )
        assert judged(person(late), owner) == "", "over is over"
    assert judged(person(token), owner) == "weak"
    assert judged(person(), owner, person(replace(token, state="kept"), user_id="b")) == "weak"
    assert judged(person(card), owner) == "", "on a tie any"
    assert judged(person(card), person(card, token, user_id="o")) == "", "the better one is shared"
    assert judged(person(), owner, verdict="differs") == "identity"
    assert judged(person(), owner, verdict="doubt") == ""


def test_who_looks_at_it_first() -> None:
    assert not sharing.waits("same", always=False, staff=False)
    assert sharing.waits("doubt", always=False, staff=False)
    assert sharing.waits("same", always=True, staff=False)
    assert sharing.waits("same", always=False, staff=True)


def test_time_ends_what_waits_and_nothing_that_is_in_use() -> None:
    made = Sharing("s", "u", "o", "d", "", "", "begun", 0, "", NOW, NOW + 10, NOW, "")
    expected = {"begun": "dropped", "proven": "dropped", "pending": "expired", "active": "active", "refused": "refused"}
    for state, after in expected.items():
        assert sharing.state_at(replace(made, state=state), NOW + 9) == state
        assert sharing.state_at(replace(made, state=state), NOW + 10) == after


def test_nothing_is_shared_without_the_device_and_nothing_comes_back() -> None:
    assert {state for (state, _), to in SHARING.transitions.items() if to == "active"} == {"proven", "pending"}
    assert SHARING.final == {"dropped", "refused", "withdrawn", "expired", "cancelled", "ended"}


@given(st.text(max_size=40))
def test_a_masked_number_shows_three_characters_at_most(text: str) -> None:
    shown = sharing.masked(text)
    assert len(shown) == len(text)
    assert sum(c.isalnum() for c in shown) <= 3
    if 0 < sum(c.isalnum() for c in text) <= 4:
        assert not any(c.isalnum() for c in shown), "of a short one nothing"


def test_entities_that_are_only_alike_are_looked_at_and_none_is_none() -> None:
    one, other = Details(birth_date="1980-01-01"), Details(birth_date="1990-02-02")
    assert sharing.identity(replace(one, entity="Ito Holdings"), replace(other, entity="Ito Holdings")) == "same"
    assert sharing.identity(replace(one, entity="Ito Holdings"), replace(other, entity="ITO-Holdings")) == "doubt"
    assert sharing.identity(replace(one, entity="N/A"), replace(other, entity="N/A")) == "differs"
