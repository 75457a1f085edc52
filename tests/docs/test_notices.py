"""Messages that tell of a change say whom to call if it was somebody else (NIST SP 800-63B-4 section 4.6)."""

from __future__ import annotations

import tomllib

import pytest

from tests.support.tree import SRC

# What was asked for and is being typed elsewhere, and the first word to somebody new: nothing has changed yet. Staff are told of
# staff, and call nobody outside.
NO_NEWS = (
    "welcome", "start_code", "start_again", "proof_code", "activation_code", "recover_code", "recovery_code", "case_answered",
    "staff_roles", "glass_broken",
)  # fmt: skip


def notices(lang: str) -> dict[str, str]:
    """The messages of a language that tell of something that has happened."""
    path = SRC / "watchword" / "texts" / lang / "messages.toml"
    texts: dict[str, str] = tomllib.loads(path.read_text("utf-8"))
    bodies = {name: text for name, text in texts.items() if name.endswith(("_sms", "_mail"))}
    return {name: text for name, text in bodies.items() if name.rpartition("_")[0] not in NO_NEWS}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_whoever_is_told_of_a_change_is_told_whom_to_call(lang: str) -> None:
    found = notices(lang)
    assert len(found) >= 10
    assert [name for name, text in found.items() if "{support}" not in text] == []
