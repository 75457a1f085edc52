"""`watchword phone dsc`: a Digital Security Card+ on the command line, to try and to test."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from watchword_client import dsc
from watchword_client.options import Shell, with_shell
from watchword_client.terminal import Nothing, Usage, grouped, plain

app = typer.Typer(help="A Digital Security Card+ in a file, to try and to test.", no_args_is_help=True)

KIND = "dsc"
PIN = "WATCHWORD_DSC_PIN"
Serial = Annotated[str, typer.Argument(help="Serial number of the new token.")]
Challenge = Annotated[str, typer.Argument(help="The digits shown at the login.")]


def new(shell: Shell, serial: Serial) -> None:
    """Make a token and print the line to import: watchword tokens import FILE.csv."""
    pin = shell.terminal.pin("ask.new_dsc_pin", PIN)
    if not dsc.pin_fits(pin):
        raise Usage("dsc.pin_form")
    store = shell.store(KIND)
    if store.load() is not None:
        raise Usage("dsc.there", file=str(store.path))
    state, key = dsc.made(plain(serial, 64), pin, os.urandom(dsc.SALT + dsc.KEY))
    store.save(state)
    found = {"serial": state["serial"], "key": key.hex(), "suite": state["suite"]}
    shell.terminal.result(found, "serial,key,suite", ",".join(str(value) for value in found.values()))


def respond(shell: Shell, challenge: Challenge) -> None:
    """Answer a challenge; needs no network."""
    store = shell.store(KIND)
    with store.locked():
        state = store.load()
        if state is None:
            raise Nothing("dsc.none")
        pin = shell.terminal.pin("ask.dsc_pin", PIN)
        try:
            response = dsc.respond(state, pin, "".join(challenge.split()), store.save)
        except dsc.Locked as locked:
            raise Nothing("dsc.locked") from locked
        except dsc.WrongPin as wrong:
            raise Nothing("dsc.wrong_pin", left=wrong.left) from wrong
        except ValueError as form:
            raise Usage("dsc.challenge_form") from form
    shell.terminal.result({"response": response}, shell.terminal.text("dsc.response", digits=grouped(response)))


app.command("new")(with_shell(new))
app.command("respond")(with_shell(respond))
