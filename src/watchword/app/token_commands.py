"""`watchword tokens import|show`: the stock of Digital Security Card+ (O01)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from watchword.app.imports import ImportFault
from watchword.app.opening import opened
from watchword.app.token_files import FIELDS, tokens
from watchword.app.user_commands import AsJson
from watchword.core.card_plus import TOKEN
from watchword.flows import token_stock

app = typer.Typer(help="The stock of Digital Security Card+.", no_args_is_help=True)

KEY_BYTES = (16, 24, 32)
File = Annotated[
    Path,
    typer.Argument(help=f"PSKC (RFC 6030), or CSV with the fields {', '.join(FIELDS)}.", exists=True, dir_okay=False),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        help="File with the AES key agreed on with the supplier, in hexadecimal.", exists=True, dir_okay=False
    ),
]


@app.command("import")
def import_tokens(file: File, key_file: KeyFile = None) -> None:
    """Take a supplier's file into stock, all or nothing."""
    try:
        found = tokens(file, _key(key_file) if key_file else None)
    except ImportFault as fault:
        _stop(str(fault))
    with opened() as built:
        try:
            made = token_stock.add(built.kit, [(one.serial, one.model, one.token) for one in found])
        except token_stock.SerialTakenError as taken:
            _stop(f"{file}: {taken}")
    typer.echo(f"Imported {made}. Destroy the file and its key: what is needed is sealed now.")


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """How many tokens are in which state."""
    with opened() as built:
        counts = {state: token_stock.count(built.kit, state) for state in sorted(TOKEN.states)}
    if as_json:
        typer.echo(json.dumps(counts))
        return
    for state, number in counts.items():
        typer.echo(f"{state:10} {number}")


def _key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        key = b""
    if len(key) not in KEY_BYTES:
        _stop(f"{path}: is no AES key of {', '.join(str(one) for one in KEY_BYTES)} bytes in hexadecimal")
    return key


def _stop(why: str) -> NoReturn:
    typer.echo(why, err=True)
    typer.echo("Nothing was imported.", err=True)
    raise typer.Exit(1)
