"""Words that leave the house: one letter into the outbox, or one to every channel on file."""

from __future__ import annotations

from watchword.core.attempts import PUSH_SECONDS
from watchword.core.users import NOBODY, Contact, User
from watchword.flows.kit import Kit
from watchword.flows.ports import Letter, Tx

NO_ACCOUNT_SMS = "no_account_sms"  # in `User.notify`


def put(kit: Kit, tx: Tx, user: User, contact: Contact, key: str, *, ref: str = "", **params: object) -> None:
    """Put one letter to one contact into the outbox; texts are `messages.<key>_sms` or `messages.<key>_mail` with `_subject`.

    `ref` is an id by which its sending can be followed. A letter to nobody's contact is written like all others, and thrown away by
    whoever sends.
    """
    hosts = {"host": _name(kit.policy.portal_host), "key_host": _name(kit.vault.issuer.partition("://")[2])}
    if "device" in params:
        params["device"] = kit.texts.device(user.lang, str(params["device"]))
    common = {**hosts, "username": user.username}
    body = kit.texts.plain(user.lang, f"messages.{key}_{contact.kind}", **common, **params)
    subject = ""
    if contact.kind == "mail":
        subject = kit.texts.plain(user.lang, f"messages.{key}_subject", **common, **params)
    data = {"lang": user.lang, "code": str(params.get("code", "")), "until": str(params.get("expires", ""))}
    kind = "nobody" if contact.id == NOBODY else contact.kind
    tx.outbox.put(Letter(kind, contact.value, subject, body, data, user.id, ref), kit.clock.now())


def _name(host: str) -> str:
    """A host without its port, as the last line of an SMS binds a code to a site."""
    return host.partition(":")[0]


def tell_all(kit: Kit, tx: Tx, user: User, key: str, **params: object) -> None:
    """Tell every channel on file (THREATS: all channels told). Numbers that were never verified are left out."""
    for contact in tx.contacts.of(user.id):
        if contact.on_file:
            put(kit, tx, user, contact, key, ref="", **params)


def notice(kit: Kit, tx: Tx, user: User, key: str, **params: object) -> None:
    """An account message without secrets and links: to every mail address, and to the default verified number unless this person
    switched that off (N06)."""
    contacts = [contact for contact in tx.contacts.of(user.id) if contact.on_file]
    numbers = [contact for contact in contacts if contact.kind == "sms" and contact.verified]
    by_sms = numbers[:1] if NO_ACCOUNT_SMS not in user.notify.split() else []
    for contact in [contact for contact in contacts if contact.kind == "mail"] + by_sms:
        put(kit, tx, user, contact, key, ref="", **params)


def wake_phone(kit: Kit, tx: Tx, user: User, phone_id: str, opaque: str) -> None:
    """A push for a phone that registered for it: an opaque id and nothing else (protocol/spec.md 6.6)."""
    if tx.phones.push_target(phone_id) is not None:
        tx.outbox.put(
            Letter("push", phone_id, "", "", {"id": opaque, "until": str(kit.clock.now() + PUSH_SECONDS)}, user.id),
            kit.clock.now(),
        )
