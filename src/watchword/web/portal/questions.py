"""Security questions in the settings (S04, H02)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.questions import CHOSEN
from watchword.core.recovery import restricted
from watchword.core.refusals import Refusal
from watchword.flows import questions
from watchword.web.asking import Ask
from watchword.web.pages import QuestionsPage
from watchword.web.portal.settings import answer, opened
from watchword.web.portal.showing import see

PLACES = range(1, CHOSEN + 1)


def form(ask: Ask, error: Refusal | None = None) -> Response:
    """The page. Answers are never shown again, nor what was just typed as one."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    kit = ask.site.kit
    view = QuestionsPage(
        chosen=questions.chosen(kit, signed.session),
        picked=tuple(ask.form.get(f"question{place}", "") for place in PLACES),
        off=not kit.policy.known_counts,
        done="done" in ask.query and error is None,
        limited_until=restricted(signed.user.recovered, kit.clock.now(), kit.policy.recovery_delay_seconds),
        **signed.common,
    )
    return answer(ask, signed, view, error)


def post(ask: Ask) -> Response:
    """Three questions and answers."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    picked, answers = ([ask.form.get(f"{name}{place}", "") for place in PLACES] for name in ("question", "answer"))
    refused = questions.choose(ask.site.kit, signed.session, picked, answers, ask.visit())
    return form(ask, refused) if refused else see("/settings/questions?done=1")
