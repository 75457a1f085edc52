"""Sharing a device between users (P01-P09): the steps of asking, what is shared, and its end. One page for who has a device and who has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from watchword.core.devices import Device
from watchword.core.refusals import (
    CONFIRM_FIRST,
    PRIMARY_ONLY,
    PROOF_FIRST,
    SHARE_CIRCLE,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.flows import confirm, primary, sharing, sharing_done, sharing_kept, waiting
from watchword.flows.password_change import user_of
from watchword.flows.sharing import Step
from watchword.web.asking import Ask
from watchword.web.pages.sharing_views import SharedRow, SharingPage, SharingStep
from watchword.web.portal.doing import chosen, done
from watchword.web.portal.showing import page, refusal_view, refuse, see, with_retry
from watchword.web.portal.signed_in import enrolling_too

PATH = "/sharing"
SHARING = "sharing"  # the field of a form that names one
DECIDED = ("refused", "withdrawn", "expired")
DONE = ("cancelled", "lent", "lost", "withdrawn")
STEPS: Mapping[str, SharingStep] = {"begun": "answer", "proven": "review", "pending": "pending", "active": "active"}


def opened(ask: Ask) -> Session | Response:
    """The session, or the page that stands in its way."""
    session = enrolling_too(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    return see("/password") if waiting.flagged(ask.site.kit, session) else session


def show(ask: Ask, error: Refusal | None = None, *, about: str = "", how: str = "") -> Response:
    """The step this session is at; `about` is a sharing whose end is asked about."""
    session = opened(ask)
    if isinstance(session, Response):
        return session
    kit = ask.site.kit
    found = sharing.look(kit, session)
    refused = None if found else sharing.ready(kit, session)
    if refused is not None and refused.kind is PROOF_FIRST and session.kind == "enrolment":
        return see("/enrol")
    hidden = refused is None or refused.kind in (CONFIRM_FIRST, PRIMARY_ONLY)
    rows, user = _rows(ask, session), user_of(kit, session)
    lends = refused is not None and refused.kind is SHARE_CIRCLE and bool(rows)
    step: SharingStep = STEPS[found.state] if found else "lent" if lends else "start" if hidden else "blocked"
    kept = sharing_kept.look(kit, session) if about and how == "cancel" else None
    view = SharingPage(
        csrf=ask.csrf(), username=session.username, step=step, **_of_step(found), rows=rows, decided=_decided(ask, session, found),
        ask=about, how=how, **_of_kept(kept), typed=ask.form.get("username", "")[:64] if error else "", enrolling=session.kind == "enrolment",
        confirmed=session.kind == "enrolment" or confirm.required(kit, session) is None,
        changed_by=primary.primary_of(kit, user) if user else "", error=refusal_view(ask, error, user) if error else None,
        blocked=refusal_view(ask, refused, user) if refused and step == "blocked" and not error else None,
        ended=ask.query.get("done", "") if ask.query.get("done") in DONE and error is None else "",
    )  # fmt: skip
    response = page(ask, view, status=error.kind.status if error else 200, user=user)
    return with_retry(response, error) if error else response


def _of_step(found: Step | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "id": found.sharing.id, "owner": found.owner, "kind": found.kind, "asked": found.asked, "until": found.sharing.expires,
    }  # fmt: skip


def _of_kept(found: tuple[Device, Mapping[str, object] | None] | None) -> dict[str, Any]:
    return {"kept": found[0].name, "kept_kind": found[0].kind, "kept_asked": found[1]} if found else {}


def _decided(ask: Ask, session: Session, found: Step | None) -> str:
    last = None if found else sharing.last(ask.site.kit, session)
    return last.state if last is not None and last.state in DECIDED else ""


def _rows(ask: Ask, session: Session) -> tuple[SharedRow, ...]:
    return tuple(
        SharedRow(
            id=one.sharing.id, state=one.state, other=one.other, device=one.device, mine=one.mine, at=one.sharing.moved,
            kept=one.kept,
        )
        for one in sharing_done.of_session(ask.site.kit, session)
    )  # fmt: skip


def post(ask: Ask) -> Response:
    """What a person does here; `do` names it."""
    return done(ask, ACTIONS, opened, show)


def _begin(ask: Ask, session: Session) -> Response:
    form = ask.form
    result = sharing.begin(ask.site.kit, session, form.get("username", ""), form.get("password", ""), ask.visit())
    return show(ask, result) if isinstance(result, Refusal) else see(PATH)


def _ask(ask: Ask, session: Session) -> Response:
    refused = sharing.ask(ask.site.kit, session, chosen(ask, SHARING))
    return show(ask, refused) if refused else see(PATH)


def _answer(ask: Ask, session: Session) -> Response:
    result = sharing.answer(ask.site.kit, session, chosen(ask, SHARING), ask.form.get("answer", ""), ask.visit())
    return show(ask, result) if isinstance(result, Refusal) else see(PATH)


def _send(ask: Ask, session: Session) -> Response:
    result = sharing.send(ask.site.kit, session, chosen(ask, SHARING), ask.visit())
    return show(ask, result) if isinstance(result, Refusal) else see(PATH)


def _drop(ask: Ask, session: Session) -> Response:
    refused = sharing.drop(ask.site.kit, session, chosen(ask, SHARING))
    return show(ask, refused) if refused else see(PATH)


def _ask_cancel(ask: Ask, session: Session) -> Response:
    """One more page before a sharing ends: what will happen, and one press."""
    return show(ask, about=chosen(ask, SHARING), how="cancel")


def _ask_lost(ask: Ask, session: Session) -> Response:
    return show(ask, about=chosen(ask, SHARING), how="lost")


def _cancel(ask: Ask, session: Session) -> Response:
    result = sharing_done.cancel(ask.site.kit, session, chosen(ask, SHARING), ask.form.get("answer", ""))
    if isinstance(result, str):
        return see(f"{PATH}?done={result}")
    return show(ask, result, about=chosen(ask, SHARING) if ask.form.get("answer") else "", how="cancel")


def _ask_kept(ask: Ask, session: Session) -> Response:
    """The device that was put aside answers in the place of the shared one."""
    refused = sharing_kept.ask(ask.site.kit, session)
    return show(ask, refused, about=chosen(ask, SHARING), how="cancel")


def _lost(ask: Ask, session: Session) -> Response:
    refused = sharing_done.lost(ask.site.kit, session, chosen(ask, SHARING), ask.visit())
    return show(ask, refused) if refused else see(f"{PATH}?done=lost")


ACTIONS: Mapping[str, Callable[[Ask, Session], Response]] = {
    "begin": _begin,
    "ask": _ask,
    "answer": _answer,
    "send": _send,
    "drop": _drop,
    "ask_cancel": _ask_cancel,
    "ask_lost": _ask_lost,
    "ask_kept": _ask_kept,
    "cancel": _cancel,
    "lost": _lost,
}
