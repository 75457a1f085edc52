"""Key back after a reinstall (L01), or anew when the PIN is forgotten (L02): password, then a code to the number of the first activation.

The recovery PIN is right if, and only if, the first signed answer under it is; it counts with the lost phone's wrong PINs.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace

from watchword.core.devices import Device, Phone, Platform, on_phone
from watchword.core.encoding import b64u
from watchword.core.enrolments import FINISH_SECONDS as ENROL_SECONDS
from watchword.core.refusals import (
    ALREADY_ACTIVE,
    ENROLMENT_HELD,
    FIELDS,
    INVALID,
    NOTHING_TO_RECOVER,
    PIN_WRONG,
    PINS_SPENT,
    RENEWAL_OVER,
    SIGNATURE,
    Refusal,
)
from watchword.core.renewals import FINISH_SECONDS, START_SECONDS, Renewal
from watchword.core.users import Contact, User
from watchword.flows import first_number, letters, lower_limits, password_step, renewals, sent_codes
from watchword.flows.activate import existing_pin, signing_phone, stated_platform
from watchword.flows.activation_start import new_enrolment
from watchword.flows.approve import wrong_pin
from watchword.flows.kit import Kit, Visit
from watchword.flows.phone_opening import opened, platform_refusal
from watchword.flows.phone_requests import Signed, check_header, text
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.ready import Proven, gather

CODE = "key_recovery"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a phone needs to open the old secret: whose it was, where it was, salt and blob as kept at activation."""

    renewal: Renewal
    user: User
    device: Device
    salt: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """One of the person's phones that can be recovered, and the number the code would go to."""

    device: Device
    contact: Contact
    masked: str


def start(
    kit: Kit, username: str, password: str, platform: Platform, claim: str, visit: Visit
) -> tuple[Renewal, tuple[Lost, ...]] | Refusal:
    """Username and password, counted as at a login; then the phones of this user that have something to recover."""

    def begin(tx: Tx, user: User, hashed: bytes) -> tuple[Renewal, tuple[Lost, ...]] | Refusal:
        now = kit.clock.now()
        lost = _lost(kit, tx, user)
        if not lost:
            tx.audit.write(AuditRow("renewal.recovery.refused", user.id, "", {"reason": "nothing"}), now)
            return Refusal(NOTHING_TO_RECOVER, "recovery.nothing")
        renewal = renewals.start(kit, "recovery", "started", START_SECONDS, user_id=user.id, claim_hash=hashed)
        tx.renewals.add(renewal)
        tx.audit.write(AuditRow("renewal.recovery.started", user.id, renewal.id, personal=visit.personal()), now)
        return renewal, lost

    return opened(kit, username, password, platform, claim, visit, begin)


def _lost(kit: Kit, tx: Tx, user: User) -> tuple[Lost, ...]:
    numbers = first_number.on_file(kit, tx.contacts.of(user.id))
    found = []
    for device in filter(on_phone, password_step.active_devices(tx, user.id, kit.clock.now())):
        sealed, first = tx.devices.recovery_of(device.id)
        contact = numbers.get(first)
        if sealed and contact is not None:
            found.append(Lost(device, contact, sent_codes.masked(kit, contact)))
    return tuple(found)


def _step(kit: Kit, tx: Tx, renewal_id: str, claim: str, *states: str) -> tuple[Renewal, User] | Refusal:
    """A recovery of this claim in one of these states, its user locked before it."""
    seen = tx.renewals.get(renewal_id) if len(renewal_id) == 26 else None
    if seen is None or seen.kind != "recovery":
        return Refusal(RENEWAL_OVER, "renewal.unknown")
    user = tx.users.lock(seen.user_id)
    if seen.phone_id:
        tx.phones.get(seen.phone_id, lock=True)
    found = tx.renewals.get(renewal_id, lock=True)
    if found is None or user is None or user.state != "active" or kit.clock.now() >= found.expires:
        return Refusal(RENEWAL_OVER, "renewal.gone")
    if tx.staff.held(user.id):
        return Refusal(ENROLMENT_HELD, "enrolment.held")
    refused = renewals.claimed(kit, found, claim)
    if refused is not None:
        return refused
    return (found, user) if found.state in states else Refusal(RENEWAL_OVER, f"renewal.{found.state}")


