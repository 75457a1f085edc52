"""`watchword phone change-pin`, `recover`, `transfer`, `test-push` and `clock`: Key's life on the command line (L, F06)."""

from __future__ import annotations

import os
import platform
import sys
from typing import Annotated

import segno
import typer

from watchword_client.cli_activate import Code, Fresh, Name, Password, finish_activation, new_pin
from watchword_client.crypto import Json
from watchword_client.options import CLOCK_WORTH_TELLING, Shell
from watchword_client.phone import Phone
from watchword_client.refusal import PIN_WRONG, TRANSFER_CODE, Refused
from watchword_client.renewals import Renewal
from watchword_client.terminal import Nothing, Terminal, Usage, clock, grouped, plain

Username = Annotated[str, typer.Option("--username", help="Which user of this phone proves the PIN.")]
Whom = Annotated[str, typer.Option("--username", help="Whom to recover; asked for if not given.")]
GiveUp = Annotated[bool, typer.Option("--give-up", help="End what is unfinished; the PIN before goes on.")]
Forgot = Annotated[bool, typer.Option("--forgot", help="The PIN is forgotten: make a new one instead.")]
Device = Annotated[str, typer.Option("--device", help="Id of the lost phone's Key, where there are several.")]
Show = Annotated[bool, typer.Option("--show", help="On the phone that has Key: show the QR code.")]
Scan = Annotated[str, typer.Option("--scan", metavar="URL", help="On the new phone: what the QR code holds.")]
Digits = Annotated[str, typer.Option("--code", help="The six digits that the new phone shows, for scripts.")]
Wait = Annotated[int, typer.Option("--wait", help="Seconds to wait for the other phone.")]

NEW_PIN = "WATCHWORD_NEW_PIN"
_PAUSE = 2.0
_OVER = ("done", "void", "expired")


def change_pin(shell: Shell, username: Username = "", give_up: GiveUp = False) -> None:
    """Change the PIN of this phone, for all its users; or finish a change, a transfer or a recovery that was cut off."""
    terminal = shell.terminal
    with shell.phone() as phone:
        if give_up:
            if not phone.unfinished:
                raise Nothing("keylife.nothing")
            ended = phone.give_up()
            key = "keylife.given_up" if ended else "keylife.holds"
            terminal.result({"ended": ended, "unfinished": phone.unfinished}, terminal.text(key))
            return
        if phone.unfinished:
            terminal.say("keylife.unfinished")
            users = phone.finish(terminal.pin("ask.new_pin", NEW_PIN))
        else:
            renewal = phone.change_pin(terminal.pin("ask.old_pin"), username)
            made = new_pin(terminal, renewal.forbidden, NEW_PIN)
            users = renewal.complete(made)
        names = [user.username for user in users]
        terminal.result({"changed": True, "users": names}, terminal.text("keylife.changed", users=_list(names)))


def recover(
    shell: Shell,
    username: Whom = "",
    password: Password = "",
    device: Device = "",
    code: Code = "",
    forgot: Forgot = False,
    name: Name = "",
    new_phone: Fresh = False,
) -> None:
    """Get Key back after a reinstall, with the recovery PIN; or make a new PIN when it is forgotten."""
    terminal = shell.terminal
    with shell.phone(fresh=new_phone) as phone:
        recovery = phone.recover()
        username = username or terminal.ask("ask.username")
        recovery.start(username, password or terminal.ask("ask.password", hidden=True))
        sent = recovery.send(device)
        to, digits = plain(sent.get("to", "")), int(sent.get("digits", 8))
        terminal.say("activate.sent", to=to, until=clock(int(sent.get("expires", 0))))
        recovery.prove(code or terminal.ask("ask.code", digits=digits, to=to))
        called = name or _called()
        if forgot:
            phone.recover_declined(recovery)
            finish_activation(terminal, phone, called)
            return
        pin, renewal = _right_pin(terminal, lambda typed: recovery.unlock(typed, called))
        renewal.complete(pin)
        found = {"recovered": True, "username": username, "phone": phone.id}
        terminal.result(found, terminal.text("keylife.recovered", username=plain(username)))


