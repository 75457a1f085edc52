"""`watchword staff find|show|unlock|end-sessions|end-session|lost-phone|suspend|interview`: what one member of staff does alone."""

from __future__ import annotations

from typing import Annotated

import typer

from watchword.app.staff import show as showing
from watchword.app.staff.desk import Desk
from watchword.core.interviews import FACTS, enough
from watchword.flows.staff import interview as interviewing
from watchword.flows.staff import people

Text = Annotated[
    str,
    typer.Argument(
        help="How a username or name begins, or a whole number (+81…) or mail address; 3 characters or more."
    ),
]
Whom = Annotated[str, typer.Argument(help="Username of the person.")]
SessionId = Annotated[str, typer.Argument(help="Id of the session: watchword staff show.")]
Device = Annotated[str, typer.Argument(help="Id of the device, where there are several: watchword staff show.")]


def find(desk: Desk, text: Text) -> None:
    """Look people up; at most 20."""
    found = desk.do(lambda session: people.find(desk.kit, session, text))
    rows = [
        {"username": user.username, "name": user.display_name, "state": user.state, "kind": user.kind} for user in found
    ]
    if desk.as_json:
        for row in rows:
            desk.result(row)
        return
    if not rows:
        desk.say("find.none")
        return
    titles = ("person.username", "person.name", "person.state")
    showing.table(desk, titles, [(row["username"], row["name"], desk.text(f"state.{row['state']}")) for row in rows])
    if len(rows) == people.MOST:
        desk.say("find.more", count=people.MOST)


def show(desk: Desk, username: Whom) -> None:
    """One person: state, locks with their reasons, devices, contacts, sessions, last logins, requests. No secrets, no birth date."""
    card = desk.do(lambda session: people.show(desk.kit, session, username))
    if desk.as_json:
        desk.result(showing.card_json(card))
    else:
        showing.card(desk, card)


def unlock(desk: Desk, username: Whom) -> None:
    """Clear the locks on wrong passwords. First verify who calls."""
    done = desk.do(lambda session: people.unlock(desk.kit, session, username), "staff")
    desk.result({"username": done.username, "locked": done.count}, desk.text("unlock.done", username=done.username))


def end_sessions(desk: Desk, username: Whom) -> None:
    """End every session of a person and every login under way."""
    done = desk.do(lambda session: people.end_sessions(desk.kit, session, username))
    said = desk.text("sessions.done", username=done.username, count=done.count)
    desk.result({"username": done.username, "ended": done.count}, said)


def end_session(desk: Desk, username: Whom, session: SessionId) -> None:
    """End one session of a person."""
    done = desk.do(lambda own: people.end_session(desk.kit, own, username, session))
    said = desk.text("sessions.one", username=done.username)
    desk.result({"username": done.username, "ended": done.count}, said)


def lost_phone(desk: Desk, username: Whom, device: Device = "") -> None:
    """End Key on a phone that is lost, and every session. After the last phone, a new Key waits for an approved request."""
    done = desk.do(lambda session: people.lost_phone(desk.kit, session, username, device))
    found = {
        "username": done.username,
        "device": done.name,
        "ended": done.count,
        "others": done.others,
        "held": done.held,
    }
    lines = [desk.text("lost.done", username=done.username, device=done.name)]
    if done.held:
        lines.append(desk.text("lost.held"))
    if done.others:
        lines.append(desk.text("lost.others", count=done.others))
    desk.result(found, *lines)


def suspend(desk: Desk, username: Whom) -> None:
    """Nobody logs in as this person until a request to reinstate is approved."""
    done = desk.do(lambda session: people.suspend(desk.kit, session, username), "staff")
    desk.result({"username": done.username, "ended": done.count}, desk.text("suspend.done", username=done.username))


def interview(desk: Desk, username: Whom) -> None:
    """Ask a caller what is on file, and see what matches: three facts, one of recent activity, before a password is given anew."""
    opening = desk.do(lambda session: interviewing.open_it(desk.kit, session, username), "staff")
    desk.say("interview.lead", username=opening.username)
    answers = {fact: desk.ask(f"interview.ask.{fact}") for fact in FACTS}
    held = desk.do(
        lambda session: interviewing.hold(desk.kit, session, username, answers, pass_=opening.pass_), "staff"
    )
    passed = enough(held.matched)
    if desk.as_json:
        desk.result({"id": held.id, "asked": list(held.asked), "matched": list(held.matched), "enough": passed})
        return
    for fact in FACTS:
        verdict = "matched" if fact in held.matched else "differs" if fact in held.asked else "skipped"
        desk.result({}, f"{desk.text(f'interview.fact.{fact}')}: {desk.text(f'interview.{verdict}')}")
    desk.say("interview.enough" if passed else "interview.short")
