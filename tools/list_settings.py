"""Writes docs/settings.md from the settings' own descriptions and defaults (`make docs`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from watchword.app.settings import Settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"

HEAD = """# Settings

Written from `src/watchword/app/settings.py` by `make docs`; a test compares.

A setting comes from the environment (`hash.memory_kib` is `WATCHWORD_HASH__MEMORY_KIB`), else from the TOML file
that `WATCHWORD_CONFIG` names.
"""


def walk(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting below a model, with its dotted name."""
    for name, info in model.model_fields.items():
        inner = nested(info)
        if inner is None:
            yield f"{prefix}{name}", info
        else:
            yield from walk(inner, f"{prefix}{name}.")


def nested(info: FieldInfo) -> type[BaseModel] | None:
    """The model of a field that is a table of settings, alone or as `Model | None`."""
    for candidate in (info.annotation, *get_args(info.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def page() -> str:
    """The whole document: settings of the top first, then a section for each table."""
    top = [(name, info) for name, info in Settings.model_fields.items() if nested(info) is None]
    parts = [HEAD, _table(top)] if top else [HEAD]
    for name, info in Settings.model_fields.items():
        inner = nested(info)
        if inner is not None:
            job = " ".join((inner.__doc__ or "").split())
            parts.append(f"## {name}\n\n{job}\n\n{_table(list(walk(inner, f'{name}.')))}")
    return "\n".join(parts)


def _table(settings: list[tuple[str, FieldInfo]]) -> str:
    lines = [
        f"| `{name}` | {_default(info)} | {_cell(info.description or '')}{_choices(info)} |" for name, info in settings
    ]
    return "| setting | default | what it is for |\n|---|---|---|\n" + "\n".join(lines) + "\n"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "none: it must be set"
    value: Any = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", (), [], {}, frozenset()):
        return "empty"
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(
            f"`{_cell(str(part))}`" for part in (sorted(value) if isinstance(value, set | frozenset) else value)
        )
    return f"`{_cell(str(value))}`"


def _choices(info: FieldInfo) -> str:
    if get_origin(info.annotation) is not Literal:
        return ""
    return " One of " + ", ".join(f"`{choice}`" for choice in get_args(info.annotation)) + "."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
