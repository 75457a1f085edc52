"""Every text of the section `audit` is said by some command or page, and every one that is named is there."""

from __future__ import annotations

import re

from tests.support.tree import SRC
from tests.web_look.test_texts import SOURCES
from watchword.app.sealing import ADDRESS, FILE
from watchword.flows.audit_verify import KINDS
from watchword.web.pages.audit_views import FIELDS

FAMILIES = {
    "fault": KINDS,
    "proof": ("form", "head", "path", "personal"),
    "page": ("how_1", "how_2", "how_3", f"place_{FILE}", f"place_{ADDRESS}", *(f"field_{name}" for name in FIELDS)),
}


def test_every_text_is_said_and_every_one_that_is_said_is_there() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (SRC / "watchword/app/audit").glob("*.py"))
    pages = "\n".join(path.read_text("utf-8") for path in (SRC / "watchword/web/templates").glob("staff_audit*.html"))
    named = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)"', code)) | set(re.findall(r'"audit\.(page\.[a-z_]+)"', pages))
    named |= {f"{family}.{word}" for family, words in FAMILIES.items() for word in words}
    there = {key.removeprefix("audit.") for key in SOURCES["en"] if key.startswith("audit.")}
    hints = {key for key in there if key.startswith("page.hint_")}
    assert {key.removeprefix("page.hint_") for key in hints} <= set(FIELDS)
    assert sorted(there - named - hints) == [], "said by nothing"
    for family, words in FAMILIES.items():
        assert {f"{family}.{word}" for word in words} <= there, family
    for key in re.findall(r'(?:text|stop)\("([a-z_.]+)"', code):
        assert key in there, key
