"""The guided interview: questions one under the other, matched or not matched, and nothing of the answers anywhere afterwards (S05)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core import staff
from watchword.core.interviews import FACTS, GOOD_SECONDS, Interview, enough
from watchword.core.refusals import CONFIRM_FIRST, Refusal
from watchword.flows.staff import interview
from watchword.flows.staff.desk import Desk
from watchword.web.asking import Ask
from watchword.web.pages.person_views import InterviewPage
from watchword.web.staff.opening import about, answer, back_to, common, opened, stopped
from watchword.web.staff.proof import ask_key
from watchword.web.staff.showing import SIGN_IN

RESULT = "result"


def show(ask: Ask, user_id: str, rest: str, error: Refusal | None = None) -> Response:
    """The questions, once Key was shown; or how the last interview went."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    username = about(ask, user_id)
    if isinstance(username, Response):
        return username
    path = f"/users/{user_id}/interview"
    held = interview.last(ask.site.kit, who.session, username) if rest == RESULT else None
    opening = None if held else interview.open_it(ask.site.kit, who.session, username)
    if isinstance(opening, Refusal) and opening.kind is not CONFIRM_FIRST:
        return stopped(ask, opening)
    pass_ = opening.pass_ if isinstance(opening, interview.Opening) else ""
    fields = {**common(ask, who, error), "path": path}
    view = InterviewPage(
        **{**fields, "proven": False}, id=user_id, username=username, name=username, facts=FACTS, pass_=pass_,
        held=_told(held) if held else (), enough=bool(held and enough(held.matched)),
        until=held.at + GOOD_SECONDS if held else 0, asks=_asks(who),
    )  # fmt: skip
    return answer(ask, who, view, error)


def _asks(who: Desk) -> bool:
    return staff.may_ask("reset_password", who.roles, oneself=False, about_staff=False)


def _told(held: Interview) -> tuple[tuple[str, str], ...]:
    verdicts = {fact: "matched" if fact in held.matched else "differs" for fact in held.asked}
    return tuple((fact, verdicts.get(fact, "skipped")) for fact in FACTS)


def post(ask: Ask, user_id: str, rest: str) -> Response:
    """Ask for Key, or judge the answers. They are in this request and nowhere else: no draft keeps them, no page shows them again."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    username = about(ask, user_id)
    if isinstance(username, Response):
        return username
    if ask.form.get("do") == "key":
        return ask_key(ask, who, "staff")
    answers = {fact: ask.form.get(fact, "") for fact in FACTS}
    held = interview.hold(ask.site.kit, who.session, username, answers, pass_=ask.form.get("pass", "")[:64])
    if isinstance(held, Refusal):
        return stopped(ask, held) if held.kind in SIGN_IN else show(ask, user_id, rest, held)
    return back_to(f"/users/{user_id}/interview/{RESULT}")
