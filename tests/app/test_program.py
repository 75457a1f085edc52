"""The command `watchword` as a whole: what it lists, what it says of a name that it does not have, and what a command makes it load."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.process import Child, free_port
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
    assert result.stderr.startswith("setting workers (from WATCHWORD_WORKERS): ")
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


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WATCHWORD_CONFIG", "{folder}/none.toml", "no file of settings"),
        ("WATCHWORD_CONFIG", "{folder}/broken.toml", "broken.toml: "),
        ("WATCHWORD_CLIENTS", "not json", "clients"),
        ("WATCHWORD_DATABASE__URL", "s3cret", "setting database.url: "),
    ],
)
def test_a_setting_that_cannot_even_be_read_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    (tmp_path / "broken.toml").write_text("workers = [")
    monkeypatch.setenv(name, value.format(folder=tmp_path))
    result = CliRunner().invoke(app, ("user", "list"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "s3cret" not in result.stderr


def test_a_rule_over_several_settings_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHWORD_POLICY", "strict")
    monkeypatch.setenv("WATCHWORD_SESSION__LIFE_HOURS", "25")
    result = CliRunner().invoke(app, ("user", "list"))
    assert result.exit_code == 2
    assert "session.life_hours: 24 hours at most" in result.stderr
    assert "setting :" not in result.stderr


@pytest.mark.parametrize("words", [("user", "list"), ("migrate",)])
def test_a_database_that_does_not_answer_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("WATCHWORD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WATCHWORD_DATABASE__URL", "postgresql://watchword:s3cret@127.0.0.1:1/watchword")
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "watchword:***@127.0.0.1:1/watchword cannot be used" in result.stderr
    assert "s3cret" not in result.stderr


def test_a_demonstration_that_is_ended_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    program = [sys.executable, "-c", "from watchword.app.cli import main; main()", "demo", "--port", str(free_port())]
    child = Child(program, log=tmp_path / "log", env={**os.environ, "TMPDIR": str(folder)}, end=signal.SIGTERM)
    child.wait_for("Watchword is on")
    assert list(folder.glob("watchword-demo-*/keys.json"))
    child.stop()
    assert list(folder.iterdir()) == []
