"""Asking for the held element again before a change (ASVS 7.5.1). The waiting page of a login serves here too."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import Response

from watchword.core.attempts import LIFE_SECONDS
from watchword.core.refusals import NOT_FOUND, Refusal
from watchword.flows import confirm, login
from watchword.web.asking import LOGIN, SESSION, Ask
from watchword.web.portal.home import signed_in
from watchword.web.portal.showing import refuse, see

# Where each operation that the portal asks for goes on.
PAGES: Mapping[str, str] = MappingProxyType(
    {
        "password": "/settings/password",
        "contacts": "/settings/contacts",
        "devices": "/settings/devices",
        "sessions": "/settings/sessions",
        "questions": "/settings/questions",
        "notices": "/settings/notices",
        "account": "/settings",
    }
)


def post(ask: Ask) -> Response:
    """Begin; `operation` names the change."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    operation = ask.form.get("operation", "")
    if operation not in PAGES:
        return refuse(ask, Refusal(NOT_FOUND, "operation.unknown"))
    opened = confirm.begin(ask.site.kit, session, operation, ask.visit())
    if isinstance(opened, login.Opened):
        ask.set_cookie(LOGIN, opened.collector, LIFE_SECONDS)
        return see("/login/wait")
    return refuse(ask, opened)


def collect(ask: Ask) -> Response | Refusal:
    """The approved attempt lets this session change things; on to the page that asked."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    result = confirm.collect(ask.site.kit, session, ask.cookies.get(LOGIN, ""))
    if isinstance(result, Refusal):
        return result
    ask.drop_cookie(LOGIN)
    ask.set_cookie(SESSION, result.token)
    return see(PAGES[result.operation])
