"""The command `watchword` as a whole: what it lists, what it says of a name that it does not have, and what a command makes it load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from watchword.app.cli import COMMANDS, app

_LOADED = """
import sys
from pathlib import Path
from typer.testing import CliRunner
from watchword.app.cli import app
result = CliRunner().invoke(app, sys.argv[1:])
print(result.exit_code, *sorted(sys.modules))
"""


def loaded(*words: str) -> set[str]:
    """Modules that are loaded after a command, in a process of its own."""
    ran = subprocess.run([sys.executable, "-c", _LOADED, *words], capture_output=True, text=True, check=True)
    code, *modules = ran.stdout.split()
    assert code == "0", ran.stdout
    return set(modules)


def test_help_lists_every_command() -> None:
    listed = {line.strip("│ ").split(" ")[0] for line in CliRunner().invoke(app, ["--help"]).output.splitlines()}
    assert COMMANDS.keys() <= listed


def test_a_name_that_is_not_there_is_answered_with_one_that_is() -> None:
    result = CliRunner().invoke(app, ["serv"])
    assert result.exit_code == 2
    assert "No such command 'serv'. Did you mean 'serve'" in " ".join(result.output.replace("│", "").split())


@pytest.mark.parametrize("words", [("version",), ("phone", "--help"), ("login", "--help")])
def test_a_phone_in_a_file_loads_no_server(words: tuple[str, ...]) -> None:
    assert not loaded(*words) & {"watchword.app.wiring", "watchword.app.settings", "sqlalchemy", "uvicorn"}


def test_a_server_loads_no_demonstration_and_no_client() -> None:
    assert not loaded("serve", "--help") & {
        "watchword.app.demo",
        "watchword.app.demo_check",
        "watchword_client",
        "alembic",
    }


@pytest.mark.parametrize(
    "words", [("user", "list"), ("staff", "whoami"), ("audit", "verify"), ("keys", "show"), ("serve",), ("worker",)]
)
def test_a_wrong_setting_is_named_and_no_traceback(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.setenv("WATCHWORD_WORKERS", "some")
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert result.stderr.startswith("setting workers: ")
    assert "docs/settings.md" in result.stderr


@pytest.mark.parametrize("words", [("user", "list"), ("staff", "whoami"), ("audit", "verify"), ("worker",)])
def test_a_database_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("WATCHWORD_DATA_DIR", str(tmp_path))
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}" in result.stderr
    assert "Run: watchword migrate" in result.stderr
