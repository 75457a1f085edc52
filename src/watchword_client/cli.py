"""`watchword phone`: Key on the command line. `phone_app` and `login_command` are mounted by the server's command."""

from __future__ import annotations

from typing import Annotated

import typer

from watchword_client import cli_activate, cli_dsc, cli_keylife
from watchword_client.approval import Attempt, Decision, Money
from watchword_client.cli_login import login_command
from watchword_client.crypto import Json
from watchword_client.oath import STEP
from watchword_client.options import Shell, with_shell
from watchword_client.phone import Phone
from watchword_client.terminal import Nothing, Terminal, clock, grouped, plain
from watchword_client.texts import has
from watchword_client.typed import challenge as challenge_of

__all__ = ["login_command", "phone_app"]

phone_app = typer.Typer(help="Watchword Key on the command line: a phone in a file.", no_args_is_help=True)

Username = Annotated[str, typer.Option("--username", help="Which user of this phone.")]
Which = Annotated[str, typer.Argument(metavar="[LOGIN]", help="Id of the login; the only one if not given.")]
Confirmation = Annotated[str, typer.Option("--confirmation", help="The six digits shown beside the login.")]

phone_app.add_typer(cli_dsc.app, name="dsc")
phone_app.command("activate")(with_shell(cli_activate.activate))
phone_app.command("add", help="Activate Key for a further user on this phone.")(with_shell(cli_activate.activate))


def pending(shell: Shell) -> None:
    """Show the logins that wait for an answer."""
    with shell.phone() as phone:
        found = phone.pending()
        if found.offline_paused:
            shell.terminal.say("pending.offline_paused")
        for notice in found.notices:
            for line in _notice(shell.terminal, notice):
                shell.terminal.line(line)
        lines = [line for attempt in found.attempts for line in (*_lines(shell.terminal, attempt), "")]
        answer: Json = {
            "attempts": [attempt.details for attempt in found.attempts],
            "users": list(found.users),
            "offline_paused": found.offline_paused,
            "notices": list(found.notices),
        }
        shell.terminal.result(answer, *(lines or [shell.terminal.text("pending.none")]))


def approve(shell: Shell, login: Which = "", confirmation: Confirmation = "") -> None:
    """Approve a login that waits."""
    with shell.phone() as phone:
        attempt = _pick(shell, phone, login)
        _approve(shell, phone, attempt, confirmation)


def deny(
    shell: Shell,
    login: Which = "",
    not_me: Annotated[bool, typer.Option("--not-me", help="Someone else began it: also ends what it gave.")] = False,
) -> None:
    """Refuse a login that waits."""
    with shell.phone() as phone:
        attempt = _pick(shell, phone, login)
        _decided(shell.terminal, attempt, phone.not_me(attempt) if not_me else phone.deny(attempt))


def caller(
    shell: Shell,
    login: Which = "",
    match: Annotated[bool | None, typer.Option("--match/--differ", help="Whether the words were said.")] = None,
) -> None:
    """Check who is on the telephone: shows what the member of staff must say. Listen; never read it out."""
    with shell.phone() as phone:
        terminal = shell.terminal
        found = [one for one in phone.pending().attempts if one.telephone and login in ("", one.id)]
        if not found:
            raise Nothing("caller.none")
        attempt = found[0]
        said = phone.caller_words(attempt)
        lines = [*_lines(terminal, attempt), terminal.text("caller.words", words=" · ".join(map(plain, said)))]
        for line in lines:
            terminal.line(line)
        if match is None and terminal.interactive:
            match = terminal.ask("caller.ask").strip().lower() in ("y", "yes")
        checked = None if match is None else phone.caller_checked(attempt, match)
        result = checked.result if checked else "shown"
        terminal.result({"login": attempt.id, "words": list(said), "result": result}, terminal.text(f"caller.{result}"))


