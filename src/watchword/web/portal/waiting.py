"""Step 2: the waiting page with every way open on the one attempt (A06, A07, B04, C, D, E)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from watchword.core.attempts import challenge_at, guarded
from watchword.core.devices import Level, on_phone
from watchword.core.recovery import FIRST
from watchword.core.refusals import DENIED, NETWORK_FOREIGN, NOT_ME, NOT_YET, WAY_UNAVAILABLE, Refusal
from watchword.flows import answers, device_tokens, login, methods, reach, sessions, waiting
from watchword.flows.endings import ENDINGS
from watchword.flows.waiting import Waiting
from watchword.web.asking import DEVICE, LOGIN, SESSION, Ask
from watchword.web.pages import ChallengePanel, Method, OverPage, QrPanel, RefusalView, WaitingPage
from watchword.web.pages.views import OverKind, PushState, Way
from watchword.web.portal import confirm, recover
from watchword.web.portal.showing import json, page, refusal_view, refuse, refuse_json, see, with_retry, zone_of

OPENED = ("qr", "challenge", "code", "other", "passkey", "temporary_code")
DEVICE_COOKIE_SECONDS = 400 * 24 * 60 * 60


def show(ask: Ask, errors: Mapping[str, Refusal] | None = None, open_way: Way = "") -> Response:
    """The page in its present state."""
    found = waiting.look(ask.site.kit, ask.cookies.get(LOGIN, ""))
    if not isinstance(found, Refusal) and found.state == "collected" and found.attempt.action == "recover":
        return see("/recover")
    if (isinstance(found, Refusal) or found.state == "collected") and _logged_in(ask):
        back = "" if isinstance(found, Refusal) else confirm.PAGES.get(found.attempt.operation, "")
        return see(back or "/")  # the back button after a login, or after a confirmation
    if isinstance(found, Refusal):
        return see("/login/held") if found.reason == waiting.HELD else refuse(ask, found)
    if found.state == "approved":
        return collect(ask)
    if found.state != "pending":
        return over(ask, found)
    shown = {way: refusal_view(ask, refusal, found.user) for way, refusal in (errors or {}).items()}
    status = next((refusal.kind.status for refusal in (errors or {}).values()), 200)
    response = page(ask, _view(ask, found, shown, open_way), status=status, user=found.user)
    for refusal in (errors or {}).values():
        with_retry(response, refusal)
    return response


def _logged_in(ask: Ask) -> bool:
    token = ask.cookies.get(SESSION, "")
    return bool(token) and not isinstance(sessions.find(ask.site.kit, token, passive=True), Refusal)


def _view(ask: Ask, found: Waiting, errors: Mapping[str, RefusalView], open_way: Way) -> WaitingPage:
    attempt, kit = found.attempt, ask.site.kit
    now = kit.clock.now()
    if attempt.operation == FIRST:  # its page has no other panel in which a refusal could stand
        errors = {"qr" if way == "qr" else "page": shown for way, shown in errors.items()}
    chosen = reach.key_of(found.devices, attempt.device_id)
    return WaitingPage(
        csrf=ask.csrf(),
        username=attempt.username,
        action=attempt.action,
        operation=attempt.operation,
        paper=found.user.kind == "paper" and attempt.action != "recover",  # who begins a recovery has shown nothing yet
        push=_push_state(found, now),
        sent_to=chosen.name if chosen else "",
        sent_at=attempt.asked[-1] if attempt.asked else 0,
        valid_until=attempt.push_until,
        push_again=found.ask_until,
        attempt_until=attempt.expires,
        confirmation=answers.confirmation_of(kit, attempt)
        if attempt.asked
        else "",  # typed into a phone that was asked
        confirmation_reason=attempt.confirm_reason,  # type: ignore[arg-type]
        qr=qr_panel(ask, found),
        challenge=challenge_panel(ask, found),
        open_way="qr" if attempt.operation == FIRST else open_way,
        errors=errors,
        methods=tuple(
            Method(id=one.id, name=one.devices[0].name, kind=one.kind, count=len(one.devices))
            for one in methods.listed(kit, found.devices)
        ),
        method=attempt.device_id,
        lead=next((device.kind for device in found.devices if device.id == attempt.device_id), "key"),
        offline=attempt.floor <= Level.KEY_OFFLINE,
        qr_only=attempt.operation == FIRST,
        key_url=ask.site.key_origin,
    )


def _push_state(found: Waiting, now: int) -> PushState:
    if found.attempt.operation == FIRST:
        return "none"
    if not any(device.id == found.attempt.device_id and on_phone(device) for device in found.devices):
        return "other"
    if guarded(found.attempt):
        return "off"
    if now < found.attempt.push_until:
        return "sent" if found.notified else "none"
    if found.attempt.asked and not found.attempt.push_until:
        return "none"  # listed in Key beside another login that was pushed: one push at a time
    if found.ask_why == "limited":
        return "limited"
    if found.ask_why == "quiet":
        return "quiet"
    return "expired"


def qr_panel(ask: Ask, found: Waiting) -> QrPanel | None:
    """The QR as it stands, None where it was not asked for yet."""
    attempt = found.attempt
    if not attempt.qr_turn:
        return None
    fresh = ask.site.kit.clock.now() < attempt.qr_until
    return QrPanel(
        state="fresh" if fresh else "ended",
        text=answers.qr_address(ask.site.kit, attempt) if fresh else "",
        until=attempt.qr_until,
    )


def challenge_panel(ask: Ask, found: Waiting) -> ChallengePanel | None:
    """The challenge as it stands, None where it was not asked for yet."""
    attempt = found.attempt
    state = challenge_at(attempt, ask.site.kit.clock.now())
    if state == "none":
        return None
    if state != "open":
        return ChallengePanel(state="spent" if state == "spent" else "ended", until=attempt.challenge_until)
    return ChallengePanel(digits=answers.challenge_of(ask.site.kit, attempt), until=attempt.challenge_until)


def over(ask: Ask, found: Waiting) -> Response:
    """An attempt that has ended, and the way on."""
    kind = ENDINGS[found.state]
    if found.state != "pending":
        ask.drop_cookie(LOGIN)
    quiet = found.user.quiet_until if kind in (DENIED, NOT_ME) else 0
    state: OverKind = "gone" if found.state == "collected" else found.state  # type: ignore[assignment]
    view = OverPage(
        csrf=ask.csrf(),
        back="/recover" if found.attempt.action == "recover" else confirm.PAGES.get(found.attempt.operation, ""),
        kind=state,
        reference=kind.reference,
        time=found.attempt.decided,
        quiet_until=quiet,
    )
    return page(ask, view, status=kind.status, user=found.user)


def collect(ask: Ask) -> Response:
    """An approved attempt becomes what it is for: the session, or minutes in which this one may change things."""
    found = waiting.look(ask.site.kit, ask.cookies.get(LOGIN, ""))
    if not isinstance(found, Refusal) and found.attempt.action != "login":
        done = COLLECTS[found.attempt.action](ask)
        if isinstance(done, Refusal):
            return show(ask, {"page": done}) if done.kind is NOT_YET else _ended(ask)
        return done
    result = login.collect(ask.site.kit, ask.cookies.get(LOGIN, ""), ask.visit())
    if isinstance(result, Refusal):
        if result.kind is NETWORK_FOREIGN:
            ask.drop_cookie(LOGIN)
            return refuse(ask, result)
        return show(ask, {"page": result}) if result.kind is NOT_YET else _ended(ask)
    ask.drop_cookie(LOGIN)
    ask.set_cookie(SESSION, result.token)
    ask.set_cookie(
        DEVICE, device_tokens.joined(ask.cookies.get(DEVICE, ""), result.device_token), DEVICE_COOKIE_SECONDS
    )
    return see("/")


COLLECTS: Mapping[str, Callable[[Ask], Response | Refusal]] = {"confirm": confirm.collect, "recover": recover.collect}


def _ended(ask: Ask) -> Response:
    found = waiting.look(ask.site.kit, ask.cookies.get(LOGIN, ""))
    if isinstance(found, Refusal):
        return refuse(ask, found)
    return over(ask, found)


def post(ask: Ask) -> Response:
    """What a person does on the waiting page; `do` names it."""
    action = ACTIONS.get(ask.form.get("do", ""))
    return action(ask) if action else show(ask, {"page": Refusal(WAY_UNAVAILABLE, "do.unknown")})


def _again(ask: Ask) -> Response:
    result = login.ask_again(ask.site.kit, ask.cookies.get(LOGIN, ""))
    return _after(ask, result, "page")


def _method(ask: Ask) -> Response:
    result = methods.choose(ask.site.kit, ask.cookies.get(LOGIN, ""), ask.form.get("method", "")[:26])
    return _after(ask, result, "other" if isinstance(result, Refusal) else "")


def _show_qr(ask: Ask) -> Response:
    return _after(ask, answers.show(ask.site.kit, ask.cookies.get(LOGIN, ""), "qr"), "qr")


def _show_challenge(ask: Ask) -> Response:
    return _after(ask, answers.show(ask.site.kit, ask.cookies.get(LOGIN, ""), "challenge"), "challenge")


def _code(ask: Ask) -> Response:
    return _answered(ask, "code", ask.form.get("code", ""))


def _response(ask: Ask) -> Response:
    return _answered(ask, "challenge", ask.form.get("response", ""))


def _answer(ask: Ask) -> Response:
    """An answer of a device that is not Key; `kind` names its factor."""
    kind = ask.form.get("kind", "")[:32]
    result = methods.answer(ask.site.kit, ask.cookies.get(LOGIN, ""), kind, ask.form)
    return _after(ask, result, kind) if isinstance(result, Refusal) else collect(ask)


def question(ask: Ask) -> Response:
    """What a page's script asks a device that is not Key, such as options for a passkey."""
    result = methods.ask(ask.site.kit, ask.cookies.get(LOGIN, ""), ask.form.get("kind", "")[:32])
    return refuse_json(ask, result) if isinstance(result, Refusal) else json(ask, dict(result.shown))


