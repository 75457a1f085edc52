"""The operator's one colour is worn by the portal and by Key alike."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.support.installation import Installation
from watchword.core.brand import css, derive

Install = Callable[..., Installation]
ACCENT = "#7A1FA2"


@pytest.mark.parametrize("accent", ["", ACCENT])
def test_key_takes_the_colours_from_its_own_origin(install: Install, accent: str) -> None:
    here = install(brand={"accent": accent})
    found = here.http.get(f"{here.key}/brand.css")
    assert (found.status_code, found.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert found.text == (css(derive(accent)) if accent else "")
    assert found.headers["cache-control"] == "no-cache", "a new colour must not wait for a year"
    if accent:
        assert found.content == here.http.get(f"{here.portal}/static/brand.css").content


def test_every_way_into_key_loads_it_after_the_apps_own_styles(here: Installation) -> None:
    for path in ("/", "/a", "/l"):
        page = here.http.get(here.key + path)
        sheets = re.findall(r'<link rel="stylesheet"[^>]*href="([^"]*)"', page.text)
        assert len(sheets) == 2 and sheets[-1] == "/brand.css", "the colours of tokens.css would win"
        policy = dict(part.strip().partition(" ")[::2] for part in page.headers["content-security-policy"].split(";"))
        assert policy["style-src"] == "'self'", "the policy needs no further origin for it"


def test_keys_worker_keeps_it_for_a_start_without_a_network(here: Installation) -> None:
    """That a new colour replaces the kept one is seen in Chromium: tests/browser/test_brand.py."""
    assert '"/brand.css"' in here.http.get(f"{here.key}/sw.js").text.replace("`", '"').replace("'", '"')
