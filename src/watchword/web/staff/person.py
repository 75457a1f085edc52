"""One person, as staff see him."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import Response

from watchword.core import lockout, staff
from watchword.core.attempts import Attempt
from watchword.core.caller import ALARM_SECONDS
from watchword.core.cases import Case
from watchword.core.device_policy import bars
from watchword.core.devices import BORROWER_WRONG_LIMIT, OFFLINE_WRONG_LIMIT, WRONG_LIMIT, Device, on_phone
from watchword.core.refusals import Refusal
from watchword.factors.registry import FACTORS, level
from watchword.flows.ports import Event
from watchword.flows.staff import people
from watchword.flows.staff.desk import Desk
from watchword.flows.staff.effects import CHANGES
from watchword.flows.staff.people import Card
from watchword.web.asking import Ask
from watchword.web.pages.console_views import CaseLine
from watchword.web.pages.person_views import EventLine, EventsPage, Flag, Line, PersonPage, StaffDevice, StaffSession
from watchword.web.portal.home import way_of
from watchword.web.staff.cards import card
from watchword.web.staff.opening import about, answer, back_to, common, opened, stopped

SHOWN_LINES, SHOWN_EVENTS = 10, 8
ACTS = ("unlock", "end_sessions", "lost_phone", "suspend", "interview", "caller")
"""What one member of staff does alone, in the order of the page."""
REFUSED = frozenset(
    {
        "login.password.refused", "login.password.locked", "login.password.flagged", "login.network.refused",
        "login.device.missing", "login.enrolment.held",
    }
)  # fmt: skip
DETAILS = (
    "by",
    "kind",
    "act",
    "roles",
    "count",
    "sessions",
    "client",
    "place",
    "network",
    "address",
    "browser",
    "to",
    "phone",
)
"""What of an event is told beside its sentence; the rest is for the audit's own pages."""
_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "pending": ("", "clock"), "approved": ("ok", "check"), "collected": ("ok", "check"), "denied": ("warn", "x"),
    "not_me": ("bad", "stop"), "failed": ("bad", "x"), "expired": ("", "clock"), "lapsed": ("", "clock"), "cancelled": ("", "info"),
}  # fmt: skip


