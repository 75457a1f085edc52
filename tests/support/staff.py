"""Members of staff at their shells: the command `watchword staff …` on a test's installation, each with a session file and a phone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from tests.support.installation import PASSWORD, Installation, Person
from watchword.app.cli import app
from watchword.app.staff.desk import Opening
from watchword.flows.answers import confirmation_of
from watchword_client.refusal import Refused

WORDS = ("--reason", "asked by telephone", "--evidence", "called back on the number on file")


@dataclass(slots=True)
class Member:
    """One member of staff at a shell of his own. `output` is all that his commands have printed."""

    here: Installation
    who: Person
    folder: Path
    output: str = ""
    asked: int = 0
    decision: str = "approve"
    while_waiting: Callable[[float], None] | None = None  # in place of the own phone

    @property
    def username(self) -> str:
        """The name on the account."""
        return self.who.username

    def token(self) -> str:
        """The secret of the session that the file holds."""
        return str(json.loads((self.folder / "watchword" / "staff.json").read_text())["session"])

    def press(self, _: float = 0) -> None:
        """What the person does on the phone while a command waits."""
        self.asked += 1
        for attempt in self.who.phone.pending().attempts:
            if attempt.username != self.who.username:
                continue
            with self.here.built.store.read() as tx:
                row = tx.attempts.get(attempt.id)
            assert row is not None
            if self.decision == "approve":
                digits = confirmation_of(self.here.built.kit, row)
                self.who.phone.approve(attempt, self.here.pin(), digits)
            else:
                self.who.phone.decide(attempt, self.decision)

    def run(self, *words: str, typed: Sequence[str] = (), group: str = "staff") -> Result:
        """Run a command as `watchword staff WORDS…`."""
        opening = Opening(lambda: nullcontext(self.here.built), self.while_waiting or self.press)
        env = {"XDG_CONFIG_HOME": str(self.folder), "WATCHWORD_PASSWORD": self.who.password, "WATCHWORD_LANG": "en"}
        lines = "".join(f"{line}\n" for line in typed)
        command = [group, *words] if group else list(words)
        result = CliRunner().invoke(app, command, obj=opening, env=env, input=lines)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        self.output += result.output
        return result

    def all(self, *words: str, typed: Sequence[str] = (), code: int = 0) -> list[dict[str, Any]]:
        """The JSON objects that a command prints."""
        result = self.run(*words, "--json", typed=typed)
        assert result.exit_code == code, f"{words}: {result.exit_code}\n{result.output}"
        return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]

    def do(self, *words: str, typed: Sequence[str] = ()) -> dict[str, Any]:
        """The last of them: the result."""
        return self.all(*words, typed=typed)[-1]

    def refused(self, *words: str, typed: Sequence[str] = ()) -> int:
        """The number of the refusal that the command must end with."""
        return int(self.all(*words, typed=typed, code=1)[-1]["refusal"]["number"])

    def ask(self, kind: str, about: str, *more: str) -> str:
        """The id of a new request."""
        return str(self.do("request", kind, about, *WORDS, *more)["id"])


def give(here: Installation, who: Person, *roles: str) -> None:
    """Put a person on the staff, or take him off it, by hand."""
    with here.built.store.write() as tx:
        tx.staff.put(who.id, frozenset(roles), "", here.clock.now())


def at_shell(here: Installation, folder: Path, *roles: str, log_in: bool = True) -> Member:
    """A new member of staff with Key on a phone, signed in."""
    who = here.person(password=PASSWORD)
    if roles:
        give(here, who, *roles)
    made = Member(here, who, folder / who.username)
    if log_in:
        assert made.do("login", made.username)["event"] == "session"
    return made


def tags(here: Installation, user_id: str) -> list[str]:
    """The tags of what was written down about a user, newest first."""
    with here.built.store.read() as tx:
        return [line.tag for line in tx.audit.about(user_id, 200)]


def refused_with(work: Any) -> int:
    """The number with which the phone or a platform is refused."""
    try:
        work()
    except Refused as refused:
        return refused.number
    raise AssertionError("was not refused")


def fields_of(here: Installation, user_id: str, tag: str) -> dict[str, object]:
    """What the newest row of a tag says about a user, without what is personal."""
    with here.built.store.read() as tx:
        return next(dict(line.fields) for line in tx.audit.about(user_id, 200) if line.tag == tag)
