"""Activating Key by a code sent to a number (F): username and password, a number that was on file, the code, all on the phone."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace

from watchword.core.devices import STOPGAPS, Platform
from watchword.core.enrolments import FINISH_SECONDS, START_SECONDS, Enrolment
from watchword.core.refusals import (
    ALREADY_HAS_KEY,
    ENROLMENT_HELD,
    ENROLMENT_OVER,
    INVALID,
    NO_CONTACT,
    NUMBER_COUNTRY,
    NUMBER_FORM,
    PROOF_FIRST,
    SENT_CODE_OVER,
    Refusal,
)
from watchword.core.users import Contact, User
from watchword.flows import lower_limits, password_step, sent_codes, sms
from watchword.flows.kit import Kit, Visit
from watchword.flows.phone_opening import claim_hash, opened
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.ready import Proven, gather


@dataclass(frozen=True, slots=True)
class Begun:
    """An enrolment on the phone's own road, and where codes can go: pairs of a contact and its masked form."""

    enrolment: Enrolment
    contacts: tuple[tuple[Contact, str], ...]


def start(kit: Kit, username: str, password: str, platform: Platform, claim: str, visit: Visit) -> Begun | Refusal:
    """Username and password on the phone. With an active Key this road is closed: a second phone is added from the portal."""

    def begin(tx: Tx, user: User, hashed: bytes) -> Begun | Refusal:
        if closed_by(tx, user, kit.clock.now()):
            return Refusal(ALREADY_HAS_KEY, "device.exists")
        waits = lower_limits.first_key(kit, tx, user, visit)
        if waits is not None:
            return waits
        contacts = tuple((contact, sent_codes.masked(kit, contact)) for contact in reachable(tx, user))
        if not contacts:
            return Refusal(NO_CONTACT, "contact.none")
        enrolment = new_enrolment(kit, user, "sms", "started", START_SECONDS, claim=hashed)
        tx.enrolments.add(enrolment)
        row = AuditRow("enrolment.phone.started", user.id, enrolment.id, personal=visit.personal())
        tx.audit.write(row, kit.clock.now())
        return Begun(enrolment, contacts)

    return opened(kit, username, password, platform, claim, visit, begin)


def new_enrolment(
    kit: Kit, user: User, road: str, state: str, life: int, *, claim: bytes = b"", session_id: str = ""
) -> Enrolment:
    """A fresh enrolment row."""
    now = kit.clock.now()
    return Enrolment(
        id=kit.entropy.id(), user_id=user.id, road=road, state=state, session_id=session_id, claim_hash=claim, turn=0,
        qr_hash=b"", code_hash=b"", wrong=0, proved=0, contact_id="", new_number="", phone_id="", device_id="", platform="",
        created=now, expires=now + life,
    )  # fmt: skip


def claimed(kit: Kit, tx: Tx, enrolment_id: str, claim: str, *states: str) -> tuple[Enrolment, User] | Refusal:
    """The enrolment of a claim in one of these states, locked; one refusal for every other case."""
    hashed = claim_hash(claim)
    enrolment = tx.enrolments.get(enrolment_id, lock=True) if len(enrolment_id) == 26 else None
    if enrolment is None or hashed is None or not hmac.compare_digest(enrolment.claim_hash, hashed):
        return Refusal(ENROLMENT_OVER, "claim.foreign")
    return usable(kit, tx, enrolment, *states)


def page_over(tx: Tx, enrolment: Enrolment) -> bool:
    """Whether the session that offered this enrolment has ended: by *not me*, logging out or an order, its offer ends with it."""
    session = tx.sessions.get(enrolment.session_id) if enrolment.session_id else None
    return bool(enrolment.session_id) and (session is None or bool(session.ended))


def usable(kit: Kit, tx: Tx, enrolment: Enrolment, *states: str) -> tuple[Enrolment, User] | Refusal:
    """An enrolment in one of these states, with its user."""
    if page_over(tx, enrolment):
        return Refusal(ENROLMENT_OVER, "session.ended")
    if kit.clock.now() >= enrolment.expires:
        return Refusal(ENROLMENT_OVER, "enrolment.expired")
    if enrolment.state not in states:
        return Refusal(ENROLMENT_OVER, f"enrolment.{enrolment.state}")
    user = tx.users.get(enrolment.user_id)
    if user is None or user.state != "active":
        return Refusal(ENROLMENT_OVER, "user.gone")
    if enrolment.state != "active" and tx.staff.held(user.id):
        return Refusal(ENROLMENT_HELD, "enrolment.held")
    if enrolment.road == "again" and enrolment.state != "active" and not replaced(tx, enrolment):
        return Refusal(
            ENROLMENT_OVER, "device.ended"
        )  # staff or its owner ended it meanwhile: what follows is theirs to say
    if _for_the_first(tx, enrolment) and enrolment.state != "active":
        if closed_by(tx, user, kit.clock.now()):
            # Begun with a password alone, before Key was there: it is closed now.
            return Refusal(ENROLMENT_OVER, "device.exists")
        return lower_limits.first_key(kit, tx, user) or (enrolment, user)
    return enrolment, user


def closed_by(tx: Tx, user: User, now: int) -> bool:
    """Whether a device is there that closes the road of a first one. A code by SMS does not: it proves what this road proves, provided that
    the code goes to the same number (`on_file`); nor do recovery codes, which nobody may have alone."""
    return any(device.kind not in STOPGAPS for device in password_step.active_devices(tx, user.id, now))


def _for_the_first(tx: Tx, enrolment: Enrolment) -> bool:
    """Whether it was begun with a password and a code: on the phone, or at a page whose session has shown no Key."""
    session = tx.sessions.get(enrolment.session_id) if enrolment.road == "page" else None
    return enrolment.road == "sms" or (session is not None and session.kind == "enrolment")


