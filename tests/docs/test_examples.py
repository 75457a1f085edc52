"""What documents show as examples works: settings load, commands and options exist, Python compiles, JSON is JSON."""

from __future__ import annotations

import ast
import json
import re
import shlex
from pathlib import Path

import pytest

from tests.docs.test_commands import ALL
from tests.support.markdown import fences
from tests.support.tree import files, name
from watchword.app.environment import CONFIG_VARIABLE
from watchword.app.settings import load
from watchword.app.wiring import check, senders

PAGES = [page for page in files(".md") if "protocol/vectors" not in name(page)]


def examples(language: str) -> list[tuple[str, str]]:
    """`(page, text)` of every fenced block of a language."""
    return [(name(page), text) for page in PAGES for text in fences(page.read_text("utf-8"), language)]


@pytest.mark.parametrize(("page", "text"), examples("toml"))
def test_settings_load_and_can_work(page: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "watchword.toml"
    file.write_text(text, "utf-8")
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    settings = load()
    check(settings)
    assert senders(settings, push=object())  # type: ignore[arg-type]


@pytest.mark.parametrize(("page", "text"), examples("python"))
def test_python_compiles_and_its_imports_are_there(page: str, text: str) -> None:
    tree = ast.parse(text)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    exec(compile(ast.Module(body=imports, type_ignores=[]), page, "exec"), {})


@pytest.mark.parametrize(("page", "text"), examples("json"))
def test_json_is_json(page: str, text: str) -> None:
    json.loads(text)


@pytest.mark.parametrize(("page", "text"), examples("(?:sh|console)"))
def test_commands_and_options_exist(page: str, text: str) -> None:
    unknown = []
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        if not words or not words[0].endswith("watchword"):
            continue
        command = next((known for known in sorted(ALL, key=len, reverse=True) if _begins(words[1:], known)), None)
        options = {opt for option in ALL[command].params for opt in option.opts} if command else set()
        if command is None or {word for word in words if word.startswith("--")} - options - {"--config", "--help"}:
            unknown.append(line)
    assert unknown == []


def _begins(words: list[str], command: str) -> bool:
    wanted = command.split()[1:]
    return words[: len(wanted)] == wanted
