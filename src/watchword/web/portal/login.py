"""Step 1: username and password (A01, A02, A05, U01, U03)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.attempts import LIFE_SECONDS
from watchword.core.refusals import LOCKED, NETWORK_WAITS, PAUSED, Refusal
from watchword.flows import held, login, sessions
from watchword.web.asking import LOGIN, SESSION, Ask
from watchword.web.pages import LoginPage
from watchword.web.portal.showing import page, refusal_view, see, with_retry

PHONE_FIRST = (LOCKED, PAUSED, NETWORK_WAITS)  # where a password is not read, the phone may come first


def form(ask: Ask) -> Response:
    """The login page; somebody with a live session goes home."""
    token = ask.cookies.get(SESSION, "")
    if token and not isinstance(sessions.find(ask.site.kit, token, passive=True), Refusal):
        return see("/")
    return page(
        ask,
        LoginPage(
            csrf=ask.csrf(),
            key_url=ask.site.key_origin,
            logged_out="out" in ask.query,
            passkey=held.may_alone(ask.site.kit),
        ),
    )


def post(ask: Ask) -> Response:
    """Username and password."""
    username, password = ask.form.get("username", ""), ask.form.get("password", "")
    result = login.begin(ask.site.kit, username, password, "portal", ask.visit())
    if isinstance(result, Refusal):
        view = LoginPage(
            csrf=ask.csrf(), username=username[:64], error=refusal_view(ask, result), key_url=ask.site.key_origin,
            held=result.kind in PHONE_FIRST, passkey=held.may_alone(ask.site.kit),
        )  # fmt: skip
        return with_retry(page(ask, view, status=result.kind.status), result)
    if isinstance(result, login.EnrolmentOnly):
        ask.set_cookie(SESSION, result.token)
        return see("/enrol")
    ask.set_cookie(LOGIN, result.collector, LIFE_SECONDS)
    return see("/login/wait")
