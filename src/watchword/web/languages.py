"""Which language a request asks for: the switch's cookie, else the browser's preference, else English (V01)."""

from __future__ import annotations

from functools import lru_cache

LANGUAGES = ("en", "ja")


def choose(cookie: str, accept: str) -> str:
    """`en` or `ja`."""
    return cookie if cookie in LANGUAGES else preferred(accept[:200])


@lru_cache(maxsize=256)
def preferred(accept: str) -> str:
    """The best of our languages in an Accept-Language header (RFC 9110 section 12.5.4)."""
    best, weight = "en", 0.0
    for part in accept.split(","):
        tag, _, q = part.strip().partition(";q=")
        primary = tag.strip().lower().partition("-")[0]
        try:
            value = float(q) if q else 1.0
        except ValueError:
            continue
        if primary in LANGUAGES and value > weight:
            best, weight = primary, value
    return best
