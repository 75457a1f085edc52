"""`watchword login`: a platform's login in the terminal, through the platform API (A03)."""

from __future__ import annotations

import sys
from typing import Annotated

import segno
import typer

from watchword_client.crypto import Json
from watchword_client.login import DONE, OPEN, Login, Method, PlatformLogin, Session
from watchword_client.options import Shell, with_shell
from watchword_client.refusal import Refused
from watchword_client.store import FileStore
from watchword_client.terminal import REFUSED, Terminal, Usage, clock, grouped, plain
from watchword_client.texts import has
from watchword_client.typed import Mistyped
from watchword_client.ways import TYPED, WAYS, open_to

_SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}

Client = Annotated[
    str, typer.Option("--client", envvar="WATCHWORD_CLIENT", help="Name of this platform in the server's settings.")
]
Username = Annotated[str, typer.Option("--username", help="Who logs in; asked for if not given.")]
Password = Annotated[str, typer.Option("--password", envvar="WATCHWORD_PASSWORD", help="Better asked for than given.")]
Way = Annotated[
    str,
    typer.Option("--way", help="push, qr, challenge, code, or that of another device; the device's own if not given."),
]
MethodId = Annotated[str, typer.Option("--method", help="Id of the device to use, where there are several.")]
Wait = Annotated[int, typer.Option("--wait", min=1, max=900, help="Seconds to wait for the phone.")]
ShowToken = Annotated[bool, typer.Option("--token", help="Print the session's token.")]


def login(
    shell: Shell,
    client: Client = "terminal",
    username: Username = "",
    password: Password = "",
    way: Way = "",
    method: MethodId = "",
    wait: Wait = 180,
    token: ShowToken = False,
) -> None:
    """Log in as a platform does: username and password, then Key or another device."""
    if not shell.url:
        raise Usage("error.url")
    if way and way not in WAYS:
        raise Usage("error.missing", name=f"--way ({', '.join(WAYS)})")
    terminal = shell.terminal
    username = username or terminal.ask("ask.username")
    password = password or terminal.ask("ask.password", hidden=True)
    tokens = _Tokens(shell.store("login"), f"{shell.url.rstrip('/')}|{client}|{username}")
    with PlatformLogin(shell.url, client, language=terminal.language) as platform:
        platform.start(username, password, device_token=tokens.load(), system=_SYSTEMS.get(sys.platform, sys.platform))
        session = _Waiting(terminal, platform, wait).run(way, method)
        tokens.save(session.device_token)
    _show(terminal, session, token)


login_command = with_shell(login)


class _Tokens:
    """The device token of one platform and user, which makes this computer known."""

    def __init__(self, store: FileStore, name: str) -> None:
        self._store = store
        self._name = name

    def load(self) -> str:
        return str(self._all().get(self._name, ""))

    def save(self, token: str) -> None:
        if token:
            with self._store.locked():
                self._store.save({"device_tokens": {**self._all(), self._name: token}})

    def _all(self) -> Json:
        found = (self._store.load() or {}).get("device_tokens", {})
        return found if isinstance(found, dict) else {}


