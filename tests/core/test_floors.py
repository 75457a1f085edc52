"""The least level that may answer: nobody falls below it, and what is strong is not taken away by what is weak."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core import floors
from watchword.core.devices import Level

levels = st.lists(st.sampled_from(list(Level)), max_size=6)


@pytest.mark.parametrize(
    "strong", [Level.PASSKEY_BOUND, Level.CARD_PLUS, Level.KEY_ONLINE, Level.PASSKEY_SYNCED, Level.KEY_OFFLINE]
)
@pytest.mark.parametrize("weak", [Level.TOTP_APP, Level.CODE_CARD, Level.SMS, Level.TEMPORARY])
def test_beside_a_strong_device_a_weak_one_confirms_nothing(strong: Level, weak: Level) -> None:
    assert strong >= floors.beside([weak, strong]) > weak
    assert floors.beside([weak]) <= weak, "who has no other device confirms with what he has"


@given(levels, st.sampled_from(list(Level)))
def test_one_more_device_never_lowers_the_floor(held: list[Level], more: Level) -> None:
    assert floors.beside([*held, more]) >= floors.beside(held)
    assert not held or max(held) >= floors.beside(held), "nobody is left with devices and no way to confirm"
