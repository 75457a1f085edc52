"""A command's talk with a person or a program: texts, questions, results, refusals and exit codes."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import typer

from watchword_client.activation import PinForbidden
from watchword_client.crypto import FormError, Json
from watchword_client.phone import ConfirmationNeeded, NoSuchUser
from watchword_client.refusal import NoConnection, Refusal, Refused
from watchword_client.renewals import Unfinished
from watchword_client.store import InUse, Unreadable
from watchword_client.texts import has, text
from watchword_client.typed import Mistyped

OK, REFUSED, USAGE, NO_CONNECTION = 0, 1, 2, 3


class Usage(Exception):
    """The command lacks something; `key` and `values` make the sentence."""

    exit_code = USAGE

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Nothing(Usage):
    """The command has nothing to work on."""

    exit_code = REFUSED


_ERRORS: dict[type[Exception], tuple[str, int]] = {
    NoConnection: ("connection", NO_CONNECTION),
    Unfinished: ("unfinished", REFUSED),
    ConfirmationNeeded: ("confirmation", USAGE),
    Unreadable: ("unreadable", USAGE),
    InUse: ("in_use", USAGE),
}


def plain(value: object, limit: int = 80) -> str:
    """One line without control or direction characters: what others chose cannot redraw the terminal."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in str(value))
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def clock(at: int) -> str:
    """A time of day in the zone of this computer."""
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")


def grouped(digits: str) -> str:
    """Digits as the pages group them: 6 = 3+3, 8 = 4+4, 10 = 3+3+4."""
    sizes = {6: (3, 3), 8: (4, 4), 10: (3, 3, 4)}.get(len(digits), (len(digits),))
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return " ".join(parts)


@dataclass(slots=True)
class Terminal:
    """Where a command speaks. With `as_json` only JSON goes to standard output, one object a line."""

    language: str
    as_json: bool
    origin: str = ""

    def text(self, key: str, **values: object) -> str:
        return text(self.language, key, **values)

    def say(self, key: str, **values: object) -> None:
        """A sentence for a person; beside the results, so never in the way of a program."""
        self.line(self.text(key, **values))

    def line(self, content: str) -> None:
        print(content, file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def result(self, found: Json, *lines: str) -> None:
        """What the command is for: lines for a person, the object for a program."""
        if self.as_json:
            print(json.dumps({"ok": True, **found}, ensure_ascii=False), flush=True)
            return
        for content in lines:
            print(content, flush=True)

    @property
    def interactive(self) -> bool:
        return sys.stdin.isatty()

    def ask(self, key: str, *, hidden: bool = False, **values: object) -> str:
        """Asks the person, or takes the next line of standard input; Usage when there is none."""
        question = self.text(key, **values)
        try:
            if self.interactive and hidden:
                return getpass.getpass(f"{question}: ")
            if self.interactive:
                print(f"{question}: ", end="", file=sys.stderr, flush=True)
            return _read_line(sys.stdin)
        except EOFError as ended:
            raise Usage("error.missing", name=question) from ended

    def choose(self, key: str, count: int, default: int = 1) -> int:
        """A number from 1 to `count`, less one."""
        answer = self.ask(key).strip() or str(default)
        if not answer.isascii() or not answer.isdigit() or not 1 <= int(answer) <= count:
            raise Usage("error.missing", name=self.text(key))
        return int(answer) - 1

    def pin(self, key: str = "ask.pin", variable: str = "WATCHWORD_PIN") -> str:
        """The PIN: from the environment for scripts, else asked for without showing it."""
        return os.environ.get(variable) or self.ask(key, hidden=True)

    def refusal(self, refusal: Refusal) -> None:
        """What, why and what to do, as the server wrote it."""
        reference = f" ({refusal.reference})" if refusal.reference else ""
        for content in (refusal.what, refusal.why, refusal.do + reference):
            if content.strip():
                print(plain(content, 400), file=sys.stderr)

    @contextlib.contextmanager
    def reporting(self) -> Iterator[None]:
        """Turns what can go wrong into a sentence (or an object) and an exit code."""
        try:
            yield
        except Refused as refused:
            if self.as_json:
                print(json.dumps({"ok": False, "refusal": refused.refusal.public()}, ensure_ascii=False))
            else:
                self.refusal(refused.refusal)
            raise typer.Exit(REFUSED) from refused
        except PinForbidden as forbidden:
            found = [{"piece": hit.piece, "kind": hit.name} for hit in forbidden.found]
            self._fail("pin_forbidden", self.forbidden(forbidden), REFUSED, forbidden, found=found)
        except Mistyped as fault:
            key = f"mistyped.{fault.what}.{fault.reason}"
            sentence = self.text(key, iss=self.origin) if has(key) else str(fault)
            self._fail("mistyped", sentence, USAGE, fault, field=fault.what, reason=fault.reason)
        except FormError as fault:
            self._fail("unrecognised", self.text("error.unrecognised"), REFUSED, fault, reason=fault.reason)
        except Usage as fault:
            error = fault.key.removeprefix("error.").replace(".", "_")
            self._fail(error, self.text(fault.key, **fault.values), fault.exit_code, fault)
        except NoSuchUser as fault:
            error, key = ("list_none", "list.none") if fault.nobody else ("user", "error.user")
            self._fail(error, self.text(key), USAGE, fault)
        except tuple(_ERRORS) as fault:
            error, code = _ERRORS[type(fault)]
            self._fail(error, self.text(f"error.{error}", origin=self.origin, path=fault), code, fault)

    def forbidden(self, forbidden: PinForbidden) -> str:
        """The first forbidden piece of a PIN, in words."""
        hit = forbidden.found[0]
        return self.text("pin.forbidden", kind=self.text(f"pin.kind.{hit.name}"), piece=plain(hit.piece))

    def _fail(self, error: str, sentence: str, code: int, cause: Exception, **more: object) -> None:
        if self.as_json:
            print(json.dumps({"ok": False, "error": error, "text": sentence, **more}, ensure_ascii=False))
        else:
            print(sentence, file=sys.stderr)
        raise typer.Exit(code) from cause


def _read_line(stream: TextIO) -> str:
    """One line without its end; EOFError when there is none."""
    content = stream.readline()
    if not content:
        raise EOFError
    return content.rstrip("\r\n")


def default_language() -> str:
    """`ja` where the environment says so, else `en`."""
    spoken = os.environ.get("WATCHWORD_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "ja" if spoken.lower().startswith("ja") else "en"


def default_state(name: str) -> Path:
    """Where a command keeps its state: the user's state folder (XDG)."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "watchword" / f"{name}.json"
