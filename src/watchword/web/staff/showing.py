"""Turning views and refusals into pages of the console."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import (
    ATTEMPT_GONE,
    FORM_STALE,
    SESSION_ABSENT,
    SESSION_OVER,
    STAFF_ABSENT,
    STAFF_CLOSED,
    Refusal,
)
from watchword.core.users import User
from watchword.web.asking import LOGIN, SESSION, Ask
from watchword.web.pages import ErrorPage, Page
from watchword.web.pages.console_views import StaffLoginPage
from watchword.web.portal.showing import leaving, refusal_view, sent, with_retry, zone_of

SIGN_IN = (SESSION_OVER, SESSION_ABSENT, STAFF_ABSENT)


def page(ask: Ask, view: Page, *, status: int = 200, user: User | None = None) -> Response:
    """A page under the console's head. Never stored, and framed by nobody."""
    now = ask.site.kit.clock.now()
    body = ask.site.renderer.page(
        view, lang=ask.lang, now=now, tz=zone_of(ask, user), leaving=leaving(ask, now), bar=ask.bar
    )
    return sent(ask, body, status)


def refuse(ask: Ask, refusal: Refusal) -> Response:
    """A page for a refusal that has no better place."""
    if refusal.kind in SIGN_IN:
        ask.drop_cookie(SESSION)
        ask.session, ask.bar = None, None
        told = refusal.kind is SESSION_OVER
        view = StaffLoginPage(csrf=ask.csrf(), notice=refusal_view(ask, refusal) if told else None)
        return page(ask, view, status=401 if told else 200)
    if refusal.kind in (ATTEMPT_GONE, STAFF_CLOSED):
        ask.drop_cookie(LOGIN)
    retry = "/login" if refusal.kind in (FORM_STALE, ATTEMPT_GONE) and ask.session is None else ""
    view_of = ErrorPage(csrf=ask.csrf(), path="/", refusal=refusal_view(ask, refusal), retry=retry)
    return with_retry(page(ask, view_of, status=refusal.kind.status), refusal)
