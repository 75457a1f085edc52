"""`watchword staff cases|case|answer`: the message centre from the institution's side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchword.app.staff import show as showing
from watchword.app.staff.desk import USAGE, Desk
from watchword.core.cases import CASE
from watchword.flows.staff import cases
from watchword_client.terminal import plain

_STATES = ", ".join(sorted(CASE.states))

State = Annotated[str, typer.Option("--state", help=f"Which: {_STATES}.")]
After = Annotated[str, typer.Option("--after", help="Go on after the case with this id.")]
Id = Annotated[str, typer.Argument(help="Id of the case.")]
Text = Annotated[str, typer.Option("--text", help="What you answer.")]
File = Annotated[
    Path | None, typer.Option("--file", help="A text file that holds the answer.", exists=True, dir_okay=False)
]


def listed(desk: Desk, state: State = "open", after: After = "") -> None:
    """Cases in a state, the last touched first; at most 50."""
    found = desk.do(lambda session: cases.listed(desk.kit, session, state, after))
    if desk.as_json:
        for one in found:
            desk.result(
                {"id": one.id, "topic": one.topic, "state": one.state, "subject": one.subject, "touched": one.touched}
            )
    elif not found:
        desk.say("case.none")
    else:
        rows = [(one.id, one.topic, one.subject, desk.moment(one.touched)) for one in found]
        showing.table(desk, ("id", "case.topic", "case.subject", "at"), rows)


def one(desk: Desk, case: Id) -> None:
    """One case with its messages; pictures are named, and seen in the console."""
    thread = desk.do(lambda session: cases.one(desk.kit, session, case))
    messages = [{"author": one.author, "at": one.at, "text": one.text} for one in thread.messages]
    pictures = [{"id": one.id, "name": one.name} for one in thread.pictures]
    found = {"id": thread.case.id, "state": thread.case.state, "subject": thread.case.subject}
    lines = [plain(thread.case.subject, 200)]
    for message in thread.messages:
        lines += ["", f"{desk.text(f'case.author.{message.author}')} · {desk.moment(message.at)}"]
        lines += [plain(line, 2000) for line in message.text.splitlines()]
    lines += [desk.text("case.picture", name=picture["name"]) for picture in pictures]
    desk.result({**found, "messages": messages, "pictures": pictures}, *lines)


def answer(desk: Desk, case: Id, text: Text = "", file: File = None) -> None:
    """Answer a case; its person is told by mail. Give --text or --file."""
    try:
        said = file.read_text("utf-8") if file else text
    except UnicodeDecodeError as fault:
        typer.echo(desk.text("case.not_text"), err=True)
        raise typer.Exit(USAGE) from fault
    made = desk.do(lambda session: cases.answer(desk.kit, session, case, said))
    desk.result({"id": made, "case": case}, desk.text("case.answered"))
