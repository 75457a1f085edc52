"""docs/asvs.md and docs/nist-800-63b-4.md: every row there once, an honest word where it is no, and tests that exist where it is yes."""

from __future__ import annotations

import re

import pytest

from tests.docs.test_conformance import exists
from tests.support.markdown import bare, code, rows
from tests.support.tree import document

# How many requirements each section of ASVS 5.0 has.
SECTIONS = {
    "V6.1": 3, "V6.2": 12, "V6.3": 8, "V6.4": 6, "V6.5": 8, "V6.6": 4, "V6.7": 2, "V6.8": 4,
    "V7.1": 3, "V7.2": 4, "V7.3": 2, "V7.4": 5, "V7.5": 3, "V7.6": 2,
}  # fmt: skip
ASVS = [cells for cells in rows(document("docs/asvs.md")) if re.fullmatch(r"V\d\.\d\.\d+", cells[0])]
NIST = [cells for cells in rows(document("docs/nist-800-63b-4.md")) if re.fullmatch(r"\d(\.\d+)+", cells[0])]


def test_every_requirement_of_both_chapters_has_one_row_in_order() -> None:
    assert [cells[0] for cells in ASVS] == [
        f"{section}.{at}" for section, many in SECTIONS.items() for at in range(1, many + 1)
    ]
    assert len(NIST) > 30


@pytest.mark.parametrize("cells", [*ASVS, *NIST], ids=lambda cells: cells[0])
def test_a_row_says_what_is_true_and_what_shows_it(cells: list[str]) -> None:
    assert len(cells) == (5 if cells[0].startswith("V") else 4)
    status, last = bare(cells[-2]), cells[-1]
    tests = [place for place in code(last) if place.startswith(("tests/", "frontend/"))]
    assert status in ("yes", "partly", "no", "n/a")
    assert [place for place in tests if not exists(place)] == [], "tests that are not there"
    if status in ("yes", "partly"):
        assert tests
    else:
        assert not tests and last.strip(), "a no says why"
    if status == "partly":
        assert last.partition(";")[2].strip(), "partly says, after a semicolon, what is missing"
