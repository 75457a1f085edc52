"""A code app and recovery codes of one's own: the page with the key, and the one that shows the codes once."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import APP_CLOCK, APP_CODE_FORM, APP_CODE_WRONG, CODE_USED, Refusal
from watchword.flows import code_apps, recovery_codes
from watchword.web.asking import Ask
from watchword.web.pages.settings_views import CodeAppPage, RecoveryCodesPage
from watchword.web.portal import settings_devices
from watchword.web.portal.settings import answer, opened
from watchword.web.portal.showing import see

PATH = "/settings/devices/app"
STAYS = (APP_CODE_WRONG, APP_CODE_FORM, APP_CLOCK, CODE_USED)  # the key waits for another code


def show(ask: Ask, error: Refusal | None = None) -> Response:
    """The key that waits, or the list of devices where none does."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    found = code_apps.offered(ask.site.kit, signed.session)
    if found is None:
        return settings_devices.show(ask, error) if error else see(settings_devices.PATH)
    view = CodeAppPage(
        address=found.address, key=found.key, until=found.until, typed=ask.form.get("name", "")[:256], **signed.common
    )
    return answer(ask, signed, view, error)


def post(ask: Ask) -> Response:
    """Begin, or the first code of the app."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    kit, form = ask.site.kit, ask.form
    if form.get("do", "") == "begin":
        begun = code_apps.begin(kit, signed.session)
        return settings_devices.show(ask, begun) if isinstance(begun, Refusal) else see(PATH)
    made = code_apps.finish(kit, signed.session, form.get("code", ""), form.get("name", ""), ask.visit())
    if isinstance(made, Refusal):
        return show(ask, made) if made.kind in STAYS else settings_devices.show(ask, made)
    return see(f"{settings_devices.PATH}?done=app_added#d-{made.id}")


def recovery(ask: Ask) -> Response:
    """Ten new codes. They are on this answer and nowhere else."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    codes = recovery_codes.make(ask.site.kit, signed.session, ask.form.get("post", ""), ask.visit())
    if isinstance(codes, Refusal):
        return settings_devices.show(ask, codes)
    return answer(ask, signed, RecoveryCodesPage(codes=codes, **signed.common))
