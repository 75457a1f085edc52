"""The waiting page of the console: the portal's, for a sign-in of staff and for what Key has to confirm inside of it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from watchword.core.refusals import ATTEMPT_GONE, NOT_YET, Refusal
from watchword.flows import confirm, device_tokens, login, waiting
from watchword.flows.endings import ENDINGS
from watchword.flows.staff import desk
from watchword.flows.waiting import Waiting
from watchword.web.asking import DEVICE, LOGIN, SESSION, Ask
from watchword.web.pages.views import Way
from watchword.web.portal.showing import refusal_view, see, with_retry
from watchword.web.portal.waiting import DEVICE_COOKIE_SECONDS, acted, over_view, view_of
from watchword.web.staff.login import CLIENT
from watchword.web.staff.showing import page, refuse
from watchword.web.staff.signed import live


def _look(ask: Ask) -> Waiting | Refusal:
    """The attempt of this browser; one of the portal is none here."""
    found = waiting.look(ask.site.kit, ask.cookies.get(LOGIN, ""))
    if isinstance(found, Refusal) or found.attempt.client == CLIENT:
        return found
    return Refusal(ATTEMPT_GONE, "attempt.client")


def show(ask: Ask, errors: Mapping[str, Refusal] | None = None, open_way: Way = "") -> Response:
    """The page in its present state."""
    found = _look(ask)
    if isinstance(found, Refusal) or found.state == "collected":
        if not isinstance(live(ask, passive=True), Refusal):
            return see("/" if isinstance(found, Refusal) else _back(ask, found) or "/")
        return refuse(ask, found if isinstance(found, Refusal) else Refusal(ATTEMPT_GONE, "attempt.collected"))
    if found.state == "approved":
        return collect(ask)
    if found.state != "pending":
        return page(ask, over_view(ask, found, _back(ask, found)), status=ENDINGS[found.state].status, user=found.user)
    shown = {way: refusal_view(ask, refusal, found.user) for way, refusal in (errors or {}).items()}
    status = next((refusal.kind.status for refusal in (errors or {}).values()), 200)
    response = page(ask, view_of(ask, found, shown, open_way), status=status, user=found.user)
    for refusal in (errors or {}).values():
        with_retry(response, refusal)
    return response


def _back(ask: Ask, found: Waiting) -> str:
    """The page that asked for Key, with what was typed there; "" for a sign-in."""
    session = live(ask, passive=True)
    if found.attempt.action != "confirm" or isinstance(session, Refusal):
        return ""
    draft = desk.waiting_for(ask.site.kit, session, found.attempt.id)
    return f"{draft.path}?draft={draft.id}" if draft else "/"


def collect(ask: Ask) -> Response:
    """An approved attempt becomes the session, or minutes in which this one may do what matters."""
    found = _look(ask)
    if isinstance(found, Refusal):
        return refuse(ask, found)
    if found.attempt.action == "confirm":
        return _confirmed(ask, found)
    result = login.collect(ask.site.kit, ask.cookies.get(LOGIN, ""), ask.visit())
    if isinstance(result, Refusal):
        return _not_collected(ask, result)
    ask.drop_cookie(LOGIN)
    ask.set_cookie(SESSION, result.token)
    known = device_tokens.joined(ask.cookies.get(DEVICE, ""), result.device_token)
    ask.set_cookie(DEVICE, known, DEVICE_COOKIE_SECONDS)
    return see("/")


def _confirmed(ask: Ask, found: Waiting) -> Response:
    session = live(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    back = _back(ask, found) or "/"
    result = confirm.collect(ask.site.kit, session, ask.cookies.get(LOGIN, ""))
    if isinstance(result, Refusal):
        return _not_collected(ask, result)
    ask.drop_cookie(LOGIN)
    ask.set_cookie(SESSION, result.token)
    return see(back)


def _not_collected(ask: Ask, refusal: Refusal) -> Response:
    """Not answered yet, over meanwhile, or refused now that both elements are shown: nobody without a role gets further."""
    if refusal.kind is NOT_YET:
        return show(ask, {"page": refusal})
    found = _look(ask)
    if isinstance(found, Refusal) or found.state in ("pending", "approved"):
        ask.drop_cookie(LOGIN)
        return refuse(ask, refusal)
    return show(ask)


def cancel(ask: Ask) -> Response:
    """The person stops it."""
    login.cancel(ask.site.kit, ask.cookies.get(LOGIN, ""))
    return show(ask)


def post(ask: Ask) -> Response:
    """What a person does on the waiting page; `do` names it."""
    return acted(ask, show, collect, cancel)
