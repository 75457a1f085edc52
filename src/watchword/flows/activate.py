"""The last two steps of every activation: the phone's key against a secret, and the word that the secret is kept (protocol/spec.md 5.5, 5.6)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any

from watchword.core.devices import SIGNED_WRONG_LIMIT, Device, Phone, Platform, on_phone
from watchword.core.encoding import b64u, unb64u
from watchword.core.enrolments import Enrolment
from watchword.core.refusals import (
    ALREADY_ACTIVE,
    DECISION_OVER,
    ENROLMENT_OVER,
    FIELDS,
    INVALID,
    PROOF_WRONG,
    SIGNATURE,
    WAY_UNAVAILABLE,
    Refusal,
)
from watchword.core.renewals import MOST_USERS
from watchword.core.users import Contact, User
from watchword.flows import first_number, given, letters, prove, ready, sms, temporary
from watchword.flows.activation_start import claimed, open_number, usable
from watchword.flows.activation_start import replaced as replaced_device
from watchword.flows.approve import wrong_pin
from watchword.flows.details import plain
from watchword.flows.kit import Kit
from watchword.flows.phone_opening import platform_refusal
from watchword.flows.phone_requests import Signed, check_header, key_of, text
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.renewals import close_empty


def complete(
    kit: Kit, request: Signed, claim: str, platform: Platform, proof: Signed | None
) -> dict[str, Any] | Refusal:
    """Hand out the secret of a proven enrolment, once: the same phone asking again gets the same answer."""
    with kit.store.write() as tx:
        found = claimed(kit, tx, text(request.fields, "enrolment", 26), claim, "proven", "issued")
        if isinstance(found, Refusal):
            return found
        enrolment, user = found
        phone = signing_phone(kit, tx, request)
        if isinstance(phone, Refusal):
            return phone
        refused = _fits(kit, request, enrolment, user) or platform_refusal(platform)
        if refused is not None:
            return refused
        if enrolment.state == "issued":
            return _again(kit, tx, enrolment, user, phone)
        device = _issue(kit, tx, enrolment, user, phone, request, platform, proof)
        return device if isinstance(device, Refusal) else _answer(kit, enrolment, user, device)


def signing_phone(kit: Kit, tx: Tx, request: Signed) -> Phone | Refusal:
    """The phone that signed: one we know, or a new one with the key it brings. The signature is checked here, first."""
    known_id = text(request.fields, "phone", 26)
    if known_id:
        phone = tx.phones.get(known_id, lock=True)
        if (
            phone is None
            or phone.state != "active"
            or not kit.vault.verify(phone.key_x, phone.key_y, request.message, request.signature)
        ):
            return Refusal(SIGNATURE, "phone.unknown_or_signature")
        return phone
    key = key_of(request)
    if key is None:
        return Refusal(FIELDS, "fields.key")
    x, y = key
    if not kit.vault.verify(x, y, request.message, request.signature):
        return Refusal(SIGNATURE, "signature.wrong")
    known = tx.phones.by_key(x, y)
    if known is not None:
        return known if known.state == "active" else Refusal(SIGNATURE, "phone.ended")
    name = plain(text(request.fields, "name", 128)).strip()[:64]
    return Phone(kit.entropy.id(), "new", x, y, name or "Key", "", 0, 0, kit.clock.now())


def _fits(kit: Kit, request: Signed, enrolment: Enrolment, user: User) -> Refusal | None:
    refused = check_header(kit, request, "activate", fresh=False)
    if refused is not None:
        return refused
    if request.fields.get("user") != user.id:
        return Refusal(FIELDS, "fields.user")
    nonce = text(request.fields, "nonce", 64)
    return (
        None
        if hmac.compare_digest(nonce.encode(), ready.nonce(kit, enrolment).encode())
        else Refusal(FIELDS, "fields.nonce")
    )


def _again(kit: Kit, tx: Tx, enrolment: Enrolment, user: User, phone: Phone) -> dict[str, Any] | Refusal:
    device = tx.devices.get(enrolment.device_id)
    if device is None or device.phone_id != phone.id or device.state != "issued":
        return Refusal(ENROLMENT_OVER, "enrolment.other_phone")
    return _answer(kit, enrolment, user, device)


def _issue(
    kit: Kit,
    tx: Tx,
    enrolment: Enrolment,
    user: User,
    phone: Phone,
    request: Signed,
    platform: Platform,
    proof: Signed | None,
) -> Device | Refusal:
    now = kit.clock.now()
    others = tx.devices.of_phone(phone.id) if phone.state != "new" else ()
    if len(others) >= MOST_USERS:
        return Refusal(WAY_UNAVAILABLE, "phone.full")
    if any(owner.id == user.id and device.state == "active" for device, owner in others):
        return Refusal(ALREADY_ACTIVE, "device.here")
    if any(device.state == "active" for device, _ in others):
        refused = existing_pin(kit, tx, phone, proof, ready.nonce(kit, enrolment))
        if refused is not None:
            return refused
    replaced = replaced_device(tx, enrolment)
    mine = [device for device in keys_of(tx, user.id) if device.id != replaced]
    if len(mine) >= kit.policy.devices_per_user:
        return Refusal(WAY_UNAVAILABLE, "devices.limit")
    stated = stated_platform(platform)
    if phone.state == "new":
        tx.phones.add(Phone(phone.id, "active", phone.key_x, phone.key_y, phone.name, stated, 0, 0, now))
    device = Device(
        kit.entropy.id(), user.id, phone.id, "key", "issued", phone.name, kit.entropy.bytes(32), 0, 0, now, 0
    )
    tx.devices.add(device)
    if not tx.enrolments.move(
        enrolment.id, "proven", "issued", phone_id=phone.id, device_id=device.id, platform=stated
    ):
        return Refusal(ENROLMENT_OVER, "enrolment.moved")
    tx.audit.write(
        AuditRow("enrolment.secret.issued", user.id, enrolment.id, {"device": device.id}, {"phone": phone.name}), now
    )
    return device


def keys_of(tx: Tx, user_id: str) -> list[Device]:
    """Where a user's Key is active."""
    return [device for device in tx.devices.of_user(user_id) if device.state == "active" and on_phone(device)]


