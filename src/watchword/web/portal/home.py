"""The first page after a login, and logging out (G01, H03)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.attempts import Attempt
from watchword.core.devices import lasting
from watchword.core.recovery import restricted
from watchword.core.refusals import SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import login, offers, orders, sessions, waiting
from watchword.flows.waiting import Home
from watchword.web.asking import LOGIN, SESSION, Ask
from watchword.web.pages import ContactView, DeviceView, HomePage, LoginRow
from watchword.web.pages.views import LoginWay, Outcome
from watchword.web.portal.enrol import panel_of
from watchword.web.portal.showing import page, refuse, see

WAYS: dict[str, LoginWay] = {
    "key_code": "code", "key_challenge": "challenge", "qr": "qr", "passkey": "passkey", "temporary_code": "temporary_code", "sms": "sms",
    "code_app": "code_app", "recovery_code": "recovery_code", "code_card": "code_card", "online_card": "online_card", "card_plus": "card_plus",
    "opted_out": "password",
}  # fmt: skip
OUTCOMES: dict[str, Outcome] = {"collected": "complete", "approved": "complete"}


def show(ask: Ask) -> Response:
    """Home; an enrolment session leads on to enrolling, a flagged password to a new one."""
    session = sessions.find(ask.site.kit, ask.cookies.get(SESSION, ""))
    if isinstance(session, Refusal):
        return refuse(ask, session)
    if session.kind == "enrolment":
        return see("/enrol")
    if session.kind != "portal":
        return refuse(ask, Refusal(SESSION_ABSENT, "session.kind"))
    ask.session = session
    found = waiting.home(ask.site.kit, session)
    if isinstance(found, Refusal):
        return refuse(ask, found)
    if found.user.flagged:
        return see("/password")
    return page(ask, _view(ask, session, found), user=found.user)


def _greeted(lang: str, user: User) -> str:
    """English greets by the given name, Japanese by the whole one as the person writes it: 様 follows no given name alone."""
    return user.display_name if lang == "ja" else user.given_name or user.display_name


def _view(ask: Ask, session: Session, found: Home) -> HomePage:
    offer = None if any(lasting(one) for one in found.devices) else offers.current(ask.site.kit, session)
    shown = offer if isinstance(offer, offers.Offer) else None
    return HomePage(
        csrf=ask.csrf(),
        username=found.user.username,
        name=_greeted(ask.lang, found.user),
        login_way=way_of(found.login) if found.login else "push",
        login_at=session.created,
        device=_device_name(found),
        enrol=panel_of(ask, shown) if shown else None,
        just_activated=any(device.created >= session.created and lasting(device) for device in found.devices),
        logins=tuple(_row(attempt, session) for attempt in found.logins),
        devices=tuple(
            DeviceView(
                name=device.name, kind=device.kind, since=device.created, last_used=device.last_used, ends=device.ends
            )
            for device in found.devices
        ),
        contacts=tuple(
            ContactView(
                id=contact.id,
                kind="sms" if contact.kind == "sms" else "mail",
                masked=masked,
                default=contact.is_default,
                verified=bool(contact.verified),
            )
            for contact, masked in found.contacts
        ),
        idle_minutes=session.idle_seconds // 60,
        key_url=ask.site.key_origin,
        card_runs_out=orders.running_out(ask.site.kit, found.user.id),
        limited_until=restricted(
            found.user.recovered, ask.site.kit.clock.now(), ask.site.kit.policy.recovery_delay_seconds
        ),
    )


def _device_name(found: Home) -> str:
    if found.login is None or found.login.decided_by == login.OPTED_OUT:
        return ""
    by = found.login.decided_by.partition(":")[0] if ":" in found.login.decided_by else found.login.device_id
    return next((device.name for device in found.devices if device.id == by), "")


def way_of(attempt: Attempt) -> LoginWay:
    """How an attempt was answered."""
    return WAYS.get(attempt.decided_by.rpartition(":")[2], "push")


def _row(attempt: Attempt, session: Session) -> LoginRow:
    context = attempt.context
    outcome: Outcome = OUTCOMES.get(attempt.state, attempt.state)  # type: ignore[arg-type]
    return LoginRow(
        at=attempt.started, way=way_of(attempt), outcome=outcome, place=context.place, browser=context.browser,
        system=context.system, current=attempt.id == session.attempt_id,
    )  # fmt: skip


def logout(ask: Ask) -> Response:
    """End the session and go to the login page."""
    sessions.end(ask.site.kit, ask.cookies.get(SESSION, ""))
    ask.drop_cookie(SESSION)
    ask.drop_cookie(LOGIN)
    return see("/login?out=1")
