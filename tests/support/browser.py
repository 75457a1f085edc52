"""The machine's Chromium, driven by Playwright: one process a test module, one fresh context a person.

Most tests take the same browser without its own windows and bars, where Debian's package for it is there: it needs a third of the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

from tests.support.programs import find, require

# The sandbox wants privileges that a container lacks; the rest keeps the browser from talking to its maker during tests.
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
)

AXE = Path(__file__).parents[2] / "frontend/portal/node_modules/axe-core/axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# What a narrower screen can change, or other words in the same places.
BY_WIDTH = (
    "target-size",
    "label",
    "button-name",
    "link-name",
    "aria-hidden-focus",
    "scrollable-region-focusable",
    "landmark-unique",
)


@contextmanager
def chromium(playwright: Playwright, *flags: str, whole: bool = False) -> Iterator[Browser]:
    """A running Chromium, with further `flags` if any, closed at the end. `whole` for what belongs to the browser around the page: its camera,
    its notifications."""
    path = (None if whole else find("chromium-headless-shell")) or require("chromium")
    browser = playwright.chromium.launch(executable_path=str(path), args=[*FLAGS, *flags])
    try:
        yield browser
    finally:
        browser.close()


def camera(clip: str) -> tuple[str, ...]:
    """Flags for a camera that shows the Y4M file `clip` over and over, with the permission given."""
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={clip}",
    )


def complaints(page: Page) -> list[str]:
    """A list that fills with what the page's scripts throw and what the console calls an error (a broken CSP is one)."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    return heard
