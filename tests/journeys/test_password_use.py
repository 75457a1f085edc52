"""A password is taken as it was typed, whole and for as long as nobody else knows it (ASVS 6.2; NIST SP 800-63B-4 section 3.1.1.2)."""

from __future__ import annotations

import re

import pytest

from tests.journeys.test_first_password import invited, start
from tests.support.installation import PASSWORD, Installation
from tests.support.steps import waiting
from watchword.core.passwords import MAX_LENGTH

YEAR = 366 * 24 * 3600
PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def test_a_long_one_is_compared_whole(here: Installation) -> None:
    new = invited(here)
    code = here.code_to(*new.numbers)
    whole = ("Nakanoshima-5300! " * 15)[:MAX_LENGTH]
    assert len(whole) == MAX_LENGTH >= 64
    assert start(here.browser(), new.username, code, whole + "x").refusals == [1402]
    assert start(here.browser(), new.username, code, whole).refusals == []
    for other in (whole[:-1], whole[:72], whole[:-1] + "X"):
        assert here.browser().login(new.username, other).refusals == [1101]
    assert here.browser().login(new.username, whole).path == "/enrol"


@pytest.mark.parametrize("password", [PRINTABLE, f"  {PASSWORD}  ", "ぱすわーど-中之島-Ab5300 桜"])
def test_every_character_counts_blanks_at_the_ends_included(here: Installation, password: str) -> None:
    new = invited(here)
    assert start(here.browser(), new.username, here.code_to(*new.numbers), password).refusals == []
    for other in {password.strip(), password.swapcase(), password.replace(" ", "")} - {password}:
        assert here.browser().login(new.username, other).refusals == [1101]
    assert here.browser().login(new.username, password).path == "/enrol"


def test_none_grows_old(here: Installation) -> None:
    who = here.person()
    here.later(3 * YEAR)
    waiting(here, who)


@pytest.mark.parametrize(("path", "fills"), [("/login", ["current-password"]), ("/start", ["new-password"] * 2)])
def test_password_managers_are_told_what_to_fill_in(here: Installation, path: str, fills: list[str]) -> None:
    """Nothing keeps them, or pasting, from it: no field says `off`, no page listens to a paste into a field of passwords."""
    page = here.browser().get(path)
    fields = re.findall(r'<input [^>]*type="password"[^>]*>', page.html)
    assert [re.findall(r'autocomplete="([^"]*)"', field) for field in fields] == [[fill] for fill in fills]
    assert re.search(r'<input [^>]*autocomplete="username"', page.html)
    assert "onpaste" not in page.html and 'autocomplete="off"' not in page.html
