"""Login devices of one's own (L04): names, ending one, and a push to try one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

from starlette.responses import Response

from watchword.core import floors
from watchword.core.device_policy import bars
from watchword.core.devices import RECOVERY_CODE, Level
from watchword.core.encoding import b64u
from watchword.core.refusals import NOT_FOUND, Refusal
from watchword.factors.recovery_code import left
from watchword.flows import confirm, devices, once, own_floor, passkeys, sharing_done, sms_adding
from watchword.web.asking import Ask
from watchword.web.pages.settings_views import DeviceRow, DevicesPage, NumberRow, TestPush
from watchword.web.portal.settings import Signed, answer, opened
from watchword.web.portal.showing import json, refuse_json, see
from watchword.web.portal.signed_in import signed_in

PATH = "/settings/devices"
ASKED: Mapping[str, str] = {
    "cards": "/settings/cards",
    "sharing": "/sharing",
}  # pages that ask for the held element under this name
STATES: Mapping[str, Literal["queued", "sent", "failed"]] = {
    "queued": "queued", "sending": "queued", "sent": "sent", "dropped": "failed",
}  # fmt: skip


def show(ask: Ask, error: Refusal | None = None, *, at: str = "", ask_about: str = "") -> Response:
    """The page as it stands. `?device=` and `?push=` come from a test push."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    if ask.method == "GET" and ask.form.get("page") in ASKED:  # kept while the held element was shown
        return see(ASKED[ask.form["page"]])
    lent = Counter(
        one.sharing.owner_device for one in sharing_done.of_session(ask.site.kit, signed.session) if one.state == "active" and not one.mine
    )  # fmt: skip
    rows = tuple(
        DeviceRow(
            id=line.device.id, name=line.device.name, kind=line.device.kind, bars=bars(line.level), since=line.device.created,
            synced=line.level is Level.PASSKEY_SYNCED, disabled=line.device.state == "disabled", ends=line.device.ends,
            last_used=line.device.last_used, place=line.place, others=line.others, notified=line.notified, stays=line.stays,
            here=line.here, kept=line.device.state == "kept", shared=bool(line.device.shared_from), sharers=lent[line.device.id],
            left=left(line.device.secret) if line.device.kind == RECOVERY_CODE else -1,
        )
        for line in devices.look(ask.site.kit, signed.session)
    )  # fmt: skip
    known = {row.id for row in rows}
    view = DevicesPage(
        rows=rows, at=at if at in known else "", typed=ask.form.get("name", "")[:256], ask=ask_about if ask_about in known else "",
        tested=_tested(ask, signed, known), may_add=confirm.required(ask.site.kit, signed.session, floors.ENROL) is None,
        floor=signed.user.floor, numbers=_numbers(ask, signed), accepted=passkeys.accepted(ask.site.kit, signed.session),
        post=b64u(ask.site.kit.entropy.bytes(once.TOKEN_BYTES)), **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view, error)


def _numbers(ask: Ask, signed: Signed) -> tuple[NumberRow, ...]:
    return tuple(
        NumberRow(id=one.contact.id, masked=one.masked, fresh=one.fresh)
        for one in sms_adding.addable(ask.site.kit, signed.session)
    )


def _tested(ask: Ask, signed: Signed, known: set[str]) -> TestPush | None:
    device, ref = ask.query.get("device", ""), ask.query.get("push", "")
    if device not in known or not ref:
        return None
    if ref == "none":
        return TestPush(device=device, state="none")
    found = devices.tested(ask.site.kit, signed.session, ref)
    if found is None:
        return None
    return TestPush(device=device, state=STATES[found.state], at=found.sent_at or found.created)


def post(ask: Ask) -> Response:
    """What a person does here; `do` names it."""
    action = ACTIONS.get(ask.form.get("do", ""))
    return action(ask) if action else show(ask, Refusal(NOT_FOUND, "do.unknown"))


def _device(ask: Ask) -> str:
    return ask.form.get("device", "")[:26]


def _rename(ask: Ask) -> Response:
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    refused = devices.rename(ask.site.kit, signed.session, _device(ask), ask.form.get("name", ""))
    return show(ask, refused, at=_device(ask)) if refused else see(f"{PATH}?done=renamed")


def _ask(ask: Ask) -> Response:
    """One more page before a device ends: what will happen, and one press."""
    return show(ask, ask_about=_device(ask))


def _deactivate(ask: Ask) -> Response:
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    refused = devices.deactivate(ask.site.kit, signed.session, _device(ask), ask.visit())
    return show(ask, refused, at=_device(ask)) if refused else see(f"{PATH}?done=deactivated")


def _test(ask: Ask) -> Response:
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    result = devices.test(ask.site.kit, signed.session, _device(ask))
    if isinstance(result, Refusal):
        return show(ask, result, at=_device(ask))
    return see(f"{PATH}?device={_device(ask)}&push={result or 'none'}#d-{_device(ask)}")


def _passkey(ask: Ask) -> Response:
    """What the authenticator made of the options."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    form = ask.form
    result = passkeys.finish(ask.site.kit, signed.session, form.get("answer", ""), form.get("name", ""), ask.visit())
    return show(ask, result) if isinstance(result, Refusal) else see(f"{PATH}?done=passkey_added#d-{result.device.id}")


def _sms(ask: Ask) -> Response:
    """Codes to one of the person's verified numbers."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    result = sms_adding.add(ask.site.kit, signed.session, ask.form.get("contact", "")[:26], ask.visit())
    return show(ask, result) if isinstance(result, Refusal) else see(f"{PATH}?done=sms_added#d-{result.id}")


def _floor(ask: Ask) -> Response:
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    chosen = ask.form.get("floor", "")
    floor = int(chosen) if chosen.isdecimal() and len(chosen) < 3 else -1
    refused = own_floor.choose(ask.site.kit, signed.session, floor, ask.visit())
    return show(ask, refused) if refused else see(f"{PATH}?done=saved")


def passkey_options(ask: Ask) -> Response:
    """Options for a new passkey, for the page's script."""
    session = signed_in(ask)
    found = session if isinstance(session, Refusal) else passkeys.begin(ask.site.kit, session)
    return refuse_json(ask, found) if isinstance(found, Refusal) else json(ask, {"options": found})


ACTIONS: Mapping[str, Callable[[Ask], Response]] = {
    "rename": _rename,
    "ask": _ask,
    "deactivate": _deactivate,
    "test": _test,
    "passkey": _passkey,
    "sms": _sms,
    "floor": _floor,
}
