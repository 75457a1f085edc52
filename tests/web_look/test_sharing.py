"""The page of sharing a device stands where its reader comes from: among the settings, or in the enrolment."""

from __future__ import annotations

import pytest

from tests.web_look.samples import NOW, TOKYO, pages
from watchword.web.pages import Renderer
from watchword.web.texts import LANGUAGES, Catalogue

TEXTS = Catalogue.load()
RENDERER = Renderer(TEXTS)


def _page(lang: str, name: str) -> str:
    return RENDERER.page(pages(RENDERER, lang)[name], lang=lang, now=NOW, tz=TOKYO).decode()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_has_the_navigation_of_its_siblings(lang: str) -> None:
    sibling, nav = _page(lang, "settings-cards"), '<nav class="sidenav hide-s"'
    for name in ("sharing-start", "sharing-answer", "sharing-review", "sharing-pending", "sharing-lent", "sharing-ask"):
        page = _page(lang, name)
        assert page.split(nav)[1].split("</nav>")[0] == sibling.split(nav)[1].split("</nav>")[0], name
        assert (
            page.split("<header")[1].split('<div class="seam">')[0].replace("/sharing", "/settings/cards")
            == (sibling.split("<header")[1].split('<div class="seam">')[0])
        ), name
        assert page.count("<main ") == 1, name
    for name in ("sharing-enrolling", "sharing-active-enrolling"):
        page = _page(lang, name)
        assert '"/settings' not in page and 'href="/enrol"' in page, "who has still to enrol has no settings yet"
        assert page.count("<main ") == 1 and TEXTS.plain(lang, "common.log_out") in page
