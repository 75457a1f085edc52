"""Where an audit command is run: the installation, the words in a language, what is printed for people and for programs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from watchword.app.opening import settings_or_exit
from watchword.app.settings import Settings
from watchword.app.staff.desk import Opening
from watchword.app.wiring import Built, brand_of
from watchword.core import checkpoints
from watchword.core.refusals import Refusal
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow
from watchword.vault import notes
from watchword.vault.notes import Key, Signed
from watchword.web.texts import Catalogue
from watchword_client.terminal import default_language, plain

FOUND, USAGE = 1, 2
OPERATOR = "operator"
LARGEST_FILE = 64 * 1024 * 1024

Language = Annotated[str, typer.Option("--lang", envvar="WATCHWORD_LANG", help="en or ja.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="Key that heads are signed with, as `watchword audit key` prints it; may be given more than once."),
]  # fmt: skip
Output = Annotated[
    Path | None, typer.Option("--output", help="File to write to, which must not exist; standard output if not given.")
]


class Words:
    """Texts of the section `audit`, what stands in the log made harmless for a terminal."""

    def __init__(self, catalogue: Catalogue, settings: Settings, lang: str) -> None:
        self._catalogue, self._zone = catalogue, ZoneInfo(settings.zone)
        self.lang = lang if lang in ("en", "ja") else default_language()

    def text(self, key: str, **values: object) -> str:
        """One text."""
        said = {name: value if isinstance(value, int | float) else plain(value, 400) for name, value in values.items()}
        return self._catalogue.plain(self.lang, f"audit.{key}", **said).strip()

    def moment(self, at: int) -> str:
        """A time that programs and people read alike, in the installation's zone; "-" for none."""
        try:
            return datetime.fromtimestamp(at, self._zone).isoformat(sep=" ") if at else "-"
        except (ValueError, OverflowError, OSError):
            return str(at)


@dataclass(frozen=True, slots=True)
class Shell:
    """What a command works with."""

    built: Built
    words: Words
    as_json: bool = False

    @property
    def kit(self) -> Kit:
        """The flows' ports."""
        return self.built.kit

    def text(self, key: str, **values: object) -> str:
        """One text."""
        return self.words.text(key, **values)

    def note(self, tag_row: AuditRow) -> None:
        """Write down that the operator's shell did this."""
        with self.kit.store.write() as tx:
            tx.audit.write(tag_row, self.kit.clock.now())

    def refuse(self, refusal: Refusal) -> typer.Exit:
        """Print a refusal; the exit it ends the command with."""
        site = self.built.site
        found = site.renderer.refusal_json(refusal, lang=self.words.lang, now=self.kit.clock.now(), tz=site.zone)
        body = found["refusal"]
        if self.as_json:
            print(json.dumps({"ok": False, "refusal": {**body, "reason": refusal.reason}}, ensure_ascii=False))
        for part in () if self.as_json else ("what", "why", "do"):
            print(plain(body[part], 400), file=sys.stderr)
        return typer.Exit(FOUND)

    def stop(self, key: str, **values: object) -> typer.Exit:
        """Say why a command cannot be done as it was given."""
        print(self.text(key, **values), file=sys.stderr)
        return typer.Exit(USAGE)


@contextmanager
def shell(context: typer.Context, lang: str, *, as_json: bool = False) -> Iterator[Shell]:
    """The installation, opened for one command."""
    opening = context.obj if isinstance(context.obj, Opening) else Opening()
    with opening.open() as built:
        yield Shell(built, words(built.settings, lang), as_json)


def words(settings: Settings, lang: str) -> Words:
    """Texts without an installation."""
    return Words(Catalogue.load(brand_of(settings)), settings, lang)


def alone(lang: str) -> Words:
    """Texts of a command that needs no database, and so no settings but the zone."""
    return words(settings_or_exit(), lang)


def moment(text: str, zone: str) -> int | None:
    """A time as an option gives it: seconds since the epoch, 2026-11-22, or 2026-11-22T14:30; None for anything else."""
    if re.fullmatch(r"[0-9]{1,15}", text):
        return int(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).timestamp())


def keys_given(given: Sequence[str] | None) -> tuple[Key, ...] | None:
    """Keys of options, None where one is none."""
    found = [notes.read_key(text) for text in given or ()]
    keys = tuple(one for one in found if one is not None)
    return keys if len(keys) == len(found) else None


def heads_in(path: Path, keys: Sequence[Key]) -> list[tuple[str, Signed | None]]:
    """The heads of a file by name, None for what no key signed. Raises OSError; UnicodeDecodeError for what is no text."""
    if path.stat().st_size > LARGEST_FILE:
        raise OSError("larger than any file of heads")
    text = path.read_text("utf-8")
    found = []
    for number, one in enumerate(checkpoints.notes(text.split("\n")), 1):
        found.append((f"{path.name}:{number}", notes.check(one, keys)))
    return found


@contextmanager
def writing(path: Path | None) -> Iterator[object]:
    """Where output goes; a file is made anew, readable by its owner alone. Raises FileExistsError."""
    if path is None:
        yield sys.stdout
        return
    with path.open("x", encoding="utf-8", newline="") as file:
        path.chmod(0o600)
        yield file


def dumped(found: Mapping[str, object]) -> str:
    """One object of JSON on a line."""
    return json.dumps(found, ensure_ascii=False)
