"""What tests read out of Markdown documents: table rows, links, and words set as code."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_RULE = re.compile(r"^:?-+:?$")


def rows(text: str) -> list[list[str]]:
    """The cells of every table row outside fences, without the rules under the heads; escaped bars stay in their cell."""
    found = []
    for line in _FENCE.sub("", text).splitlines():
        if not line.lstrip().startswith("|"):
            continue
        cells = [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if not all(_RULE.match(cell) for cell in cells):
            found.append(cells)
    return found


def code(text: str) -> list[str]:
    """Every word or phrase set as `code`, in order."""
    return _CODE.findall(text)


def bare(cell: str) -> str:
    """A cell's text without the marks of code and emphasis."""
    return cell.replace("`", "").replace("**", "").strip()


def links(text: str) -> list[str]:
    """Every target of a link outside fences."""
    return _LINK.findall(_FENCE.sub("", text))


def fences(text: str, language: str) -> list[str]:
    """The contents of every fenced block of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
