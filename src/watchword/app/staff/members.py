"""`watchword staff members|first-administrator` and `watchword break-glass`: who is staff, and the operator's two ways in."""

from __future__ import annotations

from typing import Annotated

import typer

from watchword.app.staff import show as showing
from watchword.app.staff.desk import Desk
from watchword.flows.staff import members

Names = Annotated[
    list[str], typer.Argument(help="Usernames: name two or more, since one alone can have nothing approved.")
]
Whom = Annotated[str, typer.Argument(help="Username.")]
Reason = Annotated[str, typer.Option("--reason", help="Why no other way is left; every administrator reads it.")]
Again = Annotated[str, typer.Option("--again", help="The username a second time; asked for if not given.")]
Act = Annotated[
    str,
    typer.Option(
        "--act",
        help="session: fifteen minutes as this administrator; administrator: give the role; enrolment: end this administrator's Key, to be activated anew.",
    ),
]


def listed(desk: Desk) -> None:
    """Who is staff, with which roles."""
    found = desk.do(lambda session: members.listed(desk.kit, session))
    if desk.as_json:
        for one in found:
            desk.result({"username": one.username, "roles": sorted(one.roles), "added": one.added, "state": one.state})
        return
    rows = [
        (one.username, " · ".join(desk.text(f"role.{role}") for role in sorted(one.roles)), desk.moment(one.added), desk.text(f"state.{one.state}"))
        for one in found
    ]  # fmt: skip
    showing.table(desk, ("person.username", "person.roles", "at", "person.state"), rows)


def first_administrator(desk: Desk, usernames: Names) -> None:
    """Name the first administrators, while there is none. For the operator: no sign-in."""
    users = desk.must(members.first_administrators(desk.kit, usernames))
    names = [user.username for user in users]
    desk.result({"administrators": names}, desk.text("first.done", usernames=", ".join(names)))


def break_glass(desk: Desk, username: Whom, reason: Reason = "", act: Act = "session", again: Again = "") -> None:
    """Emergency access, when no administrator can log in. Every administrator is told at once, on every channel."""
    if act not in members.ACTS:
        raise typer.BadParameter(", ".join(members.ACTS), param_hint="--act")
    typed = again or desk.ask("ask.again")
    broken = desk.must(members.break_glass(desk.kit, username, typed, act, reason))
    if broken.token:
        with desk.store.locked():
            desk.keep(session=broken.token)
    lines = [
        desk.text(f"glass.done.{broken.act}", username=broken.username),
        desk.text("glass.told", count=broken.told),
    ]
    desk.result(
        {"username": broken.username, "act": broken.act, "expires": broken.expires, "told": broken.told}, *lines
    )
