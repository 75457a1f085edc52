"""A forgotten password: one page, one step after the other, in the browser that began it (S04, U01)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from watchword.core.attempts import LIFE_SECONDS as ATTEMPT_SECONDS
from watchword.core.recovery import LIFE_SECONDS
from watchword.core.refusals import (
    PASSWORD_DIFFERS,
    PROOF_ELSEWHERE,
    RECOVERY_DONE,
    RECOVERY_EXPIRED,
    RECOVERY_GONE,
    RECOVERY_STOPPED,
    Refusal,
)
from watchword.flows import recovery, recovery_end, recovery_proofs
from watchword.flows.recovery import Stage
from watchword.web.asking import LOGIN, RECOVER, SESSION, Ask
from watchword.web.pages import ContactView, RecoverPage, RefusalView
from watchword.web.pages.password_views import RecoverStep
from watchword.web.portal.passwords import rules_of
from watchword.web.portal.showing import page, refusal_view, see, with_retry

OVER = (RECOVERY_GONE, RECOVERY_EXPIRED, RECOVERY_STOPPED, RECOVERY_DONE)
STEPS: Mapping[str, RecoverStep] = {"sms": "code", "mail": "code", "questions": "questions", "personal": "personal"}


def show(ask: Ask, error: Refusal | None = None) -> Response:
    """The page in its present state."""
    collector = ask.cookies.get(RECOVER, "")
    found = recovery.look(ask.site.kit, collector) if collector else None
    if found is None or isinstance(found, Refusal):
        ask.drop_cookie(RECOVER)
        told = error or (found if found is not None and found.kind is not RECOVERY_GONE else None)
        name = ask.form.get("username", "")[:64]
        return _shown(ask, RecoverPage(csrf=ask.csrf(), step="name", username=name, error=_view(ask, told)), told)
    return _shown(ask, _page(ask, found, error), error, found)


def _shown(ask: Ask, view: RecoverPage, error: Refusal | None, found: Stage | None = None) -> Response:
    known = found.user if found is not None and found.recovery.given else None
    response = page(ask, view, status=error.kind.status if error else 200, user=known)
    return with_retry(response, error) if error else response


def _view(ask: Ask, error: Refusal | None) -> RefusalView | None:
    return refusal_view(ask, error) if error else None


def _page(ask: Ask, found: Stage, error: Refusal | None) -> RecoverPage:
    at, kit = found.recovery, ask.site.kit
    step: RecoverStep = "password" if at.state == "proven" else STEPS.get(at.method, "choose")
    if "other" in ask.query and at.state != "proven":
        step = "choose"
    return RecoverPage(
        csrf=ask.csrf(),
        step=step,
        username=at.username,
        given=at.given,
        methods=found.methods,
        contacts=tuple(
            ContactView(id=one.id, kind="sms" if one.kind == "sms" else "mail", masked=masked, default=one.is_default)
            for one, masked in found.contacts
        ),
        questions=found.questions,
        kind=at.method,
        sent_to=next((masked for one, masked in found.contacts if one.id == at.contact_id), ""),
        code_until=found.code_until,
        again_at=found.code_again,
        until=at.expires,
        strict=not kit.policy.sent_apart,
        key_waits=at.method == "key",
        rules=rules_of(kit.policy),
        error=_view(ask, error),
    )


def post(ask: Ask) -> Response:
    """What a person does; `do` names it."""
    step = DOES.get(ask.form.get("do", ""))
    refused = step(ask) if step else Refusal(PROOF_ELSEWHERE, "do.unknown")
    if isinstance(refused, Refusal):
        if refused.kind in OVER:
            ask.cookies = {name: value for name, value in ask.cookies.items() if name != RECOVER}
        return show(ask, refused)
    return refused or see("/recover")


def _begin(ask: Ask) -> Refusal | None:
    begun = recovery.begin(ask.site.kit, ask.form.get("username", ""), ask.visit())
    if isinstance(begun, Refusal):
        return begun
    ask.set_cookie(RECOVER, begun.collector, LIFE_SECONDS)
    return None


def _choose(ask: Ask) -> Refusal | Response | None:
    method, _, contact = ask.form.get("method", "")[:40].partition(":")
    asked = recovery.choose(ask.site.kit, ask.cookies.get(RECOVER, ""), method, ask.visit(), contact_id=contact)
    if isinstance(asked, Refusal):
        return asked
    if asked.attempt is None:
        return None
    ask.set_cookie(LOGIN, asked.attempt.collector, ATTEMPT_SECONDS)
    return see("/login/wait")


def _code(ask: Ask) -> Refusal | None:
    return recovery_proofs.code(ask.site.kit, ask.cookies.get(RECOVER, ""), ask.form.get("code", ""))


def _answers(ask: Ask) -> Refusal | None:
    typed = {name.removeprefix("answer_"): value for name, value in ask.form.items() if name.startswith("answer_")}
    return recovery_proofs.answers(ask.site.kit, ask.cookies.get(RECOVER, ""), typed)


def _personal(ask: Ask) -> Refusal | None:
    form = ask.form
    return recovery_proofs.personal(
        ask.site.kit, ask.cookies.get(RECOVER, ""), form.get("birth_date", ""), form.get("document", "")
    )


def _password(ask: Ask) -> Refusal | Response:
    new = ask.form.get("password", "")
    if new != ask.form.get("repeat", ""):
        return Refusal(PASSWORD_DIFFERS, "password.differs")
    done = recovery_end.set_password(ask.site.kit, ask.cookies.get(RECOVER, ""), new, ask.visit())
    if isinstance(done, Refusal):
        return done
    for cookie in (RECOVER, LOGIN, SESSION):
        ask.drop_cookie(cookie)
    view = RecoverPage(csrf=ask.csrf(), step="done", username=done.user.username, limited_until=done.limited_until)
    return page(ask, view, user=done.user)


def _cancel(ask: Ask) -> Response:
    recovery.cancel(ask.site.kit, ask.cookies.get(RECOVER, ""))
    ask.drop_cookie(RECOVER)
    return see("/login")


DOES: Mapping[str, Callable[[Ask], Refusal | Response | None]] = {
    "begin": _begin,
    "choose": _choose,
    "code": _code,
    "answers": _answers,
    "personal": _personal,
    "password": _password,
    "cancel": _cancel,
}


def collect(ask: Ask) -> Response | Refusal:
    """Key's approval becomes one of the two proofs; back to the recovery."""
    refused = recovery_proofs.key(ask.site.kit, ask.cookies.get(RECOVER, ""), ask.cookies.get(LOGIN, ""))
    if refused is not None and refused.kind in (*OVER, PROOF_ELSEWHERE):
        ask.drop_cookie(LOGIN)
        return show(ask, refused)
    if refused is not None:
        return refused
    ask.drop_cookie(LOGIN)
    return see("/recover")
