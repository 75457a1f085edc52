"""From a view to the bytes of a page, quickly.

Each language has an environment of its own. Texts without placeholders and icons go through pure filters with constant
arguments, which Jinja folds into the compiled template: at run time only what differs between two requests is looked up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import tzinfo
from functools import lru_cache, partial
from importlib.resources import as_file, files
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from watchword.core import brand as colours
from watchword.core.brand import Brand
from watchword.core.refusals import Refusal
from watchword.web.pages.clock import Clock
from watchword.web.pages.icons import icon, symbols
from watchword.web.pages.names import plain_name, safe_name, typed_text, written_text
from watchword.web.pages.qr import qr_path
from watchword.web.pages.refusals import refusal_json, refusal_view
from watchword.web.pages.views import ChallengePanel, Page, QrPanel, RefusalView
from watchword.web.texts import LANGUAGES, Catalogue

STYLES = ("tokens.css", "portal.css", "console.css")


class Renderer:
    """Renders every page of the portal and of the demonstration.

    `static_url` is where `watchword/web/static` and `brand.css` (`brand_css`) are served. `demo_origin` is set by the demonstration
    only: its page then hears which QR code the computer shows, as a phone's camera would. `console` is the origin of the staff console
    for the renderer of its pages: what both sites share, such as the waiting page, then stands under the console's head.
    """

    def __init__(
        self, catalogue: Catalogue, brand: Brand | None = None, *, static_url: str = "/static", demo_origin: str = "", console: str = ""
    ) -> None:  # fmt: skip
        self._catalogue = catalogue
        self.brand = brand or Brand()
        self.brand_css = colours.css(colours.derive(self.brand.accent)).encode() if self.brand.accent else b""
        self._assets = _assets(static_url, self.brand_css)
        self._console = console
        self._environments = {lang: self._environment(lang, demo_origin) for lang in LANGUAGES}

    def page(
        self, view: Page, *, lang: str, now: int, tz: tzinfo, leaving: tuple[int, bool] | None = None, bar: object = None
    ) -> bytes:  # fmt: skip
        """The whole page as UTF-8. `leaving`: in how many seconds its session ends, and whether nothing puts that off; `bar`: the
        console's head, for a page of somebody signed in there."""
        return self._render(view.template, lang, now, tz, {"v": view, "leaving": leaving, "bar": bar})

    def warm(self) -> None:
        """Compile every template now rather than at its first use."""
        for environment in self._environments.values():
            for name in environment.list_templates(["html"]):
                environment.get_template(name)

    def panel(self, panel: QrPanel | ChallengePanel, *, lang: str, now: int, tz: tzinfo) -> dict[str, Any]:
        """The answer of `POST /login/panel`: what the script puts into the elements of the waiting page."""
        clock = Clock(self._catalogue, lang, now, tz)
        valid = self._catalogue.plain(lang, "wait.valid_until", time=clock.hms(panel.until))
        found: dict[str, Any] = {"state": panel.state, "until": panel.until, "valid": valid}
        if isinstance(panel, QrPanel):
            size, path = qr_path(panel.text) if panel.state == "fresh" else (0, "")
            return {"way": "qr", "size": size, "path": path, "href": panel.text, **found}
        groups = digit_groups(panel.digits)
        return {"way": "challenge", "groups": groups, "spoken": spoken(groups, lang), **found}

    def refusal(self, refusal: Refusal, *, lang: str, now: int, tz: tzinfo) -> RefusalView:
        """A refusal for a view."""
        return refusal_view(self._catalogue, refusal, lang=lang, clock=Clock(self._catalogue, lang, now, tz))

    def refusal_json(self, refusal: Refusal, *, lang: str, now: int, tz: tzinfo) -> dict[str, Any]:
        """The whole body of a refused JSON request: `{"refusal": {…}}`."""
        return {
            "refusal": refusal_json(self._catalogue, refusal, lang=lang, clock=Clock(self._catalogue, lang, now, tz))
        }

    def _render(self, name: str, lang: str, now: int, tz: tzinfo, values: Mapping[str, object]) -> bytes:
        clock = Clock(self._catalogue, lang, now, tz)
        return self._template(lang, name).render(clock=clock, **values).encode()

    def _template(self, lang: str, name: str) -> Template:
        return self._environments[lang].get_template(name)

    def _environment(self, lang: str, demo_origin: str) -> Environment:
        with as_file(files("watchword.web") / "templates") as folder:
            environment = Environment(
                loader=FileSystemLoader(folder), autoescape=True, auto_reload=False, trim_blocks=True, lstrip_blocks=True,
                undefined=StrictUndefined, cache_size=-1,
                bytecode_cache=_codes(self._catalogue, lang, tuple(sorted(self._assets.items()))),
            )  # fmt: skip
        scheme, _, host = (self._console or self.brand.portal_url).partition("://")
        say = self._catalogue
        environment.filters |= {
            "t": partial(say.t, lang), "pattern": partial(say.pattern, lang), "asset": self._assets.__getitem__,
            "icon": icon, "symbols": symbols, "qr": qr_path, "digits": _digits, "spell": " ".join,
            "steps": partial(_steps, say, lang), "spoken": partial(_spoken_digits, lang=lang), "name": safe_name, "plain": plain_name, "typed": typed_text,
            "written": written_text, "known": partial(say.has, lang),
            "device": lambda name: safe_name(say.device(lang, name)), "device_name": partial(say.device, lang),
        }  # fmt: skip
        environment.globals |= {
            "lang": lang, "other": next(other for other in LANGUAGES if other != lang), "gap": "" if lang == "ja" else " ",
            "brand": self.brand, "has_brand_css": bool(self.brand_css), "address": _address(scheme, host), "demo_origin": demo_origin,
            # A browser refuses this to a frame of another origin and calls it an error.
            "auto": "" if demo_origin else Markup(" autofocus"),
            "console": bool(self._console), "base": "staff_base.html" if self._console else "base.html", "console_host": host,
            "help_at": self.brand.portal_url if self._console else "",
        }  # fmt: skip
        return environment


