"""The message centre from the institution's side: what people wrote, with their pictures, and answers (S07)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core import staff
from watchword.core.encoding import b64u
from watchword.core.refusals import CASE_UNKNOWN, STAFF_OWN, STAFF_ROLE, Refusal
from watchword.flows.cases import PAGE, POST_LENGTH, Thread
from watchword.flows.staff import cases
from watchword.flows.staff.desk import Desk
from watchword.web.asking import Ask
from watchword.web.pages.console_views import CasesPage, StaffCasePage
from watchword.web.portal.messages import messages_of, served
from watchword.web.staff.opening import answer, back_to, common, opened, stopped
from watchword.web.staff.person import case_line
from watchword.web.staff.showing import SIGN_IN, refuse

PREFIX, PICTURE = "/cases/", "/cases/picture/"


def show(ask: Ask) -> Response:
    """Cases in one state, the last touched first."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    state, after = ask.query.get("state", "open"), ask.query.get("after", "")[:26]
    found = cases.listed(ask.site.kit, who.session, state, after)
    if isinstance(found, Refusal):
        return stopped(ask, found)
    more = found[-1].id if len(found) == PAGE else ""
    view = CasesPage(
        **{**common(ask, who), "path": "/cases"}, state=state, rows=tuple(map(case_line, found)), more=more, later=bool(after),
    )  # fmt: skip
    return answer(ask, who, view)


def one(ask: Ask, error: Refusal | None = None) -> Response:
    """One case; that it was read is written down."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    thread = cases.one(ask.site.kit, who.session, _id(ask))
    if isinstance(thread, Refusal):
        return stopped(ask, thread)
    return answer(ask, who, _view(ask, who, thread, error), error)


def _view(ask: Ask, who: Desk, thread: Thread, error: Refusal | None) -> StaffCasePage:
    person = cases.person(ask.site.kit, thread.case.user_id)
    oneself = thread.case.user_id == who.user.id
    return StaffCasePage(
        **common(ask, who, error), case=case_line(thread.case), about=person.username if person else "",
        about_id=person.id if person and staff.may("show", who.roles) else "", messages=messages_of(thread),
        answers=staff.may("answer", who.roles, oneself=oneself), post=_post(ask), text=ask.form.get("text", ""),
    )  # fmt: skip


def post(ask: Ask) -> Response:
    """Answer or close."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    case_id = _id(ask)
    if ask.form.get("do") == "close":
        refused = cases.close(ask.site.kit, who.session, case_id)
        return _refused(ask, refused) if refused else back_to(PREFIX + case_id, "closed")
    made = cases.answer(ask.site.kit, who.session, case_id, ask.form.get("text", ""), post=_post(ask))
    return _refused(ask, made) if isinstance(made, Refusal) else back_to(PREFIX + case_id, "answered")


def _refused(ask: Ask, refusal: Refusal) -> Response:
    gone = refusal.kind in (*SIGN_IN, CASE_UNKNOWN, STAFF_ROLE, STAFF_OWN)
    return refuse(ask, refusal) if gone else one(ask, refusal)


def picture(ask: Ask) -> Response:
    """A picture, as bytes of ours that nothing in runs."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    found = cases.picture(ask.site.kit, who.session, ask.path.removeprefix(PICTURE)[:26])
    return refuse(ask, found) if isinstance(found, Refusal) else served(*found)


def _id(ask: Ask) -> str:
    return ask.path.removeprefix(PREFIX)[:27]


def _post(ask: Ask) -> str:
    given = ask.form.get("post", "")
    return given if len(given) == POST_LENGTH else b64u(ask.site.kit.entropy.bytes(16))
