"""Browser and system in a person's words; an unknown one is empty, and no sender puts words of its own on a card."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.outbound.useragent import _BROWSERS, _SYSTEMS, Agent, describe

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
CHROME = ") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7"


@pytest.mark.parametrize(
    ("ua", "agent"),
    [
        (WINDOWS + "; rv:140.0) Gecko/20100101 Firefox/140.0", Agent("Firefox", "Windows")),
        (WINDOWS + CHROME, Agent("Chrome", "Windows")),
        (WINDOWS + CHROME + " Edg/140.0.0.0", Agent("Edge", "Windows")),
        (WINDOWS + CHROME + " OPR/120.0.0.0", Agent("Opera", "Windows")),
        (MAC + CHROME, Agent("Chrome", "macOS")),
        (MAC + ") AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", Agent("Safari", "macOS")),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Agent("Firefox", "Linux")),
        ("Mozilla/5.0 (X11; Linux x86_64" + CHROME, Agent("Chrome", "Linux")),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0" + CHROME, Agent("Chrome", "ChromeOS")),
        (IPHONE + "Version/18.5 Mobile/15E148 Safari/604.1", Agent("Safari", "iOS")),
        (IPHONE + "CriOS/140.0.0 Mobile/15E148 Safari/604.1", Agent("Chrome", "iOS")),
        (IPHONE + "FxiOS/140.0 Mobile/15E148 Safari/605.1.15", Agent("Firefox", "iOS")),
        ("Mozilla/5.0 (Linux; Android 10; K" + CHROME.replace("Safari", "Mobile Safari"), Agent("Chrome", "Android")),
        ("Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", Agent("Firefox", "Android")),
        ("curl/8.9.1", Agent("curl", "")),
        ("", Agent("", "")),
        ("-", Agent("", "")),
        ("Totally Unknown/1.0", Agent("", "")),
    ],
)  # fmt: skip
def test_known_browsers(ua: str, agent: Agent) -> None:
    assert describe(ua, {}) == agent


def test_hints_tell_what_the_frozen_string_does_not() -> None:
    hints = {"sec-ch-ua": '"Chromium";v="140", "Not=A?Brand";v="24", "Brave";v="140"', "sec-ch-ua-platform": '"macOS"'}
    assert describe(WINDOWS + CHROME, hints) == Agent("Brave", "macOS")
    assert describe(WINDOWS + CHROME, {"sec-ch-ua": '"Chromium";v="140"', "sec-ch-ua-platform": '"Unknown"'}) == Agent(
        "Chrome", "Windows"
    )


@pytest.mark.parametrize(
    "ua",
    [
        "Your bank approved this/1 CFNetwork/1410 Darwin/22.6.0",
        "Press Approve-iPhone/1 CFNetwork/1",
        "Mozilla/5.0 (Windows NT 10.0) <script>alert(1)</script>",
        "\u202eapproved/1.0",
    ],
)
def test_a_senders_sentence_is_never_shown(ua: str) -> None:
    agent = describe(ua, {"sec-ch-ua": '"Press Approve";v="1"', "sec-ch-ua-platform": '"Trusted"'})
    assert agent.browser in {"", *_BROWSERS.values()}
    assert agent.system in {"", *_SYSTEMS.values()}


@given(st.text(max_size=1000), st.text(max_size=100), st.text(max_size=100))
def test_any_text_gives_known_words_or_none(ua: str, brands: str, platform: str) -> None:
    agent = describe(ua, {"sec-ch-ua": brands, "sec-ch-ua-platform": platform})
    assert agent.browser in {"", *_BROWSERS.values(), "Chrome", "Edge", "Yandex Browser"}
    assert agent.system in {"", *_SYSTEMS.values()}


def test_only_the_first_512_characters_count() -> None:
    assert describe("x" * 512 + WINDOWS + CHROME, {}) == Agent("", "")
    assert describe(WINDOWS + CHROME + " " + "x" * 100_000, {}) == Agent("Chrome", "Windows")


def test_the_patterns_are_not_loaded_at_the_start() -> None:
    """A server must answer soon after its start; what costs tens of milliseconds waits for its first use."""
    code = (
        "import sys, watchword.outbound.useragent, watchword.outbound.geo, watchword.outbound.webpush, "
        "watchword.outbound.phone_numbers; "
        "print([m for m in ('ua_parser', 'maxminddb', 'pywebpush', 'aiohttp', 'requests', 'phonenumbers', 'babel') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
