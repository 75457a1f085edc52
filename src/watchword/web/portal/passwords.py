"""Changing a password: in the settings, and after *this isn't me* (S03, S06)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.policy import Policy
from watchword.core.refusals import CONFIRM_FIRST, PASSWORD_DIFFERS, Refusal
from watchword.core.sessions import Session
from watchword.flows import password_change
from watchword.web.asking import SESSION, Ask
from watchword.web.pages import ChangePasswordPage, PasswordPage, PasswordRules
from watchword.web.portal.settings import answer, opened
from watchword.web.portal.showing import page, refusal_view, refuse, see, with_retry
from watchword.web.portal.signed_in import signed_in


def rules_of(policy: Policy, *, history: bool = True) -> PasswordRules:
    """The rules as pages tell them."""
    rules = policy.passwords
    return PasswordRules(minimum=rules.minimum, classes=rules.classes, history=history and rules.history)


def flagged_form(ask: Ask, error: Refusal | None = None) -> Response:
    """A new password, asked for after *this isn't me*."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    view = PasswordPage(
        csrf=ask.csrf(),
        username=session.username,
        rules=rules_of(ask.site.kit.policy),
        error=refusal_view(ask, error) if error else None,
    )
    response = page(ask, view, status=error.kind.status if error else 200)
    return with_retry(response, error) if error else response


def flagged_post(ask: Ask) -> Response:
    """Change it, with the current one."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    flagged = password_change.is_flagged(ask.site.kit, session)
    refused = _change(ask, session, flagged=flagged)
    if refused is not None and refused.kind is CONFIRM_FIRST and not flagged:
        return see("/settings/password")
    return flagged_form(ask, refused) if refused else see("/")


def form(ask: Ask, error: Refusal | None = None) -> Response:
    """The settings page."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    view = ChangePasswordPage(
        rules=rules_of(ask.site.kit.policy),
        changed_at=signed.user.password_changed,
        done="done" in ask.query and error is None,
        **signed.common,
    )
    return answer(ask, signed, view, error)


def post(ask: Ask) -> Response:
    """Change it, with the current one and an approval of the last minutes."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    refused = _change(ask, signed.session, flagged=False)
    return form(ask, refused) if refused else see("/settings/password?done=1")


def _change(ask: Ask, session: Session, *, flagged: bool) -> Refusal | None:
    new = ask.form.get("password", "")
    if new != ask.form.get("repeat", ""):
        return Refusal(PASSWORD_DIFFERS, "password.differs")
    changed = password_change.change(
        ask.site.kit, session, ask.form.get("current", ""), new, ask.visit(), flagged=flagged
    )
    if isinstance(changed, Refusal):
        return changed
    ask.set_cookie(SESSION, changed.token)
    return None
