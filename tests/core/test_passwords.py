"""What a password must be, in both profiles (S03, A05)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.passwords import BROKER, STRICT, faults, normal


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("Kitahama-26!", ()), ("Ki-26ab", ("short",)), ("kitahama-26!", ("upper",)), ("KITAHAMA-26!", ("lower",)), ("Kitahama-!!", ("digit",)),
        ("Kitahama2626", ("special",)), ("Kitahama 2626", ("special",)), ("Passw0rd!", ("common",)), ("P@ssword1", ()), ("Welcome2026!", ("common",)),
        ("Qwerty123!", ("common",)), ("Aa1!Aa1!Aa1!", ()), ("Aa!1", ("short",)), ("aaaaaaaaA1!" * 30, ("long",)), ("", ("short", "upper", "lower", "digit", "special", "common")),
        ("Äöü-1234", ()), ("漢字かなA1-bcdef", ()),
    ],
)  # fmt: skip
def test_broker(password: str, found: tuple[str, ...]) -> None:
    assert faults(password, rules=BROKER) == found


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("correct horse", ()),
        ("elevenchars", ("short",)),
        ("passwordpassword", ()),
        ("password123456", ("common",)),
        ("aaaaaaaaaaaa", ("common",)),
    ],
)
def test_strict_counts_length_and_knows_no_classes(password: str, found: tuple[str, ...]) -> None:
    assert faults(password, rules=STRICT) == found


def test_ones_own_names_are_not_to_be_in_it() -> None:
    assert faults("MTanaka01-x!", rules=BROKER, own=("mtanaka01",)) == ("own",)
    assert faults("Kitahama-26!", rules=BROKER, own=("", "ab", "Misaki Tanaka")) == ()


@given(st.text(max_size=30))
def test_case_is_kept_and_composition_is_not_seen(password: str) -> None:
    """A05, and two keyboards that write one letter in two ways."""
    assert normal(normal(password)) == normal(password)
    assert normal("é") == normal("e\u0301")
    assert normal("Ab") != normal("aB")
