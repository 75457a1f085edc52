"""What waits for a second pair of eyes: the queue, one request, and the decision (four eyes; THREATS: fooled or malicious staff)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import CONFIRM_FIRST, NOT_FOUND, Refusal
from watchword.flows.staff import desk, requests
from watchword.flows.staff.desk import Desk
from watchword.flows.staff.requests import Shown
from watchword.web.asking import Ask
from watchword.web.pages.console_views import RequestPage, RequestsPage
from watchword.web.staff.cards import card
from watchword.web.staff.news import State
from watchword.web.staff.opening import answer, back_to, common, opened, stopped
from watchword.web.staff.proof import ask_key
from watchword.web.staff.showing import SIGN_IN, refuse
from watchword.web.staff.signed import live

PREFIX = "/requests/"
DONE = {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}


def show(ask: Ask) -> Response:
    """Open requests: those that this one may decide, his own, and the others."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    found = requests.listed(ask.site.kit, who.session)
    if isinstance(found, Refusal):
        return stopped(ask, found)
    _, mark = desk.queue(ask.site.kit)
    groups = tuple((name, tuple(card(one, who) for one in found if _group(one, who) == name)) for name in GROUPS)
    return answer(ask, who, RequestsPage(**{**common(ask, who), "path": "/requests"}, groups=groups, mark=mark))


GROUPS = ("yours", "own", "others")


def _group(shown: Shown, who: Desk) -> str:
    if shown.request.asked_by == who.user.id:
        return "own"
    return "yours" if "approve" in shown.may else "others"


def one(ask: Ask, error: Refusal | None = None) -> Response:
    """One request, open or closed."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    found = requests.one(ask.site.kit, who.session, ask.path.removeprefix(PREFIX)[:27])
    if isinstance(found, Refusal):
        return stopped(ask, found)
    fields = common(ask, who, error)
    return answer(ask, who, RequestPage(**fields, card=card(found, who, ask.form.get("note", ""))), error)


def post(ask: Ask) -> Response:
    """Decide. `note` is what was checked, or why not."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    do, note, request_id = ask.form.get("do", ""), ask.form.get("note", ""), ask.path.removeprefix(PREFIX)[:27]
    kit, session = ask.site.kit, who.session
    if do == "approve":
        found = requests.approve(kit, session, request_id, note)
    elif do == "reject":
        found = requests.reject(kit, session, request_id, note)
    elif do == "withdraw":
        found = requests.withdraw(kit, session, request_id)
    else:
        return refuse(ask, Refusal(NOT_FOUND, "do.unknown"))
    if not isinstance(found, Refusal):
        return back_to(f"{PREFIX}{found.request.id}", DONE[do])
    if found.kind is CONFIRM_FIRST:
        return ask_key(ask, who, "staff_approval", ("note",))
    return stopped(ask, found) if found.kind in SIGN_IN else one(ask, found)


def state(ask: Ask) -> State | Refusal:
    """How many wait."""
    session = live(ask, passive=True)
    if isinstance(session, Refusal):
        return session
    found = desk.look(ask.site.kit, session)
    if isinstance(found, Refusal):
        return found
    waiting, mark = desk.queue(ask.site.kit)
    return State(desk.QUEUE, mark, {"waiting": waiting})
