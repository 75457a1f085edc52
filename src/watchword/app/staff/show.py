"""How people and requests look in a terminal and as JSON; what others chose can neither redraw the terminal nor add markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from watchword.app.staff.desk import Desk
from watchword.core import lockout
from watchword.flows.staff.caller import Seen
from watchword.flows.staff.people import Card
from watchword.flows.staff.requests import Shown
from watchword_client.terminal import plain

SHOWN_EVENTS = 25


def table(desk: Desk, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table with translated titles."""
    shape = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        shape.add_column(desk.text(title), overflow="fold", no_wrap=title == "id")  # an id is copied, whole
    for row in rows:
        shape.add_row(*(Text(plain(cell, 200)) for cell in row))
    Console().print(shape)


def card(desk: Desk, found: Card) -> None:
    """One person, part by part; empty parts are left out."""
    user = found.user
    roles = " · ".join(desk.text(f"role.{role}") for role in sorted(found.roles))
    table(
        desk,
        ("person.username", "person.name", "person.state", "person.roles", "person.held"),
        [
            (
                user.username, user.display_name, desk.text(f"state.{user.state}"), roles or desk.text("none"),
                desk.moment(found.held) if found.held else desk.text("none"),
            )
        ],
    )  # fmt: skip
    for title, titles, rows in _parts(desk, found):
        if rows:
            print(f"\n{desk.text(title)}")
            table(desk, titles, rows)


def _parts(desk: Desk, found: Card) -> Iterable[tuple[str, tuple[str, ...], Sequence[tuple[object, ...]]]]:
    moment = desk.moment
    locks = [
        (
            desk.text(f"lock.of.{client.partition(':')[0]}"),
            one.wrong,
            one.locks,
            moment(one.locked_until) if lockout.locked(one, found.now) else desk.text("none"),
        )
        for client, one in found.locks.items()
    ]
    yield "part.locks", ("lock.counter", "lock.wrong", "lock.locks", "lock.until"), locks
    devices = [
        (d.id, desk.kit.texts.device(desk.lang, d.name), desk.text(f"device.{d.state}"), moment(d.last_used))
        for d in found.devices
    ]
    yield "part.devices", ("id", "name", "person.state", "used"), devices
    yield "part.contacts", ("id", "contact"), [(contact[0], contact[2]) for contact in found.contacts]
    sessions = [(s.id, s.kind, s.client, moment(s.created), moment(s.touched)) for s in found.sessions]
    yield "part.sessions", ("id", "kind", "client", "began", "used"), sessions
    logins = [(moment(a.started), a.client, state, _place(a), a.context.browser) for a, state in found.attempts]
    yield "part.logins", ("began", "client", "person.state", "place", "browser"), logins
    events = [(moment(line.at), line.tag, str(line.fields.get("reason", ""))) for line in found.events[:SHOWN_EVENTS]]
    yield "part.events", ("at", "event", "reason"), events
    requests = [(r.id, desk.text(f"kind_of.{r.kind}"), r.state, moment(r.asked)) for r in found.requests]
    yield "part.requests", ("id", "kind", "person.state", "at"), requests
    callers = [caller_row(desk, seen) for seen in found.callers]
    yield "part.callers", ("at", "caller.by", "caller.call", "caller.outcome", "caller.words"), callers


def caller_row(desk: Desk, seen: Seen) -> tuple[object, ...]:
    """One proof on the telephone: when, by whom, who called whom, what came of it, what of the words."""
    return (
        desk.moment(seen.proof.opened),
        seen.asked_by,
        desk.text(f"caller.direction.{seen.attempt.operation}"),
        desk.text(f"caller.state.{seen.outcome}"),
        desk.text(f"caller.check.{seen.proof.state}"),
    )


def caller_json(seen: Seen) -> dict[str, object]:
    """One proof for a program; its digits and words are told once, to who asked."""
    return {
        "id": seen.proof.id, "username": seen.username, "asked_by": seen.asked_by, "agent": seen.proof.agent,
        "direction": seen.attempt.operation, "outcome": seen.outcome, "opened": seen.proof.opened, "decided": seen.attempt.decided,
        "device": seen.device, "good_until": seen.good_until, "words_state": seen.proof.state, "alarmed": seen.proof.alarmed,
    }  # fmt: skip


