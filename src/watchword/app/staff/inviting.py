"""`watchword staff invite-first|invite`: how people come onto the staff who were not on file."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import available_timezones

import typer

from watchword.app.staff import show as showing
from watchword.app.staff.desk import USAGE, Desk
from watchword.app.user_commands import Family, Given, Mails, NewName, Numbers, Zone
from watchword.core.new_users import read
from watchword.core.users import NewUser
from watchword.flows.staff import first, members

Person = Annotated[str, typer.Option("--person-lang", help="Language of the person's messages: en or ja.")]
Roles = Annotated[str, typer.Option("--roles", help="Every role the person will have, parted by commas.")]
Reason = Annotated[str, typer.Option("--reason", help="Which work the person will do.")]
Evidence = Annotated[str, typer.Option("--evidence", help="How you know who this is.")]


def _read(
    desk: Desk, username: str, given: str, family: str, mails: list[str] | None, numbers: list[str] | None, lang: str, zone: str
) -> NewUser:  # fmt: skip
    row: dict[str, object] = {
        "username": username, "given_names": given, "family_names": family, "mails": mails or [], "numbers": numbers or [],
        "lang": lang or desk.lang, "zone": zone,
    }  # fmt: skip
    found = read(row, zone_known=available_timezones().__contains__)
    if isinstance(found, NewUser):
        return found
    for fault in found:
        typer.echo(f"{fault.field} {fault.why}", err=True)
    raise typer.Exit(USAGE)


def invite_first(
    desk: Desk, username: NewName, given_names: Given = "", family_names: Family = "", mails: Mails = None, numbers: Numbers = None,
    person_lang: Person = "", zone: Zone = "UTC",
) -> None:  # fmt: skip
    """Print a one-time link by which a first administrator comes in, while there is none. For the operator: no sign-in."""
    if desk.built.console is None:
        typer.echo(desk.text("invite.no_console"), err=True)
        raise typer.Exit(USAGE)
    told = any((given_names, family_names, mails, numbers))
    new = _read(desk, username, given_names, family_names, mails, numbers, person_lang, zone) if told else None
    made = desk.must(first.offer(desk.kit, username, new))
    link = f"{desk.built.console.own_origin}/first/{made.token}"
    found = {"username": made.username, "link": link, "expires": made.expires}
    until = desk.moment(made.expires)
    desk.result(found, desk.text("invite.link", username=made.username, until=until), link, desk.text("invite.two"))


def invite(
    desk: Desk, username: NewName, given_names: Given = "", family_names: Family = "", mails: Mails = None, numbers: Numbers = None,
    person_lang: Person = "", zone: Zone = "UTC", roles: Roles = "", reason: Reason = "", evidence: Evidence = "",
) -> None:  # fmt: skip
    """Put somebody new on file, closed, and ask another administrator to take the person onto the staff."""
    new = _read(desk, username, given_names, family_names, mails, numbers, person_lang, zone)
    shown = desk.do(lambda session: members.invite(desk.kit, session, new, roles, reason, evidence), "staff_request")
    until = desk.moment(shown.request.expires)
    desk.result(showing.request_json(shown), desk.text("request.opened", id=shown.request.id, until=until))
