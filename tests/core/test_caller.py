"""The rules of two-way proof on the telephone: the words, what an attempt's state means, and for how long it counts."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.samples import Samples
from tests.support.fakes import FakeEntropy
from tests.support.tree import SRC
from watchword.core import caller, staff
from watchword.core.attempts import ATTEMPT, Attempt
from watchword.core.caller import CALLED_US, GOOD_SECONDS, LISTED, OVER, SAID, WE_CALLED, WORDS

LANGUAGES = ("en", "ja")
NOW = 1_800_000_000


def attempt(state: str, **changes: object) -> Attempt:
    """One on the telephone that was decided just now."""
    made = Samples(FakeEntropy("caller")).attempt("u" * 26, state=state, action="caller", operation=CALLED_US)
    return replace(made, started=NOW - 60, expires=NOW + 240, decided=NOW, **changes)  # type: ignore[arg-type]


def listed(lang: str) -> list[str]:
    return str(tomllib.loads((SRC / f"watchword/texts/{lang}/caller.toml").read_text("utf-8"))["words"]).split()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_are_enough_and_unlike_each_other(lang: str) -> None:
    words = listed(lang)
    assert len(set(words)) == len(words) == LISTED
    ordered = sorted(words)
    assert not any(after.startswith(before) for before, after in pairwise(ordered)), "one begins another"
    assert all(word == word.lower() and 2 <= len(word) <= 8 for word in words)


@given(st.binary(min_size=32, max_size=32))
def test_three_words_of_the_list(entropy: bytes) -> None:
    words = listed("en")
    said = caller.said(entropy, words)
    assert len(said) == SAID and set(said) <= set(words)
    assert said == caller.said(entropy, words)


def test_every_word_is_as_likely_as_every_other() -> None:
    found = Counter(caller.said(bytes([byte, byte, byte]), listed("ja"))[0] for byte in range(256))
    assert set(found.values()) == {256 // LISTED}


@pytest.mark.parametrize("state", sorted(ATTEMPT.states))
def test_only_what_was_collected_counts(state: str) -> None:
    assert caller.good(attempt(state), NOW) is (state == "collected")
    assert (caller.outcome(attempt(state), NOW) == "confirmed") is (state == "collected")


def test_it_counts_for_a_quarter_of_an_hour_and_only_on_the_telephone() -> None:
    confirmed = attempt("collected")
    assert caller.good(confirmed, NOW + GOOD_SECONDS - 1) and not caller.good(confirmed, NOW + GOOD_SECONDS)
    assert not caller.good(replace(confirmed, action="login"), NOW)


def test_time_ends_what_nobody_answered_or_saw() -> None:
    assert caller.outcome(attempt("pending"), NOW + 240) == OVER
    assert caller.outcome(attempt("approved"), NOW + 61) == OVER
    assert caller.outcome(attempt("not_me", decided_by="d:not_me:push"), NOW) == "alarm"
    assert caller.outcome(attempt("not_me", decided_by="not_me"), NOW) == OVER


def test_whom_we_call_compares_the_words_first() -> None:
    for state in WORDS.states:
        assert caller.words_first(WE_CALLED, state) is (state != "matched")
        assert caller.words_first("anything else", state) is (state != "matched")
        assert not caller.words_first(CALLED_US, state)


def test_wrong_words_are_for_good() -> None:
    assert "differed" in WORDS.final


def test_who_may_ask_and_who_watches() -> None:
    for role in staff.ROLES:
        mine = frozenset({role})
        assert staff.may("caller", mine) is (role in (staff.CLIENT_SERVICES, staff.COMPLIANCE))
        assert staff.may("callers", mine) is (role in (staff.COMPLIANCE, staff.AUDITOR))
        assert not staff.may("caller", mine, oneself=True)
