"""Phone numbers: taken as typed or explained, shown in groups, and masked to their last four digits (F03, F04)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from watchword.flows.kit import Numbers
from watchword.outbound import phone_numbers
from watchword.outbound.phone_numbers import Country, Fault, countries, display, mask, parse, region


@pytest.mark.parametrize(
    ("country", "typed", "result"),
    [
        ("JP", "9012345678", "+819012345678"),
        ("JP", "８０１２３４５６７８", "+818012345678"),
        ("JP", " 7012345678 ", "+817012345678"),
        ("JP", "09012345678", Fault.TRUNK_PREFIX),
        ("JP", "90-1234-5678", Fault.DIGITS_ONLY),
        ("JP", "90 1234 5678", Fault.DIGITS_ONLY),
        ("JP", "+819012345678", Fault.DIGITS_ONLY),
        ("JP", "９０ー１２３４ー５６７８", Fault.DIGITS_ONLY),
        ("JP", "٩٠١٢٣٤٥٦٧٨", Fault.DIGITS_ONLY),
        ("JP", "", Fault.DIGITS_ONLY),
        ("JP", "9", Fault.TOO_SHORT),
        ("JP", "901234", Fault.TOO_SHORT),
        ("JP", "9012345678901234", Fault.TOO_LONG),
        ("JP", "9" * 400, Fault.TOO_LONG),
        ("JP", "312345678", Fault.NOT_MOBILE_POSSIBLE),  # Tokyo
        ("JP", "5012345678", Fault.NOT_MOBILE_POSSIBLE),  # IP telephony
        ("US", "2125550123", "+12125550123"),
        ("US", "12125550123", Fault.TRUNK_PREFIX),
        ("US", "8765550123", Fault.COUNTRY),  # Jamaica, under the same calling code
        ("CA", "2125550123", Fault.COUNTRY),
        ("GB", "7400123456", "+447400123456"),
        ("GB", "07400123456", Fault.TRUNK_PREFIX),
        ("GB", "2071234567", Fault.NOT_MOBILE_POSSIBLE),
        ("RU", "9161234567", "+79161234567"),
        ("RU", "89161234567", Fault.TRUNK_PREFIX),
        ("IT", "3123456789", "+393123456789"),
        ("CI", "0123456789", "+2250123456789"),  # a nought that is no trunk prefix
        ("HU", "201234567", "+36201234567"),
        ("XX", "9012345678", Fault.COUNTRY),
        ("", "9012345678", Fault.COUNTRY),
        ("jp", "9012345678", Fault.COUNTRY),
    ],
)
def test_what_is_typed_is_taken_or_explained(country: str, typed: str, result: str) -> None:
    assert parse(country, typed) == (("", result) if isinstance(result, Fault) else (result, ""))


REGIONS = [row.region for row in countries("en", [])]


@given(st.sampled_from(REGIONS), st.from_regex(r"[0-9]{3,12}", fullmatch=True))
def test_nothing_is_guessed(country: str, digits: str) -> None:
    """Whatever is taken is the calling code and exactly the digits typed."""
    number, fault = parse(country, digits)
    if not fault:
        [row] = countries("en", [country])
        assert number == f"+{row.calling_code}{digits}"


@given(st.sampled_from(REGIONS), st.text(max_size=20))
def test_any_text_is_taken_or_is_a_fault(country: str, text: str) -> None:
    number, fault = parse(country, text)
    assert (number == "" and fault in set(Fault)) or (number.startswith("+") and fault == "")


@pytest.mark.parametrize(
    ("number", "expected"),
    [("+819012345678", "JP"), ("+12125550123", "US"), ("+18765550123", "JM"), ("+999123", ""), ("", ""), ("x", "")],
)
def test_the_region_of_a_number(number: str, expected: str) -> None:
    assert region(number) == expected


def test_the_module_is_what_flows_ask_for() -> None:
    numbers: Numbers = phone_numbers
    assert numbers.parse("JP", "9012345678") == ("+819012345678", "")


@pytest.mark.parametrize(
    ("number", "shown", "masked"),
    [
        ("+819012344210", "+81 90 1234 4210", "+81 •• •••• 4210"),
        ("+12125550123", "+1 212 555 0123", "+1 ••• ••• 0123"),
        ("+447400123456", "+44 7400 123456", "+44 •••• ••3456"),
        ("+33612345678", "+33 6 12 34 56 78", "+33 • •• •• 56 78"),
        ("+6591234567", "+65 9123 4567", "+65 •••• 4567"),
        ("+2250123456789", "+225 01 23 45 6789", "+225 •• •• •• 6789"),
        ("not a number", "not a number", ""),
        ("", "", ""),
    ],
)
def test_display_and_mask(number: str, shown: str, masked: str) -> None:
    assert display(number) == shown
    assert mask(number) == masked


@given(st.from_regex(r"\+[0-9]{1,16}", fullmatch=True))
def test_a_mask_shows_at_most_the_last_four_digits(number: str) -> None:
    masked = mask(number)
    country, space, rest = masked.partition(" ")
    shown = "".join(character for character in (rest if space else masked) if character.isdigit())
    assert len(shown) <= 4
    assert number.endswith(shown)
    hidden = (rest if space else masked).count("•")
    assert hidden >= len(shown)
    if space:
        assert number.startswith(country)
        assert len(country) <= 4


@given(st.text(max_size=30))
def test_any_text_is_masked(text: str) -> None:
    assume(not text.startswith("+"))
    masked = mask(text)
    assert set(masked) - set(text) <= {"•"}
    assert sum(character != "•" for character in masked) <= 4


def test_countries_in_both_languages() -> None:
    assert countries("en", ["JP", "US", "GB"]) == [
        Country("JP", 81, "Japan"), Country("GB", 44, "United Kingdom"), Country("US", 1, "United States"),
    ]  # fmt: skip
    assert countries("ja", ["jp", "US", "GB", "NG"]) == [
        Country("US", 1, "アメリカ合衆国"), Country("GB", 44, "イギリス"), Country("NG", 234, "ナイジェリア"), Country("JP", 81, "日本"),
    ]  # fmt: skip
    assert countries("en", ["XX"]) == []
    every = countries("ja", [])
    assert len(every) > 230
    assert {row.region for row in every} == {row.region for row in countries("en", [])}
    names = [row.name for row in every]
    assert names.index("日本") in range(names.index("ナイジェリア"), names.index("ノルウェー"))
    assert names.index("韓国") < names.index("サウジアラビア")
