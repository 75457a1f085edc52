"""`watchword staff login|logout|whoami`: password, then Key, at this terminal; and Key again before what matters."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import segno
import typer

from watchword.app.staff.desk import Desk, Stopped
from watchword.core.refusals import FAILED, STAFF_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.core.staff import EMERGENCY
from watchword.flows import answers, confirm, login, sessions, waiting
from watchword.flows.endings import ENDINGS
from watchword.flows.login import Opened
from watchword.flows.staff import access, members
from watchword_client.terminal import grouped

PASSWORD_VARIABLE = "WATCHWORD_PASSWORD"
TRIES = 3

Username = Annotated[str, typer.Argument(help="Your username.")]
Code = Annotated[bool, typer.Option("--code", help="Type the six digits that Key shows, instead of approving on it.")]
Response = Annotated[bool, typer.Option("--response", help="Show a challenge and type Key's response; no network.")]
Wait = Annotated[int, typer.Option("--wait", min=1, max=900, help="Seconds to wait for Key.")]


def log_in(desk: Desk, username: Username, code: Code = False, response: Response = False, wait: Wait = 180) -> None:
    """Sign in as staff: username and password, then Key."""
    password = os.environ.get(PASSWORD_VARIABLE) or desk.ask("ask.password", hidden=True)
    with desk.store.locked():
        opened = desk.must(login.begin(desk.kit, username, password, "staff", desk.visit(), terminal=True))
        if not isinstance(opened, Opened):
            raise TypeError("staff never get an enrolment session")
        _prove(desk, opened, way="code" if code else "challenge" if response else "", wait=wait)
        found = desk.must(login.collect(desk.kit, opened.collector, desk.visit()))
        desk.keep(session=found.token, computer=found.device_token)
    session = found.session
    until = desk.moment(session.expires)
    desk.result(
        {"event": "session", "username": session.username, "amr": session.amr.split(), "expires": session.expires},
        desk.text("login.done", username=session.username, until=until, minutes=session.idle_seconds // 60),
    )


def log_out(desk: Desk) -> None:
    """End the session."""
    with desk.store.locked():
        ended = sessions.end(desk.kit, str(desk.kept()["session"]))
        desk.keep(session="")
    if not ended:
        raise Stopped(Refusal(STAFF_ABSENT, "session.none"))
    desk.result({"event": "end"}, desk.text("logout.done"))


def whoami(desk: Desk) -> None:
    """Who is signed in here, with which roles."""
    who = desk.do(lambda session: members.whoami(desk.kit, session))
    now, session = desk.kit.clock.now(), who.session
    roles = sorted(who.roles)
    found = {
        "username": who.user.username, "roles": roles, "expires": session.expires, "confirmed": access.fresh(session, now),
        "emergency": EMERGENCY in session.amr.split(),
    }  # fmt: skip
    names = " · ".join(desk.text(f"role.{role}") for role in roles)
    desk.result(
        found, desk.text("whoami.who", username=who.user.username, roles=names, until=desk.moment(session.expires))
    )


def confirm_again(desk: Desk, session: Session, operation: str) -> Session:
    """Have Key approve what comes next; the session's secret changes with it. Raises Stopped."""
    with desk.store.locked():
        opened = desk.must(confirm.begin(desk.kit, session, operation, desk.visit(), terminal=True))
        desk.say("confirm.asked")
        _prove(desk, opened, way="", wait=180)
        confirmed = desk.must(confirm.collect(desk.kit, session, opened.collector))
        desk.keep(session=confirmed.token)
    return desk.session()


def _prove(desk: Desk, opened: Opened, *, way: str, wait: int) -> None:
    """The held element, by any way; every one stays open on the one attempt. Raises Stopped when it ends otherwise."""
    digits = answers.confirmation_of(desk.kit, opened.attempt)
    if desk.as_json:
        desk.result(
            {"event": "waiting", "login": opened.attempt.id, "push": opened.ask.allowed, "confirmation": digits}
        )
    if digits:
        desk.say("login.confirmation", digits=grouped(digits))
    if way:
        _typed(desk, opened, way)
        return
    _draw(desk, opened)
    try:
        _wait(desk, opened, wait)
    except KeyboardInterrupt as stopped:
        login.cancel(desk.kit, opened.collector)
        raise typer.Exit(1) from stopped


def _draw(desk: Desk, opened: Opened) -> None:
    shown = desk.must(answers.show(desk.kit, opened.collector, "qr"))
    if desk.as_json:
        desk.result({"event": "show", "way": "qr", "value": shown.value, "expires": shown.expires})
        return
    segno.make(shown.value, error="m", micro=False).terminal(out=sys.stdout, compact=True)
    desk.say("login.waiting" if opened.ask.allowed else "login.scan")


def _wait(desk: Desk, opened: Opened, seconds: int) -> None:
    for _ in range(seconds):
        _, state = desk.must(waiting.state(desk.kit, opened.collector))
        if state == "approved":
            return
        if state != "pending":
            raise Stopped(Refusal(ENDINGS[state], f"attempt.{state}"))
        desk.pause(1)
    login.cancel(desk.kit, opened.collector)
    raise Stopped(Refusal(ENDINGS["expired"], "attempt.not_answered"))


def _typed(desk: Desk, opened: Opened, way: str) -> None:
    """A code or a response, typed again while a wrong one leaves the attempt open. Raises Stopped."""
    for _ in range(TRIES):
        if way == "challenge":
            shown = desk.must(answers.show(desk.kit, opened.collector, "challenge"))
            if desk.as_json:
                desk.result({"event": "show", "way": way, "value": shown.value, "expires": shown.expires})
            else:
                desk.say("login.challenge", digits=grouped(shown.value))
        typed = desk.ask(f"ask.{way}")
        found = answers.answer(desk.kit, opened.collector, way, typed)
        if not isinstance(found, Refusal):
            return
        if found.kind.status != 422 or not typed:
            raise Stopped(found)
        desk.refuse(found)
    login.cancel(desk.kit, opened.collector)
    raise Stopped(Refusal(FAILED, "answers.tries"))
