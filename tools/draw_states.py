"""Draws docs/states/ from the tables in watchword.core: one page a machine, overwritten each time (`make docs`)."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from collections.abc import Iterator
from pathlib import Path

import watchword.core
from watchword.core.machine import Machine, mermaid

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "states"


def machines() -> Iterator[tuple[str, str, Machine]]:
    """Every machine of the rules: the module it stands in, the module's first line, and the machine."""
    for info in sorted(pkgutil.iter_modules(watchword.core.__path__, "watchword.core."), key=lambda found: found.name):
        module = importlib.import_module(info.name)
        job = (module.__doc__ or "").strip().partition("\n")[0]
        for value in vars(module).values():
            if isinstance(value, Machine):
                yield info.name, job, value


def pages() -> dict[str, str]:
    """File name -> contents, of every page of the folder."""
    found: dict[str, str] = {}
    listed = []
    for module, job, machine in machines():
        name = f"{machine.name}.md"
        if name in found:
            raise ValueError(f"two machines are called {machine.name}")
        found[name] = page(module, job, machine)
        listed.append(f"| [{machine.name}]({name}) | {len(machine.states)} | `{module}` |")
    head = "# State machines\n\nDrawn from the tables in the code by `make docs`; a test compares.\n\n"
    found["README.md"] = head + "| machine | states | module |\n|---|---|---|\n" + "\n".join(listed) + "\n"
    return found


def page(module: str, job: str, machine: Machine) -> str:
    """One machine: its diagram, then the same as a table."""
    steps = sorted((state, event, to) for (state, event), to in machine.transitions.items())
    lines = [f"| {state} | {event} | {to} |" for state, event, to in steps]
    title = machine.name.replace("_", " ").capitalize()
    return "\n".join(
        [
            f"# {title}",
            "",
            f"From `{module}`: {job}",
            "",
            "```mermaid",
            mermaid(machine).rstrip("\n"),
            "```",
            "",
            "Whatever this table does not name changes nothing and is refused.",
            "",
            "| in | on | becomes |",
            "|---|---|---|",
            *lines,
            "",
        ]
    )


def main() -> None:
    """Write the folder anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
