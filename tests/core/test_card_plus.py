"""The challenges of a Digital Security Card+: two kinds that no token can confuse (docs/adr/0028)."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.card_plus import MONEY, ORDINARY, Token, challenge, response_length
from watchword.core.devices import Device
from watchword.core.otp import OcraInput, ocra
from watchword.factors.base import Accepted, Holder
from watchword.factors.card_plus import CardPlus
from watchword.factors.registry import FACTORS

SUITES = ("OCRA-1:HOTP-SHA256-8:QN08", "OCRA-1:HOTP-SHA1-6:QA10", "OCRA-1:HOTP-SHA512-10:QN16")
KEY = bytes(range(32))


def holder(suite: str = SUITES[0]) -> Holder:
    return Holder(Device("d", "u", "", "card_plus", "active", "", Token(suite, KEY).pack(), 0, 0, 0, 0))


@given(suite=st.sampled_from(SUITES), entropy=st.binary(min_size=32, max_size=32))
def test_the_first_digit_says_whether_it_moves_money(suite: str, entropy: bytes) -> None:
    plain, money = challenge(suite, entropy), challenge(suite, entropy, money=True)
    assert len(plain) == len(money) == int(suite[-2:]) and plain.isdecimal() and money.isdecimal()
    assert money[0] == MONEY == "4" and plain[0] in ORDINARY


def test_neither_kind_begins_with_nought_which_rfc_6287_would_confuse() -> None:
    """A number is filled up with zeros behind: sixteen times as much is the same question to a token."""

    def answer(digits: str) -> str:
        return ocra(SUITES[0], KEY, OcraInput(digits))

    assert answer("02578125") == answer("41250000"), "which is why"
    assert set(ORDINARY) == set("123456789") - {MONEY}


def test_every_first_digit_is_asked() -> None:
    asked = {challenge(SUITES[0], hashlib.sha256(bytes([one])).digest())[0] for one in range(200)}
    assert asked == set(ORDINARY)


def test_what_is_bound_is_the_same_each_time_and_another_for_anything_else() -> None:
    factor, first, second = CardPlus(), bytes(32), b"\1" * 32
    assert factor.bind(holder(), entropy=first) == factor.bind(holder(), entropy=first)
    assert factor.bind(holder(), entropy=first).stored != factor.bind(holder(), entropy=second).stored
    asked = factor.bind(holder(), entropy=first).stored
    right = ocra(SUITES[0], KEY, OcraInput(str(asked["digits"])))
    assert isinstance(factor.verify(holder(), asked, {"response": right}, now=0), Accepted)


def test_nothing_but_a_token_is_bound_to_money() -> None:
    signing = [one for one in FACTORS.values() if getattr(one, "signs", False)]
    assert [one.kind for one in signing] == ["card_plus"]
    for factor in FACTORS.values():
        if hasattr(factor, "bind") and factor not in signing:
            with pytest.raises(TypeError):
                factor.bind(holder(), entropy=bytes(32))


def test_what_is_shown_says_how_long_the_response_is() -> None:
    for suite, digits in zip(SUITES, (8, 6, 10), strict=True):
        shown = CardPlus().start(holder(suite), challenge_id="c", now=0, entropy=bytes(32)).shown
        assert shown["length"] == digits == len(ocra(suite, KEY, OcraInput(str(shown["digits"]))))
    assert response_length("OCRA-1:HOTP-SHA1-6:C-QN08") == 0
