"""Whatever colour an operator chooses, every contrast holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.brand import DEFAULT_ACCENT, NEUTRAL, Brand, contrast, css, derive, ratios
from watchword.web.pages import Renderer
from watchword.web.texts import Catalogue

TOKENS = Path(__file__).parents[2] / "src/watchword/web/static/tokens.css"


@given(st.integers(0, 0xFFFFFF))
def test_every_accent_gives_the_ratios(number: int) -> None:
    derived = derive(f"#{number:06X}")
    short = [ratio for ratio in ratios(derived) if ratio.value < ratio.needed]
    assert short == []


@pytest.mark.parametrize(
    "accent", ["#000000", "#FFFFFF", "#FFFF00", "#0000FF", "#FF0000", "#00FF00", "#808080", DEFAULT_ACCENT]
)
def test_extremes_give_the_ratios_too(accent: str) -> None:
    assert all(ratio.value >= ratio.needed for ratio in ratios(derive(accent)))


def test_a_colour_that_fits_is_kept() -> None:
    assert derive(DEFAULT_ACCENT).light.accent == DEFAULT_ACCENT


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#13211F", "#F4F6F5") == pytest.approx(15.3, abs=0.1)


@pytest.mark.parametrize("accent", ["", "0B5A66", "#0B5A6", "#0B5A666", "red", "#0B5A6G", "#0B5A66\n"])
def test_what_is_no_colour_is_told(accent: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        derive(accent)


def test_the_style_sheet_sets_the_five_pairs_and_nothing_else() -> None:
    text = css(derive("#7A1FA2"))
    names = re.findall(r"--([a-z-]+): #[0-9A-F]{6};", text)
    assert names == ["accent", "accent-strong", "on-accent", "tint", "accent-line"] * 2
    assert (
        re.sub(r"--[a-z-]+: #[0-9A-F]{6};", "", text).split()
        == ":root { } @media (prefers-color-scheme: dark) { :root { } }".split()
    )


def test_the_neutral_roles_are_those_of_the_style_sheet() -> None:
    light, dark = TOKENS.read_text().split("prefers-color-scheme: dark", 1)
    for text, roles in ((light, NEUTRAL["light"]), (dark, NEUTRAL["dark"])):
        found = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9A-Fa-f]{6})", text[:4000]))
        assert {name: found[name] for name in roles} == dict(roles)


def test_a_brand_of_ones_own_is_linked_after_the_tokens() -> None:
    renderer = Renderer(Catalogue.load(), Brand(accent="#7A1FA2"))
    assert renderer.brand_css
    assert not Renderer(Catalogue.load()).brand_css
