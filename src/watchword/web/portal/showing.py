"""Turning views and refusals into pages."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from starlette.responses import JSONResponse, Response

from watchword.core.refusals import ATTEMPT_GONE, FORM_STALE, SESSION_ABSENT, SESSION_OVER, Refusal
from watchword.core.users import NOBODY, User
from watchword.flows import cases
from watchword.web import headers
from watchword.web.asking import LOGIN, SESSION, Ask
from watchword.web.pages import ErrorPage, LoginPage, Page, RefusalView

LOGIN_AGAIN = {SESSION_OVER.number, SESSION_ABSENT.number}


def zone_of(ask: Ask, user: User | None = None) -> ZoneInfo:
    """A person's own time zone, or the institution's."""
    return ZoneInfo(user.zone) if user is not None and user.id != NOBODY else ask.site.zone


def page(ask: Ask, view: Page, *, status: int = 200, user: User | None = None) -> Response:
    """A page with the headers of the portal. Never stored: it may hold what only this person should see."""
    now = ask.site.kit.clock.now()
    body = ask.site.renderer.page(
        _of_session(ask, view), lang=ask.lang, now=now, tz=zone_of(ask, user), leaving=leaving(ask, now)
    )
    return sent(ask, body, status)


def sent(ask: Ask, body: bytes, status: int = 200) -> Response:
    """The bytes of a page with the headers that every page has."""
    response = Response(body, status, media_type="text/html; charset=utf-8")
    response.raw_headers += [
        *headers.COMMON,
        (b"cache-control", b"no-store"),
        (b"content-security-policy", headers.portal_policy(ask.site.ancestors)),
        (b"content-language", ask.lang.encode()),
        (b"vary", b"Accept-Language, Cookie"),
    ]
    return response


def _of_session(ask: Ask, view: Page) -> Page:
    """What every page of somebody logged in shows: that an account is on paper only (A08), and how many answers wait (S07)."""
    session = ask.session
    if session is None:
        return view
    unread = cases.unread(ask.site.kit, session) if session.kind == "portal" else 0
    return replace(view, signed_in=session.kind == "portal", paper=session.account == "paper", unread=unread)


def leaving(ask: Ask, now: int) -> tuple[int, bool] | None:
    """In how many seconds the session of this page ends, counted from now on, and whether it ends for good."""
    if ask.session is None:
        return None
    left = ask.session.expires - now
    return min(ask.session.idle_seconds, left), left <= ask.session.idle_seconds


def see(path: str) -> Response:
    """Go on to another page of ours (303)."""
    response = Response(b"", 303, headers={"location": path, "cache-control": "no-store"})
    response.raw_headers += headers.COMMON
    return response


def refusal_view(ask: Ask, refusal: Refusal, user: User | None = None) -> RefusalView:
    """A refusal in the page's language."""
    return ask.site.renderer.refusal(refusal, lang=ask.lang, now=ask.site.kit.clock.now(), tz=zone_of(ask, user))


def refuse(ask: Ask, refusal: Refusal) -> Response:
    """A page for a refusal that has no better place."""
    if refusal.kind.number in LOGIN_AGAIN:
        ask.drop_cookie(SESSION)
        shown = refusal_view(ask, refusal) if refusal.kind is SESSION_OVER else None
        return page(
            ask,
            LoginPage(csrf=ask.csrf(), path="/login", notice=shown, key_url=ask.site.key_origin),
            status=401 if shown else 200,
        )
    if refusal.kind is ATTEMPT_GONE:
        ask.drop_cookie(LOGIN)
    retry = "/login" if refusal.kind in (FORM_STALE, ATTEMPT_GONE) else ""
    response = page(
        ask,
        ErrorPage(csrf=ask.csrf(), path="/login", refusal=refusal_view(ask, refusal), retry=retry),
        status=refusal.kind.status,
    )
    return with_retry(response, refusal)


def with_retry(response: Response, refusal: Refusal) -> Response:
    """Say when to come back, where the refusal knows."""
    if refusal.retry_after is not None:
        response.headers["retry-after"] = str(refusal.retry_after)
    return response


def refuse_json(ask: Ask, refusal: Refusal) -> Response:
    """A refusal for a program."""
    body = ask.site.renderer.refusal_json(refusal, lang=ask.lang, now=ask.site.kit.clock.now(), tz=ask.site.zone)
    return with_retry(json(ask, body, status=refusal.kind.status), refusal)


def json(ask: Ask, body: object, *, status: int = 200) -> Response:
    """A JSON answer that nobody may store."""
    response = JSONResponse(body, status)
    response.raw_headers += [*headers.COMMON, (b"cache-control", b"no-store")]
    return response
