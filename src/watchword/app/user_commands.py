"""`watchword user add|import|show|list|invite`: the operator's side of people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import typer

from watchword.app.imports import ImportFault, new_users
from watchword.app.opening import database_of, opened, settings_or_exit
from watchword.core.new_users import FIELDS, LISTS, Fault, corrected, read
from watchword.core.refusals import Refusal
from watchword.core.users import username_key
from watchword.flows import accounts, notices, primary

app = typer.Typer(help="People and what is on file about them.", no_args_is_help=True)


def no_user(*usernames: str) -> typer.Exit:
    """Nobody of that name, and where it was looked: beside a running demonstration the settings in force may mean another database."""
    named = ", or no user ".join(usernames)
    typer.echo(f"There is no user {named} in the database {database_of(settings_or_exit())}.", err=True)
    typer.echo(
        "See: watchword user list. WATCHWORD_CONFIG and WATCHWORD_DATA_DIR say which installation is meant.", err=True
    )
    return typer.Exit(1)


_GUIDELINES = "The PIN guidelines keep it out of the person's PIN."
_MOBILE = "Mobile number as +819012345678; may be given more than once, the first is the default."

Who = Annotated[str, typer.Argument(help="Username.")]
NewName = Annotated[str, typer.Argument(help="3 to 64 letters, digits, dots, hyphens, underscores.")]
Given = Annotated[str, typer.Option(help="Given names, parted by blanks.")]
Family = Annotated[str, typer.Option(help="Family names.")]
Birth = Annotated[str, typer.Option(help=f"As 1987-04-23. {_GUIDELINES}")]
Display = Annotated[str, typer.Option(help="Name shown in Key and on pages; given and family names if not said.")]
DocumentType = Annotated[str, typer.Option(help="Such as passport.")]
DocumentNumber = Annotated[str, typer.Option(help=f"Number of that document. {_GUIDELINES}")]
_SHARING = "Sharing a device between users compares it."
Citizenship = Annotated[str, typer.Option(help=f"Country of citizenship by its two letters, such as JP. {_SHARING}")]
Residence = Annotated[str, typer.Option(help=f"Country of legal residence by its two letters. {_SHARING}")]
TaxNumber = Annotated[str, typer.Option(help=f"US Social Security Number. {_SHARING} {_GUIDELINES}")]
Entity = Annotated[str, typer.Option(help=f"The institution's own number of whom the account belongs to. {_SHARING}")]
Mails = Annotated[list[str] | None, typer.Option("--mail", help="Mail address; may be given more than once.")]
Numbers = Annotated[list[str] | None, typer.Option("--number", help=_MOBILE)]
Addresses = Annotated[list[str] | None, typer.Option("--address", help=f"Street and number. {_GUIDELINES}")]
Cities = Annotated[list[str] | None, typer.Option("--city", help=f"City. {_GUIDELINES}")]
PostalCodes = Annotated[list[str] | None, typer.Option("--postal-code", help=f"Postal code. {_GUIDELINES}")]
Language = Annotated[str, typer.Option(help="Language of messages: en or ja.")]
Zone = Annotated[str, typer.Option(help="Time zone, such as Asia/Tokyo.")]
PaperOf = Annotated[
    str,
    typer.Option(
        help="Make it a paper-trading account of this live user: credentials of its own, contacts as on file."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command("add")
def add(
    username: NewName, given_names: Given = "", family_names: Family = "", birth_date: Birth = "", display_name: Display = "",
    document_type: DocumentType = "", document_number: DocumentNumber = "", citizenship: Citizenship = "",
    residence: Residence = "", tax_number: TaxNumber = "", entity: Entity = "", mails: Mails = None, numbers: Numbers = None,
    addresses: Addresses = None, cities: Cities = None, postal_codes: PostalCodes = None,
    lang: Language = "en", zone: Zone = "UTC", paper_of: PaperOf = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Add one person. The welcome and the one-time code for the first password go out apart."""
    row: dict[str, object] = {
        "username": username, "given_names": given_names, "family_names": family_names, "birth_date": birth_date,
        "display_name": display_name, "document_type": document_type, "document_number": document_number,
        "citizenship": citizenship, "residence": residence, "tax_number": tax_number, "entity": entity,
        "lang": lang, "zone": zone, "mails": mails or [], "numbers": numbers or [], "addresses": addresses or [],
        "cities": cities or [], "postal_codes": postal_codes or [], "paper_of": paper_of,
    }  # fmt: skip
    result = read(row, zone_known=available_timezones().__contains__)
    if isinstance(result, list):
        for fault in result:
            typer.echo(f"{fault.field} {fault.why}", err=True)
        raise typer.Exit(1)
    with opened() as built:
        try:
            user = accounts.add(built.kit, [result])[0]
        except accounts.PaperError as unknown:
            typer.echo(f"{unknown}. See: watchword user list", err=True)
            raise typer.Exit(1) from unknown
        except accounts.TakenError as taken:
            typer.echo(f"{taken}. Choose another, or look at it: watchword user show {taken.username}", err=True)
            raise typer.Exit(1) from taken
    said = f"Added {user.username}. The welcome and the one-time code are on their way."
    typer.echo(json.dumps({"id": user.id, "username": user.username}) if as_json else said)


Right = Annotated[str | None, typer.Option(help="As for `watchword user add`; an empty text takes it off the file.")]


