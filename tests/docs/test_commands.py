"""docs/commands.md lists every command, and none that is not there; each says what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from tests.support.tree import document
from watchword.app.cli import app


def commands(command: Any, name: str = "watchword") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its whole name."""
    inner = getattr(command, "commands", None)
    if not inner:
        yield name, command
        return
    for word, below in inner.items():
        if not below.hidden:
            yield from commands(below, f"{name} {word}")


ALL = dict(commands(typer.main.get_command(app)))


def test_every_command_is_documented() -> None:
    documented = set(re.findall(r"^#{1,4} `(watchword(?: [a-z][a-z-]*)*)", document("docs/commands.md"), re.MULTILINE))
    assert sorted(ALL.keys() - documented) == [], (
        "commands without a heading like ### `watchword demo` in docs/commands.md"
    )
    groups = {name.rpartition(" ")[0] for name in ALL}
    assert sorted(documented - ALL.keys() - groups) == [], "in docs/commands.md, and not a command"


def test_every_command_and_option_explains_itself() -> None:
    silent = [name for name, command in ALL.items() if not (command.help or "").strip()]
    for name, command in ALL.items():
        silent += [
            f"{name} {option.name}"
            for option in command.params
            if option.param_type_name == "option" and not option.help and not _hidden(option)
        ]
    assert silent == [], "no help text"


def _hidden(option: Any) -> bool:
    return bool(getattr(option, "hidden", False))
