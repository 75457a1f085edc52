"""What every settings page begins with, and the overview (table "Settings"; Q02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from watchword.core.devices import PASSKEY
from watchword.core.refusals import SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import confirm, contacts, devices, own_sessions, primary, reach
from watchword.web.asking import Ask
from watchword.web.pages.settings_views import OverviewPage
from watchword.web.pages.views import SettingsPage
from watchword.web.portal.confirm import kept
from watchword.web.portal.showing import page, refusal_view, refuse, see, with_retry
from watchword.web.portal.signed_in import signed_in

DONE = frozenset(
    {
        "sent", "verified", "default", "removed", "renamed", "deactivated", "passkey_added", "app_added", "sms_added", "session_ended", "others_ended", "saved",
        "ordered", "withdrawn", "in_place", "withdrawal_signed",
    }
)  # fmt: skip

PASSWORD = "/settings/password"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed-in person at a settings page. `common` fills the fields that every settings view has."""

    session: Session
    user: User
    common: dict[str, Any]


def opened(ask: Ask, error: Refusal | None = None) -> Signed | Response:
    """The person of this browser's session, or the page that stands in the way: the login page, or a flagged password."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    with ask.site.kit.store.read() as tx:
        user = tx.users.get(session.user_id)
    if user is None:
        return refuse(ask, Refusal(SESSION_ABSENT, "user.gone"))
    if user.flagged and ask.path != PASSWORD:  # a session from before the report changes it there, behind an approval
        return see("/password")
    kept(ask)
    done = ask.query.get("done", "")
    common = {
        "csrf": ask.csrf(),
        "username": user.username,
        "confirmed": confirm.required(ask.site.kit, session) is None,
        "error": refusal_view(ask, error, user) if error else None,
        "changed_by": primary.primary_of(ask.site.kit, user),
        "said": done if done in DONE and error is None else "",
    }
    return Signed(session, user, common)


def answer(ask: Ask, signed: Signed, view: SettingsPage, error: Refusal | None = None) -> Response:
    """The page, with the status of the refusal that stands on it."""
    response = page(ask, view, status=error.kind.status if error else 200, user=signed.user)
    return with_retry(response, error) if error else response


def overview(ask: Ask) -> Response:
    """What is on, what would be better, and who may change it."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    kit, session = ask.site.kit, signed.session
    found = [line.contact for line in contacts.look(kit, session.user_id) if line.contact.on_file]
    numbers = sum(1 for contact in found if contact.kind == "sms" and contact.verified)
    mails = sum(1 for contact in found if contact.kind == "mail")
    lines = devices.look(kit, session)
    active = len(lines)
    resists = any(line.device.kind == PASSKEY and line.device.state == "active" for line in lines)
    advice = (
        *(["number"] if not numbers else []),
        *(["second"] if active == 1 else ["device"] if not active else []),
        *(["mail"] if not mails else []),
        *(["passkey"] if active and not resists and reach.has_page(kit, "portal") else []),
    )
    view = OverviewPage(
        devices=active, numbers=numbers, mails=mails, sessions=len(own_sessions.look(kit, session, ask.lang)),
        password_changed=signed.user.password_changed, advice=advice, **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view)
