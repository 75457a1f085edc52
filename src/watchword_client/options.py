"""The options that every command has, and what a command gets from them."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from watchword_client.crypto import Json
from watchword_client.phone import Phone
from watchword_client.store import FileStore
from watchword_client.terminal import Terminal, Usage, default_language, default_state

CLOCK_WORTH_TELLING = 60

Url = Annotated[str, typer.Option("--url", help="Origin of the server, such as https://key.example.com.")]
State = Annotated[Path | None, typer.Option("--state", help="File that this command keeps its state in.")]
Language = Annotated[str, typer.Option("--lang", envvar="WATCHWORD_LANG", help="en or ja.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
_COMMON: dict[str, tuple[Any, object]] = {
    "url": (Url, ""),
    "state": (State, None),
    "lang": (Language, ""),
    "json": (AsJson, False),
}


@dataclass(slots=True)
class Shell:
    """What a command works with."""

    terminal: Terminal
    url: str
    state: Path | None

    def store(self, kind: str) -> FileStore:
        """The state file of `phone` or `login`."""
        return FileStore(self.state or default_state(kind), kind)

    @contextlib.contextmanager
    def phone(self, *, writes: bool = True, fresh: bool = False) -> Iterator[Phone]:
        """The phone of the state file, held alone where the command may change it; says so when the clock is off.

        `fresh` makes a new phone in its place. Usage without an address, or with another server's.
        """
        store = self.store("phone")
        with store.locked() if writes else contextlib.nullcontext():
            stored = None if fresh else store.load()
            iss = self.url.rstrip("/") or str((stored or {}).get("iss", ""))
            if not iss:
                raise Usage("list.none" if not writes else "error.url")
            if stored and stored.get("iss") != iss:
                raise Usage("error.other_server", iss=stored.get("iss"))
            self.terminal.origin = iss
            source: FileStore | _Fresh = _Fresh(store) if fresh else store
            with Phone(iss, store=source, language=self.terminal.language) as phone:
                yield phone
                if abs(phone.offset) > CLOCK_WORTH_TELLING:
                    self.terminal.say("clock.off", seconds=abs(phone.offset))


class _Fresh:
    """A store that is empty to begin with; what it held is replaced once the new phone has a user, not before."""

    def __init__(self, store: FileStore) -> None:
        self._store = store

    def load(self) -> Json | None:
        return None

    def save(self, state: Json) -> None:
        if state["users"]:
            self._store.save(state)


def with_shell(function: Callable[..., None]) -> Callable[..., None]:
    """The function as Typer sees it: its own parameters and the common ones; a Shell comes in as its first argument."""
    hints = get_type_hints(function, include_extras=True)
    own = [p.replace(annotation=hints[p.name]) for p in list(inspect.signature(function).parameters.values())[1:]]

    def run(**given: Any) -> None:
        url, state, lang, as_json = (given.pop(name) for name in _COMMON)
        language = lang if lang in ("en", "ja") else default_language()
        terminal = Terminal(language, as_json, url.rstrip("/"))
        with terminal.reporting():
            function(Shell(terminal, url, state), **given)

    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _COMMON.items()
    ]
    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    run.__signature__ = inspect.Signature(own + common)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in own + common}
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return run
