"""What is wrong with settings, in words: which one, where it comes from, what was found, what is allowed. No secret is repeated.

pydantic names its own types, and passes over an environment variable that is no setting.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from watchword.app.environment import OTHER_VARIABLES
from watchword.app.settings import Settings

PREFIX, BETWEEN = "WATCHWORD_", "__"
LONGEST = 80
Place = tuple[str | int, ...]
KINDS: Mapping[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "text",
}


def worded(
    wrong: ValidationError, environ: Mapping[str, str], *, file: str = "", model: type[BaseModel] = Settings, table: str = ""
) -> tuple[str, ...]:  # fmt: skip
    """A line for each fault. `file` is the TOML file that was read, "" for none; `table` the name of `model` where that is not all settings."""
    return tuple(_line(dict(error), environ, file, model, table) for error in wrong.errors(include_url=False))


def unread(environ: Mapping[str, str], field: str) -> tuple[str, ...]:
    """A line for each variable of a table or list of settings that is not written as JSON, which is how lists and tables are."""
    lines = []
    for name in sorted(environ):
        path = tuple(name.upper().removeprefix(PREFIX).lower().split(BETWEEN))
        if not name.upper().startswith(PREFIX) or path[0] != field:
            continue
        info, _ = place_of(Settings, path)
        if info is not None and KINDS.get(info.annotation) is None and not _is_json(environ[name]):
            shown = "what was found" if not info.repr or nested(info) else f"found {_shown(environ[name])}, which"
            lines.append(
                f"setting {'.'.join(path)} (from {name}): {shown} is no JSON; allowed: {allowed(info)}, written as JSON"
            )
    return tuple(lines)


def unknown(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables that look like settings and are none, each with the closest that is one, "" where none is close."""
    known = [path.replace(".", BETWEEN).upper() for path in names(Settings)]
    known += [name.removeprefix(PREFIX) for name in OTHER_VARIABLES]
    for name in sorted(environ):
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper in OTHER_VARIABLES:
            continue
        info, exact = place_of(Settings, tuple(upper.removeprefix(PREFIX).lower().split(BETWEEN)))
        if info is None or not exact:
            close = difflib.get_close_matches(upper.removeprefix(PREFIX), known, 1)
            yield name, PREFIX + close[0] if close else ""


def names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted names of all settings below a model, of tables and of what is in them."""
    for name, info in model.model_fields.items():
        yield f"{prefix}{name}"
        inner = nested(info)
        if inner is not None:
            yield from names(inner, f"{prefix}{name}.")


def nested(info: FieldInfo) -> type[BaseModel] | None:
    """The model of a field that is a table of settings."""
    kind = info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def allowed(info: FieldInfo) -> str:
    """What a setting may be."""
    kind = info.annotation
    if nested(info) is not None:
        return "a table of settings"
    words = KINDS.get(kind) or _several(kind)
    bounds = _bounds(info, kind is str)
    return f"{words}, {bounds}" if bounds else words


def _several(kind: object) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    if origin is list and get_origin(inner[0]) is Literal:
        return f"a list of {', '.join(map(str, get_args(inner[0])))}"
    if origin is list:
        return (
            "a list of whole numbers, such as [200, 201]" if inner[0] is int else 'a list of texts, such as ["a", "b"]'
        )
    return "two whole numbers, such as [1000, 5000]" if origin is tuple else "a table of names and values"


def _bounds(info: FieldInfo, text: bool) -> str:
    found = {
        name: getattr(one, name)
        for one in info.metadata
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length")
        if getattr(one, name, None) is not None
    }
    words = {
        "ge": "at least {}",
        "min_length": "at least {}",
        "gt": "above {}",
        "le": "at most {}",
        "max_length": "at most {}",
        "lt": "below {}",
    }
    said = " and ".join(word.format(found[name]) for name, word in words.items() if name in found)
    return f"{said} characters" if said and text else said


def _line(error: Mapping[str, Any], environ: Mapping[str, str], file: str, model: type[BaseModel], table: str) -> str:
    place: Place = error["loc"]
    dotted = ".".join(str(part) for part in ((table, *place) if table else place))
    own = str(error["ctx"]["error"]) if error["type"] == "value_error" else ""
    if not dotted:
        return own
    head = f"setting {dotted}{_origin(dotted, environ, file)}"
    info, _ = place_of(model, place)
    if error["type"] == "extra_forbidden":  # its value may be a secret whose name was mistyped
        close = difflib.get_close_matches(str(place[-1]), _beside(model, place), 1)
        name = ".".join((*dotted.split(".")[:-1], *close))
        return f"{head}: there is no such setting{f'; did you mean {name}?' if close else ''}"
    if error["type"] == "missing":
        return f"{head}: nothing was found; it must be set{f' to {allowed(info)}' if info else ''}"
    if info is None or nested(info) is not None or (own and isinstance(error["input"], Mapping)):
        return f"{head}: {own or 'found something else; allowed: a table of settings'}"
    found = f"found {_shown(error['input'])}; " if info.repr else ""
    return f"{head}: {found}allowed: {own or allowed(info)}"


def _origin(dotted: str, environ: Mapping[str, str], file: str) -> str:
    """Where a setting comes from: the variable of it or of a table or list around it, else the file."""
    there = {name.upper(): name for name in environ}
    parts = dotted.upper().split(".")
    for length in range(len(parts), 0, -1):
        name = there.get(PREFIX + BETWEEN.join(parts[:length]))
        if name is not None:
            return f" (from {name})"
    return f" (from {file})" if file else ""


def place_of(model: type[BaseModel], place: Sequence[str | int]) -> tuple[FieldInfo | None, bool]:
    """The innermost setting on the way to a place, None where its first part is none; and whether the whole way is there."""
    info: FieldInfo | None = None
    inside: type[BaseModel] | None = model
    parts = list(place)
    while parts:
        if inside is None:
            return info, get_origin(info.annotation) is dict if info else False
        part = str(parts.pop(0))
        if part not in inside.model_fields:
            return info, False
        info = inside.model_fields[part]
        inside = nested(info)
        values = get_args(info.annotation)[1:] if get_origin(info.annotation) is dict else ()
        if values and isinstance(values[0], type) and issubclass(values[0], BaseModel) and parts:
            parts.pop(0)  # the key under which one stands
            inside = values[0]
    return info, True


def _beside(model: type[BaseModel], place: Place) -> Iterable[str]:
    """The settings of the table in which a name was looked for."""
    info, _ = place_of(model, place[:-1])
    if info is None:
        return model.model_fields
    inner = nested(info) or next((one for one in get_args(info.annotation) if hasattr(one, "model_fields")), None)
    return inner.model_fields if inner is not None else ()


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
