"""`watchword staff request|requests|request-show|approve|reject|withdraw`: what one asks for and another approves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from watchword.app.staff import show as showing
from watchword.app.staff.desk import USAGE, Desk
from watchword.core.refusals import Refusal
from watchword.core.sessions import Session
from watchword.flows.staff import requests
from watchword.flows.staff.effects import CHANGES
from watchword.flows.staff.requests import Shown

_KINDS = ", ".join(sorted(CHANGES))

Kind = Annotated[str, typer.Argument(help=f"What is asked for: {_KINDS}.")]
Whom = Annotated[str, typer.Argument(help="Username of the person it is about.")]
Reason = Annotated[str, typer.Option("--reason", help="Why it is needed.")]
Evidence = Annotated[
    str, typer.Option("--evidence", help="How you know that the person asks for it, and that it is the person.")
]
Contact = Annotated[
    str,
    typer.Option(
        "--contact",
        help="reset_password, temporary_code: id of the contact on file that gets the code; a mail address if not said.",
    ),
]
Number = Annotated[str, typer.Option("--number", help="change_number: the new number, as +819012345678.")]
Replaces = Annotated[
    str, typer.Option("--replaces", help="change_number: id of the number that goes; the default one if not said.")
]
Roles = Annotated[
    str,
    typer.Option(
        "--roles", help="roles: every role the person will have, parted by commas; none takes the person off the staff."
    ),
]
Networks = Annotated[
    str,
    typer.Option(
        "--networks",
        help="networks: every range the account may log in from, as 203.0.113.0/24, parted by blanks; or: everywhere.",
    ),
]
Id = Annotated[str, typer.Argument(help="Id of the request.")]
Checked = Annotated[str, typer.Option("--checked", help="What you looked at before approving.")]
Why = Annotated[str, typer.Option("--why", help="Why not; the one who asked reads it.")]


def ask(
    desk: Desk, kind: Kind, username: Whom, reason: Reason, evidence: Evidence, contact: Contact = "", number: Number = "",
    replaces: Replaces = "", networks: Networks = "", roles: Roles = "",
) -> None:  # fmt: skip
    """Ask for a change that another member of staff has to approve within a day."""
    if kind not in CHANGES:
        typer.echo(desk.text("request.kinds", kinds=_KINDS), err=True)
        raise typer.Exit(USAGE)
    params = {"contact": contact, "number": number, "replaces": replaces, "networks": networks, "roles": roles}
    shown = desk.do(
        lambda session: requests.ask(desk.kit, session, kind, username, reason, evidence, params), "staff_request"
    )
    until = desk.moment(shown.request.expires)
    desk.result(showing.request_json(shown), desk.text("request.opened", id=shown.request.id, until=until))


def listed(desk: Desk) -> None:
    """Open requests, oldest first."""
    found = desk.do(lambda session: requests.listed(desk.kit, session))
    if desk.as_json:
        for shown in found:
            desk.result(showing.request_json(shown))
    elif not found:
        desk.say("request.none")
    else:
        titles = ("id", "kind", "person.username", "request.asked_by", "request.expires")
        rows = [
            (one.request.id, desk.text(f"kind_of.{one.request.kind}"), one.about, one.asked_by, desk.moment(one.request.expires))
            for one in found
        ]  # fmt: skip
        showing.table(desk, titles, rows)


def one(desk: Desk, request: Id) -> None:
    """One request, with reason, evidence and decision."""
    shown = desk.do(lambda session: requests.one(desk.kit, session, request))
    desk.result(showing.request_json(shown), *showing.request_lines(desk, shown))


def approve(desk: Desk, request: Id, checked: Checked) -> None:
    """Approve what a colleague asked for; it is done at once."""
    _decided(desk, lambda session: requests.approve(desk.kit, session, request, checked), "staff_approval")


def reject(desk: Desk, request: Id, why: Why) -> None:
    """Refuse what a colleague asked for."""
    _decided(desk, lambda session: requests.reject(desk.kit, session, request, why))


def withdraw(desk: Desk, request: Id) -> None:
    """Take your own request back."""
    _decided(desk, lambda session: requests.withdraw(desk.kit, session, request))


def _decided(desk: Desk, work: Callable[[Session], Shown | Refusal], operation: str = "") -> None:
    shown = desk.do(work, operation)
    lines = [desk.text(f"request.{shown.state}", id=shown.request.id, username=shown.about)]
    if shown.told.get("to"):
        lines.append(desk.text("request.told", to=shown.told["to"]))
    desk.result(showing.request_json(shown), *lines)
