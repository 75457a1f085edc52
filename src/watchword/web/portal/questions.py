"""Security questions in the settings (S04, H02)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.questions import CHOSEN
from watchword.core.recovery import restricted
from watchword.core.refusals import Refusal
from watchword.core.sessions import confirmed
from watchword.flows import password_change, questions
from watchword.web.asking import Ask
from watchword.web.pages import QuestionsPage
from watchword.web.portal.home import signed_in
from watchword.web.portal.showing import page, refusal_view, refuse, see, with_retry

PLACES = range(1, CHOSEN + 1)


def form(ask: Ask, error: Refusal | None = None) -> Response:
    """The page. Answers are never shown again, nor what was just typed as one."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    kit = ask.site.kit
    user, now = password_change.user_of(kit, session), kit.clock.now()
    view = QuestionsPage(
        csrf=ask.csrf(),
        username=session.username,
        confirmed=confirmed(session, now),
        chosen=questions.chosen(kit, session),
        picked=tuple(ask.form.get(f"question{place}", "") for place in PLACES),
        off=not kit.policy.known_counts,
        done="done" in ask.query and error is None,
        limited_until=restricted(user.recovered, now, kit.policy.recovery_delay_seconds) if user else 0,
        error=refusal_view(ask, error, user) if error else None,
    )
    response = page(ask, view, status=error.kind.status if error else 200, user=user)
    return with_retry(response, error) if error else response


def post(ask: Ask) -> Response:
    """Three questions and answers."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    picked, answers = ([ask.form.get(f"{name}{place}", "") for place in PLACES] for name in ("question", "answer"))
    refused = questions.choose(ask.site.kit, session, picked, answers, ask.visit())
    return form(ask, refused) if refused else see("/settings/questions?done=1")
