"""What every page behind the sign-in begins and ends with."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from watchword.core.refusals import STAFF_NOBODY, Refusal
from watchword.flows.staff import people
from watchword.flows.staff.desk import Desk
from watchword.web.asking import SESSION, Ask
from watchword.web.pages import Page
from watchword.web.pages.console_views import UnsentPage
from watchword.web.portal.showing import refusal_view, see, with_retry
from watchword.web.staff.proof import come_back
from watchword.web.staff.showing import SIGN_IN, page, refuse
from watchword.web.staff.signed import signed_in

DONE = frozenset(
    {
        "asked",
        "approved",
        "rejected",
        "withdrawn",
        "answered",
        "closed",
        "session_ended",
        "invited",
        "order_placed",
        "order_moved",
    }
)
WORDS = ("reason", "evidence", "note", "text")
"""Fields in which a member of staff writes sentences: they are shown to be copied where the session has ended meanwhile."""


def opened(ask: Ask) -> Desk | Response:
    """Who is signed in, or the page that stands in the way. Nothing that was written is lost with a session."""
    who = signed_in(ask)
    if not isinstance(who, Refusal):
        return who
    written = tuple((f"field_{name}", ask.form[name]) for name in WORDS if ask.form.get(name))
    if who.kind not in SIGN_IN or not written:
        return refuse(ask, who)
    ask.drop_cookie(SESSION)
    view = UnsentPage(csrf=ask.csrf(), refusal=refusal_view(ask, who), texts=written)
    return page(ask, view, status=who.kind.status)


def common(ask: Ask, who: Desk, error: Refusal | None = None) -> dict[str, Any]:
    """The fields that every view has. What waited for Key is in the form again."""
    done = ask.query.get("done", "")
    return {
        "csrf": ask.csrf(), "path": ask.path, "proven": come_back(ask, who) and error is None,
        "error": refusal_view(ask, error, who.user) if error else None,
        "said": done if done in DONE and error is None and ask.method == "GET" else "",
    }  # fmt: skip


def answer(ask: Ask, who: Desk, view: Page, error: Refusal | None = None) -> Response:
    """The page, with the status of the refusal that stands on it."""
    response = page(ask, view, status=error.kind.status if error else 200, user=who.user)
    return with_retry(response, error) if error else response


def stopped(ask: Ask, refusal: Refusal) -> Response:
    """A refusal that leaves nothing to show beside it."""
    return refuse(ask, refusal)


def about(ask: Ask, user_id: str) -> str | Response:
    """The username of an address's id, or the page that says there is nobody."""
    name = people.named(ask.site.kit, user_id)
    return name or refuse(ask, Refusal(STAFF_NOBODY, "user.unknown"))


def back_to(path: str, done: str = "") -> Response:
    """On to a page of the console, which says what was done."""
    return see(f"{path}?done={done}" if done else path)
