"""The catalogue: every sentence a person reads, in English and Japanese, from `texts/<lang>/<section>.toml`.

Keys are `section.name`. A text may hold `{placeholders}` and `<b>…</b>`, no other markup. What an operator's brand fixes (`{brand}`,
`{support}`, `{portal}`) is filled once at loading; a text without further placeholders is then a constant.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from markupsafe import Markup, escape

from watchword.core import device_names
from watchword.core.brand import Brand

LANGUAGES = ("en", "ja")
_TAG = re.compile(r"</?b>")


class Text:
    """One text split once: literals and placeholder names in turn, the brand's values already among the literals."""

    __slots__ = ("literals", "names", "plain_literals")

    def __init__(self, source: str, fixed: Mapping[str, str]) -> None:
        literals, plain, names = [""], [""], list[str]()
        for literal, name, _, _ in string.Formatter().parse(source):
            literals[-1] += literal
            plain[-1] += _TAG.sub("", literal)
            if name is not None and name in fixed:
                value = str(escape(fixed[name]))
                literals[-1] += f'<span class="nowrap num">{value}</span>' if name == "support" else value
                plain[-1] += fixed[name]
            elif name is not None:
                names.append(name)
                literals.append("")
                plain.append("")
        self.literals, self.plain_literals, self.names = tuple(literals), tuple(plain), tuple(names)

    def markup(self, params: Mapping[str, object]) -> Markup:
        """The text with every parameter escaped."""
        out = [self.literals[0]]
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            out += escape(params[name]), literal
        return Markup("".join(out))  # noqa: S704 - the literals are ours, every parameter was escaped

    def plain(self, params: Mapping[str, object]) -> str:
        """The text without markup, parameters as they are."""
        out = [self.plain_literals[0]]
        for name, literal in zip(self.names, self.plain_literals[1:], strict=True):
            out += str(params[name]), literal
        return "".join(out)


class Catalogue:
    """All texts of all languages. Reading never changes it."""

    def __init__(self, sources: Mapping[str, Mapping[str, str]], brand: Brand) -> None:
        self._sources = sources
        host = _host(brand.portal_url)
        self._fixed = {lang: {"brand": brand.name, "support": brand.support[lang], "portal": host} for lang in sources}
        # Split at their first use: most of the texts are never read in one process, and all of them take a tenth of its start.
        self._texts: dict[str, dict[str, Text]] = {lang: {} for lang in sources}
        self._constant: dict[str, dict[str, Markup]] = {lang: {} for lang in sources}

    def _text(self, lang: str, key: str) -> Text:
        text = self._texts[lang].get(key)
        if text is None:
            text = self._texts[lang][key] = Text(self._sources[lang][key], self._fixed[lang])
            if not text.names:
                self._constant[lang][key] = text.markup({})
        return text

    @cached_property
    def _devices(self) -> Mapping[str, device_names.Named]:
        """The names that we give devices, in every language."""
        named = (*device_names.PLAIN, device_names.ON_SYSTEM)
        return device_names.defaults(
            {key: self.pattern(lang, key) for key in named if key in texts} for lang, texts in self._sources.items()
        )

    @classmethod
    def load(cls, brand: Brand | None = None) -> Catalogue:
        """The catalogue of the package, filled with the brand's name, telephone number and portal host."""
        brand = brand or Brand()
        return _loaded(brand.name, brand.portal_url, tuple(sorted(brand.support.items())))

    def t(self, lang: str, key: str, /, **params: object) -> Markup:
        """The text as markup, parameters escaped. Raises KeyError for an unknown key or a missing parameter."""
        constant = self._constant[lang].get(key)
        return self._text(lang, key).markup(params) if constant is None else constant

    def plain(self, lang: str, key: str, /, **params: object) -> str:
        """The text for SMS, mail and JSON: no markup. Raises KeyError as `t` does."""
        return self._text(lang, key).plain(params)

    def device(self, lang: str, name: str, /) -> str:
        """A device's name as its reader sees it: one that we gave in this language, one that its owner gave as it is."""
        found = device_names.recognised(name, self._devices)
        if found is None:
            return name
        (key, params), behind = found
        return f"{self.plain(lang, key, **params)} {behind}".rstrip()

    def pattern(self, lang: str, key: str, /) -> str:
        """The plain text with its placeholders left in braces, for a script to fill."""
        text = self._text(lang, key)
        return text.plain({name: "{" + name + "}" for name in text.names})

    def has(self, lang: str, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._sources[lang]

    def keys(self, lang: str) -> Iterable[str]:
        """Every key of a language."""
        return self._sources[lang].keys()


@lru_cache(2)  # nothing in it changes, and to read some two thousand texts takes a tenth of a second
def _loaded(name: str, portal_url: str, support: tuple[tuple[str, str], ...]) -> Catalogue:
    root = files("watchword") / "texts"
    brand = Brand(name=name, portal_url=portal_url, support=dict(support))
    return Catalogue({lang: dict(read(root / lang)) for lang in LANGUAGES}, brand)


def read(folder: Traversable) -> Iterator[tuple[str, str]]:
    """Pairs of key and source text from the TOML files of one language."""
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            yield from _flat(file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8")))


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if isinstance(value, dict):
            yield from _flat(name, value)
        elif isinstance(value, str):
            yield name, value
        else:
            raise TypeError(f"{name} is not a text")


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
