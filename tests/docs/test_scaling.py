"""docs/scaling.md names every figure that has a bound, with the bound that the benchmark holds it to, and none that is not measured."""

from __future__ import annotations

from bench.figures import FIGURES
from tests.support.markdown import bare, rows
from tests.support.tree import document


def listed() -> dict[str, str]:
    """Figure -> what is wanted of it, as the document says."""
    table = document("docs/scaling.md").partition("## Measured")[2]
    return {bare(cells[0]): cells[2] for cells in rows(table) if cells[0].startswith("`")}


def test_every_bound_is_told_as_it_is() -> None:
    bounds = {name: f"{figure.wanted} {figure.unit}".strip() for name, figure in FIGURES.items() if figure.wanted}
    told = listed()
    assert {name: told.get(name) for name in bounds} == bounds


def test_no_figure_is_told_that_nobody_measures() -> None:
    assert sorted(listed().keys() - FIGURES.keys()) == []
