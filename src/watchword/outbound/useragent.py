"""A browser and a system in words a person knows, from what the browser says of itself."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ua_parser import BasicResolver

HINTS = ("sec-ch-ua", "sec-ch-ua-platform")
"""The client hints that are read, lower-case (User-Agent Client Hints; sent without being asked for)."""

_LONGEST = 512
_REMEMBERED = 2048

# Only these names reach a person. A user agent is whatever its sender likes, and some of the parser's patterns hand
# parts of it on as the family: an approval card must not carry an attacker's sentence.
_BROWSERS = {
    "Android": "Android Browser",
    "Brave": "Brave",
    "Chrome": "Chrome",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chromium": "Chromium",
    "DuckDuckGo": "DuckDuckGo",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Edge": "Edge",
    "Edge Mobile": "Edge",
    "Epiphany": "GNOME Web",
    "Firefox": "Firefox",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "HeadlessChrome": "Chrome",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "Konqueror": "Konqueror",
    "Line": "LINE",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Opera": "Opera",
    "Opera Mini": "Opera",
    "Opera Mobile": "Opera",
    "Python Requests": "Python",
    "Safari": "Safari",
    "Samsung Internet": "Samsung Internet",
    "UC Browser": "UC Browser",
    "Vivaldi": "Vivaldi",
    "Yandex Browser": "Yandex Browser",
    "curl": "curl",
    "okhttp": "okhttp",
}
_BRANDS = {
    "Google Chrome": "Chrome",
    "Microsoft Edge": "Edge",
    "Brave": "Brave",
    "Opera": "Opera",
    "Vivaldi": "Vivaldi",
    "Samsung Internet": "Samsung Internet",
    "YaBrowser": "Yandex Browser",
    "DuckDuckGo": "DuckDuckGo",
}
_SYSTEMS = {
    "Android": "Android",
    "Chrome OS": "ChromeOS",
    "Chromium OS": "ChromeOS",
    "Debian": "Linux",
    "Fedora": "Linux",
    "FreeBSD": "FreeBSD",
    "HarmonyOS": "HarmonyOS",
    "Linux": "Linux",
    "Mac OS X": "macOS",
    "OpenBSD": "OpenBSD",
    "Ubuntu": "Linux",
    "Windows": "Windows",
    "Windows Phone": "Windows Phone",
    "iOS": "iOS",
    "macOS": "macOS",
}
_QUOTED = re.compile(r'"([^"\\]{1,64})"')


@dataclass(frozen=True, slots=True)
class Agent:
    """Names without versions, the same in every language; empty where not known."""

    browser: str
    system: str


def describe(ua: str, hints: Mapping[str, str]) -> Agent:
    """The User-Agent field and the two client hints of `HINTS`. Hints win where they name something known.

    The first call in a process loads and compiles the patterns (about 70 ms); `warm` does it ahead of a person.
    """
    brands, platform = (hints.get(name, "")[:_LONGEST] for name in HINTS)
    return _describe(ua[:_LONGEST], brands, platform)


def warm() -> None:
    """Load the patterns; for a thread of its own after the start, never in the way of it."""
    _describe("", "", "")
    _parser()


@lru_cache(maxsize=_REMEMBERED)
def _describe(ua: str, brands: str, platform: str) -> Agent:
    browser = next((_BRANDS[brand] for brand in _QUOTED.findall(brands) if brand in _BRANDS), "")
    hinted = _QUOTED.fullmatch(platform)
    system = _SYSTEMS.get(hinted.group(1), "") if hinted else ""
    if ua and not (browser and system):
        from ua_parser import Domain  # noqa: PLC0415 (see _parser)

        found = _parser()(ua, Domain.USER_AGENT | Domain.OS)
        browser = browser or _BROWSERS.get(found.user_agent.family if found.user_agent else "", "")
        system = system or _SYSTEMS.get(found.os.family if found.os else "", "")
    return Agent(browser, system)


_loading = threading.Lock()
_loaded: list[BasicResolver] = []


def _parser() -> BasicResolver:
    """The patterns for browsers and systems only, each compiled when it is first tried.

    ua_parser's own default compiles 1,270 patterns at once, half of them for device models, which nobody is shown.
    """
    with _loading:
        if not _loaded:
            from ua_parser import BasicResolver, load_lazy_builtins  # noqa: PLC0415 (35 ms, 6 MB)

            browsers, systems, _ = load_lazy_builtins()
            _loaded.append(BasicResolver((browsers, systems, [])))
        return _loaded[0]