def transfer(
    shell: Shell,
    show: Show = False,
    scan: Scan = "",
    username: Username = "",
    code: Digits = "",
    name: Name = "",
    wait: Wait = 300,
    new_phone: Fresh = False,
) -> None:
    """Move Key with all its users to another phone: `--show` on the old one, `--scan` on the new one."""
    if show == bool(scan):
        raise Usage("keylife.one_end")
    if show:
        with shell.phone() as phone:
            _give(shell.terminal, phone, username, code, wait)
        return
    shell.url = shell.url or scan.partition("/t#")[0]
    with shell.phone(fresh=new_phone) as phone:
        if phone.users:
            raise Usage("keylife.has_users")
        _receive(shell.terminal, phone, scan, name or _called(), wait)


def _give(terminal: Terminal, phone: Phone, username: str, code: str, wait: int) -> None:
    offer = phone.transfer_show(phone.unlock(terminal.pin()), username)
    if terminal.as_json:
        terminal.result({"event": "show", "value": offer.link})
    else:
        segno.make(offer.link, error="m", micro=False).terminal(out=sys.stdout, compact=True)
        terminal.say("keylife.scan_me")
    if _until(phone, offer.renewal, wait, "scanned", *_OVER) != "scanned":
        raise Nothing("keylife.transfer_over")
    terminal.say("keylife.scanned", name=plain(offer.renewal.name))
    while True:
        try:
            offer.approve(code or terminal.ask("ask.transfer_code"))
            break
        except Refused as refused:
            if refused.number != TRANSFER_CODE or code or not terminal.interactive:
                raise
            terminal.refusal(refused.refusal)
    moved = _until(phone, offer.renewal, wait, *_OVER) == "done"
    key = "keylife.moved" if moved else "keylife.approved"
    terminal.result({"event": "end", "moved": moved, "phone": phone.id}, terminal.text(key))


def _receive(terminal: Terminal, phone: Phone, scanned: str, name: str, wait: int) -> None:
    renewal = phone.transfer_scan(scanned, name)
    if terminal.as_json:
        terminal.result({"event": "code", "code": renewal.code})
    else:
        terminal.line(terminal.text("keylife.type_code", code=grouped(renewal.code)))
    if _until(phone, renewal, wait, "proven", *_OVER) != "proven":
        raise Nothing("keylife.transfer_over")
    users = renewal.complete(new_pin(terminal, renewal.forbidden, "WATCHWORD_PIN"))
    names = [user.username for user in users]
    found: Json = {"event": "end", "moved": True, "phone": phone.id, "users": names}
    terminal.result(found, terminal.text("keylife.received", users=_list(names)))


def _until(phone: Phone, renewal: Renewal, wait: int, *states: str) -> str:
    """Asks until the renewal is in one of these states, or until the time is over: then what it is in."""
    system = phone.wire.transport.system
    end = system.ticks() + wait
    state = renewal.look()
    while state not in states and system.ticks() < end:
        system.sleep(_PAUSE)
        state = renewal.look()
    return state


def test_push(shell: Shell) -> None:
    """Have a test notification sent to where this phone gets its own."""
    with shell.phone() as phone:
        sent = phone.test_push()
        shell.terminal.result({"id": sent}, shell.terminal.text("keylife.tested"))


def check_clock(shell: Shell) -> None:
    """Compare this computer's clock with the server's; codes depend on it."""
    with shell.phone() as phone:
        offset = phone.clock()
        off = abs(offset) > CLOCK_WORTH_TELLING
        key = "keylife.clock_right" if not off else ("keylife.clock_slow" if offset > 0 else "keylife.clock_fast")
        shell.terminal.result(
            {"offset": offset, "right": not off}, shell.terminal.text(key, minutes=max(1, round(abs(offset) / 60)))
        )


def _right_pin(terminal: Terminal, unlock: object) -> tuple[str, Renewal]:
    """The recovery PIN; asked for again while there are tries and a person to ask."""
    while True:
        pin = terminal.pin("ask.recovery_pin")
        try:
            return pin, unlock(pin)  # type: ignore[operator]
        except Refused as refused:
            if refused.number != PIN_WRONG or not terminal.interactive or "WATCHWORD_PIN" in os.environ:
                raise
            terminal.refusal(refused.refusal)


def _called() -> str:
    return f"{platform.node() or 'terminal'} (watchword)"


def _list(names: list[str]) -> str:
    return ", ".join(plain(name) for name in names)
