"""docs/commands.md lists every command with its options, and none that is not there; each says what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from tests.support.markdown import code
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


def sections() -> dict[str, str]:
    """Heading of each command -> what stands under it; before the first command of a chapter stands what goes for all of them."""
    found = {}
    for chapter in re.split(r"^## ", document("docs/commands.md"), flags=re.MULTILINE):
        common, *parts = re.split(r"^### ", chapter, flags=re.MULTILINE)
        for part in parts:
            heading, _, text = part.partition("\n")
            found[code(heading)[0]] = common + text
    return found


def test_every_option_is_documented_with_its_command() -> None:
    found, shared = sections(), sections()["watchword phone list"]
    lacking = {}
    for name, command in ALL.items():
        text = found.get(name, "") + (shared if name == "watchword login" else "")
        documented = {word for phrase in code(text) for word in phrase.split()}
        options = {
            opt
            for option in command.params
            if option.param_type_name == "option" and not _hidden(option)
            for opt in (*option.opts, *option.secondary_opts)
            if opt.startswith("--")
        }
        if options - documented:
            lacking[name] = sorted(options - documented)
    assert lacking == {}, "options that docs/commands.md does not name with their command"


def test_every_documented_option_is_there() -> None:
    there = {
        opt
        for command in ALL.values()
        for option in command.params
        for opt in (*option.opts, *getattr(option, "secondary_opts", ()))
    }
    named = {word for phrase in code(document("docs/commands.md")) for word in phrase.split() if word.startswith("--")}
    assert sorted(named - there - {"--help", "--config"}) == []


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
