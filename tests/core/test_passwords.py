"""What a password must be, in both profiles (S03, A05)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.passwords import BROKER, STRICT, faults, holds, normal, own_of


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("Kitahama-26!", ()), ("Ki-26ab", ("short",)), ("kitahama-26!", ("upper",)), ("KITAHAMA-26!", ("lower",)), ("Kitahama-!!", ("digit",)),
        ("Kitahama2626", ("special",)), ("Kitahama 2626", ("special",)), ("Passw0rd!", ("common",)), ("P@ssword1", ("common",)), ("Welcome2026!", ("common",)),
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
    assert faults("MTanaka01-x!", rules=BROKER, own=own_of(words=("mtanaka01",))) == ("own",)
    assert faults("Kitahama-26!", rules=BROKER, own=own_of(words=("", "ab", "Misaki Tanaka"))) == ()


@given(st.text(max_size=30))
def test_case_is_kept_and_composition_is_not_seen(password: str) -> None:
    """A05, and two keyboards that write one letter in two ways."""
    assert normal(normal(password)) == normal(password)
    assert normal("é") == normal("e\u0301")
    assert normal("Ab") != normal("aB")


OWN = own_of(
    words=("mtanaka01", "Misaki Tanaka", "佐藤 春樹", "misaki.t@", "Watchword"), dates=("1987-04-23",), numbers=("+819012344210",)
)  # fmt: skip


@pytest.mark.parametrize(
    "password",
    [
        "xMTANAKA01x", "Misaki!99", "M1s@k1-26", "t-a-n-a-k-a", "佐藤!Abc123", "watchword-1", "1987.04.23", "x230487x", "Q04231987",
        "344210-Xyz", "90-1234-4210", "ＴＡＮＡＫＡ９",
    ],
)  # fmt: skip
def test_what_is_ones_own_is_found_however_it_is_dressed(password: str) -> None:
    assert holds(password, OWN)
    assert "own" in faults(password, rules=BROKER, own=OWN)


@pytest.mark.parametrize("password", ["Kitahama-26!", "1987-Kobe!", "4210-Umeda?", "Mi-saka-99", "藤の花-Abc1"])
def test_a_part_that_many_share_is_nobodys(password: str) -> None:
    assert not holds(password, OWN)


def test_lists_are_asked_for_the_word_and_for_the_password() -> None:
    asked: list[str] = []
    told = faults(
        "Summer-2026!",
        rules=BROKER,
        common=lambda word: asked.append(word) or word == "summer",
        breached=lambda _: True,
    )
    assert told == ("common",)
    assert faults("Kitahama-26!", rules=BROKER, breached=lambda word: word == "Kitahama-26!") == ("breached",)