class _Codes(BytecodeCache):
    """Compiled templates in memory, by name."""

    def __init__(self) -> None:
        self._kept: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.code


@lru_cache(8)
def _codes(catalogue: Catalogue, lang: str, assets: tuple[tuple[str, str], ...]) -> _Codes:
    """What the renderers of a process share, the portal's and the console's: the code depends on nothing but what is folded into it."""
    return _Codes()


def _steps(catalogue: Catalogue, lang: str, key: str) -> list[Markup]:
    """The texts `key.1`, `key.2` … as far as they go."""
    found: list[Markup] = []
    while catalogue.has(lang, f"{key}.{len(found) + 1}"):
        found.append(catalogue.t(lang, f"{key}.{len(found) + 1}"))
    return found


def digit_groups(digits: str) -> list[str]:
    """6 = 3+3, 8 = 4+4, 10 = 3+3+4; anything else in one group."""
    sizes = {6: (3, 3), 8: (4, 4), 10: (3, 3, 4)}.get(len(digits), (len(digits),))
    out, at = [], 0
    for size in sizes:
        out.append(digits[at : at + size])
        at += size
    return out


def spoken(groups: list[str], lang: str) -> str:
    """Digits one by one, groups apart, as a screen reader should say them."""
    return ("、" if lang == "ja" else ", ").join(" ".join(group) for group in groups)


def _spoken_digits(digits: str, lang: str) -> str:
    return spoken(digit_groups(digits), lang)


def _digits(digits: str) -> Markup:
    return Markup("<i></i>").join(escape(group) for group in digit_groups(digits))


def _address(scheme: str, host: str) -> Markup:
    """The address to compare, everything after the first label heavy: that part nobody else can register."""
    label, dot, rest = host.partition(".")
    if not dot or label.isdecimal():
        return Markup("{}://<b>{}</b>").format(scheme, host)
    return Markup("{}://{}.<b>{}</b>").format(scheme, label, rest)


def _assets(static_url: str, brand_css: bytes) -> dict[str, str]:
    """Addresses of the static files with a hash of their content, so that they may be cached for ever."""
    with as_file(files("watchword.web") / "static") as folder:
        names = (
            *STYLES,
            "mark.svg",
            "portal/portal.js",
            "portal/strength.js",
            "portal/demo.js",
            "portal/demo-frame.js",
        )
        bodies = {name: _read(folder / name) for name in names}
    bodies["brand.css"] = brand_css
    return {name: f"{static_url}/{name}?v={hashlib.sha256(body).hexdigest()[:10]}" for name, body in bodies.items()}


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
