"""The project's own tree as tests read it: which files are ours, and Python ones parsed once."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

# Installed, built or cached: what .gitignore names.
_NOT_OURS = frozenset(
    {".git", ".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", ".vite"}
    | {"node_modules", "__pycache__", "dist", "build", "coverage"}
)
_BUILT = (SRC / "watchword/web/static/key", SRC / "watchword/web/static/portal")
_TEXT = frozenset(
    ".css .html .in .ini .js .json .mako .md .mjs .mts .py .sh .svg .toml .ts .txt .webmanifest .xml .yaml .yml".split()
)
_TEXT_NAMES = frozenset({".editorconfig", ".gitignore", ".npmrc", "Makefile", "machine", "run"})


def files(*suffixes: str, under: Path = ROOT) -> Iterator[Path]:
    """Every file of ours below `under`, in a stable order; with `suffixes`, only those that end in one."""
    for folder, folders, names in os.walk(under):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if name not in _NOT_OURS and here / name not in _BUILT)
        for name in sorted(names):
            if not suffixes or Path(name).suffix in suffixes:
                yield here / name


def text_files() -> Iterator[Path]:
    """Every file of ours that people read and write as text."""
    return (path for path in files() if path.suffix in _TEXT or path.name in _TEXT_NAMES)


def python_files(*places: str) -> list[Path]:
    """The Python files below the named folders of the tree."""
    return [path for place in places for path in files(".py", under=ROOT / place)]


def name(path: Path) -> str:
    """The path as people write it: relative to the tree, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def document(path: str) -> str:
    """The text of a document that the project must have. Raises AssertionError, by name, when it is not there."""
    full = ROOT / path
    assert full.is_file(), f"{path} is missing"
    return full.read_text("utf-8")
