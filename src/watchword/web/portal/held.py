"""A login that begins with the phone: name, QR, approval, password (S01; flows/held.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from watchword.core.attempts import LIFE_SECONDS, Attempt
from watchword.core.refusals import ATTEMPT_GONE, NAME_FIRST, NETWORK_FOREIGN, NOT_YET, WAY_UNAVAILABLE, Refusal
from watchword.flows import answers, device_tokens, held, login
from watchword.flows.endings import ENDINGS
from watchword.flows.login import Collected
from watchword.web.asking import DEVICE, LOGIN, SESSION, Ask
from watchword.web.pages import OverPage, QrPanel
from watchword.web.pages.protection_views import HeldPage
from watchword.web.pages.views import LoginPage, OverKind
from watchword.web.portal.showing import page, refusal_view, refuse, see, with_retry

DEVICE_COOKIE_SECONDS = 400 * 24 * 60 * 60


def show(ask: Ask, error: Refusal | None = None) -> Response:
    """The page in its present state."""
    found = held.look(ask.site.kit, ask.cookies.get(LOGIN, ""))
    if isinstance(found, Refusal):
        return refuse(ask, found)
    attempt, state = found
    if state == "collected":
        return see("/")
    if state not in ("pending", "approved"):
        return over(ask, attempt, state)
    alone = attempt.operation == held.ALONE
    view = HeldPage(
        csrf=ask.csrf(),
        username=attempt.username,
        step="password" if state == "approved" else "passkey" if alone else "scan",
        qr=panel(ask, attempt) if state == "pending" and not alone else None,
        until=held.until(attempt) if state == "approved" else attempt.expires,
        by_phone=not attempt.decided_by.endswith(":passkey"),
        error=refusal_view(ask, error) if error else None,
    )
    response = page(ask, view, status=error.kind.status if error else 200)
    return with_retry(response, error) if error else response


def panel(ask: Ask, attempt: Attempt) -> QrPanel:
    """The QR as it stands."""
    fresh = bool(attempt.qr_turn) and ask.site.kit.clock.now() < attempt.qr_until
    address = answers.qr_address(ask.site.kit, attempt) if fresh else ""
    return QrPanel(state="fresh" if fresh else "ended", text=address, until=attempt.qr_until)


def over(ask: Ask, attempt: Attempt, state: str) -> Response:
    """It has ended. The words are the same whoever's name it was."""
    ask.drop_cookie(LOGIN)
    kind = ENDINGS[state]
    shown: OverKind = state  # type: ignore[assignment]
    view = OverPage(csrf=ask.csrf(), kind=shown, reference=kind.reference, time=attempt.decided)
    return page(ask, view, status=kind.status)


def post(ask: Ask) -> Response:
    """What a person does there; `do` names it."""
    action = ACTIONS.get(ask.form.get("do", ""))
    return action(ask) if action else show(ask, Refusal(WAY_UNAVAILABLE, "do.unknown"))


def _begin(ask: Ask) -> Response:
    return _begun(ask, alone=False)


def _begin_passkey(ask: Ask) -> Response:
    return _begun(ask, alone=True)


def _begun(ask: Ask, *, alone: bool) -> Response:
    username, kit = ask.form.get("username", ""), ask.site.kit
    begun = (
        held.begin(kit, username, ask.visit(), alone=alone) if username.strip() else Refusal(NAME_FIRST, "name.empty")
    )
    if isinstance(begun, Refusal):
        view = LoginPage(
            csrf=ask.csrf(), username=username[:64], error=refusal_view(ask, begun), key_url=ask.site.key_origin,
            passkey=held.may_alone(kit),
        )  # fmt: skip
        return with_retry(page(ask, view, status=begun.kind.status), begun)
    if not alone:
        answers.show(kit, begun.collector, "qr")
    ask.set_cookie(LOGIN, begun.collector, LIFE_SECONDS)
    return see("/login/held")


def _qr(ask: Ask) -> Response:
    shown = answers.show(ask.site.kit, ask.cookies.get(LOGIN, ""), "qr")
    return show(ask, shown if isinstance(shown, Refusal) and shown.kind is WAY_UNAVAILABLE else None)


def _continue(ask: Ask) -> Response:
    found = held.look(ask.site.kit, ask.cookies.get(LOGIN, ""))
    waits = not isinstance(found, Refusal) and found[1] == "pending"
    return show(ask, Refusal(NOT_YET, "attempt.pending") if waits else None)


def _cancel(ask: Ask) -> Response:
    login.cancel(ask.site.kit, ask.cookies.get(LOGIN, ""))
    return show(ask)


def _with_password(ask: Ask) -> Response:
    """Not by a passkey after all."""
    login.cancel(ask.site.kit, ask.cookies.get(LOGIN, ""))
    ask.drop_cookie(LOGIN)
    return see("/login")


def _password(ask: Ask) -> Response:
    result = held.finish(ask.site.kit, ask.cookies.get(LOGIN, ""), ask.form.get("password", ""), ask.visit())
    if isinstance(result, Refusal):
        return refuse(ask, result) if result.kind is NETWORK_FOREIGN else show(ask, result)
    return _home(ask, result)


def _home(ask: Ask, result: Collected) -> Response:
    ask.drop_cookie(LOGIN)
    ask.set_cookie(SESSION, result.token)
    known = device_tokens.joined(ask.cookies.get(DEVICE, ""), result.device_token)
    ask.set_cookie(DEVICE, known, DEVICE_COOKIE_SECONDS)
    return see("/")


def _passkey(ask: Ask) -> Response:
    result = held.by_passkey(ask.site.kit, ask.cookies.get(LOGIN, ""), ask.form, ask.visit())
    if isinstance(result, Collected):
        return _home(ask, result)
    if isinstance(result, Refusal) and result.kind is NETWORK_FOREIGN:
        return refuse(ask, result)
    over = isinstance(result, Refusal) and result.kind is ATTEMPT_GONE
    return show(ask, result if isinstance(result, Refusal) and not over else None)


ACTIONS: Mapping[str, Callable[[Ask], Response]] = {
    "begin": _begin,
    "begin_passkey": _begin_passkey,
    "qr": _qr,
    "continue": _continue,
    "cancel": _cancel,
    "with_password": _with_password,
    "password": _password,
    "passkey": _passkey,
}
