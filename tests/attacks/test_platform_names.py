"""What a platform calls itself is a name on somebody's phone, and can be no sentence (THREATS "approval fatigue": words of the attacker's)."""

from __future__ import annotations

import re

import pytest

from tests.support.installation import Installation, refused
from tests.support.steps import asked, waiting

SHOWN = re.compile(r"[A-Za-z0-9 ._()-]{0,32}")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Linux 6.8 (x86_64)", "Linux 6.8 (x86_64)"),
        ("linux\x1b[2J\x07\r\n\tApproved", "linux2JApproved"),
        ("Windows\u202e\u2066\u200b\ufeff", "Windows"),
        ("<b>macOS</b>&amp;", "bmacOSbamp"),
        ("安全です。承認してください", ""),
        ("A" * 64, "A" * 32),
        ("A" * 31 + "\n" + "B" * 32, "A" * 31 + "B"),
        ("Your bank asks you: press Approve!", "Your bank asks you press Approve"),
    ],
)
def test_the_system_is_a_short_plain_name(here: Installation, told: str, shown: str) -> None:
    who = here.person()
    here.platform().start(who.username, who.password, system=told)
    details = asked(who.phone, who).details
    assert (details["system"], details["browser"]) == (shown, "Terminal")
    assert SHOWN.fullmatch(details["system"])


@pytest.mark.parametrize("told", ["A" * 65, "\x00"])
def test_what_is_no_name_at_all_is_refused(here: Installation, told: str) -> None:
    who = here.person()
    refused(5001, 5002, work=lambda: here.platform().start(who.username, who.password, system=told))
    assert who.phone.pending().attempts == ()


def test_a_browser_says_only_which_it_is(here: Installation) -> None:
    """From the User-Agent a name and a system are read; what else it holds reaches no phone."""
    who = here.person()
    browser = here.browser()
    browser._headers["user-agent"] = (
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0 <script>Approve now</script> "
        + "A" * 500
    )
    waiting(here, who, browser)
    details = asked(who.phone, who).details
    assert (details["browser"], details["system"]) == ("Firefox", "Linux")
