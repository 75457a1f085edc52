"""What is asked of every screen a test comes past: nothing for axe to find, nothing wider than the screen, no English on a Japanese one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page

from tests.support.browser import AXE, BY_WIDTH, RULES

SHOTS = os.environ.get("WATCHWORD_SHOTS", "")

# In the language a screen is met in first: every rule in the light at the first width, then in the dark, at the next width, what a darker or
# a narrower page can change. In the other: what its words can change, where there is least room. Of the portal tests/web_look has asked all
# that of every page already, so here it is looked at once, as it really comes.
_ALL: tuple[str, ...] = ()
_BY_COLOUR = ("color-contrast",)

_RUN = """async ({rules, only}) => {
  const found = await axe.run({exclude: [['iframe']]}, {
    runOnly: only.length ? {type: 'rule', values: only} : {type: 'tag', values: rules}, resultTypes: ['violations'], iframes: false})
  return found.violations.map(v => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.failureSummary.split('\\n')[1]).join(' | ')}`)
}"""
_WIDER = """() => {
  const room = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= room) return ''
  const over = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > room + 0.5)
  return over.slice(-3).map(e => `${e.tagName} .${e.className} ${Math.round(e.getBoundingClientRect().right)}`).join(' | ')
}"""

# Every text a person reads or hears, but for what is marked as English or stands there as a name, an address or a code.
_READ = """() => {
  const said = []
  const foreign = e => e.closest('[lang=en], .mono, bdi, script, style, noscript, svg, [data-names]')
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement
    if (e && !foreign(e) && e.checkVisibility()) said.push(walk.currentNode.textContent.trim())
  }
  for (const e of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
    if (foreign(e)) continue
    for (const name of ['aria-label', 'placeholder', 'title', 'alt']) said.push(e.getAttribute(name) || '')
  }
  return [document.title, ...said].filter(Boolean)
}"""
_BRANDS = {
    "Watchword", "Key", "SMS", "SIM", "PIN", "QR", "USB", "NFC", "ID", "ID:", "Wi-Fi", "Caps", "Lock", "Chrome", "Chromium", "Android", "iOS", "iPhone",
    "iPad",
    "Windows", "Linux", "Safari", "Pixel", "USD", "Face", "Touch", "English", "OK", "cm", "km", "localhost", "Asia", "Tokyo", "PNG", "JPEG", "MB", "VPN", "PDF", "Edge", "WebAuthn",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z][A-Za-z’'-]+")
_NAMES = re.compile(
    r"\S+@\S+|\S+\.(?:localhost|example|org)\S*|https?://\S+|\b[0-9A-Z]{4} [0-9A-Z]{4}\b|\b[A-Za-z]+\d+\b|[•＊*]\S*"
)


def read(page: Page) -> list[str]:
    """Every text of the page, but for what stands there as a name, an address or a code."""
    texts: list[str] = page.evaluate(_READ)
    return texts


def english(texts: Iterable[str]) -> list[str]:
    """The texts with an English word that is no brand's."""
    return [text for text in texts if any(word not in _BRANDS for word in _WORD.findall(_NAMES.sub(" ", text)))]


class Survey:
    """Looks at each screen once a run in each language, at each width, and in the dark: whoever comes past it first, of all processes that
    share `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._source = AXE.read_text("utf-8")

    def _first(self, *screen: str) -> bool:
        try:
            (self._folder / quote(" ".join(screen), safe="")).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def look(
        self, page: Page, surface: str, lang: str, name: str, widths: Iterable[int], *, scripts: bool = True
    ) -> None:
        """Raises AssertionError for what is found. `surface` and `name` say which screen it is."""
        page.wait_for_load_state()  # a link that was just pressed may have committed to a page with nothing in it yet
        if lang == "ja" and scripts:
            left = english(read(page))
            assert left == [], f"{surface} {name}: English on a Japanese page: {left}"
        if not scripts or not self._first(surface, name, lang):
            return
        first = self._first(surface, name)
        size = page.viewport_size
        found: list[str] = []
        for at, width in enumerate(_chosen(surface, tuple(widths), first=first)):
            # All of it at once: what a bar at the edge covers for the moment is no smaller for that.
            page.set_viewport_size(
                {"width": width, "height": page.evaluate("document.documentElement.scrollHeight") + 120}
            )
            rules = BY_WIDTH if at or not first else _ALL
            found += [
                f"{width}: {line}"
                for line in self._judged_at(page, f"{surface}-{name}.{lang}-{width}", rules, dark=first and at > 0)
            ]
        if size:
            page.set_viewport_size(size)
        assert found == [], "\n".join([f"{surface} {name} ({lang})", *found])

    def _judged_at(self, page: Page, name: str, rules: tuple[str, ...], *, dark: bool) -> list[str]:
        if SHOTS:
            _shoot(page, f"{name}-light")
        if dark or SHOTS:
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        if SHOTS:
            _shoot(page, f"{name}-dark")
        found = self._axe(page, (*rules, *_BY_COLOUR) if dark else rules)
        if dark or SHOTS:
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
        wide = page.evaluate(_WIDER)
        return [*found, f"wider than the screen: {wide}"] if wide else found

    def _axe(self, page: Page, only: tuple[str, ...]) -> list[str]:
        if not page.evaluate("typeof axe !== 'undefined'"):
            page.evaluate(self._source)
        lines: list[Any] = page.evaluate(_RUN, {"rules": RULES, "only": only})
        return [str(line) for line in lines]


def _chosen(surface: str, widths: tuple[int, ...], *, first: bool) -> tuple[int, ...]:
    if SHOTS:
        return widths
    if surface == "portal":
        return widths[:1] if first else ()
    return widths if first else widths[-1:]


def _shoot(page: Page, name: str) -> None:
    folder = Path(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
