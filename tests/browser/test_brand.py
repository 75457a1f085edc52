"""Key in the operator's colour: from the first start, without a network, and in the new one after a change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.devices import Phone
from watchword.core.brand import DEFAULT_ACCENT, css, derive
from watchword.web.assets import Assets, File, file_of

FIRST, SECOND = "#7A1FA2", "#1B5E20"
_WORN = "c => getComputedStyle(document.documentElement).getPropertyValue('--accent').trim() === c"
_KEPT = "async colour => (await (await caches.match('/brand.css')).text()).includes(colour)"


@pytest.fixture
def wear(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """`wear(accent)`: the operator sets a colour and starts the server again. Returns what it becomes on a light ground."""
    original, worn = Assets.find, {"css": b""}

    def find(self: Assets, path: str) -> File | None:
        return file_of("brand.css", worn["css"]) if path == "/brand.css" else original(self, path)

    def set_to(accent: str) -> str:
        worn["css"] = css(derive(accent)).encode()
        return derive(accent).light.accent

    monkeypatch.setattr(Assets, "find", find)
    return set_to


def test_key_wears_the_operators_colour_and_takes_a_new_one(
    phone: Callable[..., Phone], wear: Callable[[str], str]
) -> None:
    hand = phone()
    first = wear(FIRST)
    assert first != DEFAULT_ACCENT
    hand.open()
    hand.page.wait_for_function(_WORN, arg=first)
    hand.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    hand.go_offline()
    hand.page.reload()
    hand.page.wait_for_function(_WORN, arg=first)  # without a network it must not go back to our own colour
    hand.context.set_offline(False)
    second = wear(SECOND)
    hand.page.reload()
    hand.page.wait_for_function(_WORN, arg=first)  # a start waits for no network
    hand.page.wait_for_function(_KEPT, arg=second)
    hand.page.reload()
    hand.page.wait_for_function(_WORN, arg=second)
