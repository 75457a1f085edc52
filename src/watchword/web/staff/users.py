"""Looking people up. What was looked for stands in no address: it waits sealed, and the page has its id (THREATS: what logs keep)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import Refusal
from watchword.flows.staff import desk, people
from watchword.web.asking import Ask
from watchword.web.pages.console_views import Found, UsersPage
from watchword.web.portal.showing import see
from watchword.web.staff.opening import answer, common, opened, stopped
from watchword.web.staff.showing import SIGN_IN

PATH = "/users"


def show(ask: Ask, error: Refusal | None = None) -> Response:
    """The form, and what was found."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    kept = desk.kept(ask.site.kit, who.session, ask.query.get("s", "")[:26])
    text = kept.fields.get("text", "") if kept else ask.form.get("text", "")
    found = people.find(ask.site.kit, who.session, text) if kept else None
    if isinstance(found, Refusal):
        if found.kind in SIGN_IN:
            return stopped(ask, found)
        error, found = found, None
    rows = None if found is None else tuple(
        Found(id=user.id, username=user.username, name=user.display_name, state=user.state, kind=user.kind) for user in found
    )  # fmt: skip
    more = rows is not None and len(rows) == people.MOST
    view = UsersPage(**{**common(ask, who, error), "path": PATH}, text=text, rows=rows, more=more)
    return answer(ask, who, view, error)


def post(ask: Ask) -> Response:
    """What to look for."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    kept = desk.keep(ask.site.kit, who.session, PATH, {"text": ask.form.get("text", "")})
    return show(ask, kept) if isinstance(kept, Refusal) else see(f"{PATH}?s={kept}")
