"""Documents point at what is there: paths of ARCHITECTURE.md, links between documents, targets of make, the layout of packages."""

from __future__ import annotations

import re

from tests.support.markdown import code, fences, links
from tests.support.tree import ROOT, SRC, document, files, name

_TOP = r"(?:src|docs|tests|protocol|frontend|bench|tools|requirements|\.ci)"
_PATH = re.compile(rf"(?<![\w/.-]){_TOP}/[\w./*{{}},<>-]*")


def test_paths_of_the_map_exist() -> None:
    text = document("ARCHITECTURE.md")
    named = {path.rstrip(".,") for path in _PATH.findall(text)}
    gone = sorted(path for path in named if not _exists(path))
    assert gone == [], "ARCHITECTURE.md names what is not there"
    assert len(named) >= 20, "ARCHITECTURE.md is the map, and the place that lists paths"


def test_the_map_names_every_package() -> None:
    text = document("ARCHITECTURE.md")
    packages = sorted(name(path.parent) for path in files(".py", under=SRC) if path.name == "__init__.py")
    top = [package for package in packages if package.count("/") == 2]
    assert [package for package in top if package.rpartition("/")[2] + "/" not in text] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for page in files(".md"):
        for target in links(page.read_text("utf-8")):
            place = target.partition("#")[0]
            if place and not re.match(r"[a-z]+:", place) and not (page.parent / place).exists():
                broken.append(f"{name(page)}: {target}")
    assert broken == []


def test_make_has_every_target_that_documents_name() -> None:
    makefile = document("Makefile")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = {}
    for page in files(".md"):
        text = page.read_text("utf-8")
        shell = "\n".join(fences(text, "(?:sh|bash|shell|console)"))
        for command in (*code(text), *shell.splitlines()):
            match = re.match(r"(?:\$ )?make ([a-z][a-z-]*)", command)
            if match:
                named.setdefault(match[1], name(page))
    assert {target: page for target, page in named.items() if target not in targets} == {}


def test_the_readme_opens_with_the_two_commands() -> None:
    text = document("README.md")
    assert "make demo" in text
    assert "make test" in text
    assert "apt-get" in text, "README names what only the system's package manager can install"


def _exists(path: str) -> bool:
    if "<" in path or "{" in path:
        path = re.split(r"[<{]", path)[0].rpartition("/")[0]
    if "*" in path:
        return any(ROOT.glob(path))
    return (ROOT / path).exists()
