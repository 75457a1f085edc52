"""docs/refusals.md lists every refusal with the number, code and status that the code gives it, and no other."""

from __future__ import annotations

from tests.support.markdown import bare, rows
from tests.support.tree import document
from tools.list_refusals import page
from watchword.core.refusals import ALL


def test_every_refusal_is_documented_as_it_is() -> None:
    listed = {}
    for cells in rows(document("docs/refusals.md")):
        if bare(cells[0]).isdigit():
            assert len(cells) >= 3, f"columns are: number, code, status, …: {cells}"
            assert int(bare(cells[0])) not in listed, f"{cells[0]} is listed twice"
            listed[int(bare(cells[0]))] = (bare(cells[1]), bare(cells[2]))
    assert listed == {number: (kind.code, str(kind.status)) for number, kind in ALL.items()}


def test_the_page_is_written_from_the_code() -> None:
    assert document("docs/refusals.md") == page(), "run `make docs`"


def test_a_refusal_is_filed_under_its_own_number() -> None:
    assert all(number == kind.number for number, kind in ALL.items())
    codes = [kind.code for kind in ALL.values()]
    assert len(set(codes)) == len(codes), "two refusals share a code"
