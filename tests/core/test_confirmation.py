"""When the six-digit code must be typed: each cause alone, their order, and what stands beside what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.attempts import ATTEMPT, CHALLENGE, Attempt, Context, challenge_at, due, state_at
from watchword.core.confirmation import beside, reason

NOW = 1_795_000_000
HOME = Context(place_new=False, network_new=False, browser_new=False)


def attempt(**changes: Any) -> Attempt:
    """An attempt that has just begun."""
    given: dict[str, Any] = {
        "id": "a", "user_id": "u", "username": "n", "client": "portal", "state": "pending", "collector_hash": b"", "bound_key": "", "nonce": "",
        "started": NOW, "expires": NOW + 900, "context": HOME, "browser_id": "", "confirm": False, "confirm_reason": "", "device_id": "",
        "asked": (), "push_until": 0, "qr_turn": 0, "qr_until": 0, "challenge_state": "none", "challenge_turn": 0, "challenge_until": 0,
        "wrong": 0, "wrong_challenge": 0, "wrong_confirmation": 0, "decided": 0, "decided_by": "", "amr": "", "session_id": "", "lang": "en",
    }  # fmt: skip
    return Attempt(**{**given, **changes})


@pytest.mark.parametrize(
    ("context", "earlier", "always", "after_denial", "expected"),
    [
        (HOME, (), False, False, ""),
        (HOME, (), True, True, "policy"),
        (HOME, (attempt(),), False, True, "denial"),
        (replace(HOME, browser_new=True), (attempt(),), False, False, "several"),
        (replace(HOME, browser_new=True, network_new=True), (), False, False, "browser"),
        (replace(HOME, network_new=True), (), False, False, "network"),
        (replace(HOME, place_new=True), (), False, False, ""),
    ],
)
def test_why(context: Context, earlier: tuple[Attempt, ...], always: bool, after_denial: bool, expected: str) -> None:
    assert reason(context, earlier, now=NOW, always=always, after_denial=after_denial) == expected


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_it_is_asked_whenever_any_cause_is_there(
    new: bool, away: bool, always: bool, denied: bool, several: bool
) -> None:
    context = replace(HOME, browser_new=new, network_new=away)
    found = reason(context, [attempt()] if several else [], now=NOW, always=always, after_denial=denied)
    assert bool(found) == any((new, away, always, denied, several))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (attempt(), True),
        (attempt(started=NOW - 899, expires=NOW + 1), True),
        (attempt(started=NOW - 900, expires=NOW), False),
        (attempt(state="denied", started=NOW - 59), True),
        (attempt(state="denied", started=NOW - 60), False),
        (attempt(state="cancelled"), False),
        (attempt(state="collected"), False),
        (attempt(state="approved", decided=NOW), True),
    ],
)
def test_beside(other: Attempt, expected: bool) -> None:
    assert beside(other, NOW) is expected


@given(st.sampled_from(sorted(ATTEMPT.states)), st.integers(-2000, 2000))
def test_time_moves_only_what_is_open(state: str, after: int) -> None:
    at = NOW + after
    found = attempt(state=state, decided=NOW)
    event = due(found, at)
    expected = {"pending": "expire" if after >= 900 else None, "approved": "lapse" if after > 60 else None}.get(state)
    assert event == expected
    assert state_at(found, at) == ({"expire": "expired", "lapse": "lapsed"}[event] if event else state)


@given(st.sampled_from(sorted(CHALLENGE.states)), st.integers(-600, 600))
def test_only_an_open_challenge_ends_by_time(state: str, after: int) -> None:
    found = attempt(challenge_state=state, challenge_until=NOW + 300)
    assert challenge_at(found, NOW + after) == ("ended" if state == "open" and after >= 300 else state)
