"""Numbers and mail addresses of one's own (N01-N04)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from starlette.responses import Response

from watchword.core.refusals import NOT_FOUND, Refusal
from watchword.core.users import Contact
from watchword.flows import contacts
from watchword.flows.contacts import Line
from watchword.flows.sent_codes import Sent
from watchword.web.asking import Ask
from watchword.web.pages.settings_views import ContactRow, ContactsPage, CountryRow, Delivery, Where
from watchword.web.portal.sending import followed
from watchword.web.portal.settings import Signed, answer, opened
from watchword.web.portal.showing import see

PATH = "/settings/contacts"
NOT_SENT: tuple[Delivery | Literal[""], int] = ("", 0)


def show(ask: Ask, error: Refusal | None = None, *, at: str = "", where: Where = "") -> Response:
    """The page as it stands."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    kit = ask.site.kit
    rows = tuple(_row(line, kit.clock.now()) for line in contacts.look(kit, signed.session.user_id))
    known = at if any(row.id == at for row in rows) else ""
    countries = tuple(
        CountryRow(region=region, code=code, name=name)
        for region, code, name in kit.numbers.countries(ask.lang, kit.policy.countries)
    )
    view = ContactsPage(
        rows=rows, countries=countries, at=known, where=where, region=ask.form.get("region", "")[:2] or _home(rows, ask, signed),
        number=ask.form.get("number", "")[:64], mail=ask.form.get("mail", "")[:254], **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view, error)


def _home(rows: tuple[ContactRow, ...], ask: Ask, signed: Signed) -> str:
    """The country preselected: that of the default number."""
    with ask.site.kit.store.read() as tx:
        found = next((each.value for each in tx.contacts.of(signed.user.id) if each.kind == "sms"), "")
    return ask.site.kit.numbers.region(found) if found and rows else ""


def _row(line: Line, now: int) -> ContactRow:
    contact, code = line.contact, line.code
    delivery, delivered = followed(line.sending) if line.sending else NOT_SENT
    return ContactRow(
        id=contact.id, kind="sms" if contact.kind == "sms" else "mail", masked=line.masked, default=contact.is_default,
        verified=contact.verified, on_file=bool(contact.on_file), stays=line.stays,
        sent_at=code.sent if code else 0, code_until=code.expires if code else 0, again_at=contacts.again_at(code) if code else now,
        delivery=delivery, delivery_at=delivered,
    )  # fmt: skip


def post(ask: Ask) -> Response:
    """What a person does here; `do` names it."""
    action = ACTIONS.get(ask.form.get("do", ""))
    return action(ask) if action else show(ask, Refusal(NOT_FOUND, "do.unknown"))


def _contact(ask: Ask) -> str:
    return ask.form.get("contact", "")[:26]


def _done(ask: Ask, result: object, word: str, *, where: Where = "") -> Response:
    """On to the page anew, so that loading it again repeats nothing; or the refusal where it belongs."""
    if isinstance(result, Refusal):
        return show(ask, result, at=_contact(ask), where=where)
    at = result.id if isinstance(result, Contact) else _contact(ask) if isinstance(result, Sent) else ""
    return see(f"{PATH}?done={word}" + (f"#c-{at}" if at else ""))


def _acted(ask: Ask, act: Callable[..., Refusal | None], word: str, **more: str) -> Response:
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    return _done(ask, act(ask.site.kit, signed.session, _contact(ask), visit=ask.visit(), **more), word)


def _send(ask: Ask) -> Response:
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    return _done(ask, contacts.send(ask.site.kit, signed.session, _contact(ask)), "sent")


def _verify(ask: Ask) -> Response:
    return _acted(ask, contacts.verify, "verified", typed=ask.form.get("code", "")[:64])


def _default(ask: Ask) -> Response:
    return _acted(ask, contacts.make_default, "default")


def _remove(ask: Ask) -> Response:
    return _acted(ask, contacts.remove, "removed")


def _add_number(ask: Ask) -> Response:
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    region, number = ask.form.get("region", ""), ask.form.get("number", "")
    result = contacts.add_number(ask.site.kit, signed.session, region, number, ask.visit())
    return _done(ask, result, "sent", where="number")


def _add_mail(ask: Ask) -> Response:
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    result = contacts.add_mail(ask.site.kit, signed.session, ask.form.get("mail", ""), ask.visit())
    return _done(ask, result, "sent", where="mail")


ACTIONS: Mapping[str, Callable[[Ask], Response]] = {
    "send": _send,
    "verify": _verify,
    "default": _default,
    "remove": _remove,
    "add_number": _add_number,
    "add_mail": _add_mail,
}
