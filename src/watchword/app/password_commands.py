"""`watchword passwords import`: the list of passwords that are known from breaches."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchword.app.opening import settings_or_exit
from watchword.vault import breached

app = typer.Typer(help="Passwords that nobody may choose.", no_args_is_help=True)


@app.callback()
def common() -> None:
    """Passwords that nobody may choose."""


@app.command("import")
def import_list(
    file: Annotated[
        Path,
        typer.Argument(
            help="SHA-1 digests in order, 40 hexadecimal digits a line, with or without a colon and a count; plain or gzip.",
            exists=True,
            dir_okay=False,
        ),
    ],
) -> None:
    """Make the file that passwords.breached_file names, all or nothing; a running server goes on with it at once."""
    settings = settings_or_exit()
    if not settings.passwords.breached_file:
        typer.echo("Set passwords.breached_file to where the list is to be kept, then import it.", err=True)
        raise typer.Exit(1)
    target = Path(settings.passwords.breached_file)
    try:
        kept = breached.write(file, target)
    except (breached.ListFault, OSError) as fault:
        typer.echo(f"{fault}\nNothing was imported.", err=True)
        raise typer.Exit(1) from fault
    typer.echo(f"Kept {kept.entries:,} digests in {target}, {kept.size / 1e6:,.1f} MB.")