def scan(
    shell: Shell,
    scanned: Annotated[str, typer.Argument(metavar="URL", help="What the QR code holds.")],
    name: cli_activate.Name = "",
    deny: Annotated[bool, typer.Option("--deny", help="Refuse the login instead of approving it.")] = False,
) -> None:
    """Use a QR code: approve the login it stands for, or activate a user."""
    if "/t#" in scanned:
        cli_keylife.transfer(shell, scan=scanned, name=name)
        return
    if "/a#" in scanned:
        cli_activate.by_qr(shell, scanned, name)
        return
    with shell.phone() as phone:
        attempt = phone.scan(scanned)
        if deny:
            _decided(shell.terminal, attempt, phone.deny(attempt))
        else:
            _approve(shell, phone, attempt, "")


def respond(
    shell: Shell,
    challenge: Annotated[str, typer.Argument(help="The ten digits shown at the login.")],
    username: Username = "",
) -> None:
    """Make the response to a challenge; needs no network."""
    with shell.phone(writes=False) as phone:
        user = phone.user(username)
        response = phone.respond(challenge, shell.terminal.pin(), user.username)
        asks = challenge_of(challenge).purpose
        purpose = shell.terminal.text(f"respond.purpose.{asks}", portal=plain(phone.wire.state.portal))
        shell.terminal.result(
            {"response": response, "purpose": asks, "username": user.username}, grouped(response), purpose
        )


