"""Signing in at the console: username and password first, then Key; the password alone opens nothing (L04)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.attempts import LIFE_SECONDS
from watchword.core.refusals import Refusal
from watchword.flows import login, sessions
from watchword.web.asking import LOGIN, SESSION, Ask
from watchword.web.pages.console_views import StaffLoginPage, StaffStartPage
from watchword.web.portal.showing import refusal_view, see, with_retry
from watchword.web.staff.showing import page, refuse
from watchword.web.staff.signed import live, signed_in

CLIENT = "staff"


def form(ask: Ask) -> Response:
    """The sign-in page; whoever is signed in goes on."""
    if ask.cookies.get(SESSION) and not isinstance(live(ask, passive=True), Refusal):
        return see("/")
    return page(ask, StaffLoginPage(csrf=ask.csrf(), logged_out="out" in ask.query))


def post(ask: Ask) -> Response:
    """Username and password. A name of staff, of a client and of nobody are told apart by nothing here."""
    username, password = ask.form.get("username", ""), ask.form.get("password", "")
    result = login.begin(ask.site.kit, username, password, CLIENT, ask.visit())
    if isinstance(result, Refusal):
        view = StaffLoginPage(csrf=ask.csrf(), username=username[:64], error=refusal_view(ask, result))
        return with_retry(page(ask, view, status=result.kind.status), result)
    if not isinstance(result, login.Opened):
        raise TypeError("staff never get an enrolment session by a password")
    ask.set_cookie(LOGIN, result.collector, LIFE_SECONDS)
    return see("/login/wait")


def start(ask: Ask) -> Response:
    """The first page of one's roles."""
    found = signed_in(ask)
    if isinstance(found, Refusal):
        return refuse(ask, found)
    sections = ask.bar.sections  # type: ignore[attr-defined]
    return see(sections[0][1]) if sections else page(ask, StaffStartPage(csrf=ask.csrf()), user=found.user)


def logout(ask: Ask) -> Response:
    """End the session."""
    sessions.end(ask.site.kit, ask.cookies.get(SESSION, ""))
    ask.drop_cookie(SESSION)
    ask.drop_cookie(LOGIN)
    return see("/login?out=1")
