"""Codes against other programs: `oathtool` for HOTP and TOTP, python-stdnum for the check digit; and what OCRA refuses."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from watchword_client import oath

OATHTOOL = shutil.which("oathtool")
needs_oathtool = pytest.mark.skipif(
    OATHTOOL is None and os.environ.get("WATCHWORD_REQUIRE_ALL") != "1", reason="oathtool is not installed"
)
KEYS = (b"12345678901234567890", bytes(range(32)), b"\xff" * 64)


def run(*arguments: str) -> str:
    assert OATHTOOL is not None, "oathtool is not installed"
    return subprocess.run([OATHTOOL, *arguments], capture_output=True, text=True, check=True).stdout.strip()


@needs_oathtool
@pytest.mark.parametrize("key", KEYS, ids=("20 bytes", "32 bytes", "64 bytes"))
@pytest.mark.parametrize("digits", [6, 7, 8])
@pytest.mark.parametrize("counter", [0, 1, 255, 2**32 + 7])
def test_hotp_agrees_with_oathtool(key: bytes, digits: int, counter: int) -> None:
    assert oath.hotp(key, counter, digits) == run("--hotp", f"--digits={digits}", f"--counter={counter}", key.hex())


@needs_oathtool
@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA512"])
@pytest.mark.parametrize("at", [0, 29, 30, 1795356000, 20000000000])
def test_totp_agrees_with_oathtool(algorithm: str, at: int) -> None:
    key = KEYS[1]
    theirs = run(f"--totp={algorithm}", "--digits=8", f"--now=@{at}", key.hex())
    assert oath.totp(key, at, 8, algorithm) == theirs


@needs_oathtool
def test_key_code_is_one_oathtool_makes() -> None:
    assert oath.key_code(KEYS[1], 1795356000) == run("--totp=SHA256", "--now=@1795356000", KEYS[1].hex())


def test_key_response_is_the_suite_of_the_protocol() -> None:
    suite = oath.Suite.parse("OCRA-1:HOTP-SHA256-8:QA10")
    assert oath.key_response(KEYS[1], "1482019375") == oath.ocra(suite, KEYS[1], "1482019375")


@settings(max_examples=300)
@given(st.text("0123456789", min_size=1, max_size=20))
def test_check_digit_agrees_with_stdnum(digits: str) -> None:
    assert oath.check_digit(digits) == mod_11_10.calc_check_digit(digits)


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 9), st.integers(1, 9))
def test_check_digit_finds_every_single_wrong_digit(nine: str, place: int, by: int) -> None:
    ten = nine + oath.check_digit(nine)
    wrong = ten[:place] + str((int(ten[place]) + by) % 10) + ten[place + 1 :]
    assert oath.check_digit(wrong[:9]) != wrong[9]


@pytest.mark.parametrize(
    "suite",
    [
        "OCRA-2:HOTP-SHA256-8:QA10",
        "OCRA-1:HOTP-MD5-8:QA10",
        "OCRA-1:HOTP-SHA256-3:QA10",
        "OCRA-1:HOTP-SHA256-0:QA10",
        "OCRA-1:HOTP-SHA256-8:QA03",
        "OCRA-1:HOTP-SHA256-8:QX10",
        "OCRA-1:HOTP-SHA256-8:C",
        "OCRA-1:HOTP-SHA256-8:QA10-T0M",
        "OCRA-1:HOTP-SHA256-8:QA10 ",
        "",
    ],
)
def test_a_suite_that_is_none_is_refused(suite: str) -> None:
    with pytest.raises(ValueError, match="not a suite"):
        oath.Suite.parse(suite)


def test_ocra_session_and_hexadecimal_questions() -> None:
    suite = oath.Suite.parse("OCRA-1:HOTP-SHA1-6:QH08-S064")
    one = oath.ocra(suite, KEYS[0], "0a1b2c3d", session=b"to the gate")
    assert one == oath.ocra(suite, KEYS[0], "0A1B2C3D", session=b"to the gate".rjust(64, b"\0"))
    assert one != oath.ocra(suite, KEYS[0], "0a1b2c3d", session=b"to the wall")


def test_ocra_refuses_a_pin_digest_of_another_hash_and_a_question_too_long() -> None:
    with pytest.raises(ValueError, match="digest"):
        oath.ocra(oath.Suite.parse("OCRA-1:HOTP-SHA1-6:QN08-PSHA1"), KEYS[0], "1", pin_hash=bytes(32))
    with pytest.raises(ValueError, match="long"):
        oath.ocra(oath.Suite.parse("OCRA-1:HOTP-SHA1-6:QA08"), KEYS[0], "x" * 129)


def test_an_unknown_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown hash"):
        oath.hotp(KEYS[0], 0, 6, "MD5")
