"""What one member of staff does alone: a page says what follows, then one press (S02, L03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from watchword.core.refusals import CONFIRM_FIRST, NOT_FOUND, Refusal
from watchword.core.sessions import Session
from watchword.flows.kit import Kit
from watchword.flows.staff import people
from watchword.flows.staff.desk import Desk
from watchword.flows.staff.people import Card, Done
from watchword.web.asking import Ask
from watchword.web.pages.person_views import ActPage, DoneView
from watchword.web.staff.opening import about, answer, common, opened, stopped
from watchword.web.staff.proof import ask_key
from watchword.web.staff.showing import SIGN_IN

Flow = Callable[[Kit, Session, str, str], Done | Refusal]


def _lost(kit: Kit, session: Session, username: str, device: str) -> Done | Refusal:
    return people.lost_phone(kit, session, username, device)


FLOWS: Mapping[str, Flow] = {
    "unlock": lambda kit, session, username, _: people.unlock(kit, session, username),
    "end_sessions": lambda kit, session, username, _: people.end_sessions(kit, session, username),
    "lost_phone": _lost,
    "suspend": lambda kit, session, username, _: people.suspend(kit, session, username),
}


def show(ask: Ask, user_id: str, act: str, error: Refusal | None = None) -> Response:
    """What the act does, and its button."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    if act not in FLOWS:
        return stopped(ask, Refusal(NOT_FOUND, "act.unknown"))
    username = about(ask, user_id)
    if isinstance(username, Response):
        return username
    found = people.show(ask.site.kit, who.session, username)
    if isinstance(found, Refusal):
        return stopped(ask, found)
    return answer(ask, who, _view(ask, who, found, act, error), error)


def _view(ask: Ask, who: Desk, found: Card, act: str, error: Refusal | None, done: DoneView | None = None) -> ActPage:
    devices = tuple((device.id, device.name) for device in found.devices if device.state == "active")
    fields = common(ask, who, error)
    return ActPage(
        **fields, id=found.user.id, username=found.user.username, name=found.user.display_name, act=act,
        devices=devices if act == "lost_phone" else (), device=ask.form.get("device", "") or ask.query.get("device", "")[:26],
        sessions=len(found.sessions), done=done,
    )  # fmt: skip


def post(ask: Ask, user_id: str, act: str) -> Response:
    """Do it; where Key has to be shown first, the phone is asked and this page comes back."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    if act not in FLOWS:
        return stopped(ask, Refusal(NOT_FOUND, "act.unknown"))
    username = about(ask, user_id)
    if isinstance(username, Response):
        return username
    done = FLOWS[act](ask.site.kit, who.session, username, ask.form.get("device", "")[:26])
    if isinstance(done, Refusal):
        if done.kind is CONFIRM_FIRST:
            return ask_key(ask, who, "staff", ("device",))
        return stopped(ask, done) if done.kind in SIGN_IN else show(ask, user_id, act, done)
    told = DoneView(count=done.count, device=done.name, others=done.others, held=done.held)
    view = ActPage(**common(ask, who), id=user_id, username=done.username, name=done.username, act=act, done=told)
    return answer(ask, who, view)
