"""House rules that a parser can see: each a function from a file's syntax tree to what breaks it, with the right way named."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Finding = tuple[int, str]
Rule = Callable[[ast.Module], Iterator[Finding]]

PROJECT = ("watchword", "watchword_client")

_CLOCK = "the time is an argument (`now`, seconds since the epoch); the clock is in src/watchword/app/ and reaches flows by ports.Clock"
_RANDOM = "randomness and ids are arguments; their source is in src/watchword/app/ and reaches flows by ports.Entropy"
_SETTINGS = "settings are arguments; the environment is read in src/watchword/app/settings.py"


@dataclass(frozen=True, slots=True)
class Ban:
    """`names` are dotted names, each banned with all below it; `instead` says the right way."""

    names: tuple[str, ...]
    instead: str


OUTSIDE_APP = (
    Ban(("time",), _CLOCK),
    Ban(
        ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"), _CLOCK
    ),
    Ban(("random", "secrets", "uuid", "os.urandom", "os.getrandom"), _RANDOM),
    Ban(("os.environ", "os.getenv", "os.environb"), _SETTINGS),
)

EVERYWHERE = (
    Ban(("pickle", "marshal", "shelve"), "data is JSON or columns: unpickling runs what it reads"),
    Ban(
        ("hashlib.md5", "hashlib.sha1"),
        "SHA-256 or better, or, where an RFC fixes it, a reason in tests/architecture/allowed.py",
    ),
    Ban(("xml", "lxml"), "no XML here"),
)


def banned(bans: tuple[Ban, ...]) -> Rule:
    """A rule that finds every use of a banned name, however it was imported."""

    def rule(module: ast.Module) -> Iterator[Finding]:
        imported = _imported(module)
        for node in ast.walk(module):
            for dotted in _names(node, imported):
                for ban in bans:
                    if any(dotted == name or dotted.startswith(f"{name}.") for name in ban.names):
                        yield _line(node), f"{dotted}: {ban.instead}"

    return rule


def inner_imports(module: ast.Module) -> Iterator[Finding]:
    """Project imports inside functions: a cycle in hiding."""
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                for source in _sources(node):
                    if source.split(".")[0] in (*PROJECT, ""):
                        yield (
                            _line(node),
                            f"import of {source} inside {function.name}(): put it at the top, or move what both need inwards",
                        )


def missing_docstring(module: ast.Module) -> Iterator[Finding]:
    """Modules whose docstring does not open with a line that says their job."""
    text = ast.get_docstring(module)
    if not text:
        yield 1, "say this module's job in the first line of a docstring"
    elif text.splitlines()[0].rstrip()[-1] not in ".:":
        yield 1, "the docstring's first line is a whole sentence (or ends in a colon before a list)"


def package_docstring(module: ast.Module) -> Iterator[Finding]:
    """Packages whose docstring does not open with one sentence, alone in its paragraph."""
    first = (ast.get_docstring(module) or "").strip().partition("\n\n")[0].replace("\n", " ")
    sentences = [part for part in re.split(r"(?<=\.)\s+(?=[A-Z])", first) if part]
    if len(sentences) != 1 or not first.endswith("."):
        yield 1, "a package's __init__ says its job in one sentence, alone in the first paragraph"


def bare_skips(module: ast.Module) -> Iterator[Finding]:
    """Skips and expected failures that do not say why."""
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and _dotted(node) in (
            "pytest.mark.skip",
            "pytest.mark.xfail",
            "pytest.mark.skipif",
        ):
            yield from (
                ()
                if _called_with_reason(node, module)
                else ((_line(node), "a skipped test names its reason: reason=…"),)
            )
        if (
            isinstance(node, ast.Call)
            and _dotted(node.func) in ("pytest.skip", "pytest.xfail")
            and not (node.args or node.keywords)
        ):
            yield _line(node), "a skipped test names its reason"


def _called_with_reason(mark: ast.Attribute, module: ast.Module) -> bool:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and node.func is mark:
            reasons = [word.value for word in node.keywords if word.arg == "reason"]
            return any(not isinstance(reason, ast.Constant) or bool(reason.value) for reason in reasons)
    return False


def _imported(module: ast.Module) -> dict[str, str]:
    """Local names that stand for modules or members of modules, as dotted names."""
    found = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.split(".")[0]
                found[local] = alias.name if alias.asname else local
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _names(node: ast.AST, imported: dict[str, str]) -> Iterator[str]:
    """The dotted names that a node imports or uses."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Attribute):
        first, _, rest = _dotted(node).partition(".")
        if first in imported:
            yield f"{imported[first]}.{rest}"


def _sources(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield "" if node.level else node.module or ""


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 1)