def send(kit: Kit, renewal_id: str, claim: str, device_id: str) -> sent_codes.Sent | Refusal:
    """Eight digits to the number that this phone was first activated with."""
    with kit.store.write() as tx:
        found = _step(kit, tx, renewal_id, claim, "started")
        if isinstance(found, Refusal):
            return found
        renewal, user = found
        lost = next((one for one in _lost(kit, tx, user) if one.device.id == device_id), None)
        if lost is None:
            return Refusal(INVALID, "device.foreign", {"field": "device"})
        sent = sent_codes.send(kit, tx, user, lost.contact, CODE, renewal.id)
        if not isinstance(sent, Refusal):
            tx.renewals.set(renewal.id, device_id=device_id, phone_id=lost.device.phone_id, contact_id=lost.contact.id)
        return sent


def prove(kit: Kit, renewal_id: str, claim: str, code: str) -> Opened | Refusal:
    """The code typed: salt and blob go to this one claim, and every channel on file is told."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = _step(kit, tx, renewal_id, claim, "started", "opened")
        if isinstance(found, Refusal):
            return found
        renewal, user = found
        device, phone = tx.devices.get(renewal.device_id), tx.phones.get(renewal.phone_id)
        sealed = tx.devices.recovery_of(renewal.device_id)[0]
        if device is None or phone is None or device.state != "active" or not sealed:
            return Refusal(RENEWAL_OVER, "device.gone")
        if renewal.state == "started":
            checked = sent_codes.check(kit, tx, user.id, CODE, renewal.id, code)
            if isinstance(checked, Refusal):
                return checked
            if not tx.renewals.move(renewal.id, "started", "opened", expires=now + FINISH_SECONDS):
                return Refusal(RENEWAL_OVER, "renewal.moved")
            renewal = replace(renewal, state="opened", expires=now + FINISH_SECONDS)
            letters.tell_all(kit, tx, user, "key_recovery", device=phone.name)
            tx.audit.write(AuditRow("renewal.recovery.opened", user.id, renewal.id, {"device": device.id}), now)
    plain = kit.vault.open("recovery", sealed, f"devices|recovery|{device.id}")
    return Opened(renewal, user, device, plain[:16], plain[16:])


def nonce(kit: Kit, renewal: Renewal) -> str:
    """What the answer under the recovery PIN must carry."""
    return b64u(kit.vault.derive("recovery-nonce", renewal.id)[:16])


def unlock(kit: Kit, request: Signed, claim: str, platform: Platform, proof: Signed | None) -> Renewal | Refusal:
    """The one new phone key with the first signed answer under the recovery PIN. A wrong one counts for the phone that is lost."""
    with kit.store.write() as tx:
        seen = tx.renewals.get(text(request.fields, "renewal", 26))
        if seen is not None:
            tx.users.lock(seen.user_id)  # the order of locks everywhere: user, phone, renewal
        for phone_id in sorted({seen.phone_id, text(request.fields, "phone", 26)} - {""}) if seen else ():
            tx.phones.get(phone_id, lock=True)  # two recoveries onto each other's phones must not wait in a circle
        found = _step(kit, tx, text(request.fields, "renewal", 26), claim, "opened", "proven", "issued")
        if isinstance(found, Refusal):
            return found
        renewal, user = found
        phone = signing_phone(kit, tx, request)
        if isinstance(phone, Refusal):
            return phone
        refused = _fits(kit, tx, renewal, request, phone) or platform_refusal(platform)
        if refused is not None or renewal.state != "opened":
            return refused or renewal
        tx.renewals.set(renewal.id, key_x=phone.key_x, key_y=phone.key_y)
        refused = _pin(kit, tx, renewal, user, request) or _beside(kit, tx, renewal, user, phone, proof)
        if refused is not None:
            return refused
        values = {"to_phone_id": "" if phone.state == "new" else phone.id, "name": phone.name}
        stated = stated_platform(platform)
        if not tx.renewals.move(renewal.id, "opened", "proven", platform=stated, **values):
            return Refusal(RENEWAL_OVER, "renewal.moved")
        tx.audit.write(AuditRow("renewal.pin.proved", user.id, renewal.id, {"kind": "recovery"}), kit.clock.now())
    return replace(renewal, state="proven")


def _fits(kit: Kit, tx: Tx, renewal: Renewal, request: Signed, phone: Phone) -> Refusal | None:
    refused = check_header(kit, request, "recover", fresh=False)
    if refused is not None:
        return refused
    if renewal.key_x and (renewal.key_x, renewal.key_y) != (phone.key_x, phone.key_y):
        return Refusal(SIGNATURE, "recovery.other_key")
    bound = {"user": renewal.user_id, "device": renewal.device_id, "nonce": nonce(kit, renewal)}
    for name, value in bound.items():
        if request.fields.get(name) != value:
            return Refusal(FIELDS, f"fields.{name}")
    return Refusal(ALREADY_ACTIVE, "device.here") if phone.id == renewal.phone_id else None


def _pin(kit: Kit, tx: Tx, renewal: Renewal, user: User, request: Signed) -> Refusal | None:
    device, lost = tx.devices.get(renewal.device_id), tx.phones.get(renewal.phone_id)
    if device is None or lost is None or device.state != "active" or lost.state != "active":
        return Refusal(RENEWAL_OVER, "device.gone")
    if not renewals.pins_left(lost):
        return Refusal(PINS_SPENT, "pins.spent")
    key = kit.vault.user_key("proof", device.secret, device.user_id, device.phone_id)
    if hmac.compare_digest(hmac.digest(key, request.message, "sha256"), request.hmac):
        tx.devices.used(device.id, kit.clock.now(), clear="wrong_signed")
        return None
    refused = wrong_pin(kit, tx, device, lost, "recovery.mismatch")
    if refused.kind is not PIN_WRONG:
        tx.renewals.move(renewal.id, "opened", "void")
        _spent(kit, tx, user)
    return refused


def _spent(kit: Kit, tx: Tx, user: User) -> None:
    """Key ended by guesses from afar, which a password and a number were enough for: so does what may follow. In the day after a
    recovery these two may be a stranger's, and a new Key waits for staff; else lower limits come with it, as after a forgotten PIN."""
    now = kit.clock.now()
    if lower_limits.binding(kit, user) is not None and not password_step.active_devices(tx, user.id, kit.clock.now()):
        tx.staff.hold(user.id, user.id, now)
    else:
        tx.users.set_recovered(user.id, now)


