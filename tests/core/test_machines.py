"""The state machines as tables: what is final stays final but for the ways out that are named, and nothing is unreachable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.attempts import ATTEMPT, CHALLENGE
from watchword.core.cases import CASE
from watchword.core.devices import DEVICE
from watchword.core.enrolments import ENROLMENT
from watchword.core.machine import Machine, mermaid

MACHINES = (ATTEMPT, CASE, CHALLENGE, DEVICE, ENROLMENT)
FINAL = {
    "attempt": {"denied", "not_me", "cancelled", "expired", "failed", "lapsed"},
    "case": set(),
    "challenge": {"answered"},
    "device": {"dropped", "inactive"},
    "enrolment": {"active", "void", "expired"},
}
OVER = FINAL["attempt"] | {"approved", "collected"}


def by_name(machine: Machine) -> str:
    return machine.name


@pytest.mark.parametrize("machine", MACHINES, ids=by_name)
def test_final_states_are_those_named_here(machine: Machine) -> None:
    assert machine.final == FINAL[machine.name]


@pytest.mark.parametrize("machine", MACHINES, ids=by_name)
def test_every_state_can_be_reached_and_left_unless_final(machine: Machine) -> None:
    reached = set(machine.initial)
    for _ in machine.states:
        reached |= {to for (state, _), to in machine.transitions.items() if state in reached}
    assert reached == machine.states


@pytest.mark.parametrize("machine", MACHINES, ids=by_name)
@given(data=st.data())
def test_events_in_any_order_lead_only_along_the_table(machine: Machine, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from(machine.initial))
    for event in data.draw(st.lists(st.sampled_from(sorted(machine.events | {"anything"})), max_size=20)):
        to = machine.step(state, event)
        assert (to is None) == ((state, event) not in machine.transitions)
        if state in machine.final:
            assert to is None, f"{machine.name}: {state} is final, and {event} leads out of it"
        state = to or state


@given(st.lists(st.sampled_from(sorted(ATTEMPT.events)), max_size=30))
def test_a_closed_attempt_never_opens_again(events: list[str]) -> None:
    state, closed = "pending", False
    for event in events:
        state = ATTEMPT.step(state, event) or state
        closed = closed or state in OVER
        assert not closed or state in OVER


def test_out_of_approved_and_collected_leads_only_what_the_rules_name() -> None:
    out = {
        (state, event): to for (state, event), to in ATTEMPT.transitions.items() if state in ("approved", "collected")
    }
    assert out == {
        ("approved", "collect"): "collected",
        ("approved", "fail"): "failed",
        ("approved", "lapse"): "lapsed",
        ("approved", "not_me"): "not_me",
        ("collected", "not_me"): "not_me",
    }


def test_a_session_is_collected_from_approved_and_nowhere_else() -> None:
    assert [state for (state, _), to in ATTEMPT.transitions.items() if to == "collected"] == ["approved"]
    assert [state for (state, _), to in ATTEMPT.transitions.items() if to == "approved"] == ["pending"]


def test_a_device_works_only_after_it_was_confirmed() -> None:
    assert [(state, event) for (state, event), to in DEVICE.transitions.items() if to == "active"] == [
        ("issued", "confirm"),
        ("kept", "resume"),
    ]
    assert {state for (state, _), to in DEVICE.transitions.items() if to == "kept"} == {"active"}, "put aside, and back"
    assert {state for (state, _), to in ENROLMENT.transitions.items() if to == "active"} == {"issued"}
    assert {state for (state, _), to in ENROLMENT.transitions.items() if to == "issued"} == {"proven", "issued"}


@given(st.lists(st.sampled_from(sorted(CASE.events)), max_size=30))
def test_a_case_that_its_person_closed_is_opened_by_him_or_by_an_answer_only(events: list[str]) -> None:
    state = "open"
    for event in events:
        before, state = state, CASE.step(state, event) or state
        if before == "closed" and state != "closed":
            assert event in ("reopen", "answer")
        assert (
            state == {"reply": "open", "reopen": "open", "answer": "answered", "close": "closed"}[event]
            or state == before
        )


def test_the_diagram_names_every_transition() -> None:
    for machine in MACHINES:
        text = mermaid(machine)
        assert text.count("-->") == len(machine.transitions) + len(machine.initial) + len(machine.final)
