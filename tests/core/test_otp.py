"""Codes: what people copy by hand, and what the check digit catches. The RFCs' own vectors run in tests/vectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.otp import SUITE, OcraInput, challenge_digits, check_digit, ocra, plain_digits, totp
from watchword_client import oath

KEY = bytes(range(32))


@given(st.binary(min_size=8, max_size=32))
def test_a_challenge_is_one_that_the_phone_takes(entropy: bytes) -> None:
    digits = challenge_digits(entropy)
    assert len(digits) == 10 and digits[0] == "1"
    assert oath.check_digit(digits[:9]) == digits[9]
    assert ocra(SUITE, KEY, OcraInput(digits)) == oath.key_response(KEY, digits)


@given(st.integers(0, 2**40))
def test_codes_are_those_of_the_phone(step: int) -> None:
    assert totp(KEY, step) == oath.key_code(KEY, step * 30) == oath.key_code(KEY, step * 30 + 29)


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 8), st.integers(1, 9))
def test_a_slip_in_one_digit_is_always_found(nine: str, place: int, by: int) -> None:
    wrong = nine[:place] + str((int(nine[place]) + by) % 10) + nine[place + 1 :]
    assert check_digit(wrong) != check_digit(nine)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("123456", "123456"), ("123 456", "123456"), ("123-456", "123456"), ("１２３　４５６", "123456"), ("12\u20103\u22124\uff0d56", "123456"), ("\t1 ", "1"),
        ("", ""), (" - ", ""), ("12a456", None), ("½", None), ("²", None), ("一二三", None), ("+123", None), ("1.2", None), ("1\u200b2", None),
    ],
)  # fmt: skip
def test_what_is_typed_into_a_code_field(typed: str, digits: str | None) -> None:
    assert plain_digits(typed) == digits


@given(st.text(max_size=40))
def test_only_digits_ever_come_of_it(typed: str) -> None:
    digits = plain_digits(typed)
    assert digits is None or digits == "" or (digits.isascii() and digits.isdigit())


@pytest.mark.parametrize(
    "suite",
    [
        "OCRA-2:HOTP-SHA256-8:QA10",
        "OCRA-1:TOTP-SHA256-8:QA10",
        "OCRA-1:HOTP-MD5-8:QA10",
        "OCRA-1:HOTP-SHA256-8",
        "",
        "OCRA-1:HOTP-SHA256-8:X",
    ],
)
def test_a_suite_that_is_none(suite: str) -> None:
    with pytest.raises(ValueError, match="(?s).*"):
        ocra(suite, KEY, OcraInput("1234567890"))