def _beside(kit: Kit, tx: Tx, renewal: Renewal, user: User, phone: Phone, proof: Signed | None) -> Refusal | None:
    """On a phone that has users, the PIN of that phone too: one PIN for all (J01)."""
    others = tx.devices.of_phone(phone.id) if phone.state != "new" else ()
    if any(owner.id == user.id and device.state == "active" for device, owner in others):
        return Refusal(ALREADY_ACTIVE, "device.here")
    if not any(device.state == "active" for device, _ in others):
        return None
    return existing_pin(kit, tx, phone, proof, nonce(kit, renewal))


def decline(kit: Kit, renewal_id: str, claim: str) -> Proven | Refusal:
    """The PIN is forgotten (L02): register again instead. The blob is given out no more, and the old device ends with the new one's start."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = _step(kit, tx, renewal_id, claim, "opened", "declined")
        if isinstance(found, Refusal):
            return found
        renewal, user = found
        enrolment = tx.enrolments.get(renewal.id)
        if enrolment is None:
            refused = lower_limits.binding(
                kit, user
            )  # a number and a mailbox set the password: they must not give a Key as well
            if refused is not None:
                return refused
            if not tx.renewals.move(renewal.id, "opened", "declined"):
                return Refusal(RENEWAL_OVER, "renewal.moved")
            fresh = new_enrolment(kit, user, "again", "proven", ENROL_SECONDS, claim=renewal.claim_hash)
            enrolment = replace(fresh, id=renewal.id, proved=now, contact_id=renewal.contact_id)
            tx.enrolments.add(enrolment)
            tx.audit.write(AuditRow("renewal.recovery.declined", user.id, renewal.id), now)
        return gather(tx, enrolment, user)