class _Waiting:
    """The second element, by whichever way the person takes; all stay open together."""

    def __init__(self, terminal: Terminal, platform: PlatformLogin, seconds: int) -> None:
        self._terminal = terminal
        self._platform = platform
        self._seconds = seconds

    def run(self, way: str, method: str) -> Session:
        """The session, or the end of the command with the reason."""
        login = self._platform.login
        chosen = self._choose(login, way, method)
        way = way or self._own_way(chosen)
        push = login.push
        if chosen.id != login.method and way == "push":
            push = self._platform.push(chosen.id)
        self._announce(login, push)
        if way == "push" and not push.get("sent"):  # B04: a push that does not come is no dead end
            self._terminal.say("login.not_sent")
            way = self._other_way() if self._terminal.interactive else "qr"
        while True:
            try:
                state = self._try(way)
            except KeyboardInterrupt:
                way = self._other_way()
                continue
            if state == DONE:
                return self._platform.collect()
            self._ended(state)

    def _choose(self, login: Login, way: str, method: str) -> Method:
        """The one named, the only one, the one that has the way, the default, or the person's choice."""
        methods = [one for one in login.methods if not way or way in one.ways] or list(login.methods)
        if method:
            return next((one for one in login.methods if one.id == method), Method(method, "", "", ()))
        default = next((at for at, known in enumerate(methods, 1) if known.id == login.method), 1)
        if len(methods) < 2 or not self._terminal.interactive:
            return methods[default - 1] if methods else Method(login.method, "", "", ())
        for number, known in enumerate(methods, 1):
            self._terminal.line(f"{number}. {plain(known.name)}")
        return methods[self._terminal.choose("ask.method", len(methods), default)]

    def _own_way(self, chosen: Method) -> str:
        """The way of the chosen device, or of another one where it has none for a terminal, as a passkey; none at all ends the login."""
        ways = open_to([chosen]) or open_to(self._platform.login.methods)
        if not ways:
            self._terminal.say("login.no_way")
            self._ended(self._platform.cancel())
        return ways[0]

    def _announce(self, login: Login, push: Json) -> None:
        terminal = self._terminal
        if terminal.as_json:
            methods = [{"id": m.id, "kind": m.kind, "name": m.name, "ways": list(m.ways)} for m in login.methods]
            found = {"event": "login", "login": login.id, "expires": login.expires, "methods": methods}
            terminal.result({**found, "push": push, "confirmation": login.confirmation})
        if push.get("sent"):
            terminal.say("login.sent", to=plain(push.get("sent_to", "")))
        self._confirmation(login)

    def _confirmation(self, login: Login) -> None:
        """The digits for Key: nobody without Key has a place to type them."""
        if login.confirmation and "push" in open_to(login.methods):
            self._terminal.line(f"{self._terminal.text('login.confirmation')}: {grouped(login.confirmation)}")

    def _changed(self, login: Login) -> None:
        """Another login of this person began: Key asks for the code of this one from now on."""
        if self._terminal.as_json:
            self._terminal.result({"event": "confirmation", "confirmation": login.confirmation})
        if login.confirmation:
            self._terminal.say("login.several")
        self._confirmation(login)

    def _try(self, way: str) -> str:
        """One way, until the login is over or the time to wait is."""
        if way in TYPED:
            return self._typed(way)
        if way == "qr":
            self._draw(self._platform.show("qr"))
        if self._terminal.interactive:
            self._terminal.say("login.waiting")
        return self._platform.wait(self._seconds, self._changed)

    def _draw(self, shown: Json) -> None:
        terminal = self._terminal
        if terminal.as_json:
            terminal.result({"event": "show", **shown})
            return
        segno.make(str(shown["value"]), error="m", micro=False).terminal(out=sys.stdout, compact=True)
        terminal.say("login.qr", until=clock(int(shown["expires"])))

    def _typed(self, way: str) -> str:
        """A response, a code or what stands on a card, typed again while a wrong one leaves the login open."""
        terminal, asked = self._terminal, TYPED[way]
        sent = way == "sms" and self._sent_already()
        while True:
            if asked.shown and not sent:
                self._shown(asked.shown, self._platform.show(way))
            sent = way == "sms"  # a wrong code is no reason to send another
            try:
                state = self._platform.answer(way, asked.read(terminal.ask(asked.ask)))
            except Mistyped as fault:
                terminal.say(f"mistyped.{asked.what}.{fault.reason}")
            except Refused as refused:
                if not terminal.interactive or refused.refusal.status != 422:
                    raise
                terminal.refusal(refused.refusal)
            else:
                return state

    def _sent_already(self) -> bool:
        """Whether a code by SMS went out with the password: where SMS is the method that the login began with."""
        login = self._platform.login
        return any(one.id == login.method and one.kind == "sms" for one in login.methods)

    def _shown(self, key: str, shown: Json) -> None:
        terminal = self._terminal
        if terminal.as_json:
            terminal.result({"event": "show", **shown})
            return
        value = str(shown["value"])
        label = terminal.text(key, until=clock(int(shown["expires"])))
        terminal.line(f"{label}: {grouped(value) if value.isdigit() else plain(value)}")

    def _other_way(self) -> str:
        """What Ctrl-C leads to; leaving there gives the login up."""
        try:
            way = self._terminal.ask("ask.way", ways=", ".join(open_to(self._platform.login.methods))).strip().lower()
        except (KeyboardInterrupt, Usage):
            way = "cancel"
        if way == "cancel":
            self._ended(self._platform.cancel())
        if way == "push":
            self._platform.push()
        return way if way in WAYS else "push"

    def _ended(self, state: str) -> None:
        terminal = self._terminal
        if state == OPEN:
            self._platform.cancel()
        key = f"login.state.{state}"
        sentence = terminal.text(key if has(key) else "login.ended")
        if terminal.as_json:
            terminal.result({"ok": False, "event": "end", "state": state})
        else:
            terminal.line(sentence)
        raise typer.Exit(REFUSED)


def _show(terminal: Terminal, session: Session, token: bool) -> None:
    found: Json = {
        "event": "session",
        "user": session.user,
        "username": session.username,
        "acr": session.acr,
        "amr": list(session.amr),
        "auth_time": session.auth_time,
        "expires": session.expires,
    }
    lines = [terminal.text("login.done", username=plain(session.username))]
    if token:
        found["token"] = session.token
        lines.append(session.token)
    terminal.result(found, *lines)
