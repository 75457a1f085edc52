"""What an operator hands in about people: every fault named, nothing guessed (A04)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.new_users import FIELDS, LISTS, PLAIN, Fault, read
from watchword.core.users import NewUser

GOOD = {"username": "mtanaka01", "mails": ["m@example.jp"]}


def taken(row: dict[str, object]) -> NewUser | list[Fault]:
    """The row, with two time zones on earth."""
    return read(row, zone_known={"Asia/Tokyo", "UTC"}.__contains__)


def test_the_least_that_is_needed() -> None:
    made = taken(GOOD)
    assert isinstance(made, NewUser)
    assert (made.lang, made.zone, made.display_name, made.mails) == ("en", "UTC", "mtanaka01", ("m@example.jp",))


def test_lists_are_lists_or_parted_by_semicolons() -> None:
    made = taken({**GOOD, "numbers": "+819012345678; +41791234567;", "cities": ["Osaka", " Kyoto "]})
    assert isinstance(made, NewUser)
    assert made.numbers == ("+819012345678", "+41791234567")
    assert made.details.cities == ("Osaka", "Kyoto")


@pytest.mark.parametrize("name", ["ab", "a" * 65, "-abc", "abc-", "a b", "a@b", "", "ab\u200bc", "..", "a/b/c"])
def test_usernames_that_are_none(name: str) -> None:
    found = taken({**GOOD, "username": name})
    assert isinstance(found, list) and {fault.field for fault in found} == {"username"}


@pytest.mark.parametrize("name", ["abc", "A.B_c-9", "ｍｔａｎａｋａ", "u" * 64])
def test_usernames_that_are_some(name: str) -> None:
    assert isinstance(taken({**GOOD, "username": name}), NewUser)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mails", "a@b@c"), ("mails", ["x"]), ("mails", "a b@c.example"), ("mails", ["m@-example"]), ("numbers", "0901234"), ("numbers", "+0123456789"),
        ("numbers", "+81 90 1234 5678"), ("birth_date", "23.4.1987"), ("birth_date", "1987-4-23"), ("birth_date", "1870-01-01"), ("birth_date", "1987-02-30"),
        ("lang", "de"), ("zone", "Mars"), ("given_names", 5), ("given_names", "a\x00b"), ("display_name", "x" * 201), ("cities", {"a": 1}),
        ("cities", ["x"] * 21), ("cities", [1]), ("family_names", "\ud800"), ("postal_codes", 541), ("role", "admin"),
    ],
)  # fmt: skip
def test_a_fault_names_its_field(field: str, value: object) -> None:
    found = taken({**GOOD, field: value})
    assert isinstance(found, list)
    assert field in {fault.field for fault in found}
    assert all(fault.why for fault in found)


def test_all_faults_are_named_at_once() -> None:
    found = taken({"username": "x", "lang": "fr", "zone": "Mars", "birth_date": "never"})
    assert isinstance(found, list)
    assert {fault.field for fault in found} == {"username", "lang", "zone", "birth_date", "mails"}


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=30)
    | st.lists(st.text(max_size=10), max_size=3)
    | st.dictionaries(st.text(), st.integers(), max_size=1)
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), VALUES, max_size=12))
def test_whatever_comes_is_somebody_or_a_list_of_faults(row: dict[str, object]) -> None:
    found = taken(row)
    assert isinstance(found, NewUser) or (found and all(isinstance(fault, Fault) for fault in found))
    if isinstance(found, NewUser):
        assert found.mails or found.numbers
        assert all(isinstance(row.get(name, ""), str | None) for name in PLAIN)
        assert all(name in FIELDS for name in row)
    assert set(LISTS) < set(FIELDS)
