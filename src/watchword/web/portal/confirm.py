"""Asking for the held element again before a change (ASVS 7.5.1). The waiting page of a login serves here too."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from watchword.core.attempts import LIFE_SECONDS
from watchword.core.refusals import NOT_FOUND, Refusal
from watchword.flows import confirm, login
from watchword.web.asking import KEPT, LOGIN, SESSION, Ask
from watchword.web.portal.showing import refuse, see
from watchword.web.portal.signed_in import signed_in

MOST_KEPT = 600
MOST_FIELDS = 10

# Where each operation that the portal asks for goes on.
PAGES: Mapping[str, str] = MappingProxyType(
    {
        "password": "/settings/password",
        "contacts": "/settings/contacts",
        "devices": "/settings/devices",
        "sessions": "/settings/sessions",
        "questions": "/settings/questions",
        "notices": "/settings/notices",
        "login": "/settings/login",
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
        keep(ask)
        return see("/login/wait")
    return refuse(ask, opened)


def keep(ask: Ask) -> None:
    """What the form of the change held, so that the page has it again afterwards: its fields named `keep_…`."""
    typed = {
        name.removeprefix("keep_"): value for name, value in ask.form.items() if name.startswith("keep_") and value
    }
    text = urlencode(typed)
    if typed and len(typed) <= MOST_FIELDS and len(text) <= MOST_KEPT:
        ask.set_cookie(KEPT, text, LIFE_SECONDS)


def kept(ask: Ask) -> None:
    """Put what was kept into the form of a page that is opened, once."""
    if ask.method == "GET" and KEPT in ask.cookies and ask.path in PAGES.values():
        ask.form = dict(parse_qsl(ask.cookies[KEPT][:MOST_KEPT], max_num_fields=10))
        ask.drop_cookie(KEPT)


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
