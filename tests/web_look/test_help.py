"""Every cause of table U has a page in both languages, and what refuses because of it leads there (U01–U08, L06)."""

from __future__ import annotations

import re

import pytest

from tests.web_look.samples import NOW, TOKYO, refused
from watchword.core import refusals
from watchword.web.pages import HELP_ANCHORS, ErrorPage, HelpPage, Renderer
from watchword.web.pages.helping import TOPICS, TopicPage, help_path
from watchword.web.texts import LANGUAGES, Catalogue

CATALOGUE = Catalogue.load()
RENDERER = Renderer(CATALOGUE)
REFERENCES = tuple(f"U{number:02}" for number in range(1, 9))
PARAMS = {
    "left": 4, "until": NOW, "minutes": 4, "slow": True, "digits": 6, "needed": "Android 7", "field": "a", "name": "a.png", "length": 1,
    "limit": 1,
}  # fmt: skip


def shown(page: object, lang: str) -> str:
    return RENDERER.page(page, lang=lang, now=NOW, tz=TOKYO).decode()  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_tells_what_to_check_what_to_do_and_whom_to_call(topic: str, lang: str) -> None:
    text = shown(TopicPage(topic=topic, see=TOPICS[topic]), lang)
    for part in ("check", "fix"):
        steps = [key for key in CATALOGUE.keys(lang) if re.fullmatch(rf"help_topics\.{topic}\.{part}\.\d", key)]
        assert steps, part
        for key in steps:
            assert str(CATALOGUE.t(lang, key)) in text
    assert str(CATALOGUE.t(lang, "login.call")) in text
    assert set(TOPICS[topic]) <= TOPICS.keys() - {topic}


def test_no_topic_has_texts_without_a_page() -> None:
    named = {key.split(".")[1] for key in CATALOGUE.keys("en") if re.match(r"help_topics\.[^.]+\.", key)}
    assert named == set(TOPICS)


def test_every_reference_has_a_page_and_every_refusal_with_one_leads_there() -> None:
    assert {reference.lower() for reference in REFERENCES} <= TOPICS.keys()
    for kind in refusals.ALL.values():
        if kind.reference:
            assert help_path(kind) == f"/help/{kind.reference.lower()}", kind


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "kind", [kind for kind in refusals.ALL.values() if help_path(kind)], ids=lambda kind: kind.code
)
def test_the_page_of_a_refusal_links_to_help_that_exists(kind: refusals.Kind, lang: str) -> None:
    text = shown(ErrorPage(refusal=refused(RENDERER, lang, kind, **PARAMS)), lang)
    path = help_path(kind)
    assert f'href="{path}"' in text
    page, _, anchor = path.partition("#")
    assert page == "/help" or page.removeprefix("/help/") in TOPICS
    assert not anchor or anchor in HELP_ANCHORS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_page_of_help_leads_to_every_topic(lang: str) -> None:
    text = shown(HelpPage(), lang)
    assert all(f'href="/help/{topic}"' in text for topic in TOPICS)
