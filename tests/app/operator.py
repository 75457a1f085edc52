"""The operator at a shell: the command `watchword` with a data folder of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from watchword.app.cli import app

ENVIRONMENT = {
    "WATCHWORD_ENVIRONMENT": "test",
    "WATCHWORD_HASH__MEMORY_KIB": "8",
    "WATCHWORD_HASH__PASSES": "1",
    "WATCHWORD_SMS__PROVIDER": "outbox",
    "WATCHWORD_MAIL__PROVIDER": "outbox",
}


class Operator:
    """Runs commands against one installation; each result is kept as `last`."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, **more: str) -> None:
        self.folder = folder / "data"
        self.last: Result | None = None
        for name, value in {**ENVIRONMENT, "WATCHWORD_DATA_DIR": str(self.folder), **more}.items():
            patch.setenv(name, value)

    def run(self, *words: str, code: int = 0) -> str:
        """What a command said, on both outputs; it must end with `code`."""
        self.last = CliRunner().invoke(app, list(words))
        assert self.last.exit_code == code, (
            f"{words}: {self.last.exit_code}\n{self.last.output}\n{self.last.exception!r}"
        )
        return self.last.output

    def shown(self, username: str) -> dict[str, Any]:
        """One person, as `user show` prints them."""
        self.run("user", "show", username)
        assert self.last is not None
        found: dict[str, Any] = json.loads(self.last.stdout)
        return found

    def users(self) -> list[str]:
        """Usernames on file."""
        return [
            json.loads(line)["username"] for line in self.run("user", "list", "--json").splitlines() if line[:1] == "{"
        ]

    def doctor(self, *, code: int = 0) -> dict[str, list[dict[str, Any]]]:
        """Findings by topic."""
        found: dict[str, list[dict[str, Any]]] = {}
        for line in self.run("doctor", "--json", code=code).splitlines():
            if line[:1] == "{":
                finding = json.loads(line)
                found.setdefault(finding["topic"], []).append(finding)
        return found
