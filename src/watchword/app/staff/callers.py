"""`watchword staff caller|callers`: who is on the telephone, confirmed by Key, and the words that prove us to the person (S05)."""

from __future__ import annotations

from typing import Annotated

import typer

from watchword.app.staff import show as showing
from watchword.app.staff.desk import Desk, Stopped
from watchword.core.caller import CALLED_US, WE_CALLED
from watchword.core.refusals import CALLER_ALARM, CALLER_DENIED, CALLER_OVER, Kind, Refusal
from watchword.flows.staff import caller
from watchword.flows.staff.caller import Seen
from watchword_client.terminal import grouped

Whom = Annotated[str, typer.Argument(help="Username of the person on the telephone.")]
Outgoing = Annotated[
    bool, typer.Option("--we-called", help="You called the person: your words have to be right before Key confirms.")
]
Wait = Annotated[int, typer.Option("--wait", min=1, max=300, help="Seconds to wait for Key.")]
ENDS: dict[str, Kind] = {"denied": CALLER_DENIED, "alarm": CALLER_ALARM}


def one(desk: Desk, username: Whom, we_called: Outgoing = False, wait: Wait = 300) -> None:
    """Have Key confirm who is calling. Shows the words you must say and the digits to read out, and waits for the phone."""
    direction = WE_CALLED if we_called else CALLED_US
    seen = desk.do(lambda session: caller.begin(desk.kit, session, username, direction), "staff")
    _shown(desk, seen)
    try:
        seen = _waited(desk, seen, wait)
    except KeyboardInterrupt as stopped:
        desk.do(lambda session: caller.stop(desk.kit, session, seen.proof.id))
        raise typer.Exit(1) from stopped
    if seen.outcome != "confirmed":
        raise Stopped(Refusal(ENDS.get(seen.outcome, CALLER_OVER), f"caller.{seen.outcome}"))
    at, until = desk.moment(seen.attempt.decided), desk.moment(seen.good_until)
    said = desk.text("caller.confirmed", device=seen.device, at=at, until=until)
    desk.result({"event": "confirmed", **showing.caller_json(seen)}, said)


def _shown(desk: Desk, seen: Seen) -> None:
    words, expires = " · ".join(seen.words), seen.attempt.expires
    lines = (
        desk.text("caller.asked", username=seen.username, until=desk.moment(expires)),
        desk.text("caller.say", words=words),
        desk.text("caller.digits", digits=grouped(seen.digits)),
        desk.text("caller.once"),
    )
    found = {"digits": seen.digits, "words": list(seen.words), "expires": expires}
    desk.result({"event": "asked", **showing.caller_json(seen), **found}, *lines)
    desk.say("caller.waiting")


def _waited(desk: Desk, seen: Seen, seconds: int) -> Seen:
    """The proof once Key has answered; ended from here when it has not. Raises Stopped."""
    proof_id, words = seen.proof.id, seen.proof.state
    for _ in range(seconds):
        seen = desk.do(lambda session: caller.look(desk.kit, session, proof_id))
        if seen.outcome != "asked":
            return seen
        if seen.proof.state != words:
            words = seen.proof.state
            _told(desk, seen)
        desk.pause(1)
    return desk.do(lambda session: caller.stop(desk.kit, session, proof_id))


def _told(desk: Desk, seen: Seen) -> None:
    state = seen.proof.state
    desk.result({"event": "words", "id": seen.proof.id, "state": state}, desk.text(f"caller.words_{state}"))


def listed(desk: Desk) -> None:
    """Every proof on the telephone of the last day, newest first: for compliance and auditors."""
    found = desk.do(lambda session: caller.listed(desk.kit, session))
    if desk.as_json:
        for seen in found:
            desk.result(showing.caller_json(seen))
    elif not found:
        desk.say("caller.none")
    else:
        titles = ("at", "caller.by", "caller.call", "caller.outcome", "caller.words", "caller.about")
        showing.table(desk, titles, [(*showing.caller_row(desk, seen), seen.username) for seen in found])
