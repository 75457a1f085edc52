"""Messages that tell of a change say whom to call if it was somebody else (NIST SP 800-63B-4 section 4.6)."""

from __future__ import annotations

import tomllib

import pytest

from tests.support.tree import SRC

# Nothing about logging in has changed, or whoever reads it is the one whom others call.
OTHER = ("welcome", "account", "case_answered", "staff_roles", "glass_broken")


def notices(lang: str) -> dict[str, str]:
    """The messages of a language that tell of a change; those with a code were asked for, and are being typed elsewhere."""
    path = SRC / "watchword" / "texts" / lang / "messages.toml"
    texts: dict[str, str] = tomllib.loads(path.read_text("utf-8"))
    bodies = {name: text for name, text in texts.items() if name.endswith(("_sms", "_mail")) and "{code}" not in text}
    return {name: text for name, text in bodies.items() if name.rpartition("_")[0] not in OTHER}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_whoever_is_told_of_a_change_is_told_whom_to_call(lang: str) -> None:
    found = notices(lang)
    assert len(found) >= 10
    assert [name for name, text in found.items() if "{support}" not in text] == []
