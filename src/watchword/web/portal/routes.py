"""Every path of the portal."""

from __future__ import annotations

from starlette.types import ASGIApp

from watchword.web.endpoints import Endpoint, Guarded, Paths, missing
from watchword.web.portal import (
    confirm,
    enrol,
    held,
    helping,
    home,
    login,
    messages,
    networks,
    passwords,
    questions,
    recover,
    settings,
    settings_activity,
    settings_cards,
    settings_codes,
    settings_contacts,
    settings_devices,
    settings_limits,
    settings_preferences,
    settings_sessions,
    settings_withdrawals,
    sharing,
    sms_reports,
    start,
    waiting,
)
from watchword.web.portal.live import Poll, Stream
from watchword.web.portal.showing import refuse, refuse_json
from watchword.web.site import Site
from watchword.web.uploads import Uploads


def routes(site: Site, *, static: ASGIApp, api: dict[str, ASGIApp]) -> Paths:
    """The portal's application; `api` are the platform routes on the same origin."""
    return Paths(
        {
            "/": Endpoint(site, {"GET": home.show}, refuse),
            "/login": Endpoint(site, {"GET": login.form, "POST": login.post}, refuse, reads=("GET",)),
            "/login/wait": Endpoint(site, {"GET": waiting.show, "POST": waiting.post}, refuse),
            "/login/held": Endpoint(site, {"GET": held.show, "POST": held.post}, refuse),
            "/login/panel": Endpoint(site, {"POST": waiting.panel}, refuse_json),
            "/login/question": Endpoint(site, {"POST": waiting.question}, refuse_json),
            "/login/events": Guarded(Stream(site)),
            "/login/state": Guarded(Poll(site)),
            "/enrol": Endpoint(site, {"GET": enrol.show, "POST": enrol.post}, refuse),
            "/enrol/events": Guarded(Stream(site)),
            "/enrol/state": Guarded(Poll(site)),
            "/start": Endpoint(site, {"GET": start.form, "POST": start.post}, refuse),
            "/password": Endpoint(site, {"GET": passwords.flagged_form, "POST": passwords.flagged_post}, refuse),
            "/recover": Endpoint(site, {"GET": recover.show, "POST": recover.post}, refuse),
            "/settings/password": Endpoint(site, {"GET": passwords.form, "POST": passwords.post}, refuse),
            "/settings/questions": Endpoint(site, {"GET": questions.form, "POST": questions.post}, refuse),
            "/logout": Endpoint(site, {"POST": home.logout}, refuse),
            "/settings/networks": Endpoint(site, {"GET": networks.show}, refuse),
            "/confirm": Endpoint(site, {"POST": confirm.post}, refuse),
            **_settings(site),
            "/sms/report": Endpoint(site, {"GET": sms_reports.report, "POST": sms_reports.report}, refuse, forms=False),
            "/lang": Endpoint(site, {"POST": start.language}, refuse),
            "/messages": Endpoint(site, {"GET": messages.show}, refuse),
            "/messages/new": Uploads(site, {"GET": messages.new_form, "POST": messages.new_post}, refuse),
            "/help": Endpoint(site, {"GET": helping.index}, refuse, reads=("GET",)),
            **{path: app for path, app in api.items() if "{" not in path},
        },
        missing(site, refuse),
        {
            "/static/": static,
            messages.CASE: Uploads(site, {"GET": messages.case_page, "POST": messages.case_post}, refuse),
            messages.PICTURE: Endpoint(site, {"GET": messages.picture}, refuse),
            "/help/": Endpoint(site, {"GET": helping.topic}, refuse, reads=("GET",)),
            **{path.partition("{")[0]: app for path, app in api.items() if "{" in path},
        },
    )


def _settings(site: Site) -> dict[str, ASGIApp]:
    """The settings, one page a file."""
    return {
        "/settings": Endpoint(site, {"GET": settings.overview}, refuse),
        "/settings/contacts": Endpoint(site, {"GET": settings_contacts.show, "POST": settings_contacts.post}, refuse),
        "/settings/devices": Endpoint(site, {"GET": settings_devices.show, "POST": settings_devices.post}, refuse),
        "/settings/cards": Endpoint(site, {"GET": settings_cards.show, "POST": settings_cards.post}, refuse),
        sharing.PATH: Endpoint(site, {"GET": sharing.show, "POST": sharing.post}, refuse),
        "/settings/limits": Endpoint(site, {"GET": settings_limits.show}, refuse),
        "/settings/withdrawals": Endpoint(
            site, {"GET": settings_withdrawals.show, "POST": settings_withdrawals.post}, refuse
        ),
        "/settings/login": Endpoint(site, {"GET": settings_limits.choice, "POST": settings_limits.choose}, refuse),
        "/settings/devices/app": Endpoint(site, {"GET": settings_codes.show, "POST": settings_codes.post}, refuse),
        "/settings/devices/recovery": Endpoint(site, {"POST": settings_codes.recovery}, refuse),
        "/settings/devices/passkey": Endpoint(site, {"POST": settings_devices.passkey_options}, refuse_json),
        "/settings/sessions": Endpoint(site, {"GET": settings_sessions.show, "POST": settings_sessions.post}, refuse),
        "/settings/activity": Endpoint(site, {"GET": settings_activity.show}, refuse),
        "/settings/language": Endpoint(
            site, {"GET": settings_preferences.language, "POST": settings_preferences.language_post}, refuse
        ),
        "/settings/notices": Endpoint(
            site, {"GET": settings_preferences.notice_page, "POST": settings_preferences.notice_post}, refuse
        ),
    }