def stated_platform(platform: Platform) -> str:
    told = {"os": platform.os, "version": platform.version[:32], "model": platform.model[:64]}
    return json.dumps({**told, "lock": platform.lock, "rooted": platform.rooted})


def existing_pin(kit: Kit, tx: Tx, phone: Phone, proof: Signed | None, nonce: str) -> Refusal | None:
    """A phone with users adds another only with the PIN it has (G03, J01)."""
    if proof is None:
        return Refusal(PROOF_WRONG, "prove.missing")
    result = prove.judge(kit, tx, phone, proof, purpose="add_user", nonce=nonce)
    return result if isinstance(result, Refusal) else None


def _answer(kit: Kit, enrolment: Enrolment, user: User, device: Device) -> dict[str, Any]:
    return kit.vault.sign(
        {
            "v": 1, "type": "activated", "iss": kit.vault.issuer, "enrolment": enrolment.id, "user": user.id,
            "username": user.username, "display_name": user.display_name, "device": device.id, "phone": device.phone_id,
            "secret": b64u(device.secret), "time": kit.clock.now(),
        }
    )  # fmt: skip


def confirm(kit: Kit, request: Signed) -> str | Refusal:
    """The phone has wrapped the secret and proves it: only now the device works. Returns the username."""
    over: list[str] = []
    with kit.store.write() as tx:
        seen = tx.enrolments.get(text(request.fields, "enrolment", 26))
        if seen is not None:
            tx.users.lock(
                seen.user_id
            )  # of two at once one is the first Key; the order of locks is user, phone, device
        enrolment = tx.enrolments.get(seen.id, lock=True) if seen else None
        if enrolment is None:
            return Refusal(ENROLMENT_OVER, "enrolment.unknown")
        found = usable(kit, tx, enrolment, "issued", "active")
        if isinstance(found, Refusal):
            return found
        enrolment, user = found
        device, phone = tx.devices.get(enrolment.device_id), tx.phones.get(enrolment.phone_id, lock=True)
        if device is None or phone is None or phone.state != "active" or phone.signed_wrong >= SIGNED_WRONG_LIMIT:
            return Refusal(ENROLMENT_OVER, "device.gone")
        refused = _confirm_fits(kit, request, enrolment, device, phone)
        if refused is not None and refused.reason == "hmac.mismatch":
            return wrong_pin(
                kit, tx, device, phone, "confirm.mismatch"
            )  # counted, or this would be a place to try PINs
        if refused is not None:
            return refused
        if enrolment.state == "issued":
            refused = _activate(kit, tx, enrolment, user, device, phone, request)
            if refused is not None:
                return refused
            over = _end_enrolling(kit, tx, user, enrolment)
    given.tell(kit, over)
    kit.events.publish(f"enrolment:{enrolment.session_id}", {"state": "active"})
    return user.username