def show(ask: Ask, user_id: str, error: Refusal | None = None) -> Response:
    """The page; looking at it is counted and written down."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    username = about(ask, user_id)
    if isinstance(username, Response):
        return username
    found = people.show(ask.site.kit, who.session, username)
    if isinstance(found, Refusal):
        return stopped(ask, found)
    return answer(ask, who, _view(ask, who, found, error), error)


def _view(ask: Ask, who: Desk, found: Card, error: Refusal | None) -> PersonPage:
    user, oneself = found.user, found.user.id == who.user.id
    to_staff = bool(found.roles)
    return PersonPage(
        **{**common(ask, who, error), "path": f"/users/{user.id}"},
        id=user.id, username=user.username, name=user.display_name, state=user.state, kind=user.kind, language=user.lang,
        created=user.created, roles=tuple(sorted(found.roles)), password=bool(user.password_hash), flags=tuple(_flags(found)),
        lines=_lines(found), devices=tuple(map(_device, found.devices)),
        sessions=tuple(
            StaffSession(id=one.id, kind=one.kind, client=one.client, began=one.created, used=one.touched) for one in found.sessions
        ),
        contacts=tuple((kind, masked, default) for _, kind, masked, default in found.contacts),
        events=tuple(event_line(event, found.names) for event in found.events[:SHOWN_EVENTS]), cases=tuple(map(case_line, found.cases)),
        waiting=tuple(card(shown, who) for shown in found.waiting),
        closed=tuple(card(shown, who) for shown in found.closed),
        acts=tuple(act for act in ACTS if _open(act, found) and staff.may(act, who.roles, oneself=oneself, to_staff=to_staff)),
        kinds=tuple(
            kind for kind in CHANGES
            if _fits(kind, found) and staff.may_ask(kind, who.roles, oneself=oneself, about_staff=to_staff)
        ),
    )  # fmt: skip


def _open(act: str, found: Card) -> bool:
    """Whether an act would change anything."""
    if act == "caller":
        return any(device.state == "active" and on_phone(device) for device in found.devices)
    if act == "lost_phone":
        return any(device.state == "active" for device in found.devices)
    return found.user.state == "active" if act == "suspend" else True


def _fits(kind: str, found: Card) -> bool:
    """Whether a kind of change fits the account as it is; who is invited can be taken onto the staff, and nothing else."""
    if found.user.state == "invited" or kind == "invite":
        return found.user.state == "invited" and kind == "invite"
    return found.user.state == "suspended" if kind == "reinstate" else True


def _flags(found: Card) -> Iterable[Flag]:
    user, now = found.user, found.now
    if user.state == "suspended":
        yield Flag(name="suspended", tone="bad")
    yield from _alarm(found)
    if user.flagged:
        yield Flag(name="flagged", tone="bad", at=user.flagged)
    if found.held:
        yield Flag(name="held", tone="warn", at=found.held)
    for tries in found.locks.values():
        if lockout.locked(tries, now):
            name = "locked" if lockout.timed(tries, now) else "closed_to_strangers"
            yield Flag(name=name, tone="warn", at=tries.locked_until, count=tries.total)
        elif tries.wrong:
            yield Flag(name="wrong", tone="", count=tries.wrong)
    if user.quiet_until > now:
        yield Flag(name="quiet", tone="", at=user.quiet_until)
    if user.recovered and user.recovered > now - 24 * 60 * 60:
        yield Flag(name="recovered", tone="", at=user.recovered)
    if not user.password_hash:
        yield Flag(name="no_password", tone="")


def _alarm(found: Card) -> Iterable[Flag]:
    at = max((seen.proof.alarmed for seen in found.callers), default=0)
    if at > found.now - ALARM_SECONDS:
        yield Flag(name="call_alarm", tone="bad", at=at)


def _lines(found: Card) -> tuple[Line, ...]:
    """Attempts and refused passwords in one list, newest first, each with its private reason."""
    reasons = {event.subject: event for event in reversed(found.events) if event.fields.get("reason")}
    lines = [_attempt(attempt, state, reasons.get(attempt.id)) for attempt, state in found.attempts]
    lines += [_refused(event) for event in found.events if event.tag in REFUSED]
    return tuple(sorted(lines, key=lambda line: -line.at)[:SHOWN_LINES])


def _attempt(attempt: Attempt, state: str, why: Event | None) -> Line:
    context = attempt.context
    tone, icon = _OUTCOMES.get(state, ("", "info"))
    first = {"confirm": "session", "recover": "recovery"}.get(attempt.action, "password")
    answered = (
        (way_of(attempt),) if attempt.decided_by and state in ("approved", "collected", "denied", "not_me") else ()
    )
    return Line(
        at=attempt.started, outcome=state, tone=tone, icon=icon, reason=str(why.fields["reason"]) if why else "",
        factors=(first, *answered), place=context.place, network=context.network, address=context.address,
        browser=context.browser, system=context.system, new_network=context.network_new, new_browser=context.browser_new,
    )  # fmt: skip


def _refused(event: Event) -> Line:
    said, browser = event.personal, event.personal.get("browser", "")
    name, _, system = browser.partition("/")
    reason = str(event.fields.get("reason", "")) or event.tag.removeprefix("login.")
    return Line(
        at=event.at, outcome="refused", tone="bad", icon="x", reason=reason, factors=("password",), place=said.get("place", ""),
        network=said.get("network", ""), address=said.get("address", ""), browser=name, system=system,
    )  # fmt: skip


def _device(device: Device) -> StaffDevice:
    key = on_phone(device)
    return StaffDevice(
        id=device.id, name=device.name, kind=device.kind, state=device.state, bars=bars(level(FACTORS, device)),
        last_used=device.last_used, ends=device.ends,
        wrong=max(device.wrong_signed, device.wrong_offline) if key else device.wrong,
        limit=OFFLINE_WRONG_LIMIT if key else BORROWER_WRONG_LIMIT if device.shared_from else WRONG_LIMIT,
    )  # fmt: skip


def event_line(event: Event, names: Mapping[str, str]) -> EventLine:
    """An event with what a person can read of it; `names` are the usernames of staff by their ids."""
    said = {**event.fields, **event.personal}
    if "staff" in said:
        said["by"] = said["staff"]
    said["by"] = names.get(str(said.get("by", "")), str(said.get("by", "")))
    details = tuple((name, str(said[name])) for name in DETAILS if said.get(name) not in ("", None, False, 0))
    return EventLine(id=event.id, at=event.at, tag=event.tag, reason=str(said.get("reason", "")), details=details)


def case_line(case: Case) -> CaseLine:
    """A case for a list."""
    return CaseLine(id=case.id, topic=case.topic, subject=case.subject, state=case.state, touched=case.touched)


def events(ask: Ask, user_id: str) -> Response:
    """Everything that was written down about a person."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    username = about(ask, user_id)
    if isinstance(username, Response):
        return username
    given = ask.query.get("before", "")
    before = int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else 0
    found = people.events(ask.site.kit, who.session, username, before)
    if isinstance(found, Refusal):
        return stopped(ask, found)
    user, rows, names = found
    older = rows[-1].id if len(rows) == people.SHOWN_EVENTS else 0
    view = EventsPage(
        **common(ask, who), id=user.id, username=user.username, name=user.display_name,
        events=tuple(event_line(row, names) for row in rows), older=older, newest=not before,
    )  # fmt: skip
    return answer(ask, who, view)


def end_session(ask: Ask, user_id: str) -> Response:
    """End one session from the list."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    username = about(ask, user_id)
    if isinstance(username, Response):
        return username
    done = people.end_session(ask.site.kit, who.session, username, ask.form.get("session", "")[:26])
    return show(ask, user_id, done) if isinstance(done, Refusal) else back_to(f"/users/{user_id}", "session_ended")
