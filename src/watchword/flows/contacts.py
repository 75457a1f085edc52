"""A person's own numbers and mail addresses: verify, add, make default, remove (N01-N04; THREATS: SIM swap).

Adding and removing are binding operations: approved with Key, refused in the day after a recovery, and told to every channel on
file, that which goes included. What is added counts from the moment a code that was sent to it has been typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watchword.core import codes
from watchword.core.codes import SentCode
from watchword.core.contacts import MOST_OF_A_KIND, mail_address, removal_fault, successor
from watchword.core.refusals import (
    CONTACT_EXISTS,
    CONTACT_GONE,
    CONTACT_LAST,
    CONTACT_LAST_VERIFIED,
    CONTACT_RECOVERY,
    CONTACT_UNVERIFIED,
    CONTACTS_FULL,
    MAIL_FORM,
    NUMBER_COUNTRY,
    NUMBER_FORM,
    NUMBER_SERVES,
    Kind,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.users import Contact, User
from watchword.flows import changes, first_number, letters, lower_limits, sent_codes, sms
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Sending, Tx

PURPOSE = "contact"
STAYS: dict[str, Kind] = {
    "last": CONTACT_LAST,
    "verified": CONTACT_LAST_VERIFIED,
    "recovery": CONTACT_RECOVERY,
    "login": NUMBER_SERVES,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One contact as its page shows it. `code` is the one that can still be typed, `sending` what became of the message with it."""

    contact: Contact
    masked: str
    stays: str
    code: SentCode | None
    sending: Sending | None


def look(kit: Kit, user_id: str) -> tuple[Line, ...]:
    """Every contact of a user, numbers first, of each kind the default first."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        contacts = tx.contacts.of(user_id)
        recovery = first_number.only_way(kit, tx, user_id, contacts)
        serving = sms.serving_numbers(tx.devices.of_user(user_id))
        lines = []
        for contact in contacts:
            code = tx.codes.current(PURPOSE, contact.id)
            live = code if code is not None and now < code.expires else None
            sending = tx.outbox.of_ref(user_id, live.id) if live else None
            stays = removal_fault(contact, contacts, recovery=recovery, serving=serving)
            lines.append(Line(contact, sent_codes.masked(kit, contact), stays, live, sending))
    return tuple(lines)


def again_at(code: SentCode) -> int:
    """From when another code may be sent."""
    return code.sent + codes.SENDS[0].seconds


def send(kit: Kit, session: Session, contact_id: str) -> sent_codes.Sent | Refusal:
    """A code to a contact of one's own that was never verified (N02, N04)."""
    with kit.store.write() as tx:
        found = changes.owned(kit, tx, session, _mine(tx, contact_id), ask="right")
        if isinstance(found, Refusal):
            return found
        user, contact = found
        if contact.verified:
            return Refusal(CONTACT_EXISTS, "contact.verified")
        return sent_codes.send(kit, tx, user, contact, PURPOSE, contact.id)


