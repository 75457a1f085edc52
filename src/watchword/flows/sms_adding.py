"""Codes by SMS by choice, beside another device, inside a session that has shown what it holds (N01)."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.contacts import fresh_until
from watchword.core.devices import Device
from watchword.core.refusals import CONTACT_GONE, CONTACT_UNVERIFIED, NUMBER_FRESH, NUMBER_SERVES, SMS_ALONE, Refusal
from watchword.core.sessions import Session
from watchword.core.users import Contact, User
from watchword.flows import changes, sent_codes, sms
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import Tx


@dataclass(frozen=True, slots=True)
class Number:
    """A verified number that codes could go to. `fresh` is until when it is too new for that, 0 where it is not."""

    contact: Contact
    masked: str
    fresh: int


def addable(kit: Kit, session: Session) -> tuple[Number, ...]:
    """The verified numbers of a session's user that get no codes yet."""
    now, delay = kit.clock.now(), kit.policy.recovery_delay_seconds
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        if user is None:
            return ()
        serving = sms.serving_numbers(tx.devices.of_user(user.id))
        return tuple(
            Number(contact, sent_codes.masked(kit, contact), fresh_until(contact, user, delay, now))
            for contact in tx.contacts.of(user.id)
            if contact.kind == "sms" and contact.on_file and contact.verified and contact.id not in serving
        )


def add(kit: Kit, session: Session, contact_id: str, visit: Visit) -> Device | Refusal:
    """By choice, beside other devices; every channel is told."""

    def find(user: User) -> Contact | Refusal:
        found = (contact for contact in tx.contacts.of(user.id) if contact.id == contact_id and contact.kind == "sms")
        return next(found, None) or Refusal(CONTACT_GONE, "contact.foreign")

    with kit.store.write() as tx:
        found = changes.owned(kit, tx, session, find, ask="binding")
        if isinstance(found, Refusal):
            return found
        user, contact = found
        refused = _unfit(kit, tx, user, contact)
        return refused or sms.put(kit, tx, user, contact, session.id, by=sms.BY_CHOICE)


def _unfit(kit: Kit, tx: Tx, user: User, contact: Contact) -> Refusal | None:
    now = kit.clock.now()
    if not (contact.on_file and contact.verified):
        return Refusal(CONTACT_UNVERIFIED, "contact.unverified")
    until = fresh_until(contact, user, kit.policy.recovery_delay_seconds, now)
    if until:
        return Refusal(NUMBER_FRESH, "number.fresh", {"until": until}, retry_after=until - now)
    devices = tx.devices.of_user(user.id)
    if contact.id in sms.serving_numbers(devices):
        return Refusal(NUMBER_SERVES, "number.serves")
    return None if sms.stands(kit, devices) else Refusal(SMS_ALONE, "sms.alone")
