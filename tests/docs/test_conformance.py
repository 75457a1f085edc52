"""docs/conformance.md has one row for every requirement, with a status, and tests that exist where it claims to be met.

Columns: requirement, status, shown by, where a person sees it and, after a semicolon, why where it differs.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.support.markdown import bare, code, rows
from tests.support.tree import ROOT, document, parsed

IDS = (Path(__file__).with_name("requirement_ids.txt")).read_text("ascii").split()
WORKS, DIFFERS, PARTLY, NOT_YET = "works", "differs", "partly", "not yet"
STATUSES = (WORKS, DIFFERS, PARTLY, NOT_YET)
_COLUMNS = 4


def requirement_rows() -> dict[str, list[str]]:
    """Requirement id -> the cells of its row. Raises AssertionError for a second row of one id."""
    found: dict[str, list[str]] = {}
    for cells in rows(document("docs/conformance.md")):
        ident = bare(cells[0])
        if re.fullmatch(r"[A-Z]\d\d", ident):
            assert ident not in found, f"{ident} has two rows"
            found[ident] = cells
    return found


def test_every_requirement_has_a_row() -> None:
    assert sorted(requirement_rows()) == sorted(IDS)


@pytest.mark.parametrize("ident", IDS)
def test_row(ident: str) -> None:
    cells = requirement_rows().get(ident)
    assert cells is not None, f"{ident} has no row"
    assert len(cells) == _COLUMNS, (
        "columns are: requirement, status, shown by, where a person sees it; why, if it differs"
    )
    status, shown_by, (seen_on, _, why) = bare(cells[1]), code(cells[2]), cells[3].partition(";")
    assert status in STATUSES
    tests = [place for place in shown_by if place.startswith(("tests/", "frontend/"))]
    assert [place for place in tests if not exists(place)] == [], "tests that are not there"
    if status == NOT_YET:
        assert not tests, "what a test shows is there, at least partly"
        return
    assert tests, f"{status} wants a test, like `tests/flows/test_login.py::test_name`"
    assert seen_on.strip(), f"{status} wants the page where a person sees it, or a dash"
    if status != WORKS:
        assert why.strip(), f"{status} wants, after a semicolon, a word on what is other or missing"


def exists(place: str) -> bool:
    """Whether a test is there: `path`, `path::function`, `path::Class::method` (Python), or `path::part of its title` (TypeScript)."""
    path, _, inner = place.partition("::")
    full = ROOT / path
    if not inner or not full.is_file():
        return full.exists()
    if full.suffix != ".py":
        return inner in full.read_text("utf-8")
    body: list[ast.stmt] = parsed(full).body
    for word in re.sub(r"\[.*", "", inner).split("::"):
        match = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == word
        ]
        if not match:
            return False
        body = match[0].body
    return True


def test_a_test_is_found_by_its_name() -> None:
    here = "tests/docs/test_conformance.py"
    assert exists(f"{here}::test_a_test_is_found_by_its_name")
    assert exists(f"{here}::test_row[A01]")
    assert not exists(f"{here}::test_that_nobody_wrote")
    assert not exists("tests/docs/test_nothing.py")
