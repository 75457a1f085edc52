"""Language, time zone and notices (V01, N06)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core import notices
from watchword.core.refusals import INVALID, Refusal
from watchword.flows import contacts, preferences
from watchword.web.asking import LANG, Ask
from watchword.web.pages.settings_views import LanguagePage, NoticesPage
from watchword.web.pages.zones import ZONES
from watchword.web.portal.settings import answer, opened
from watchword.web.portal.showing import see
from watchword.web.portal.start import YEAR_SECONDS

LOGINS = {"": "", "new": notices.NEW_BROWSER, "all": notices.EVERY_LOGIN}


def language(ask: Ask, error: Refusal | None = None) -> Response:
    """The page, with what was typed."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    view = LanguagePage(
        chosen=ask.form.get("lang", "")[:8] or signed.user.lang, zone=ask.form.get("zone", "")[:64] or signed.user.zone,
        zones=ZONES, **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view, error)


def language_post(ask: Ask) -> Response:
    """Keep both, and show pages in that language from now on."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    lang, zone = ask.form.get("lang", ""), ask.form.get("zone", "").strip()
    refused = preferences.set_place(ask.site.kit, signed.session, lang, zone, ZONES)
    if refused:
        return language(ask, refused)
    ask.set_cookie(LANG, lang, YEAR_SECONDS)
    return see("/settings/language?done=saved")


def notice_page(ask: Ask, error: Refusal | None = None) -> Response:
    """The page, with what was ticked."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    words = notices.chosen(signed.user.notify)
    kept = "all" if notices.EVERY_LOGIN in words else "new" if notices.NEW_BROWSER in words else ""
    logins = ask.form.get("logins", "") if ask.method == "POST" else kept
    by_sms = "account_sms" in ask.form if ask.method == "POST" else notices.account_by_sms(signed.user.notify)
    lines = contacts.look(ask.site.kit, signed.session.user_id)
    view = NoticesPage(
        logins=logins if logins in LOGINS else "", account_sms=by_sms,  # type: ignore[arg-type]
        mail=next((line.masked for line in lines if line.contact.kind == "mail" and line.contact.on_file), ""),
        number=next((line.masked for line in lines if line.contact.kind == "sms" and line.contact.verified), ""), **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view, error)


def notice_post(ask: Ask) -> Response:
    """Keep the choice."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    logins = ask.form.get("logins", "")
    if logins not in LOGINS:
        return notice_page(ask, Refusal(INVALID, "notices.unknown", {"field": "logins"}))
    words = {LOGINS[logins], "" if "account_sms" in ask.form else notices.NO_ACCOUNT_SMS} - {""}
    refused = preferences.set_notices(ask.site.kit, signed.session, frozenset(words))
    return notice_page(ask, refused) if refused else see("/settings/notices?done=saved")
