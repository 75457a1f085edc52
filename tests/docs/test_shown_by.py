"""A document that says a test shows something names a test that is there."""

from __future__ import annotations

from tests.docs.test_conformance import exists
from tests.support.markdown import code, rows
from tests.support.tree import document, files, name


def test_every_test_that_a_document_names_is_there() -> None:
    gone = []
    for page in files(".md"):
        for phrase in code(page.read_text("utf-8")):
            if "::" in phrase and phrase.startswith(("tests/", "frontend/")) and not exists(phrase):
                gone.append(f"{name(page)}: {phrase}")
    assert gone == []


def test_a_threat_names_its_test_or_says_what_is_left() -> None:
    for cells in rows(document("docs/threat-model.md")):
        if cells[0] == "attack":
            continue
        assert len(cells) == 4, cells[0]
        assert code(cells[2]) or cells[3], f"{cells[0]}: neither a test nor a word on what is missing"