def code(shell: Shell, username: Username = "") -> None:
    """Make a six-digit code; needs no network."""
    with shell.phone(writes=False) as phone:
        user, now = phone.user(username), int(phone.wire.transport.system.now())
        made, until = phone.code(shell.terminal.pin(), user.username, now), (now // STEP + 1) * STEP
        portal = plain(phone.wire.state.portal)
        purpose = shell.terminal.text("code.purpose", portal=portal, until=clock(until))
        shell.terminal.result({"code": made, "until": until, "username": user.username}, grouped(made), purpose)


def users(shell: Shell, search: Annotated[str, typer.Option("--search", help="Part of a name.")] = "") -> None:
    """List the users of this phone."""
    with shell.phone(writes=False) as phone:
        wanted = search.casefold()
        found = [user for user in phone.users if wanted in f"{user.username} {user.display_name}".casefold()]
        unfinished = shell.terminal.text("list.unfinished")
        lines = [
            f"{plain(user.username)}  {plain(user.display_name)}" + ("" if user.confirmed else f"  ({unfinished})")
            for user in found
        ]
        public = [
            {"user": u.user, "username": u.username, "display_name": u.display_name, "finished": u.confirmed}
            for u in found
        ]
        answer = {"iss": phone.iss, "phone": phone.id, "users": public}
        shell.terminal.result(answer, *(lines or [shell.terminal.text("list.none")]))


def check(shell: Shell, username: Username = "") -> None:
    """Have the server judge the PIN: ends a pause of codes, and finishes an activation that was cut off."""
    with shell.phone() as phone:
        user, pin = phone.user(username), phone.unlock(shell.terminal.pin())
        if user.confirmed:
            right = phone.check(pin, user.username)
        else:
            right = phone.confirm(pin, user.username).confirmed
        shell.terminal.result({"right": right, "username": user.username}, shell.terminal.text("check.right"))


for _name, _function in (
    ("pending", pending), ("approve", approve), ("deny", deny), ("caller", caller), ("scan", scan), ("respond", respond),
    ("code", code), ("list", users), ("check", check), ("change-pin", cli_keylife.change_pin),
    ("recover", cli_keylife.recover), ("transfer", cli_keylife.transfer), ("test-push", cli_keylife.test_push),
    ("clock", cli_keylife.check_clock),
):  # fmt: skip
    phone_app.command(_name)(with_shell(_function))


def _pick(shell: Shell, phone: Phone, login: str) -> Attempt:
    """The login meant; asks when several wait."""
    found = [attempt for attempt in phone.pending().attempts if not login or attempt.id == login]
    if not found:
        raise Nothing("attempt.gone" if login else "pending.none")
    if len(found) == 1:
        return found[0]
    for number, attempt in enumerate(found, 1):
        shell.terminal.line(f"{number}.")
        for line in _lines(shell.terminal, attempt):
            shell.terminal.line(f"   {line}")
    return found[shell.terminal.choose("ask.attempt", len(found))]


def _approve(shell: Shell, phone: Phone, attempt: Attempt, confirmation: str) -> None:
    """Shows the facts before anything is asked, then the digits, then the PIN."""
    terminal = shell.terminal
    for line in _lines(terminal, attempt):
        terminal.line(line)
    if attempt.needs_confirmation and not confirmation:
        confirmation = terminal.ask("caller.digits" if attempt.telephone else "ask.confirmation")
    elif terminal.interactive and terminal.ask("ask.approve").strip().lower() not in ("y", "yes"):
        raise typer.Exit(1)
    pin = phone.unlock(terminal.pin())
    _decided(terminal, attempt, phone.approve(attempt, pin, confirmation))


def _decided(terminal: Terminal, attempt: Attempt, decision: Decision) -> None:
    change = decision.result == "approved" and attempt.asked != "login"
    area = "caller" if attempt.telephone else "money" if attempt.money else ""
    said = f"{area}.{decision.result}" if area else f"decision.{'change' if change else decision.result}"
    lines = [terminal.text(said)]
    if decision.quiet_until:
        lines.append(terminal.text("decision.quiet", until=clock(decision.quiet_until)))
    found = {"login": attempt.id, "result": decision.result, "quiet_until": decision.quiet_until}
    terminal.result(found, *lines)


def _notice(terminal: Terminal, notice: Json) -> list[str]:
    """What only the owner is told (spec.md 6.8); nothing for a kind that this program does not know."""
    key = f"notice.{notice['kind']}"
    if not has(key):
        return []
    params = notice["params"]
    where = " · ".join(
        plain(params[name]) for name in ("place", "network", "address", "browser", "system") if params.get(name)
    )
    said = terminal.text(key, username=plain(notice["username"]), until=clock(int(notice["until"])))
    return [said, terminal.text("notice.where", where=where)] if where else [said]


def _moved(terminal: Terminal, moved: Money) -> list[str]:
    """That this moves money, how much and to whom, each on a line of its own."""
    text = terminal.text
    return [
        text("money.moves"),
        f"{text('money.amount')}: {moved.currency} {moved.amount}",
        f"{text('money.payee')}: {plain(moved.payee_name)}",
        f"{text('money.account')}: {plain(moved.payee_account)}",
    ]


def _lines(terminal: Terminal, attempt: Attempt) -> list[str]:
    """The facts of a login, each with Known or New where the server says so."""
    details, text = attempt.details, terminal.text

    def fact(name: str, *values: str) -> str:
        shown = " · ".join(plain(value) for value in values if value) or text("attempt.not_known")
        flag = details.get(f"{name}_new")
        tag = "" if flag is None else f" [{text('attempt.new' if flag else 'attempt.known')}]"
        return f"{text(f'attempt.{name}')}: {shown}{tag}"

    head = [f"{plain(attempt.id)}", f"{text('attempt.asks')}: {text(f'attempt.asked.{attempt.asked}')}"]
    if attempt.telephone:
        return [
            *head,
            fact("agent", str(details.get("agent", "")), str(details["client_name"])),
            fact("user", str(details["username"])),
            fact("started", clock(int(details["started"]))),
            text("caller.nothing"),
            text("caller.warning"),
        ]
    moved = attempt.money
    lines = [
        *head,
        *([] if moved is None else _moved(terminal, moved)),
        fact("into" if attempt.asked == "login" else "at", str(details["client_name"]), str(details["portal"])),
        fact("user", str(details["username"])),
        fact("place", str(details["place"])),
        fact("network", str(details["network"]), str(details["address"])),
        fact("browser", str(details["browser"]), str(details["system"])),
        fact("started", clock(int(details["started"]))),
    ]
    if attempt.needs_confirmation:
        lines.append(text("attempt.confirm"))
    return lines