def verify(kit: Kit, session: Session, contact_id: str, typed: str, visit: Visit) -> Refusal | None:
    """The code that was sent there. What waited for it is on file from now on, and everybody else is told."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = changes.owned(kit, tx, session, _mine(tx, contact_id), ask="right")
        if isinstance(found, Refusal):
            return found
        user, contact = found
        if contact.verified:
            return None  # the same form once more
        refused = None if contact.on_file else lower_limits.binding(kit, user)
        if refused is not None:
            return refused
        checked = sent_codes.check(kit, tx, user.id, PURPOSE, contact.id, typed)
        if isinstance(checked, Refusal):
            return checked
        if contact.on_file:
            tx.contacts.verified(contact.id, now)
        else:
            _put_on_file(kit, tx, user, contact, now)
        tx.audit.write(
            AuditRow("contact.code.proved", user.id, contact.id, {"kind": contact.kind}, visit.personal()), now
        )
        sms.after_verifying(kit, tx, user, contact.id, session.id)
    return None


def _put_on_file(kit: Kit, tx: Tx, user: User, contact: Contact, now: int) -> None:
    """Told before it counts, so that the message goes to what was there already."""
    _tell(kit, tx, user, contact, "added")
    first = not any(other.is_default for other in tx.contacts.of(user.id) if other.kind == contact.kind)
    tx.contacts.put_on_file(contact.id, now)
    if first:
        tx.contacts.set_default(user.id, contact.kind, contact.id)


def _tell(kit: Kit, tx: Tx, user: User, contact: Contact, what: str) -> None:
    word = "number" if contact.kind == "sms" else "mail"
    letters.tell_all(kit, tx, user, f"{word}_{what}", number=sent_codes.masked(kit, contact))


def add_number(kit: Kit, session: Session, region: str, national: str, visit: Visit) -> Contact | Refusal:
    """A number as a person types it, and a code to it (F04, N02)."""
    number, fault = kit.numbers.parse(region[:2], national[:64])
    if fault == "country" or (kit.policy.countries and region not in kit.policy.countries):
        return Refusal(NUMBER_COUNTRY, "number.country")
    if fault:
        return Refusal(NUMBER_FORM, f"number.{fault}", {"fault": fault})
    return _add(kit, session, "sms", number, visit)


def add_mail(kit: Kit, session: Session, typed: str, visit: Visit) -> Contact | Refusal:
    """A mail address, and a code to it."""
    address = mail_address(typed)
    return _add(kit, session, "mail", address, visit) if address else Refusal(MAIL_FORM, "mail.form")


def _add(kit: Kit, session: Session, kind: str, value: str, visit: Visit) -> Contact | Refusal:
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        refused = changes.refusal(kit, tx, session, user, binding=True)
        if refused is not None:
            return refused
        mine = [contact for contact in tx.contacts.of(user.id) if contact.kind == kind]
        same = next((contact for contact in mine if contact.value == value), None)
        if same is not None and same.on_file:
            return Refusal(CONTACT_EXISTS, "contact.on_file")
        if sum(1 for contact in mine if contact.on_file) >= MOST_OF_A_KIND:
            return Refusal(CONTACTS_FULL, "contacts.full", {"most": MOST_OF_A_KIND})
        contact = same or Contact(kit.entropy.id(), user.id, kind, value, 0, False, 0)
        sent = sent_codes.send(kit, tx, user, contact, PURPOSE, contact.id)
        if isinstance(sent, Refusal):
            return sent
        if same is None:
            for waiting in mine:  # one at a time waits for its code
                if not waiting.on_file:
                    _forget(tx, waiting, now)
            tx.contacts.add(contact)
            tx.audit.write(
                AuditRow(
                    "contact.entry.added", user.id, contact.id, {"kind": kind}, {**visit.personal(), "to": sent.to}
                ),
                now,
            )
    return contact


def make_default(kit: Kit, session: Session, contact_id: str, visit: Visit) -> Refusal | None:
    """Codes and messages go there first."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = changes.owned(kit, tx, session, _mine(tx, contact_id), ask="binding")
        if isinstance(found, Refusal):
            return found
        user, contact = found
        if not contact.verified:
            return Refusal(CONTACT_UNVERIFIED, "contact.unverified")
        if contact.is_default:
            return None
        tx.contacts.set_default(user.id, contact.kind, contact.id)
        _tell(kit, tx, user, contact, "default")
        tx.audit.write(
            AuditRow("contact.default.set", user.id, contact.id, {"kind": contact.kind}, visit.personal()), now
        )
    return None


def remove(kit: Kit, session: Session, contact_id: str, visit: Visit) -> Refusal | None:
    """Take one away, if the rules let it go; it is told too."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = changes.owned(kit, tx, session, _mine(tx, contact_id), ask="right")
        if isinstance(found, Refusal):
            return found
        user, contact = found
        refused = changes.refusal(kit, tx, session, user, binding=True) if contact.on_file else None
        if refused is not None:
            return refused
        contacts = tx.contacts.of(user.id)
        recovery = first_number.only_way(kit, tx, user.id, contacts)
        serving = sms.serving_numbers(tx.devices.of_user(user.id))
        stays = removal_fault(contact, contacts, recovery=recovery, serving=serving)
        if stays:
            return Refusal(STAYS[stays], f"contact.{stays}")
        if contact.on_file:
            _tell(kit, tx, user, contact, "removed")
        _forget(tx, contact, now)
        heir = successor(contact, contacts) if contact.is_default else None
        if heir is not None:
            tx.contacts.set_default(user.id, heir.kind, heir.id)
        gone = {**visit.personal(), "to": sent_codes.masked(kit, contact)}
        tx.audit.write(AuditRow("contact.entry.removed", user.id, contact.id, {"kind": contact.kind}, gone), now)
    return None


def _forget(tx: Tx, contact: Contact, now: int) -> None:
    tx.codes.end(PURPOSE, contact.id, now)
    tx.contacts.remove(contact.id)


def _mine(tx: Tx, contact_id: str) -> Callable[[User], Contact | Refusal]:
    """Finds a user's contact of that id; one refusal for what is gone and for what is somebody else's."""

    def find(user: User) -> Contact | Refusal:
        found = (contact for contact in tx.contacts.of(user.id) if contact.id == contact_id)
        return next(found, None) or Refusal(CONTACT_GONE, "contact.foreign")

    return find
