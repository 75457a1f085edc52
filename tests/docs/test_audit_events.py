"""docs/audit-events.md lists every tag that the code writes to the audit, and none that it does not.

Where a tag is put together (`f"login.{way}.accepted"`), at least one documented tag must fit it, and what is documented must fit something.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from tests.support.markdown import code, rows
from tests.support.tree import document, name, parsed, python_files

_TAG = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*){2}")


def written() -> dict[str, str]:
    """Every tag in the code, `*` for a part that is filled in -> where it is written first."""
    found: dict[str, str] = {}
    for path in python_files("src/watchword"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditRow":
                tags = [word.value for word in node.keywords if word.arg == "tag"] or node.args[:1]
                for tag in (spelled for argument in tags for spelled in _spelled(argument)):
                    found.setdefault(tag, f"{name(path)}:{node.lineno}")
    return found


def documented() -> list[str]:
    """The tags in the first column of the tables of docs/audit-events.md."""
    found = (code(cells[0]) for cells in rows(document("docs/audit-events.md")))
    return [words[0] for words in found if words]


def test_every_event_is_documented() -> None:
    tags = documented()
    lacking = {tag: place for tag, place in written().items() if not any(fnmatchcase(listed, tag) for listed in tags)}
    assert lacking == {}, "docs/audit-events.md lacks these"


def test_every_documented_event_is_written() -> None:
    patterns = written()
    assert sorted(tag for tag in documented() if not any(fnmatchcase(tag, pattern) for pattern in patterns)) == []


def test_tags_have_three_parts_and_are_listed_once() -> None:
    tags = documented()
    assert [tag for tag in (*tags, *(tag.replace("*", "x") for tag in written())) if not _TAG.fullmatch(tag)] == []
    assert sorted({tag for tag in tags if tags.count(tag) > 1}) == []


def test_the_code_never_hides_a_tag() -> None:
    assert written(), "no AuditRow in the code: has it a new name?"
    assert "*" not in written(), "spell the tag where the row is made, so that it can be found"


def _spelled(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from _spelled(argument.body)
        yield from _spelled(argument.orelse)
    elif isinstance(argument, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "*" for part in argument.values)
    else:
        yield "*"
