"""`watchword phone activate` and `add`: by activation code, QR or Session ID (F, G, J01, K)."""

from __future__ import annotations

import os
import platform
import re
import shlex
import subprocess
from collections.abc import Callable
from typing import Annotated

import typer

from watchword_client.activation import PinForbidden
from watchword_client.crypto import Json
from watchword_client.guidelines import Forbidden
from watchword_client.options import Shell
from watchword_client.phone import Phone
from watchword_client.refusal import ALREADY_ACTIVE, PROOF_FIRST, SENT_CODE_WRONG, Refused
from watchword_client.terminal import Terminal, Usage, clock, plain
from watchword_client.typed import Mistyped
from watchword_client.typed import pin as read_pin

Name = Annotated[str, typer.Option("--name", help="How this phone is called in the list of devices.")]
Username = Annotated[str, typer.Option("--username", help="Whom to activate; asked for if not given.")]
Password = Annotated[str, typer.Option("--password", envvar="WATCHWORD_PASSWORD", help="Better asked for than given.")]
Qr = Annotated[str, typer.Option("--qr", metavar="URL", help="What the activation QR code holds.")]
SessionId = Annotated[str, typer.Option("--session-id", help="Session ID shown at the portal; needs --username.")]
Contact = Annotated[str, typer.Option("--contact", help="Id of the contact that gets the code.")]
Country = Annotated[str, typer.Option("--country", help="Country of a new number, such as JP.")]
National = Annotated[str, typer.Option("--national", help="A new number without its first 0, digits only.")]
Code = Annotated[str, typer.Option("--code", help="The code that was sent, for scripts.")]
CodeFrom = Annotated[
    str, typer.Option("--code-from", metavar="COMMAND", help="Program that prints the code; gets WATCHWORD_SENT_TO.")
]
Fresh = Annotated[bool, typer.Option("--new-phone", help="Forget this phone and its users, and begin a new one.")]


def activate(
    shell: Shell,
    username: Username = "",
    password: Password = "",
    qr: Qr = "",
    session_id: SessionId = "",
    contact: Contact = "",
    country: Country = "",
    national: National = "",
    code: Code = "",
    code_from: CodeFrom = "",
    name: Name = "",
    new_phone: Fresh = False,
) -> None:
    """Activate Key for a user on this phone."""
    if qr:
        by_qr(shell, qr, name, fresh=new_phone)
        return
    with shell.phone(fresh=new_phone) as phone:
        username = username or shell.terminal.ask("ask.username")
        try:
            if session_id:
                phone.activate_session(username, session_id)
            else:
                password = password or shell.terminal.ask("ask.password", hidden=True)
                sender = _Sender(shell.terminal, phone, code, code_from)
                sender.run(username, password, contact, country, national)
        except Refused as refused:
            _already(shell.terminal, refused, username)
            return
        finish_activation(shell.terminal, phone, name)


def by_qr(shell: Shell, scanned: str, name: str, *, fresh: bool = False) -> None:
    """The activation that an activation QR code stands for."""
    shell.url = shell.url or scanned.partition("/a#")[0]
    with shell.phone(fresh=fresh) as phone:
        try:
            phone.activate_scan(scanned)
        except Refused as refused:
            _already(shell.terminal, refused, "")
            return
        finish_activation(shell.terminal, phone, name)


def _already(terminal: Terminal, refused: Refused, username: str) -> None:
    """3202 is good news (G07); anything else goes on as a refusal."""
    if refused.number != ALREADY_ACTIVE:
        raise refused
    terminal.result({"active": True, "already": True}, terminal.text("error.already", username=plain(username)))


