"""The operator's one colour, and the five pairs that follow from it with contrast that holds.

From `brand.accent` the light and dark accent, accent-strong, on-accent, tint and accent-line are derived: hue stays, lightness moves in
OKLab until every ratio of `NEEDED` holds (WCAG 2.2: 4.5 for text, 3 for controls and for large text), chroma gives way where sRGB ends.
Colours are `#RRGGBB`. OKLab: Björn Ottosson, "A perceptual color space for image processing" (2020); contrast: WCAG 2.2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Literal

Scheme = Literal["light", "dark"]

# The neutral and meaning roles of tokens.css that an accent stands on or beside; they are not brandable.
NEUTRAL: Mapping[Scheme, Mapping[str, str]] = MappingProxyType({
    "light": {
        "canvas": "#F4F6F5", "surface": "#FFFFFF", "sunken": "#E9EEEC", "ink": "#13211F", "ink-2": "#465653", "edge": "#74847F",
        "focus": "#1D4FD7",
    },
    "dark": {
        "canvas": "#0E1514", "surface": "#161F1E", "sunken": "#0A100F", "ink": "#E7EEEC", "ink-2": "#A8B7B3", "edge": "#6F817C",
        "focus": "#9DC3FF",
    },
})  # fmt: skip

# (foreground, background, least ratio). Names are custom properties of tokens.css.
NEEDED: tuple[tuple[str, str, float], ...] = (
    ("ink", "tint", 7.0), ("ink-2", "tint", 4.5), ("edge", "tint", 3.0), ("focus", "tint", 3.0),
    ("accent", "surface", 4.5), ("accent", "canvas", 4.5), ("accent", "sunken", 4.5), ("accent", "tint", 4.5),
    ("accent-strong", "surface", 4.5), ("accent-strong", "tint", 4.5),
    ("on-accent", "accent", 4.5), ("on-accent", "accent-strong", 4.5),
)  # fmt: skip

DEFAULT_ACCENT = "#0B5A66"
_HEX = re.compile(r"#[0-9A-Fa-f]{6}\Z")
_STEP = 0.005


@dataclass(frozen=True, slots=True)
class Brand:
    """What an operator sets. `accent` "" keeps the colours of tokens.css; `mark_url` "" draws the built-in mark."""

    name: str = "Watchword"
    accent: str = ""
    mark_url: str = ""
    portal_url: str = "https://login.watchword.example"
    support: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({"en": "+44 20 7946 0018", "ja": "0120-000-018"})
    )


@dataclass(frozen=True, slots=True)
class Colours:
    """The five brandable colours of one scheme."""

    accent: str
    accent_strong: str
    on_accent: str
    tint: str
    accent_line: str


@dataclass(frozen=True, slots=True)
class BrandColours:
    """Both schemes."""

    light: Colours
    dark: Colours


@dataclass(frozen=True, slots=True)
class Ratio:
    """One measured contrast and the least it has to be."""

    scheme: Scheme
    foreground: str
    background: str
    value: float
    needed: float


def derive(accent: str) -> BrandColours:
    """The ten colours of `accent` (`#RRGGBB`). Raises ValueError where it is not one."""
    lightness, chroma, hue = _to_lch(_channels(accent))
    return BrandColours(light=_light(lightness, chroma, hue), dark=_dark(lightness, chroma, hue))


def css(colours: BrandColours) -> str:
    """The style sheet that follows tokens.css."""
    light = "\n".join(f"  --{name}: {value};" for name, value in _named(colours.light))
    dark = "\n".join(f"    --{name}: {value};" for name, value in _named(colours.dark))
    return f":root {{\n{light}\n}}\n@media (prefers-color-scheme: dark) {{\n  :root {{\n{dark}\n  }}\n}}\n"


def ratios(colours: BrandColours) -> tuple[Ratio, ...]:
    """Every contrast of `NEEDED` in both schemes, as `watchword doctor` prints it."""
    found: list[Ratio] = []
    schemes: tuple[tuple[Scheme, Colours], ...] = (("light", colours.light), ("dark", colours.dark))
    for scheme, own in schemes:
        palette = {**NEUTRAL[scheme], **dict(_named(own))}
        found += [Ratio(scheme, fg, bg, contrast(palette[fg], palette[bg]), least) for fg, bg, least in NEEDED]
    return tuple(found)


def contrast(one: str, other: str) -> float:
    """The WCAG contrast of two colours, 1 to 21."""
    a, b = _luminance(one), _luminance(other)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def _light(lightness: float, chroma: float, hue: float) -> Colours:
    neutral = NEUTRAL["light"]
    tint = _first(
        (_hex(step, min(chroma * 0.3, 0.018), hue) for step in _steps(0.937, 1.0)),
        lambda c: _all(c, neutral, {"ink": 7.0, "ink-2": 4.5, "edge": 3.0, "focus": 3.0}),
    )
    grounds = [neutral["surface"], neutral["canvas"], neutral["sunken"], tint]
    start = max(lightness, 0.30)
    found, at = _search(start, 0.0, chroma, hue, lambda c: min(contrast(c, g) for g in grounds) >= 4.5)
    strong = _hex(at - 0.08, chroma, hue)
    return Colours(found, strong, "#FFFFFF", tint, _hex(0.81, min(chroma * 0.5, 0.045), hue))


def _dark(lightness: float, chroma: float, hue: float) -> Colours:
    neutral = NEUTRAL["dark"]
    tint = _first(
        (_hex(step, min(chroma * 0.6, 0.04), hue) for step in _steps(0.305, 0.10)),
        lambda c: _all(c, neutral, {"ink": 7.0, "ink-2": 4.5, "edge": 3.0, "focus": 3.0}),
    )
    on_accent = _hex(0.26, min(chroma * 0.6, 0.045), hue)
    grounds = [neutral["surface"], neutral["canvas"], neutral["sunken"], tint, on_accent]
    found, at = _search(
        max(lightness, 0.77), 1.0, min(chroma, 0.14), hue, lambda c: min(contrast(c, g) for g in grounds) >= 4.5
    )
    strong = _hex(min(at + 0.065, 1.0), min(chroma, 0.14), hue)
    return Colours(found, strong, on_accent, tint, _hex(0.44, min(chroma * 0.7, 0.055), hue))


def _search(start: float, end: float, chroma: float, hue: float, holds: Callable[[str], bool]) -> tuple[str, float]:
    for step in _steps(start, end):
        colour = _hex(step, chroma, hue)
        if holds(colour):
            return colour, step
    raise AssertionError("black or white holds every ratio")  # the end points are black and white


def _first(candidates: Iterator[str], holds: Callable[[str], bool]) -> str:
    for colour in candidates:
        if holds(colour):
            return colour
    raise AssertionError("the last candidate holds every ratio")


def _all(ground: str, neutral: Mapping[str, str], least: Mapping[str, float]) -> bool:
    return all(contrast(neutral[name], ground) >= ratio for name, ratio in least.items())


def _steps(start: float, end: float) -> Iterator[float]:
    count = math.ceil(abs(end - start) / _STEP)
    sign = 1 if end > start else -1
    yield from (start + sign * _STEP * i for i in range(count))
    yield end


def _named(colours: Colours) -> list[tuple[str, str]]:
    return [(f.name.replace("_", "-"), getattr(colours, f.name)) for f in fields(colours)]


def _channels(colour: str) -> tuple[float, float, float]:
    if not _HEX.match(colour):
        raise ValueError(f"{colour!r} is not a colour of the form #RRGGBB")
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _encoded(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _luminance(colour: str) -> float:
    red, green, blue = map(_linear, _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_lch(rgb: tuple[float, float, float]) -> tuple[float, float, float]:
    r, g, b = map(_linear, rgb)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    c = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, c), math.atan2(c, a)


def _to_linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """The colour, its chroma lowered until sRGB has it."""
    lightness = min(max(lightness, 0.0), 1.0)
    low, high = 0.0, chroma
    rgb = _to_linear(lightness, chroma, hue)
    if not _inside(rgb):
        for _ in range(16):
            middle = (low + high) / 2
            low, high = (middle, high) if _inside(_to_linear(lightness, middle, hue)) else (low, middle)
        rgb = _to_linear(lightness, low, hue)
    return "#" + "".join(f"{round(_encoded(min(max(value, 0.0), 1.0)) * 255):02X}" for value in rgb)


def _inside(rgb: tuple[float, float, float]) -> bool:
    return all(-1e-4 <= value <= 1 + 1e-4 for value in rgb)