@app.command("correct")
def correct(
    username: Who, birth_date: Right = None, document_type: Right = None, document_number: Right = None, citizenship: Right = None,
    residence: Right = None, tax_number: Right = None, entity: Right = None,
) -> None:  # fmt: skip
    """Put right what identifies a person on file, such as a document that was renewed."""
    given = {
        "birth_date": birth_date, "document_type": document_type, "document_number": document_number,
        "citizenship": citizenship, "residence": residence, "tax_number": tax_number, "entity": entity,
    }  # fmt: skip
    result = corrected({name: value for name, value in given.items() if value is not None})
    faults = result if isinstance(result, list) else []
    if not result:
        faults = [Fault("--document-number", "or another of the options says what to put right")]
    if isinstance(result, list) or faults:
        for fault in faults:
            typer.echo(f"{fault.field} {fault.why}", err=True)
        raise typer.Exit(1)
    with opened() as built:
        user = accounts.correct(built.kit, username, result)
    if user is None:
        raise no_user(username)
    typer.echo(f"Put right for {user.username}: {', '.join(sorted(result))}.")


@app.command("import")
def import_users(
    file: Annotated[
        Path,
        typer.Argument(
            help=f"CSV or .jsonl with the fields {', '.join(FIELDS)}; in CSV, {', '.join(LISTS)} are parted by ;",
            exists=True,
            dir_okay=False,
        ),
    ],
) -> None:
    """Add many people, all or nothing."""
    try:
        found = new_users(file)
    except ImportFault as fault:
        typer.echo(str(fault), err=True)
        typer.echo("Nothing was imported.", err=True)
        raise typer.Exit(1) from fault
    with opened() as built:
        try:
            made = accounts.add(built.kit, found)
        except (accounts.TakenError, accounts.PaperError) as taken:
            typer.echo(f"{file}: {taken}. Nothing was imported.", err=True)
            raise typer.Exit(1) from taken
    typer.echo(f"Imported {len(made)}. Welcomes and one-time codes are on their way.")


@app.command("show")
def show(username: Who) -> None:
    """One person, in JSON; no secrets."""
    with opened() as built, built.store.read() as tx:
        user = tx.users.by_key(username_key(username))
        if user is None:
            raise no_user(username)
        devices = tx.devices.of_user(user.id)
        text = accounts.described(user, tx.users.details(user.id), tx.contacts.of(user.id), devices)
    typer.echo(text)


@app.command("list")
def list_users(
    after: Annotated[str, typer.Option(help="Start after this username.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """People by username."""
    with opened() as built, built.store.read() as tx:
        users = tx.users.page(username_key(after) if after else "", limit)
    for user in users:
        if as_json:
            typer.echo(
                json.dumps(
                    {
                        "id": user.id,
                        "username": user.username,
                        "name": user.display_name,
                        "state": user.state,
                        "kind": user.kind,
                    },
                    ensure_ascii=False,
                )
            )
        else:
            typer.echo(f"{user.username:24} {user.state:10} {user.kind:6} {user.display_name}")
    if not users:
        typer.echo(
            f"Nobody{' after ' + after if after else ''} is on file in the database {database_of(built.settings)}.",
            err=True,
        )
    if len(users) == limit:
        typer.echo(f"More: watchword user list --after {users[-1].username}", err=True)


@app.command("set-primary")
def set_primary(
    username: Who,
    primary_user: Annotated[
        str, typer.Argument(metavar="PRIMARY", help="Who changes this user's security settings.")
    ] = "",
    himself: Annotated[bool, typer.Option("--self", help="The user himself, from now on.")] = False,
) -> None:
    """Say who changes a user's security settings (Q02); the user is told."""
    if himself == bool(primary_user):
        typer.echo("Name a primary user, or --self.", err=True)
        raise typer.Exit(2)
    with opened() as built:
        result = primary.set_primary(built.kit, username, primary_user)
    if isinstance(result, Refusal):
        if result.reason == "user.unknown":
            raise no_user(username, primary_user) if primary_user else no_user(username)
        typer.echo(_PRIMARY_FAULTS[result.reason].format(username=username, primary=primary_user), err=True)
        raise typer.Exit(1)
    typer.echo(f"{primary_user or username} changes the security settings of {username} from now on.")


_PRIMARY_FAULTS = {
    "user.himself": "{username} cannot be named for himself. Say: watchword user set-primary {username} --self",
    "primary.secondary": "{primary} is no primary user: somebody else changes his settings.",
    "user.has_secondary": "{username} changes the settings of others; give those to somebody else first.",
}


@app.command("message")
def message(
    username: Who, text: Annotated[str, typer.Argument(help="At most 100 characters, without a link or a secret.")]
) -> None:
    """Send an account message: by SMS to the default verified number, unless switched off, and by mail (N06)."""
    with opened() as built:
        result = notices.account_message(built.kit, username, text)
    if isinstance(result, Refusal):
        if result.reason == "user.unknown":
            raise no_user(username)
        typer.echo("Not sent: 1 to 100 characters, no link.", err=True)
        raise typer.Exit(1)
    typer.echo(f"On its way by {result} channel(s)." if result else f"Not sent: {username} has no channel for it.")


@app.command("invite")
def invite(username: Who) -> None:
    """Send a new one-time code for the first password; the one before ends."""
    with opened() as built:
        result = accounts.invite_again(built.kit, username)
    if isinstance(result, Refusal):
        if result.reason == "user.unknown":
            raise no_user(username)
        started = result.reason == "user.started"
        typer.echo(f"{username} has a password already." if started else f"Not sent: {result.reason}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"A new code is on its way to {result}.")
