"""The diagrams in docs/states/ are what the tables give."""

from __future__ import annotations

from tests.support.markdown import fences
from tools.draw_states import FOLDER, machines, pages
from watchword.core.machine import mermaid


def test_the_diagrams_are_drawn_from_the_tables() -> None:
    drawn = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    assert drawn == pages(), "run `make docs`"


def test_every_machine_has_its_diagram() -> None:
    found = list(machines())
    assert {machine.name for _, _, machine in found} >= {"attempt", "challenge"}
    for _, _, machine in found:
        assert fences((FOLDER / f"{machine.name}.md").read_text("utf-8"), "mermaid") == [mermaid(machine)]


def test_every_state_can_be_reached() -> None:
    for _, _, machine in machines():
        reached, new = set(), set(machine.initial)
        while new:
            reached |= new
            new = {to for (state, _), to in machine.transitions.items() if state in reached} - reached
        assert reached == machine.states, machine.name
