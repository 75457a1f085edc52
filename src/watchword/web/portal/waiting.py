"""Step 2: the waiting page with every way open on the one attempt (A06, A07, B04, C, D, E)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.responses import Response

from watchword.core.attempts import Attempt, challenge_at, guarded
from watchword.core.devices import KEY, Level, on_phone
from watchword.core.recovery import FIRST
from watchword.core.refusals import DENIED, NETWORK_FOREIGN, NOT_ME, NOT_YET, WAY_UNAVAILABLE, Refusal
from watchword.flows import answers, device_tokens, login, methods, reach, sessions, waiting
from watchword.flows.endings import ENDINGS
from watchword.flows.waiting import Waiting
from watchword.web.asking import DEVICE, LOGIN, SESSION, Ask
from watchword.web.pages import ChallengePanel, Method, OverPage, QrPanel, RefusalView, TextPanel, WaitingPage
from watchword.web.pages.views import OverKind, PushState, Way
from watchword.web.portal import answering, confirm, recover
from watchword.web.portal.sending import followed
from watchword.web.portal.showing import json, page, refusal_view, refuse, refuse_json, see, with_retry, zone_of

OPENED = (
    "qr", "challenge", "code", "other", "passkey", "temporary_code", "sms", "code_app", "recovery_code", "code_card", "online_card", "card_plus",
)  # fmt: skip
Handler = Callable[[Ask], Response]
Shows = Callable[[Ask, Mapping[str, Refusal] | None, Way], Response]
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
    found = asked_first(ask, found)
    shown = {way: refusal_view(ask, refusal, found.user) for way, refusal in (errors or {}).items()}
    status = next((refusal.kind.status for refusal in (errors or {}).values()), 200)
    response = page(ask, view_of(ask, found, shown, open_way), status=status, user=found.user)
    for refusal in (errors or {}).values():
        with_retry(response, refusal)
    return response


def asked_first(ask: Ask, found: Waiting) -> Waiting:
    """The same with the question of the device that stands first on the page, where it has one that a person reads: a card's two numbers.
    Looking at the page again asks nothing new while one waits."""
    kit, chosen = ask.site.kit, found.attempt.device_id
    kind = next((device.kind for device in found.devices if device.id == chosen), "")
    if not methods.shows_question(kit, kind) or any(one.kind == kind for one in found.questions):
        return found
    question = methods.ask(kit, ask.cookies.get(LOGIN, ""), kind)
    return found if isinstance(question, Refusal) else replace(found, questions=(*found.questions, question))


def _logged_in(ask: Ask) -> bool:
    token = ask.cookies.get(SESSION, "")
    return bool(token) and not isinstance(sessions.find(ask.site.kit, token, passive=True), Refusal)


def view_of(ask: Ask, found: Waiting, errors: Mapping[str, RefusalView], open_way: Way) -> WaitingPage:
    """What the page of this attempt is told."""
    attempt, kit = found.attempt, ask.site.kit
    now = kit.clock.now()
    listed = tuple(
        Method(id=one.id, name=one.devices[0].name, kind=one.kind, count=len(one.devices))
        for one in methods.listed(kit, found.devices)
    )
    panels = _panels(attempt, listed)
    errors = {way if way in panels else "page": shown for way, shown in errors.items()}
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
        text=text_panel(found),
        open_way="qr" if attempt.operation == FIRST else open_way,
        errors=errors,
        methods=listed,
        method=attempt.device_id,
        lead=_lead(found),
        offline=attempt.floor <= Level.KEY_OFFLINE,
        qr_only=attempt.operation == FIRST,
        asked={one.kind: one.shown for one in found.questions},
        key_url=ask.site.key_origin,
    )


def _lead(found: Waiting) -> str:
    """The kind of the device that stands first; `none` where the one chosen can be used no more."""
    if found.attempt.operation == FIRST:
        return KEY
    return next((device.kind for device in found.devices if device.id == found.attempt.device_id), "none")


def _panels(attempt: Attempt, listed: tuple[Method, ...]) -> frozenset[str]:
    """Where on its page a refusal can stand: the ways that are open on this attempt. All others are told at the top."""
    if attempt.operation == FIRST:
        return frozenset({"qr"})
    kinds = {method.kind for method in listed}
    found = {kind for kind in kinds - {KEY} if kind == "passkey" or not guarded(attempt)}
    if KEY in kinds:
        found |= {"qr"}
        if attempt.floor <= Level.KEY_OFFLINE:
            found |= {"challenge"} if guarded(attempt) else {"challenge", "code"}
    return frozenset(found | ({"other"} if len(listed) > 1 else set()))


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


def text_panel(found: Waiting) -> TextPanel | None:
    """The code that was sent by SMS, None where none can be typed."""
    text = found.text
    if text is None:
        return None
    state, at = followed(text.sending) if text.sending else ("queued", text.at)
    return TextPanel(to=text.to, at=text.at, until=text.until, again_at=text.again, delivery=state, delivery_at=at)


def over(ask: Ask, found: Waiting) -> Response:
    """An attempt that has ended, and the way on."""
    back = "/recover" if found.attempt.action == "recover" else confirm.PAGES.get(found.attempt.operation, "")
    return page(ask, over_view(ask, found, back), status=ENDINGS[found.state].status, user=found.user)


def over_view(ask: Ask, found: Waiting, back: str) -> OverPage:
    """What the page of an attempt that has ended is told; `back` is the page that asked, where it was a confirmation."""
    kind = ENDINGS[found.state]
    ask.drop_cookie(LOGIN)
    quiet = found.user.quiet_until if kind in (DENIED, NOT_ME) else 0
    state: OverKind = "gone" if found.state == "collected" else found.state  # type: ignore[assignment]
    return OverPage(
        csrf=ask.csrf(),
        back=back,
        kind=state,
        reference=kind.reference,
        time=found.attempt.decided,
        quiet_until=quiet,
    )


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
    return acted(ask, show, collect, _cancel)


def acted(ask: Ask, show_page: Shows, go_on: Handler, cancel: Handler) -> Response:
    """What `do` of the form names, with this site's own pages."""
    do = ask.form.get("do", "")
    if do in ("continue", "cancel"):
        return go_on(ask) if do == "continue" else cancel(ask)
    act = answering.SHOWS.get(do) or answering.ANSWERS.get(do)
    if act is None:
        return show_page(ask, {"page": Refusal(WAY_UNAVAILABLE, "do.unknown")}, "")
    result, way = act(ask)
    if do in answering.ANSWERS and not isinstance(result, Refusal):
        return go_on(ask)
    return _after(ask, show_page, result, way)


def question(ask: Ask) -> Response:
    """What a page's script asks a device that is not Key, such as options for a passkey."""
    result = methods.ask(ask.site.kit, ask.cookies.get(LOGIN, ""), ask.form.get("kind", "")[:32])
    return refuse_json(ask, result) if isinstance(result, Refusal) else json(ask, dict(result.shown))


def _after(ask: Ask, show_page: Shows, result: object, way: str) -> Response:
    """Show the page again with the panel the person was at; a refusal stands there."""
    open_way: Way = way if way in OPENED else ""  # type: ignore[assignment]
    if isinstance(result, Refusal):
        return show_page(ask, {way: result}, open_way)
    return show_page(ask, None, open_way)


def _cancel(ask: Ask) -> Response:
    login.cancel(ask.site.kit, ask.cookies.get(LOGIN, ""))
    return _ended(ask)


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
