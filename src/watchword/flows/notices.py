"""Messages that are not about a change of the account: logins, where a person asked for it, and what the institution has to say (N06)."""

from __future__ import annotations

import re

from watchword.core import notices
from watchword.core.attempts import Attempt
from watchword.core.refusals import INVALID, Refusal
from watchword.core.users import Contact, User, username_key
from watchword.flows import letters
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx

LONGEST_MESSAGE = 100  # beside the brand's name and what is always said, one SMS
_LINK = re.compile(r"https?:|www\.|://", re.IGNORECASE)


def of_login(kit: Kit, tx: Tx, user: User, attempt: Attempt) -> None:
    """The mail about a login that its person asked for: to the default address, with place and browser, without a link."""
    key = notices.of_login(user.notify, browser_new=attempt.context.browser_new)
    mails = (
        [contact for contact in tx.contacts.of(user.id) if contact.kind == "mail" and contact.on_file] if key else []
    )
    if not mails:
        return
    context, unknown = attempt.context, kit.texts.plain(user.lang, "messages.unknown")
    letters.put(
        kit, tx, user, mails[0], key,
        time=kit.texts.moment(user.lang, attempt.started, user.zone), program=kit.policy.clients[attempt.client].called(user.lang),
        place=context.place or unknown, browser=" / ".join(filter(None, (context.browser, context.system))) or unknown,
    )  # fmt: skip


def account_message(kit: Kit, username: str, text: str, *, by: str = "operator") -> int | Refusal:
    """Something about the account, such as money that arrived: by SMS to the default verified number, unless that was switched off, and
    by mail. Returns how many letters went out. A link or a secret has no place in it (THREATS: phishing).
    """
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST_MESSAGE or _LINK.search(plain) or not plain.isprintable():
        return Refusal(INVALID, "message.form", {"field": "text"})
    with kit.store.write() as tx:
        found = tx.users.by_key(username_key(username))
        if found is None:
            return Refusal(INVALID, "user.unknown", {"field": "username"})
        targets = _targets(tx.contacts.of(found.id), by_sms=notices.account_by_sms(found.notify))
        for contact in targets:
            letters.put(kit, tx, found, contact, "account", text=plain)
        fields = {"by": by, "kinds": [contact.kind for contact in targets]}
        tx.audit.write(AuditRow("user.message.sent", found.id, found.id, fields), kit.clock.now())
    return len(targets)


def _targets(contacts: tuple[Contact, ...], *, by_sms: bool) -> list[Contact]:
    """The default verified number and the default mail address; each kind's default comes first."""
    number = next((each for each in contacts if each.kind == "sms" and each.verified and by_sms), None)
    mail = next((each for each in contacts if each.kind == "mail" and each.on_file), None)
    return [contact for contact in (number, mail) if contact is not None]
