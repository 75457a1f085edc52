"""Which pieces a PIN must not hold (K02, K03): everything the guidelines name is found, and the list tells nothing about its size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.pin_guidelines import (
    ADDRESS,
    BIRTH,
    CITY,
    DOCUMENT,
    NAME,
    PHONE,
    SIZE,
    USERNAME,
    entry,
    fold,
    fragments,
)
from watchword.core.users import Contact, Details

MISAKI = Details(
    "Misaki",
    "Tanaka",
    "1987-04-23",
    ("4-5-6 Kitahama, Chuo-ku", "1-5300 Nakanoshima"),
    ("Osaka",),
    ("541-0041",),
    "passport",
    "TK4418203",
)
NUMBER = Contact("c", "u", "sms", "+819012344210", 0, True, 1)


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        ("1987", BIRTH), ("0423", BIRTH), ("2304", BIRTH), ("8704", BIRTH), ("0487", BIRTH), ("8723", BIRTH), ("9870", BIRTH), ("7042", BIRTH),
        ("mt", NAME), ("tm", NAME), ("misa", NAME), ("anak", NAME), ("tk44", DOCUMENT), ("4182", DOCUMENT), ("8203", DOCUMENT),
        ("9012", PHONE), ("4210", PHONE), ("8190", PHONE), ("5410", ADDRESS), ("0041", ADDRESS), ("osak", CITY), ("saka", CITY),
        ("kita", ADDRESS), ("5300", ADDRESS), ("naka", NAME), ("anaka"[:4], NAME),
    ],
)  # fmt: skip
def test_every_kind_is_found(piece: str, kind: int) -> None:
    assert fragments("mtanaka01", MISAKI, (NUMBER,))[piece] == kind


def test_the_username_is_found_and_a_mail_address_is_not() -> None:
    found = fragments("kitahama-adv", Details(), (Contact("c", "u", "mail", "desk@example.org", 0, True, 1),))
    assert found["hama"] == USERNAME
    assert "desk" not in found


def test_nothing_on_file_forbids_nothing() -> None:
    assert fragments("abc", Details(), ()).keys() <= {"abc"}


def test_japanese_names_and_full_width_digits_are_folded() -> None:
    found = fragments(
        "u", Details("美咲", "田中", "1987-04-23", ("北浜４丁目５３００",), document_number="ＴＫ４４１８"), ()
    )
    assert "tk44" in found and found["美田"] == NAME
    assert any("5300" in piece for piece in found)


@given(
    st.builds(
        Details,
        *(st.text(max_size=60) for _ in range(2)),
        st.text(max_size=12),
        st.lists(st.text(max_size=80), max_size=20).map(tuple),
    )
)
def test_the_list_is_never_longer_than_its_size(details: Details) -> None:
    found = fragments("somebody", details, (NUMBER,) * 3)
    assert len(found) <= SIZE
    assert all(piece == fold(piece) and len(piece) >= 2 for piece in found)


def test_an_entry_hides_its_kind_and_differs_by_salt() -> None:
    first, second = entry("1987", BIRTH, b"a" * 16), entry("1987", DOCUMENT, b"a" * 16)
    assert first[:8] == second[:8] and first[8] ^ second[8] == BIRTH ^ DOCUMENT
    assert entry("1987", BIRTH, b"b" * 16)[:8] != first[:8]
    assert len(first) == 9
