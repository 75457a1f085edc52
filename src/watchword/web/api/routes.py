"""Every path of the platform API, and its long poll."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from watchword import __version__
from watchword.core.refusals import METHOD, Refusal
from watchword.web.api import handlers as h
from watchword.web.api import models as m
from watchword.web.api import withdrawals
from watchword.web.asking import Ask, read, unread
from watchword.web.json_api import JsonApi, Nothing, Route, openapi, parse
from watchword.web.portal.showing import json, refuse_json
from watchword.web.site import Site


def _never(ask: Ask, body: object, part: str) -> Refusal:
    return Refusal(METHOD, "poll.route")


POLL = Route(
    "POST",
    "/api/v1/logins/{login}/poll",
    m.Poll,
    m.Polled,
    _never,
    "Wait for the state or the confirmation code to change",
    headers=("DPoP",),
)

ROUTES = (
    Route(
        "POST",
        "/api/v1/logins",
        m.Begin,
        m.Login,
        h.begin,
        "Begin a login with username and password",
        201,
        ("DPoP",),
    ),
    Route(
        "POST",
        "/api/v1/phone-first",
        m.PhoneFirst,
        m.Login,
        h.phone_first,
        "Begin a login with the phone, where passwords are not read",
        201,
        ("DPoP",),
    ),
    Route(
        "POST",
        "/api/v1/logins/{login}/password",
        m.Password,
        m.Session,
        h.password,
        "The password of a login that the phone has approved first",
        headers=("DPoP",),
    ),
    Route(
        "POST", "/api/v1/logins/{login}/show", m.Show, m.Shown, h.show, "Show a QR or a challenge", headers=("DPoP",)
    ),
    Route(
        "POST",
        "/api/v1/logins/{login}/push",
        m.PushAgain,
        m.Push,
        h.push,
        "Ask the phone again, or another one",
        headers=("DPoP",),
    ),
    Route(
        "POST", "/api/v1/logins/{login}/answer", m.Answer, m.State, h.answer, "A code or a response", headers=("DPoP",)
    ),
    Route("POST", "/api/v1/logins/{login}/cancel", m.Collect, m.State, h.cancel, "Stop this login", headers=("DPoP",)),
    Route(
        "POST",
        "/api/v1/logins/{login}/collect",
        m.Collect,
        m.Session,
        h.collect,
        "Collect the session",
        headers=("DPoP",),
    ),
    Route("GET", "/api/v1/session", Nothing, m.Check, h.check, "Check a session", headers=("Authorization",)),
    Route(
        "GET",
        "/api/v1/entitlements",
        Nothing,
        m.Entitlements,
        h.entitled,
        "What the account of a session may do",
        headers=("Authorization",),
    ),
    Route("DELETE", "/api/v1/session", Nothing, Nothing, h.end, "End a session", 204, ("Authorization",)),
    *withdrawals.ROUTES,
)


def document(site: Site) -> dict[str, object]:
    """The OpenAPI document of the platform API."""
    return openapi("Watchword platform API", __version__, site.portal_origin, (*ROUTES, POLL))


class LoginApi:
    """The JSON routes, and beside them the one that waits."""

    def __init__(self, site: Site) -> None:
        self.site, self.api = site, JsonApi(site, ROUTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith("/poll"):
            await self.poll(scope, receive, send)
        else:
            await self.api(scope, receive, send)

    async def poll(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer when the state is no longer `pending`, when the code to show is another one, or after `wait` seconds."""
        ask = await read(self.site, scope, receive)
        if isinstance(ask, Refusal):
            await refuse_json(unread(self.site, scope), ask)(scope, receive, send)
            return
        result = await self._poll(ask)
        response = refuse_json(ask, result) if isinstance(result, Refusal) else json(ask, result)
        await response(scope, receive, send)

    async def _poll(self, ask: Ask) -> dict[str, str] | Refusal:
        if ask.method != "POST":
            return Refusal(METHOD, "method")
        body = parse(ask, m.Poll)
        if isinstance(body, Refusal):
            return body
        assert isinstance(body, m.Poll)
        login_id = ask.path.split("/")[-2]
        key = await self.site.run(h.bound, ask, login_id, body.collector)
        if isinstance(key, Refusal):
            return key
        found = await self.site.run_read(h.polled, self.site, body.collector, key)
        news = isinstance(found, Refusal) or found["state"] != "pending"
        if not news and body.wait and body.confirmation in (None, found["confirmation"]):  # type: ignore[index]
            await self.site.hub.next_event(f"attempt:{login_id}", body.wait)
            found = await self.site.run_read(h.polled, self.site, body.collector, key)
        return found
