"""The first password (A04), and the language switch (V01)."""

from __future__ import annotations

import re

from starlette.responses import Response

from watchword.core.codes import DIGITS
from watchword.core.refusals import PASSWORD_DIFFERS, Refusal
from watchword.flows import accounts
from watchword.web.asking import LANG, Ask
from watchword.web.languages import LANGUAGES
from watchword.web.pages import StartPage
from watchword.web.portal.passwords import rules_of
from watchword.web.portal.showing import page, refusal_view, see, with_retry

LOCAL_PATH = re.compile(r"/[A-Za-z0-9/_-]{0,100}")
YEAR_SECONDS = 365 * 24 * 60 * 60


def form(ask: Ask, error: Refusal | None = None, *, done: bool = False) -> Response:
    """The page for a first password."""
    view = StartPage(
        csrf=ask.csrf(), username=ask.form.get("username", "")[:64], digits=DIGITS["start"], done=done,
        rules=rules_of(ask.site.kit.policy, history=False), error=refusal_view(ask, error) if error else None,
    )  # fmt: skip
    response = page(ask, view, status=error.kind.status if error else 200)
    return with_retry(response, error) if error else response


def post(ask: Ask) -> Response:
    """Username, one-time code and the new password twice."""
    new = ask.form.get("password", "")
    if new != ask.form.get("repeat", ""):
        return form(ask, Refusal(PASSWORD_DIFFERS, "password.differs"))
    refused = accounts.first_password(
        ask.site.kit, ask.form.get("username", ""), ask.form.get("code", ""), new, ask.visit()
    )
    return form(ask, refused) if refused else form(ask, done=True)


def language(ask: Ask) -> Response:
    """Switch the language and come back to where the person was."""
    lang, back = ask.form.get("lang", ""), ask.form.get("back", "/")
    if lang in LANGUAGES:
        ask.set_cookie(LANG, lang, YEAR_SECONDS)
    return see(back if LOCAL_PATH.fullmatch(back) and not back.startswith("//") else "/")
