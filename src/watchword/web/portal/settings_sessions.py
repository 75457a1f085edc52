"""Sessions of one's own: where they are, and ending them (T01, S06)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import NOT_FOUND, Refusal
from watchword.flows import own_sessions
from watchword.flows.own_sessions import Line
from watchword.web.asking import LOGIN, SESSION, Ask
from watchword.web.pages.settings_views import SessionRow, SessionsPage
from watchword.web.portal.settings import answer, opened
from watchword.web.portal.showing import see

PATH = "/settings/sessions"


def show(ask: Ask, error: Refusal | None = None) -> Response:
    """The list, this one first."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    rows = tuple(_row(line) for line in own_sessions.look(ask.site.kit, signed.session, ask.lang))
    return answer(ask, signed, SessionsPage(rows=rows, **signed.common), error)


def _row(line: Line) -> SessionRow:
    session, context = line.session, line.attempt.context if line.attempt else None
    return SessionRow(
        id=session.id, kind=session.kind, program=line.program,  # type: ignore[arg-type]
        place=context.place if context else "", network=context.network if context else "",
        browser=context.browser if context else "", system=context.system if context else "",
        started=session.created, used=session.touched, idle_end=min(session.touched + session.idle_seconds, session.expires),
        end=session.expires, this=line.this,
    )  # fmt: skip


def post(ask: Ask) -> Response:
    """End one, all others, or all."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    kit, do = ask.site.kit, ask.form.get("do", "")
    if do == "end":
        refused = own_sessions.end_one(kit, signed.session, ask.form.get("session", "")[:26], ask.visit())
        if refused:
            return show(ask, refused)
        return _left(ask) if ask.form.get("session") == signed.session.id else see(f"{PATH}?done=session_ended")
    if do in ("others", "all"):
        result = own_sessions.end_many(kit, signed.session, ask.visit(), this_too=do == "all")
        if isinstance(result, Refusal):
            return show(ask, result)
        return _left(ask) if do == "all" else see(f"{PATH}?done=others_ended")
    return show(ask, Refusal(NOT_FOUND, "do.unknown"))


def _left(ask: Ask) -> Response:
    ask.drop_cookie(SESSION)
    ask.drop_cookie(LOGIN)
    return see("/login?out=1")