def replaced(tx: Tx, enrolment: Enrolment) -> str:
    """The active device whose PIN was forgotten and whose place this one takes, "" for none: such an enrolment has its recovery's id (L02)."""
    recovery = tx.renewals.get(enrolment.id) if enrolment.road == "again" else None
    device = tx.devices.get(recovery.device_id) if recovery else None
    return device.id if device is not None and device.state == "active" else ""


def send_proof(kit: Kit, enrolment_id: str, claim: str, contact_id: str) -> sent_codes.Sent | Refusal:
    """A six-digit code to what was on file before, so that a new number can be used (H02, DESIGN "Who may enrol")."""
    with kit.store.write() as tx:
        found = claimed(kit, tx, enrolment_id, claim, "started")
        if isinstance(found, Refusal):
            return found
        enrolment, user = found
        contact = on_file(tx, user, contact_id)
        return (
            sent_codes.send(kit, tx, user, contact, "proof", enrolment.id)
            if contact
            else Refusal(INVALID, "contact.foreign", {"field": "contact"})
        )


def on_file(tx: Tx, user: User, contact_id: str) -> Contact | None:
    """A contact of this user that a code of this road may go to."""
    return next((contact for contact in reachable(tx, user) if contact.id == contact_id), None)


def reachable(tx: Tx, user: User) -> tuple[Contact, ...]:
    """Where codes of this road may go: whatever is on file, or the numbers alone that log the user in (N05)."""
    serving = sms.serving_numbers(tx.devices.of_user(user.id))
    known = tuple(contact for contact in tx.contacts.of(user.id) if contact.on_file)
    return tuple(contact for contact in known if contact.id in serving) if serving else known


def check_proof(kit: Kit, enrolment_id: str, claim: str, code: str) -> Refusal | None:
    """The six digits of `send_proof`; what they went to is verified by them (N03)."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = claimed(kit, tx, enrolment_id, claim, "started")
        if isinstance(found, Refusal):
            return found
        enrolment, user = found
        checked = sent_codes.check(kit, tx, user.id, "proof", enrolment.id, code)
        if isinstance(checked, Refusal):
            return checked
        tx.enrolments.set(enrolment.id, proved=now)
        tx.contacts.verified(checked.contact_id, now)
        tx.audit.write(AuditRow("enrolment.contact.proved", user.id, enrolment.id), now)
    return None


def send_activation(
    kit: Kit, enrolment_id: str, claim: str, *, contact_id: str = "", region: str = "", national: str = ""
) -> sent_codes.Sent | Refusal:
    """The activation code: to a number on file, or to a new one after a proof (F03, F04, F05)."""
    with kit.store.write() as tx:
        found = claimed(kit, tx, enrolment_id, claim, "started")
        if isinstance(found, Refusal):
            return found
        enrolment, user = found
        contact = on_file(tx, user, contact_id) if contact_id else None
        if contact is None and not contact_id:
            made = _new_number(kit, enrolment, user, region, national)
            if isinstance(made, Refusal):
                return made
            contact = made
        if contact is None or contact.kind != "sms":
            return Refusal(INVALID, "contact.foreign", {"field": "contact"})
        sent = sent_codes.send(kit, tx, user, contact, "activation", enrolment.id)
        if not isinstance(sent, Refusal):
            sealed = "" if contact_id else seal_number(kit, enrolment, contact.value)
            tx.enrolments.set(enrolment.id, contact_id=contact_id, new_number=sealed)
        return sent


def seal_number(kit: Kit, enrolment: Enrolment, number: str) -> str:
    """A new number as the enrolment's row keeps it: sealed, as contacts are, until it is one (THREATS: database stolen)."""
    return kit.vault.seal("personal", number.encode(), f"enrolments|new_number|{enrolment.id}").hex()


def open_number(kit: Kit, enrolment: Enrolment) -> str:
    """What `seal_number` kept. Raises ValueError for a row that was moved."""
    sealed = bytes.fromhex(enrolment.new_number)
    return kit.vault.open("personal", sealed, f"enrolments|new_number|{enrolment.id}").decode()


def _new_number(kit: Kit, enrolment: Enrolment, user: User, region: str, national: str) -> Contact | Refusal:
    number, fault = kit.numbers.parse(region, national)
    if fault == "country" or (kit.policy.countries and region not in kit.policy.countries):
        return Refusal(NUMBER_COUNTRY, "number.country")
    if fault:
        return Refusal(NUMBER_FORM, f"number.{fault}", {"fault": fault})
    if not enrolment.proved:
        return Refusal(PROOF_FIRST, "proof.missing")
    refused = lower_limits.binding(kit, user)
    return refused or Contact(kit.entropy.id(), user.id, "sms", number, 0, False, 0)


def prove(kit: Kit, enrolment_id: str, claim: str, code: str) -> Proven | Refusal:
    """The activation code typed on the phone."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = claimed(kit, tx, enrolment_id, claim, "started", "proven", "issued")
        if isinstance(found, Refusal):
            return found
        enrolment, user = found
        if enrolment.state == "started":
            checked = sent_codes.check(kit, tx, user.id, "activation", enrolment.id, code)
            if isinstance(checked, Refusal):
                return checked
            expires = now + FINISH_SECONDS
            if not tx.enrolments.move(enrolment.id, "started", "proven", expires=expires):
                return Refusal(SENT_CODE_OVER, "enrolment.moved")
            enrolment = replace(enrolment, state="proven", expires=expires)
            tx.audit.write(AuditRow("enrolment.code.proved", user.id, enrolment.id), now)
        return gather(tx, enrolment, user)