class _Sender:
    """The way by activation code: where it goes, a proof first where needed, the code."""

    def __init__(self, terminal: Terminal, phone: Phone, code: str, code_from: str) -> None:
        self._terminal = terminal
        self._phone = phone
        self._code = code
        self._code_from = code_from

    def run(self, username: str, password: str, contact: str, country: str, national: str) -> None:
        started = self._phone.activate_start(username, password)
        contacts = [known for known in started.get("contacts", []) if isinstance(known, dict)]
        if not contact and not national:
            contact = self._choose([known for known in contacts if known.get("kind") == "sms"])
        if not contact:
            country = country or "JP"
            national = national or self._terminal.ask("ask.national", country=country)
        try:
            sent = self._phone.activate_send(contact, country=country, national=national)
        except Refused as refused:
            if refused.number != PROOF_FIRST:
                raise
            self._prove_contact(contacts)
            sent = self._phone.activate_send(contact, country=country, national=national)
        self._until_right(sent, self._phone.activate_prove)

    def _choose(self, contacts: list[Json]) -> str:
        """The id of a contact, the default when nobody is asked; empty when there is none."""
        if not contacts:
            return ""
        first = next((at for at, known in enumerate(contacts) if known.get("default")), 0)
        if not self._terminal.interactive:
            return str(contacts[first]["id"])
        for number, known in enumerate(contacts, 1):
            mark = f" ({self._terminal.text('activate.default')})" if number == first + 1 else ""
            self._terminal.line(f"{number}. {plain(known['masked'])}{mark}")
        return str(contacts[self._terminal.choose("ask.contact", len(contacts), first + 1)]["id"])

    def _prove_contact(self, contacts: list[Json]) -> None:
        self._terminal.say("activate.proof_first")
        sent = self._phone.activate_proof_send(self._choose(contacts))
        self._until_right(sent, self._phone.activate_proof)

    def _until_right(self, sent: Json, use: object) -> None:
        """Asks for the code again while the person may still type another one."""
        to, digits = plain(sent.get("to", "")), int(sent.get("digits", 8))
        self._terminal.say("activate.sent", to=to, until=clock(int(sent.get("expires", 0))))
        while True:
            try:
                use(self._obtain(to, digits))  # type: ignore[operator]
                return
            except Refused as refused:
                if refused.number != SENT_CODE_WRONG or self._scripted:
                    raise
                self._terminal.refusal(refused.refusal)

    @property
    def _scripted(self) -> bool:
        return bool(self._code or self._code_from) or not self._terminal.interactive

    def _obtain(self, to: str, digits: int) -> str:
        if self._code_from:
            return _code_printed(self._code_from, to, digits)
        return self._code or self._terminal.ask("ask.code", digits=digits, to=to)


def _code_printed(command: str, to: str, digits: int) -> str:
    """The last number of `digits` digits that a program of the caller's prints; Usage when it prints none."""
    environment = {**os.environ, "WATCHWORD_SENT_TO": to, "WATCHWORD_DIGITS": str(digits)}
    try:
        done = subprocess.run(  # noqa: S603  (the person's own program, named by them)
            shlex.split(command), stdout=subprocess.PIPE, text=True, timeout=120, check=True, env=environment
        )
    except (OSError, ValueError, subprocess.SubprocessError) as fault:
        raise Usage("error.missing", name="--code-from") from fault
    found = re.findall(rf"(?<!\d)\d{{{digits}}}(?!\d)", done.stdout)
    if not found:
        raise Usage("error.missing", name="--code-from")
    return str(found[-1])


def finish_activation(terminal: Terminal, phone: Phone, name: str) -> None:
    """The PIN, made here on a new phone, and the end of the activation."""
    name = name or f"{platform.node() or 'terminal'} (watchword)"
    if any(user.confirmed for user in phone.users):
        terminal.say("activate.existing_pin")
        user = phone.complete(phone.unlock(terminal.pin()), name)
    else:
        user = phone.complete(phone.unlock(new_pin(terminal, phone.pin_faults)), name)
        terminal.say("activate.checked")
    done = terminal.text("activate.done", username=plain(user.username))
    terminal.result({"active": True, "user": user.user, "username": user.username, "phone": phone.id}, done)


def new_pin(terminal: Terminal, faults: Callable[[str], list[Forbidden]], variable: str = "WATCHWORD_PIN") -> str:
    """A PIN that the guidelines allow, typed twice where a person types it."""
    scripted = bool(os.environ.get(variable)) or not terminal.interactive
    while True:
        typed = terminal.pin("ask.new_pin", variable)
        try:
            found = faults(typed)
            if found:
                raise PinForbidden(found)
        except Mistyped as fault:
            if scripted:
                raise
            terminal.say(f"mistyped.pin.{fault.reason}")
            continue
        except PinForbidden as forbidden:
            if scripted:
                raise
            terminal.line(terminal.forbidden(forbidden))
            continue
        if scripted or read_pin(terminal.ask("ask.new_pin_again", hidden=True)) == read_pin(typed):
            return typed
        terminal.say("activate.pin_differs")
