"""Writes docs/refusals.md from the refusals and their English and Japanese texts (`make docs`)."""

from __future__ import annotations

from pathlib import Path

from watchword.core.refusals import ALL, Kind
from watchword.web.texts import LANGUAGES, read

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "refusals.md"

HEAD = """# Refusals

Written from `src/watchword/core/refusals.py` and the texts by `make docs`; a test compares. Numbers are never reused. The reference is the
id of `docs/conformance.md` that a person sees beside the time. Each refusal is the same for every cause that an attacker could probe.

| number | code | status | reference | what a person reads | in Japanese | what it leads to |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole document, in the order of the numbers."""
    texts = {language: dict(read(ROOT / "src/watchword/texts" / language)) for language in LANGUAGES}
    return HEAD + "".join(_row(kind, texts) for _, kind in sorted(ALL.items()))


def _row(kind: Kind, texts: dict[str, dict[str, str]]) -> str:
    what, japanese, then = (
        " ".join(texts[language][f"refusals.{kind.number}.{part}"].split()).replace("|", "\\|")
        for language, part in (("en", "what"), ("ja", "what"), ("en", "do"))
    )
    return f"| {kind.number} | `{kind.code}` | {kind.status} | {kind.reference} | {what} | {japanese} | {then} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
