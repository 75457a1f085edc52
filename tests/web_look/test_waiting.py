"""What the waiting page says of itself and of its fields, by the device that stands first."""

from __future__ import annotations

import re

import pytest

from tests.web_look.samples import NOW, TOKYO, pages
from watchword.web.pages import Renderer
from watchword.web.texts import LANGUAGES, Catalogue

TEXTS = Catalogue.load()
RENDERER = Renderer(TEXTS)


def _page(lang: str, name: str) -> str:
    return RENDERER.page(pages(RENDERER, lang)[name], lang=lang, now=NOW, tz=TOKYO).decode()


def _waits(lang: str, name: str) -> str:
    found = re.search(r'data-status data-waiting="([^"]*)"', _page(lang, name))
    assert found, name
    return found[1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_goes_on_by_itself_only_where_a_phone_answers(lang: str) -> None:
    goes_on = TEXTS.plain(lang, "wait.waiting")
    for name in ("waiting-plain", "waiting-expired", "waiting-confirm", "waiting-recover-first"):
        assert _waits(lang, name) == goes_on, name
    for name in (
        "waiting-card",
        "waiting-token",
        "waiting-temporary",
        "waiting-sms",
        "waiting-code-app",
        "waiting-recovery-code",
    ):
        assert _waits(lang, name) == TEXTS.plain(lang, "methods.waiting_typed"), name
        assert goes_on not in _page(lang, name), name
    assert _waits(lang, "waiting-passkey") == TEXTS.plain(lang, "methods.waiting_passkey")
    assert _waits(lang, "waiting-none-left") == TEXTS.plain(lang, "methods.waiting_none")


def test_the_response_of_a_token_has_the_field_of_its_length() -> None:
    """As for Key's response: slots in groups, digits on the keyboard, and no code of an SMS offered for it."""
    for name in (
        "waiting-token",
        "waiting-token-beside",
        "sharing-answer",
        "settings-cards-arrived",
        "settings-withdrawals",
    ):
        field = re.search(r'<input [^>]*name="answer" inputmode="numeric"[^>]*>', _page("en", name))
        assert field, name
        assert 'class="code code--8 code--s"' in field[0] and 'data-code="8"' in field[0], name
        assert 'maxlength="24"' in field[0] and 'autocomplete="off"' in field[0], name
    card = re.search(r'<input [^>]*name="answer"[^>]*>', _page("en", "waiting-card"))
    assert card and "inputmode" not in card[0] and 'autocapitalize="characters"' in card[0], "letters and digits"
