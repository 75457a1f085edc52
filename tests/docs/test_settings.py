"""docs/settings.md lists every setting, and none that is not there."""

from __future__ import annotations

import re

from tests.support.markdown import code, rows
from tests.support.tree import document
from tools.list_settings import page, walk
from watchword.app.settings import Settings

NAMES = {name for name, _ in walk(Settings)}


def documented() -> list[str]:
    """The settings in the first column of the tables of docs/settings.md."""
    found = (code(cells[0]) for cells in rows(document("docs/settings.md")))
    return [words[0] for words in found if words and re.fullmatch(r"[a-z_]\w*(\.\w+)*", words[0])]


def test_every_setting_is_documented_once() -> None:
    listed = documented()
    assert sorted(NAMES - set(listed)) == [], "settings that docs/settings.md lacks"
    assert sorted(set(listed) - NAMES) == [], "in docs/settings.md, and not a setting"
    assert sorted(name for name in set(listed) if listed.count(name) > 1) == [], "documented twice"


def test_the_page_is_written_from_the_code() -> None:
    assert document("docs/settings.md") == page(), "run `make docs`"


def test_every_setting_says_what_it_is_for_and_its_default() -> None:
    thin = [cells[0] for cells in rows(document("docs/settings.md")) if len(cells) < 3 or not all(cells[:3])]
    assert thin == [], "columns are: setting, default, what it is for"
