"""Help: everything on one page, and a page for each topic (table U, L06)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import NOT_FOUND, Refusal
from watchword.web.asking import SESSION, Ask
from watchword.web.pages import HelpPage, PasswordRules
from watchword.web.pages.helping import TOPICS, TopicPage
from watchword.web.portal.showing import page, refuse

PREFIX = "/help/"


def index(ask: Ask) -> Response:
    """Every cause and its fix in short."""
    return page(ask, HelpPage(csrf=ask.csrf(), logged_in=SESSION in ask.cookies, key_url=ask.site.key_origin))


def topic(ask: Ask) -> Response:
    """One of them at length."""
    name = ask.path.removeprefix(PREFIX)
    if name not in TOPICS:
        return refuse(ask, Refusal(NOT_FOUND, "help.topic"))
    rules = ask.site.kit.policy.passwords
    view = TopicPage(
        csrf=ask.csrf(), path=PREFIX + name, topic=name, see=TOPICS[name], logged_in=SESSION in ask.cookies,
        rules=PasswordRules(minimum=rules.minimum, classes=rules.classes) if name == "password-rules" else None,
    )  # fmt: skip
    return page(ask, view)
