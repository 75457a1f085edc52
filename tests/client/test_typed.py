"""Properties of what a person types, and of the camouflage."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword_client import Mistyped, crypto, oath, typed

ASCII = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
BYTES32 = st.binary(min_size=32, max_size=32)


@given(BYTES32, BYTES32)
def test_camouflage_comes_back_with_its_pad_and_with_no_other(secret: bytes, a: bytes) -> None:
    pad = crypto.pad(a, "https://key.example.com", "user", "device")
    blob = crypto.camouflage(secret, pad)
    assert crypto.camouflage(blob, pad) == secret
    other = crypto.pad(a, "https://key.example.com", "user", "other")
    assert crypto.camouflage(blob, other) != secret


@settings(max_examples=5)
@given(st.text(ASCII, min_size=4, max_size=6), BYTES32)
def test_every_pin_opens_the_blob_to_something(pin: str, blob: bytes) -> None:
    a = crypto.argon2(typed.pin(pin), bytes(16))
    opened = crypto.camouflage(blob, crypto.pad(a, "https://key.example.com", "user", "device"))
    assert len(opened) == 32


@given(st.text(ASCII, min_size=4, max_size=6))
def test_full_width_forms_are_the_same_pin(pin: str) -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in pin)
    assert typed.pin(wide) == typed.pin(pin) == pin


@given(st.binary(max_size=80))
def test_base64url_comes_back(data: bytes) -> None:
    assert crypto.unb64u(crypto.b64u(data)) == data


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 9), st.integers(1, 9))
def test_a_slip_in_one_digit_of_a_challenge_is_found(eight: str, place: int, by: int) -> None:
    nine = "1" + eight
    ten = nine + oath.check_digit(nine)
    assert typed.challenge(ten).digits == ten
    slipped = ten[:place] + str((int(ten[place]) + by) % 10) + ten[place + 1 :]
    with pytest.raises(Mistyped) as mistyped:
        typed.challenge(slipped)
    assert mistyped.value.reason == "check"


@given(
    st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=8, max_size=8),
    st.lists(st.sampled_from(" -\u3000"), max_size=8),
)
def test_a_session_id_reads_however_it_is_spaced(plain: str, between: list[str]) -> None:
    spaced = "".join(character + gap for character, gap in zip(plain.lower(), [*between, *[""] * 8], strict=False))
    assert typed.session_id(spaced) == plain


@given(st.text(max_size=60))
def test_only_our_own_links_are_links(text: str) -> None:
    with pytest.raises(Mistyped):
        typed.link("https://key.example.com", "https://key.example.com/l#" + text + "!")
