"""SMS as second factor: put in place by verifying a number (N05) or by choice, asked at a login, over when something better is there.

What the device keeps is the contact, never the number: a number that is changed takes the device with it (THREATS: SIM swap).
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.attempts import Attempt, guarded
from watchword.core.challenges import Challenge
from watchword.core.codes import SENDS
from watchword.core.contacts import fresh_until
from watchword.core.devices import RECOVERY_CODE, SMS, Device, lasting
from watchword.core.refusals import CONTACT_GONE, Refusal
from watchword.core.users import Contact, User
from watchword.factors.sms_code import PURPOSE, SmsCode
from watchword.flows import letters, lower_limits, sent_codes
from watchword.flows.kit import Kit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Sending, Tx

KIND = SmsCode.kind
BY_VERIFYING, BY_CHOICE = "verifying", "choice"


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """The code of a login: for which device, where it went, what became of it (N04), until when it can be typed and from when another can be sent."""

    device: str
    to: str
    at: int
    until: int
    again: int
    sending: Sending | None


def after_verifying(kit: Kit, tx: Tx, user: User, contact_id: str, session_id: str) -> Device | None:
    """A user whose row is locked has just shown that a number is his: with no device at all he has this one from now on (N05).

    Not under a profile that restricts SMS, nor for a number that was changed lately.
    """
    now = kit.clock.now()
    contact = next((one for one in tx.contacts.of(user.id) if one.id == contact_id and one.kind == "sms"), None)
    late = lower_limits.binding(kit, user) is not None
    if contact is None or not contact.on_file or not kit.policy.sms_alone or late:
        return None
    if any(device.kind != RECOVERY_CODE for device in active_devices(tx, user.id, now)):
        return None
    if fresh_until(contact, user, kit.policy.recovery_delay_seconds, now):
        return None
    return put(kit, tx, user, contact, session_id, by=BY_VERIFYING)


def put(kit: Kit, tx: Tx, user: User, contact: Contact, session_id: str, *, by: str) -> Device:
    """Codes to this number log the user in from now on; every channel is told. `by` is BY_VERIFYING or BY_CHOICE."""
    now = kit.clock.now()
    name = sent_codes.masked(kit, contact)
    kept = f"{by}:{contact.id}".encode()
    device = Device(kit.entropy.id(), user.id, "", SMS, "active", name, kept, 0, 0, now, now, added_in=session_id)
    tx.devices.add(device)
    letters.tell_all(kit, tx, user, "sms_active", number=name)
    tx.audit.write(AuditRow("device.sms.added", user.id, device.id, {"by": by}, {"phone": name}), now)
    return device


def serving_numbers(devices: tuple[Device, ...]) -> frozenset[str]:
    """The ids of the contacts that codes go to."""
    return frozenset(contact_of(device) for device in devices if device.kind == SMS and device.state == "active")


def contact_of(device: Device) -> str:
    """The id of the contact that a device is the codes to."""
    return device.secret.decode().partition(":")[2]


def stands(kit: Kit, devices: tuple[Device, ...]) -> bool:
    """Whether codes by SMS count at all beside these devices."""
    return kit.policy.sms_alone or any(device.state == "active" and lasting(device) for device in devices)


def usable_numbers(kit: Kit, tx: Tx, user_id: str) -> frozenset[str]:
    """The ids of a user's numbers that codes may go to: on file and verified. None for some time after a recovery: what set the password
    would else give both elements."""
    user = tx.users.get(user_id)
    if user is None or lower_limits.binding(kit, user) is not None:
        return frozenset()
    return frozenset(one.id for one in tx.contacts.of(user_id) if one.kind == "sms" and one.on_file and one.verified)


def begin(kit: Kit, tx: Tx, attempt: Attempt, user: User, device: Device) -> None:
    """A code with a new attempt where SMS stands first; a limit on sending leaves the button that asks for it later."""
    if attempt.state == "pending" and device.kind == SMS and not guarded(attempt):
        send(kit, tx, attempt, user, device)


def send(kit: Kit, tx: Tx, attempt: Attempt, user: User, device: Device) -> sent_codes.Sent | Refusal:
    """A new code to the number of this device, which ends the one before and what was asked with it."""
    contact = next((one for one in tx.contacts.of(user.id) if one.id == contact_of(device)), None)
    if contact is None:
        return Refusal(CONTACT_GONE, "contact.gone")
    letter = "confirm_code" if attempt.action == "confirm" else ""
    sent = sent_codes.send(kit, tx, user, contact, PURPOSE, attempt.id, letter=letter)
    code = tx.codes.current(PURPOSE, attempt.id)
    if isinstance(sent, Refusal) or code is None:
        return sent
    until = min(sent.expires, attempt.expires)
    kept = {"stored": {"code": code.id, "device": device.id}, "shown": {"to": sent.to}}
    tx.challenges.put(Challenge(attempt.id, KIND, kit.entropy.id(), device.id, until, 0, kept))
    return sent


def on_the_way(tx: Tx, attempt: Attempt, now: int) -> OnTheWay | None:
    """The code of a login that can still be typed, None where there is none."""
    question = tx.challenges.get(attempt.id, KIND)
    code = tx.codes.current(PURPOSE, attempt.id) if question else None
    if question is None or code is None or now >= question.until:
        return None
    shown = question.stored["shown"]
    to = str(shown["to"]) if isinstance(shown, dict) else ""
    sending = tx.outbox.of_ref(attempt.user_id, code.id)
    return OnTheWay(question.device_id, to, code.sent, question.until, code.sent + SENDS[0].seconds, sending)


def end(kit: Kit, tx: Tx, user_id: str, reason: str, *, contact_id: str = "", chosen: bool = True) -> None:
    """Codes by SMS are over for a user whose row is locked: those to one contact, or all of them. With `chosen` False what the person chose
    beside another device stays: only what came by itself (N05) gives way to a better one."""
    now = kit.clock.now()
    for device in tx.devices.of_user(user_id):
        if device.kind != SMS or (contact_id and contact_of(device) != contact_id):
            continue
        if not chosen and not device.secret.startswith(BY_VERIFYING.encode()):
            continue
        if tx.devices.move(device.id, "active", "inactive", now):
            tx.audit.write(AuditRow("device.sms.ended", user_id, device.id, {"reason": reason}), now)
