"""Where a staff command is run: the installation, the file of the session, the words, and how it waits."""

from __future__ import annotations

import inspect
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from watchword.app.opening import opened
from watchword.app.wiring import Built
from watchword.core.refusals import CONFIRM_FIRST, STAFF_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.flows.kit import Kit, Visit
from watchword.flows.staff import access
from watchword_client.store import FileStore, InUse, Unreadable
from watchword_client.terminal import default_language, plain

REFUSED, USAGE = 1, 2
Found = TypeVar("Found")

Language = Annotated[str, typer.Option("--lang", envvar="WATCHWORD_LANG", help="en or ja.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


@dataclass(frozen=True, slots=True)
class Opening:
    """How a command comes by its installation, and how it lets a second pass. A caller in Python may hand in its own as `obj`."""

    open: Callable[[], AbstractContextManager[Built]] = opened
    pause: Callable[[float], None] = time.sleep


class Stopped(Exception):
    """A refusal that ends the command."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


@dataclass(slots=True)
class Desk:
    """What a staff command works with."""

    built: Built
    pause: Callable[[float], None]
    lang: str
    as_json: bool
    confirm: Callable[[Desk, Session, str], Session] | None = None

    @property
    def kit(self) -> Kit:
        """The flows' ports."""
        return self.built.kit

    # The session's file

    @property
    def store(self) -> FileStore:
        """The file of the session, readable by its owner alone."""
        named = self.built.settings.staff_session
        base = os.environ.get("XDG_CONFIG_HOME")
        folder = Path(base) if base else Path.home() / ".config"
        return FileStore(Path(named) if named else folder / "watchword" / "staff.json", "staff")

    def kept(self) -> dict[str, Any]:
        """What the file holds: `session` (its secret) and `computer` (what makes this machine known), each "" where there is none."""
        return {"session": "", "computer": "", **(self.store.load() or {})}

    def keep(self, **changes: str) -> None:
        """Change the file."""
        self.store.save({**self.kept(), **changes})

    def visit(self) -> Visit:
        """A terminal on this machine: no address, so network and place count as unknown and the six digits are asked for."""
        system = {"linux": "Linux", "darwin": "macOS"}.get(sys.platform, sys.platform)
        return Visit(
            browser="Terminal", system=system, device_token=str(self.kept()["computer"]), lang=self.lang, at_hand=True
        )

    # Whose session it is, and what it does

    def session(self) -> Session:
        """The live session of the file. Raises Stopped."""
        secret = str(self.kept()["session"])
        found = access.current(self.kit, secret) if secret else Refusal(STAFF_ABSENT, "session.none")
        return self.must(found)

    def must(self, found: Found | Refusal) -> Found:
        """What was found, or the end of the command. Raises Stopped."""
        if isinstance(found, Refusal):
            raise Stopped(found)
        return found

    def do(self, work: Callable[[Session], Found | Refusal], operation: str = "") -> Found:
        """Run a flow as this session; where it wants Key shown again, ask for it as `operation` and run it once more. Raises Stopped."""
        session = self.session()
        found = work(session)
        if operation and self.confirm and isinstance(found, Refusal) and found.kind is CONFIRM_FIRST:
            found = work(self.confirm(self, session, operation))
        return self.must(found)

    # Words

    def text(self, key: str, **values: object) -> str:
        """A text of the section `staff`, what others chose made harmless for a terminal."""
        said = {name: value if isinstance(value, int) else plain(value, 400) for name, value in values.items()}
        return self.kit.texts.plain(self.lang, f"staff.{key}", **said)

    def moment(self, at: int) -> str:
        """A time, in the zone of this installation's pages."""
        return self.kit.texts.moment(self.lang, at, self.built.settings.zone) if at else self.text("never")

    def say(self, key: str, **values: object) -> None:
        """A sentence for a person; beside the results, never in the way of a program."""
        print(self.text(key, **values), file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def result(self, found: Mapping[str, object], *lines: str) -> None:
        """What the command is for: lines for a person, the object for a program."""
        if self.as_json:
            print(json.dumps({"ok": True, **found}, ensure_ascii=False), flush=True)
            return
        for line in lines:
            print(line, flush=True)

    def ask(self, key: str, *, hidden: bool = False) -> str:
        """A line from the person, "" where there is none."""
        label = self.text(key)
        try:
            return str(typer.prompt(label, default="", hide_input=hidden, show_default=False, err=True))
        except (typer.Abort, EOFError):
            return ""

    def refuse(self, refusal: Refusal) -> typer.Exit:
        """Print a refusal by its number, with the private reason that only staff see."""
        renderer, settings = self.built.site.renderer, self.built.site
        body = renderer.refusal_json(refusal, lang=self.lang, now=self.kit.clock.now(), tz=settings.zone)["refusal"]
        if self.as_json:
            print(json.dumps({"ok": False, "refusal": {**body, "reason": refusal.reason}}, ensure_ascii=False))
        else:
            for part in ("what", "why", "do"):
                print(plain(body[part], 400), file=sys.stderr)
            print(self.text("reference", number=str(refusal.kind.number), reason=refusal.reason), file=sys.stderr)
        return typer.Exit(REFUSED)


@contextmanager
def at_desk(
    opening: Opening, lang: str, as_json: bool, confirm: Callable[[Desk, Session, str], Session]
) -> Iterator[Desk]:
    """A desk for one command; refusals are printed and end it with 1, an unusable file with 2."""
    with opening.open() as built:
        desk = Desk(built, opening.pause, lang if lang in ("en", "ja") else default_language(), as_json, confirm)
        try:
            yield desk
        except Stopped as stopped:
            raise desk.refuse(stopped.refusal) from stopped
        except (Unreadable, InUse) as fault:
            print(desk.text("file", path=str(fault)), file=sys.stderr)
            raise typer.Exit(USAGE) from fault


def with_desk(function: Callable[..., None], confirm: Callable[[Desk, Session, str], Session]) -> Callable[..., None]:
    """The function as Typer sees it: its own parameters, `--lang` and `--json`; a Desk comes in as its first argument."""
    hints = get_type_hints(function, include_extras=True)
    own = [p.replace(annotation=hints[p.name]) for p in list(inspect.signature(function).parameters.values())[1:]]

    def run(**given: Any) -> None:
        context, lang, as_json = given.pop("context"), given.pop("lang"), given.pop("json")
        opening = context.obj if isinstance(context.obj, Opening) else Opening()
        with at_desk(opening, lang, as_json, confirm) as desk:
            function(desk, **given)

    common = [
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
        inspect.Parameter("lang", inspect.Parameter.KEYWORD_ONLY, default="", annotation=Language),
        inspect.Parameter("json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson),
    ]
    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    run.__signature__ = inspect.Signature(own + common)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in own + common}
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return run