def _place(attempt: Any) -> str:
    return " · ".join(part for part in (attempt.context.place, attempt.context.network) if part)


def card_json(found: Card) -> dict[str, object]:
    """One person for a program."""
    user = found.user
    return {
        "username": user.username, "name": user.display_name, "state": user.state, "kind": user.kind, "lang": user.lang,
        "has_password": bool(user.password_hash), "flagged": user.flagged, "quiet_until": user.quiet_until,
        "roles": sorted(found.roles), "enrolment_held": found.held,
        "locks": [{"counter": client, **asdict(one)} for client, one in found.locks.items()],
        "devices": [
            {"id": d.id, "name": d.name, "state": d.state, "created": d.created, "last_used": d.last_used} for d in found.devices
        ],
        "contacts": [{"id": c[0], "kind": c[1], "masked": c[2], "default": c[3]} for c in found.contacts],
        "sessions": [
            {"id": s.id, "kind": s.kind, "client": s.client, "created": s.created, "touched": s.touched} for s in found.sessions
        ],
        "logins": [
            {
                "id": a.id, "at": a.started, "client": a.client, "state": state, "place": a.context.place, "network": a.context.network,
                "browser": a.context.browser, "system": a.context.system,
            }
            for a, state in found.attempts
        ],
        "events": [{"at": e.at, "tag": e.tag, "subject": e.subject, "fields": dict(e.fields)} for e in found.events[:SHOWN_EVENTS]],
        "requests": [{"id": r.id, "kind": r.kind, "state": r.state, "asked": r.asked} for r in found.requests],
        "callers": [caller_json(seen) for seen in found.callers],
    }  # fmt: skip


def request_json(shown: Shown) -> dict[str, object]:
    """One request for a program."""
    request = shown.request
    return {
        "id": request.id, "kind": request.kind, "state": shown.state, "username": shown.about, "asked_by": shown.asked_by,
        "asked": request.asked, "expires": request.expires, "decided_by": shown.decided_by, "decided": request.decided,
        "reason": request.reason, "evidence": request.evidence, "params": dict(request.params), "note": request.note,
        "told": dict(shown.told), "caller": dict(request.caller), "alarm": shown.alarm,
    }  # fmt: skip


def request_lines(desk: Desk, shown: Shown) -> list[str]:
    """One request for a person."""
    request, text = shown.request, desk.text
    lines = [
        ("id", request.id),
        ("kind", text(f"kind_of.{request.kind}")),
        ("person.username", shown.about),
        ("person.state", text(f"request.state.{shown.state}")),
        ("request.asked_by", f"{shown.asked_by} · {desk.moment(request.asked)}"),
        ("request.expires", desk.moment(request.expires)),
        ("reason", request.reason),
        ("request.evidence", request.evidence),
        *((f"param.{name}", value) for name, value in request.params.items() if value),
    ]
    if request.decided:
        lines += [
            ("request.decided_by", f"{_decider(desk, shown)} · {desk.moment(request.decided)}"),
            ("request.note", request.note),
        ]
    return [*(f"{text(key)}: {plain(value, 2000)}" for key, value in lines), *_of_call(desk, shown)]


def _decider(desk: Desk, shown: Shown) -> str:
    """Who decided; nobody of ours where the person said that he was not the one on the telephone."""
    return shown.decided_by if shown.request.decided_by else desk.text("caller.by_person")


def _of_call(desk: Desk, shown: Shown) -> list[str]:
    """What Key said of the call in which it was asked for, and what the person has said since."""
    fact, said = shown.request.caller, []
    if fact:
        values = {
            "device": fact["device"], "at": desk.moment(int(fact["at"])), "id": fact["attempt"],
            "direction": desk.text(f"caller.direction.{fact['direction']}"), "words": desk.text(f"caller.check.{fact['words']}"),
        }  # fmt: skip
        said.append(desk.text("caller.fact", **values))
    if shown.alarm:
        said.append(desk.text("caller.alarm", at=desk.moment(shown.alarm)))
    return said
