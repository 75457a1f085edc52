"""The message centre (S07): list, new case, one case, and its pictures. Parses and renders; the rules are in flows/cases.py."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from watchword.core.cases import Attachment, Case
from watchword.core.encoding import b64u
from watchword.core.refusals import CASE_UNKNOWN, SESSION_OVER, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import cases
from watchword.flows.cases import Thread, Written
from watchword.web import headers
from watchword.web.asking import Ask
from watchword.web.pages.messages_views import (
    CasePage,
    CaseRow,
    MessagesPage,
    MessageView,
    NewCasePage,
    PictureView,
    UnsentPage,
)
from watchword.web.portal.showing import page, refusal_view, refuse, see, with_retry
from watchword.web.portal.signed_in import signed_in

CASE, PICTURE = "/messages/case/", "/messages/picture/"
MEDIA = {"png": "image/png", "jpeg": "image/jpeg"}


def show(ask: Ask) -> Response:
    """The list of one's cases."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    after = ask.query.get("after", "")[:26]
    found = cases.list_of(ask.site.kit, session, after=after)
    shown = found[: cases.PAGE]
    more = shown[-1].id if len(found) > len(shown) else ""
    view = MessagesPage(csrf=ask.csrf(), cases=tuple(map(_row, shown)), later=bool(after), more=more)
    return page(ask, view, user=_user(ask, session))


def new_form(ask: Ask, error: Refusal | None = None) -> Response:
    """The form for a new case; what was typed is still in it after a refusal."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    user = _user(ask, session)
    view = NewCasePage(
        csrf=ask.csrf(), post=_post(ask), topic=ask.form.get("topic", "") or ask.query.get("topic", ""),
        subject=ask.form.get("subject", ""), text=ask.form.get("text", ""),
        error=refusal_view(ask, error, user) if error else None,
    )  # fmt: skip
    response = page(ask, view, status=error.kind.status if error else 200, user=user)
    return with_retry(response, error) if error else response


def new_post(ask: Ask) -> Response:
    """Open a case."""
    session = _sender(ask)
    if isinstance(session, Response):
        return session
    result = ask.unread or cases.begin(
        ask.site.kit, session, ask.form.get("topic", ""), ask.form.get("subject", ""), _written(ask)
    )
    return new_form(ask, result) if isinstance(result, Refusal) else see(CASE + result)


def case_page(ask: Ask, error: Refusal | None = None) -> Response:
    """One case. Its answers count as read, unless a browser only fetches the page in advance."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    thread = cases.read(ask.site.kit, session, _case_id(ask), seen="prefetch" not in ask.headers.get("sec-purpose", ""))
    if isinstance(thread, Refusal):
        return refuse(ask, thread)
    user = _user(ask, session)
    view = CasePage(
        csrf=ask.csrf(), path=CASE + thread.case.id, case=_row(thread.case), messages=messages_of(thread), post=_post(ask),
        text=ask.form.get("text", ""), error=refusal_view(ask, error, user) if error else None,
    )  # fmt: skip
    response = page(ask, view, status=error.kind.status if error else 200, user=user)
    return with_retry(response, error) if error else response


def case_post(ask: Ask) -> Response:
    """Reply, close or reopen; `do` names it."""
    session = _sender(ask)
    if isinstance(session, Response):
        return session
    case_id, do = _case_id(ask), ask.form.get("do", "reply")
    if do in ("close", "reopen"):
        refused = cases.turn(ask.site.kit, session, case_id, do)
        return refuse(ask, refused) if refused else see(CASE + case_id)
    result = ask.unread or cases.reply(ask.site.kit, session, case_id, _written(ask))
    if isinstance(result, Refusal):
        return refuse(ask, result) if result.kind is CASE_UNKNOWN else case_page(ask, result)
    return see(CASE + result)


def picture(ask: Ask) -> Response:
    """A picture, to the owner of its case only. Its bytes are ours, and it is sent as if they were not."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    found = cases.attachment(ask.site.kit, session, ask.path.removeprefix(PICTURE)[:26])
    if isinstance(found, Refusal):
        return refuse(ask, found)
    return served(*found)


def served(row: Attachment, data: bytes) -> Response:
    """A picture as a browser gets it: never stored, and nothing in it runs."""
    response = Response(data, media_type=MEDIA[row.kind])
    response.raw_headers += [
        *headers.COMMON,
        (b"cache-control", b"no-store"),
        (b"content-security-policy", headers.PICTURE_POLICY),
        (b"content-disposition", f"inline; filename*=UTF-8''{quote(row.name, safe='')}".encode("ascii")),
    ]
    return response


def _sender(ask: Ask) -> Session | Response:
    """Who sends; where the session has ended meanwhile, a page with the text that would be lost."""
    session = signed_in(ask)
    if isinstance(session, Session):
        return session
    if session.kind is not SESSION_OVER or not ask.form.get("text"):
        return refuse(ask, session)
    view = UnsentPage(csrf=ask.csrf(), refusal=refusal_view(ask, session), text=ask.form["text"])
    return page(ask, view, status=session.kind.status)


def _case_id(ask: Ask) -> str:
    return ask.path.removeprefix(CASE)[:27]


def _post(ask: Ask) -> str:
    """The token of this form: the one it was refused with, which nothing was written under, or a new one."""
    given = ask.form.get("post", "")
    return given if len(given) == cases.POST_LENGTH else b64u(ask.site.kit.entropy.bytes(16))


def _written(ask: Ask) -> Written:
    return Written(ask.form.get("post", ""), ask.form.get("text", ""), ask.files)


def _user(ask: Ask, session: Session) -> User | None:
    with ask.site.kit.store.read() as tx:
        return tx.users.get(session.user_id)


def _row(case: Case) -> CaseRow:
    return CaseRow(
        id=case.id, topic=case.topic, subject=case.subject, state=case.state, touched=case.touched,
        unread=bool(case.unread),
    )  # fmt: skip


def messages_of(thread: Thread) -> tuple[MessageView, ...]:
    """The messages of a case for its page, each with its pictures."""
    return tuple(
        MessageView(
            staff=message.author == "staff",
            at=message.at,
            text=message.text,
            pictures=tuple(
                PictureView(id=row.id, name=row.name, width=row.width, height=row.height, size=row.size)
                for row in thread.of(message)
            ),
        )
        for message in thread.messages
    )
