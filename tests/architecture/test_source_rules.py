"""The house rules, held against every file; a message names the place and the right way."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture import allowed, rules
from tests.support.tree import ROOT, SRC, files, name, parsed, python_files

_LONGEST = 400
_LONGEST_FUNCTION = 40
_REVISIONS = SRC / "watchword/stores/migrations/versions"  # Alembic finds them by folder
_CODE = ("src", "tests", "bench", "tools")


def check(paths: Iterable[Path], rule: rules.Rule) -> None:
    """Fail with one line for each finding."""
    found = []
    for path in paths:
        for line, message in rule(parsed(path)):
            if (name(path), message.partition(":")[0]) not in allowed.NAMES:
                found.append(f"{name(path)}:{line}: {message}")
    assert not found, "\n" + "\n".join(sorted(set(found)))


def test_time_randomness_and_settings_are_arguments() -> None:
    app = SRC / "watchword/app"
    server = [path for path in python_files("src/watchword") if app not in path.parents]
    check(server, rules.banned(rules.OUTSIDE_APP))


def test_dangerous_modules_stay_out() -> None:
    check(python_files("src"), rules.banned(rules.EVERYWHERE))


def test_project_imports_are_at_the_top() -> None:
    check(python_files(*_CODE), rules.inner_imports)


def test_every_module_says_its_job() -> None:
    check((path for path in python_files(*_CODE) if _REVISIONS not in path.parents), rules.missing_docstring)


def test_every_package_says_its_job_in_one_sentence() -> None:
    check((path for path in python_files("src") if path.name == "__init__.py"), rules.package_docstring)


def test_every_folder_of_code_is_a_package() -> None:
    folders = {path.parent for path in python_files("src")} - {SRC, _REVISIONS}
    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_every_skip_says_why() -> None:
    check(python_files("tests"), rules.bare_skips)


def test_a_file_is_read_in_one_sitting() -> None:
    frontend = files(".ts", under=ROOT / "frontend")
    code = [*frontend, *(path for place in _CODE for path in python_files(place))]
    long = {name(path): lines for path in code if (lines := len(path.read_text("utf-8").splitlines())) > _LONGEST}
    excused = {path for path, reason in allowed.LONG_FILES.items() if reason}
    assert long.keys() - excused == set(), (
        f"over {_LONGEST} lines, and not in tests/architecture/allowed.py with a reason: {long}"
    )
    assert excused - long.keys() == set(), "no longer too long: take them out of tests/architecture/allowed.py"


def test_a_function_fits_on_a_screen() -> None:
    def rule(module: ast.Module) -> Iterator[rules.Finding]:
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > _LONGEST_FUNCTION:
                    yield (
                        node.lineno,
                        f"{node.name}() has {lines} lines; {_LONGEST_FUNCTION} fit on a screen: name a part of it",
                    )

    check((path for path in python_files("src") if _REVISIONS not in path.parents), rule)


def test_exceptions_are_still_needed() -> None:
    stale = []
    for path, dotted in allowed.NAMES:
        tree = parsed(ROOT / path) if (ROOT / path).is_file() else ast.Module([], [])
        bans = (*rules.OUTSIDE_APP, *rules.EVERYWHERE)
        if not any(message.startswith(f"{dotted}:") for _, message in rules.banned(bans)(tree)):
            stale.append((path, dotted))
    assert stale == []


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("from datetime import datetime\ndatetime.now()", "datetime.datetime.now"),
        ("import datetime as d\nd.date.today()", "datetime.date.today"),
        ("import time", "time"),
        ("from time import monotonic as tick", "time.monotonic"),
        ("import os\nos.urandom(16)", "os.urandom"),
        ("from os import environ", "os.environ"),
        ("import secrets\nsecrets.token_hex()", "secrets"),
    ],
)
def test_the_ban_sees_through_imports(source: str, caught: str) -> None:
    findings = list(rules.banned(rules.OUTSIDE_APP)(ast.parse(source)))
    assert any(message.startswith(caught) and "src/watchword/app/" in message for _, message in findings)


@pytest.mark.parametrize(
    "source", ["from datetime import time", "import datetime\ndatetime.timedelta(1)", "now = 1\nnow.time"]
)
def test_the_ban_leaves_the_rest_alone(source: str) -> None:
    assert list(rules.banned(rules.OUTSIDE_APP)(ast.parse(source))) == []


def test_an_inner_import_is_seen() -> None:
    tree = ast.parse("def f():\n    from watchword.core import otp\n    import json")
    assert [line for line, _ in rules.inner_imports(tree)] == [2]


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import pytest\n@pytest.mark.skip\ndef test(): ...", 1),
        ("import pytest\n@pytest.mark.skip(reason='')\ndef test(): ...", 1),
        ("import pytest\n@pytest.mark.skipif(True, reason='no IPv6 here')\ndef test(): ...", 0),
        ("import pytest\ndef test(): pytest.skip()", 1),
    ],
)
def test_a_bare_skip_is_seen(source: str, count: int) -> None:
    assert len(list(rules.bare_skips(ast.parse(source)))) == count
