"""A small JSON file that holds secrets: owner-only, replaced whole or not at all, and never overwritten when unreadable."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from watchword_client.crypto import FormError, Json, read_json

fcntl: Any = None
with contextlib.suppress(ImportError):  # there are no such locks on Windows
    fcntl = importlib.import_module("fcntl")

VERSION = 1


class Unreadable(Exception):
    """The file is there and is not what this program wrote; it is left as it is."""


class InUse(Exception):
    """Another program works with the same file."""


class Store(Protocol):
    """Where a state lives. `load` gives None when there is none yet."""

    def load(self) -> Json | None: ...

    def save(self, state: Json) -> None: ...


class MemoryStore:
    """A state that ends with the process, as a copy: nothing is shared with the caller."""

    def __init__(self, state: Json | None = None) -> None:
        self._text = None if state is None else json.dumps(state)

    def load(self) -> Json | None:
        return None if self._text is None else json.loads(self._text)

    def save(self, state: Json) -> None:
        self._text = json.dumps(state)


class FileStore:
    """A state in a file of `kind` ("phone", "login"), mode 0600."""

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        self.kind = kind

    def load(self) -> Json | None:
        """The state, None when there is no file; Unreadable when it is damaged, of another kind or version."""
        try:
            state = read_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, FormError) as fault:
            raise Unreadable(str(self.path)) from fault
        if not isinstance(state, dict) or (state.get("kind"), state.get("v")) != (self.kind, VERSION):
            raise Unreadable(str(self.path))
        return state

    def save(self, state: Json) -> None:
        """Writes beside, syncs, then renames: a crash leaves the old state or the new one."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps({**state, "kind": self.kind, "v": VERSION}, ensure_ascii=False, indent=1)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.new")
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        self._sync_folder()

    def _sync_folder(self) -> None:
        if os.name != "posix":
            return
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the file for one command, so that two of them never undo each other; InUse when another holds it."""
        if fcntl is None:
            yield
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as busy:
                raise InUse(str(self.path)) from busy
            yield
        finally:
            os.close(lock)