def _answered(ask: Ask, way: Way, typed: str) -> Response:
    result = answers.answer(ask.site.kit, ask.cookies.get(LOGIN, ""), way, typed)
    return _after(ask, result, way) if isinstance(result, Refusal) else collect(ask)


def _after(ask: Ask, result: object, way: str) -> Response:
    """Show the page again with the panel the person was at; a refusal stands there."""
    open_way: Way = way if way in OPENED else ""  # type: ignore[assignment]
    if isinstance(result, Refusal):
        return show(ask, {way: result}, open_way)
    return show(ask, open_way=open_way)


def _cancel(ask: Ask) -> Response:
    login.cancel(ask.site.kit, ask.cookies.get(LOGIN, ""))
    return _ended(ask)


ACTIONS: Mapping[str, Callable[[Ask], Response]] = {
    "again": _again,
    "method": _method,
    "qr": _show_qr,
    "challenge": _show_challenge,
    "code": _code,
    "response": _response,
    "answer": _answer,
    "continue": collect,
    "cancel": _cancel,
}


def panel(ask: Ask) -> Response:
    """A fresh QR or challenge for the page's script."""
    way = ask.form.get("way", "")
    shown = answers.show(ask.site.kit, ask.cookies.get(LOGIN, ""), way)
    if isinstance(shown, Refusal):
        return refuse_json(ask, shown)
    view = (
        QrPanel(text=shown.value, until=shown.expires)
        if way == "qr"
        else ChallengePanel(digits=shown.value, until=shown.expires)
    )
    found = waiting.look(ask.site.kit, ask.cookies.get(LOGIN, ""))
    zone = zone_of(ask, None if isinstance(found, Refusal) else found.user)
    return json(ask, ask.site.renderer.panel(view, lang=ask.lang, now=ask.site.kit.clock.now(), tz=zone))
