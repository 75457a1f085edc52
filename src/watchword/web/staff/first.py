"""The pages behind a one-time link: open it, choose a password, activate Key, and be an administrator (L03)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import LINK_GONE, PASSWORD_DIFFERS, Refusal
from watchword.core.sessions import Session
from watchword.flows import offers, sessions
from watchword.flows.staff import first
from watchword.web.asking import SESSION, Ask
from watchword.web.pages.first_views import FirstPage
from watchword.web.portal.enrol import panel_of
from watchword.web.portal.passwords import rules_of
from watchword.web.portal.showing import refusal_view, see, with_retry
from watchword.web.staff.showing import page, refuse

PATH, PREFIX = "/first", "/first/"


def link(ask: Ask) -> Response:
    """Where the link leads: whose it is, and a button that opens it."""
    found = first.look(ask.site.kit, ask.path.removeprefix(PREFIX))
    if isinstance(found, Refusal):
        return refuse(ask, found)
    view = FirstPage(csrf=ask.csrf(), path=ask.path, step="open", username=found.username)
    return page(ask, view, user=found)


def open_link(ask: Ask) -> Response:
    """Open it in this browser."""
    found = first.begin(ask.site.kit, ask.path.removeprefix(PREFIX), ask.visit())
    if isinstance(found, Refusal):
        return refuse(ask, found)
    ask.set_cookie(SESSION, found[1])
    return see(PATH)


def _session(ask: Ask) -> Session | Refusal:
    """The session that opened a link here."""
    found = sessions.find(ask.site.kit, ask.cookies.get(SESSION, ""))
    if isinstance(found, Session) and found.kind == "enrolment":
        return found
    return Refusal(LINK_GONE, "link.session")


def show(ask: Ask, error: Refusal | None = None) -> Response:
    """The step that this browser is at."""
    session = _session(ask)
    found = session if isinstance(session, Refusal) else first.stage(ask.site.kit, session)
    if isinstance(session, Refusal) or isinstance(found, Refusal):
        ask.drop_cookie(SESSION)
        return refuse(ask, found)  # type: ignore[arg-type]
    offer = offers.current(ask.site.kit, session) if found.step == "key" else None
    if isinstance(offer, Refusal):
        return refuse(ask, offer)
    view = FirstPage(
        csrf=ask.csrf(), step=found.step, username=found.user.username,  # type: ignore[arg-type]
        rules=rules_of(ask.site.kit.policy, history=False) if found.step == "password" else None,
        panel=panel_of(ask, offer) if offer else None, error=refusal_view(ask, error) if error else None,
    )  # fmt: skip
    response = page(ask, view, status=error.kind.status if error else 200, user=found.user)
    return with_retry(response, error) if error else response


def post(ask: Ask) -> Response:
    """Choose the password, ask for a new QR, or finish; `do` names it."""
    session = _session(ask)
    if isinstance(session, Refusal):
        ask.drop_cookie(SESSION)
        return refuse(ask, session)
    do = ask.form.get("do", "")
    if do == "renew":
        found = first.stage(ask.site.kit, session)
        renewed = (
            offers.current(ask.site.kit, session, renew=True)
            if isinstance(found, first.Stage) and found.step == "key"
            else None
        )
        return show(ask, renewed) if isinstance(renewed, Refusal) else see(PATH)
    if do == "finish":
        return _finish(ask, session)
    password = ask.form.get("password", "")
    if password != ask.form.get("repeat", ""):
        return show(ask, Refusal(PASSWORD_DIFFERS, "password.differs"))
    refused = first.set_password(ask.site.kit, session, password, ask.visit())
    return show(ask, refused) if refused and refused.kind is not LINK_GONE else see(PATH)


def _finish(ask: Ask, session: Session) -> Response:
    done = first.finish(ask.site.kit, session)
    if isinstance(done, Refusal):
        return see(PATH) if done.reason in ("link.key", "link.password") else refuse(ask, done)
    ask.drop_cookie(SESSION)
    return page(ask, FirstPage(csrf=ask.csrf(), path="/login", step="done", username=done.username), user=done)