def _confirm_fits(kit: Kit, request: Signed, enrolment: Enrolment, device: Device, phone: Phone) -> Refusal | None:
    if not kit.vault.verify(phone.key_x, phone.key_y, request.message, request.signature):
        return Refusal(SIGNATURE, "signature.wrong")
    refused = check_header(kit, request, "confirm", fresh=False)
    if refused is not None:
        return refused
    bound = {"user": device.user_id, "device": device.id, "phone": phone.id}
    for name, value in bound.items():
        if request.fields.get(name) != value:
            return Refusal(FIELDS, f"fields.{name}")
    key = kit.vault.user_key("hmac", device.secret, device.user_id, device.phone_id)
    right = hmac.compare_digest(hmac.digest(key, request.message, "sha256"), request.hmac)
    return None if right else Refusal(PROOF_WRONG, "hmac.mismatch")


def _activate(
    kit: Kit, tx: Tx, enrolment: Enrolment, user: User, device: Device, phone: Phone, request: Signed
) -> Refusal | None:
    now = kit.clock.now()
    recovery = request.fields.get("recovery")
    salt, blob = (
        (unb64u(recovery.get("salt"), 16), unb64u(recovery.get("blob"), 32))
        if isinstance(recovery, Mapping)
        else (None, None)
    )
    if salt is None or blob is None:
        return Refusal(INVALID, "recovery.form", {"field": "recovery"})
    replaced = replaced_device(tx, enrolment)
    others = [other for other in keys_of(tx, user.id) if other.id != replaced]
    if len(others) >= kit.policy.devices_per_user:
        return Refusal(WAY_UNAVAILABLE, "devices.limit")
    if not tx.enrolments.move(enrolment.id, "issued", "active") or not tx.devices.move(
        device.id, "issued", "active", now
    ):
        return Refusal(DECISION_OVER, "enrolment.moved")
    number = _remember_number(kit, tx, enrolment, user, now)
    first = tx.devices.recovery_of(replaced)[1] if replaced else number
    sealed = kit.vault.seal("recovery", salt + blob, f"devices|recovery|{device.id}")
    tx.devices.keep_recovery(device.id, sealed, first)
    letters.tell_all(kit, tx, user, "key_again" if replaced else "key_active", device=phone.name)
    if replaced:
        _replace(kit, tx, user, replaced, now)
    temporary.end(kit, tx, user, "replaced")
    sms.end(kit, tx, user.id, "replaced", chosen=False)
    tx.staff.release(user.id)  # a lasting device is in place: what waited for one waits no more
    tx.audit.write(
        AuditRow("device.key.activated", user.id, device.id, {"road": enrolment.road}, {"phone": phone.name}), now
    )
    return None


def _end_enrolling(kit: Kit, tx: Tx, user: User, enrolment: Enrolment) -> list[str]:
    """End the sessions that a password alone opened to set up Key: there is one now. The page that waits for this very one goes on by itself."""
    now = kit.clock.now()
    open_ones = [one.id for one in tx.sessions.of_user(user.id, now) if one.kind == "enrolment"]
    return [one for one in open_ones if one != enrolment.session_id and tx.sessions.end(one, now)]


def _replace(kit: Kit, tx: Tx, user: User, replaced: str, now: int) -> None:
    old = tx.devices.get(replaced)
    if old is not None and tx.devices.move(replaced, "active", "inactive", now):
        tx.audit.write(AuditRow("device.key.ended", user.id, replaced, {"reason": "pin_forgotten"}), now)
        close_empty(tx, old.phone_id)
    tx.users.set_recovered(user.id, now)


def _remember_number(kit: Kit, tx: Tx, enrolment: Enrolment, user: User, now: int) -> bytes:
    """Activating verifies the number that the code went to, and puts a new one on file (N03). Its keyed hash, for the day of a recovery:
    by the page no code went to a number, so the default one on file stands in its place."""
    known = [contact for contact in tx.contacts.of(user.id) if contact.kind == "sms" and contact.on_file]
    default = next((contact.value for contact in known if contact.is_default), "")
    if enrolment.contact_id:
        tx.contacts.verified(enrolment.contact_id, now)
        default = next((contact.value for contact in known if contact.id == enrolment.contact_id), default)
    elif enrolment.new_number:
        number = open_number(kit, enrolment)
        letters.tell_all(kit, tx, user, "number_added", number=kit.numbers.mask(number))
        has_default = any(contact.kind == "sms" and contact.is_default for contact in tx.contacts.of(user.id))
        tx.contacts.add(Contact(kit.entropy.id(), user.id, "sms", number, now, not has_default, now))
        default = number
    return first_number.keyed(kit, default)
