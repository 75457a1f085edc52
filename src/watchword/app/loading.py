"""Commands that are imported when they are asked for: a server holds no demonstration, and a phone in a file waits for no server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


class Commands(MutableMapping[str, Any]):
    """Name to command. `places` says where each is made: the module, a colon, and its `Typer` or its function."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            module, _, attribute = self._places[name].partition(":")
            self._made[name] = _command(name, getattr(import_module(module), attribute))
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._places.setdefault(name, "")
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a command, without importing it."""
        return name in self._places


def _command(name: str, made: typer.Typer | Callable[..., Any]) -> Any:
    if isinstance(made, typer.Typer):
        command: Any = typer.main.get_group(made)
    else:
        alone = typer.Typer(add_completion=False)  # the whole program offers it
        alone.command(name)(made)
        command = typer.main.get_command(alone)
    command.name = name
    return command


def group(places: Mapping[str, str]) -> type[TyperGroup]:
    """The class of a group that has these commands, each imported at its first use."""

    class Group(TyperGroup):
        def __init__(self, **more: Any) -> None:
            super().__init__(**more)
            self.commands = Commands(places)

    return Group
