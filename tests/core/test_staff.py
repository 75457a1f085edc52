"""What staff may do: nobody alone, nobody without a role, whatever the roles are; and the life of a request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core import staff
from watchword.core.interviews import FACTS, PERSONAL, OnFile, enough, matched
from watchword.core.staff import ADMINISTRATOR, DOES, KINDS, ROLES, may, may_approve, may_ask
from watchword.core.staff_requests import LIFE_SECONDS, REQUEST, StaffRequest, state_at, words
from watchword.core.users import Details

roles = st.frozensets(st.sampled_from(ROLES))
kinds = st.sampled_from(sorted(KINDS))
actions = st.sampled_from(sorted(DOES))


@given(kinds, roles, st.booleans())
def test_nobody_approves_what_he_asked_for_or_what_is_about_him(kind: str, held: frozenset[str], about: bool) -> None:
    for asked_it, oneself in ((True, False), (False, True), (True, True)):
        assert not may_approve(kind, held, asked_it=asked_it, oneself=oneself, about_staff=about)
    assert not may_ask(kind, held, oneself=True, about_staff=about)


@given(kinds, actions, st.booleans(), st.booleans())
def test_nobody_without_a_role_does_anything(kind: str, action: str, oneself: bool, to_staff: bool) -> None:
    nothing: frozenset[str] = frozenset()
    assert not may(action, nothing, oneself=oneself, to_staff=to_staff)
    assert not may_ask(kind, nothing, oneself=oneself, about_staff=to_staff)
    assert not may_approve(kind, nothing, asked_it=False, oneself=oneself, about_staff=to_staff)


@given(kinds, actions, roles, roles, st.booleans())
def test_another_role_never_takes_a_right_away(
    kind: str, action: str, held: frozenset[str], more: frozenset[str], to_staff: bool
) -> None:
    assert may(action, held | more, to_staff=to_staff) >= may(action, held, to_staff=to_staff)
    rights = [
        (
            may_ask(kind, each, oneself=False, about_staff=to_staff),
            may_approve(kind, each, asked_it=False, oneself=False, about_staff=to_staff),
        )
        for each in (held | more, held)
    ]
    assert all(after >= before for after, before in zip(*rights, strict=True))


@given(kinds, roles)
def test_only_an_administrator_decides_about_staff(kind: str, held: frozenset[str]) -> None:
    allowed = may_approve(kind, held, asked_it=False, oneself=False, about_staff=True)
    assert allowed == (ADMINISTRATOR in held)


@given(kinds)
def test_an_auditor_reads_and_does_nothing(kind: str) -> None:
    only = frozenset({staff.AUDITOR})
    reads = {"find", "show", "requests", "members", "cases", "callers", "audit", "orders"}
    assert {action for action in DOES if may(action, only)} == reads
    assert not may_ask(kind, only, oneself=False, about_staff=False)
    assert not may_approve(kind, only, asked_it=False, oneself=False, about_staff=False)


def test_every_kind_needs_two_roles_or_two_people() -> None:
    for kind, rule in KINDS.items():
        assert rule.approves and bool(rule.asks) is (kind not in staff.BY_PERSON), kind
        assert rule.asks | rule.approves <= set(ROLES), kind


def test_a_role_that_is_none_is_refused() -> None:
    assert staff.known(["client_services", "root"]) is None
    assert staff.known([]) == frozenset()


@given(st.lists(st.sampled_from(sorted(REQUEST.events)), max_size=8))
def test_a_request_closes_once(events: list[str]) -> None:
    state, moved = "open", 0
    for event in events:
        after = REQUEST.step(state, event)
        if after is not None:
            state, moved = after, moved + 1
    assert moved == min(1, len(events))
    assert state == "open" or state in REQUEST.final


@given(st.integers(0, 3 * LIFE_SECONDS))
def test_a_request_is_over_after_a_day(age: int) -> None:
    request = StaffRequest("", "roles", "open", "", "", 0, LIFE_SECONDS, "", 0, "", "", {})
    assert state_at(request, age) == ("open" if age < LIFE_SECONDS else "expired")


@pytest.mark.parametrize(
    ("text", "kept"), [("  a  b\tc ", "a b c"), ("ab", ""), ("", ""), ("x" * 2001, ""), ("\n\n", "")]
)
def test_words_are_kept_as_one_line_or_not_at_all(text: str, kept: str) -> None:
    assert words(text) == kept


ON_FILE = OnFile(
    Details(
        birth_date="1987-04-23", document_number="TK4418203", addresses=("4-5-6 Kitahama, Chuo-ku", "大阪市中央区北浜4-5-6"),
        postal_codes=("541-0041",),
    ),
    ("+819012344210",), ("Osaka, Japan", "大阪"), 1_795_000_000, 9 * 3600,
)  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "answer"),
    [
        ("birth_date", "1987-04-23"), ("birth_date", "19870423"), ("birth_date", "１９８７/04/23"),
        ("document_number", "tk 4418-203"), ("address", "4-5-6 kitahama"), ("address", "5410041"), ("address", "北浜4-5-6"),
        ("number", "+81 90 1234 4210"), ("number", "090-1234-4210"),
        ("last_login_place", "osaka"), ("last_login_place", "大阪"),
        ("last_login_date", "2026-11-18"), ("last_login_date", "2026-11-19"), ("last_login_date", "2026-11-17"),
    ],
)  # fmt: skip
def test_an_answer_matches_in_every_usual_form(fact: str, answer: str) -> None:
    assert matched({fact: answer}, ON_FILE) == (fact,)


@pytest.mark.parametrize(
    ("fact", "answer"),
    [
        ("birth_date", "1987-04-24"), ("birth_date", "1987"), ("birth_date", ""), ("document_number", "4418203"),
        ("address", "Kitahama"), ("address", "456"), ("address", "hama"), ("address", "541"), ("address", "chuo"),
        ("number", "4210"), ("number", "12344210"[:7]), ("number", "+819012344211"),
        ("last_login_place", "Japan"), ("last_login_place", ""), ("last_login_place", "Os"),
        ("last_login_date", "2026-11-21"), ("last_login_date", "yesterday"), ("last_login_date", ""),
    ],
)  # fmt: skip
def test_an_answer_that_is_less_or_other_does_not(fact: str, answer: str) -> None:
    assert matched({fact: answer}, ON_FILE) == ()


@given(st.fixed_dictionaries({fact: st.text(max_size=40) for fact in FACTS}))
def test_nothing_matches_where_nothing_is_on_file(answers: dict[str, str]) -> None:
    assert matched(answers, OnFile(Details(), (), (), 0)) == ()


@given(st.lists(st.sampled_from(FACTS)))
def test_three_facts_with_one_of_recent_activity_are_enough(facts: list[str]) -> None:
    assert enough(facts) == (len(set(facts)) >= 3 and not set(facts) <= set(PERSONAL))
