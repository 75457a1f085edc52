"""Which proofs go together, and how long lower limits last (S04)."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core import questions
from watchword.core.recovery import FIRST_PROOFS, PROOFS, STANDS_ON, allowed, enough, restricted

PAIRS = {
    ("sms", "mail"), ("mail", "sms"), ("key", "sms"), ("key", "mail"), ("sms", "key"), ("mail", "key"),
    ("sms", "questions"), ("sms", "personal"), ("mail", "questions"), ("mail", "personal"), ("key", "questions"), ("key", "personal"),
}  # fmt: skip


SENT_TWICE = {("sms", "mail"), ("mail", "sms")}


def test_the_pairs_that_set_a_password() -> None:
    assert {pair for pair in product(PROOFS, repeat=2) if enough(pair, sent_apart=True)} == PAIRS
    assert {pair for pair in product(PROOFS, repeat=2) if enough(pair, sent_apart=False)} == PAIRS - SENT_TWICE


@pytest.mark.parametrize("known_counts", [True, False])
@pytest.mark.parametrize("sent_apart", [True, False])
def test_one_after_the_other_leads_to_those_pairs_only(known_counts: bool, sent_apart: bool) -> None:
    def may(method: str, given: tuple[str, ...]) -> bool:
        return allowed(method, given, known_counts=known_counts, sent_apart=sent_apart)

    walked = {
        (first, second) for first, second in product(PROOFS, repeat=2) if may(first, ()) and may(second, (first,))
    }
    pairs = PAIRS if sent_apart else PAIRS - SENT_TWICE
    assert walked == {pair for pair in pairs if known_counts or STANDS_ON[pair[1]] != "knowledge"}
    assert all(may(first, ()) for first in FIRST_PROOFS), "which one is first says nothing about the account"


@given(st.lists(st.sampled_from([*PROOFS, "fax", ""]), max_size=4))
def test_no_other_number_of_proofs_is_enough(proofs: list[str]) -> None:
    assert not enough(proofs, sent_apart=True) or tuple(proofs) in PAIRS
    further = [one for one in PROOFS if allowed(one, proofs, known_counts=True, sent_apart=True)]
    assert not (len(proofs) >= 2 and further)


@pytest.mark.parametrize(("recovered", "now", "until"), [(0, 5, 0), (100, 100, 200), (100, 199, 200), (100, 200, 0)])
def test_limits_last_as_long_as_the_delay(recovered: int, now: int, until: int) -> None:
    assert restricted(recovered, now, 100) == until


THREE = questions.QUESTIONS[:3]
TEXTS = ("What was your first street?", "Who taught you?", "最初の町はどこですか") * 2


@pytest.mark.parametrize(
    ("chosen", "answers", "found"),
    [
        (THREE, ("Elm Lane", "Ms Mori", "Nara"), ()),
        (THREE[:2], ("Elm Lane", "Ms Mori"), ("count",)),
        (("other", *THREE[:2]), ("Elm Lane", "Ms Mori", "Nara"), ("count",)),
        ((THREE[0], THREE[0], THREE[2]), ("Elm Lane", "Ms Mori", "Nara"), ("twice",)),
        (THREE, ("Elm Lane", "ｅｌｍ  lane", "Nara"), ("same",)),
        (THREE, ("El", "Ms Mori", "Nara"), ("short",)),
        (THREE, ("x" * 101, "Ms Mori", "Nara"), ("long",)),
        (THREE, ("street", "Ms Mori", "Nara"), ("question",)),
        (THREE, ("Elm Lane", "Ms Mori", "最初の町"), ("question",)),
        (THREE, ("Elm Lane", "MTanaka01", "Nara"), ("username",)),
        (THREE, ("", "", ""), ("short", "same")),
    ],
)
def test_answers(chosen: tuple[str, ...], answers: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert questions.faults(chosen, answers, texts=TEXTS, username="mtanaka01") == found


def test_answers_are_compared_without_case_blanks_and_widths() -> None:
    forms = (" Elm  Lane ", "elm lane", "ＥＬＭ　Ｌａｎｅ", "ELM LANE")
    assert {questions.normal(form) for form in forms} == {"elm lane"}
    assert len({questions.normal("".join(form)) for form in permutations("abc")}) == 6
