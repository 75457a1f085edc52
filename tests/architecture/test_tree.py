"""What the tree as a whole keeps: no path of somebody's machine, no inline script or style, locks that hold anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.tree import ROOT, SRC, files, name, text_files

_MACHINE = re.compile(r"(?<![\w.$}~*)-])/(?:work|root|tmp|Users)/|(?<![\w.$}~*)-])/home/\w+/")

_INLINE = {
    re.compile(r"<style\b", re.IGNORECASE): "styles are in a file of static/ (the CSP refuses them here)",
    re.compile(r"\sstyle\s*=", re.IGNORECASE): "styles are in a file of static/ (the CSP refuses them here)",
    re.compile(
        r"<script\b(?![^>]*\bsrc\s*=)", re.IGNORECASE
    ): "scripts are files; what they need is in data- attributes",
    re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE): "handlers are attached by script files",
    re.compile(r"javascript:", re.IGNORECASE): "a link leads somewhere",
    re.compile(
        r"\|\s*safe\b|\{%-?\s*autoescape\s+false", re.IGNORECASE
    ): "everything is escaped; markup arrives as Markup",
    re.compile(
        r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE
    ): "nothing is loaded from another host; links come from settings",
}

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def test_no_path_of_somebodys_machine() -> None:
    found = []
    for path in text_files():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if _MACHINE.search(line):
                found.append(f"{name(path)}:{number}: {line.strip()[:100]}")
    assert not found, "\n" + "\n".join(found)


def test_pages_hold_no_inline_script_or_style() -> None:
    pages = [*files(".html", ".jinja", ".j2", ".svg", under=SRC), *files(".html", ".svg", under=ROOT / "frontend")]
    found = []
    for path in pages:
        text = path.read_text("utf-8")
        for pattern, instead in _INLINE.items():
            if path.suffix == ".svg" and "style" in pattern.pattern:
                continue  # a picture is a document of its own, and follows the light or dark of the system by its style
            for match in pattern.finditer(text):
                found.append(
                    f"{name(path)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group().strip()}: {instead}"
                )
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_python_locks_hash_everything_and_name_no_index(lock: Path) -> None:
    text = lock.read_text("utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    assert [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url|--find-links|\bfile:", text) == []


def test_npm_locks_hash_everything_and_name_no_registry() -> None:
    locks = [path for path in files(".json") if path.name == "package-lock.json"]
    assert {path.parent.name for path in locks} >= {"key", "portal"}
    for lock in locks:
        packages = json.loads(lock.read_text("utf-8"))["packages"]
        assert [where for where, entry in packages.items() if "resolved" in entry] == [], (
            f"{name(lock)}: run `make lock`"
        )
        unhashed = [
            where for where, entry in packages.items() if where and "integrity" not in entry and not entry.get("link")
        ]
        assert unhashed == [], name(lock)


@pytest.mark.parametrize("group", ["runtime", "build"])
def test_locks_agree(group: str) -> None:
    ours = _pins(ROOT / f"requirements/{group}.txt")
    dev = _pins(ROOT / "requirements/dev.txt")
    assert {
        package: (version, dev[package]) for package, version in ours.items() if dev.get(package, version) != version
    } == {}


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text("utf-8"), re.MULTILINE))
