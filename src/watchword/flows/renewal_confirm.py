"""The phone has wrapped every new secret and proves it: they hold from now on, the old ones end (spec.md 5.8)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

from watchword.core.devices import Phone
from watchword.core.encoding import unb64u
from watchword.core.refusals import PINS_SPENT, RENEWAL_CHANGED, RENEWAL_OVER, Refusal
from watchword.core.renewals import Renewal, moved_with
from watchword.flows import letters
from watchword.flows.approve import wrong_pin
from watchword.flows.kit import Kit
from watchword.flows.phone_requests import Signed, text
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.renewals import by_receiver, close_empty, fields_refusal, forget, locked, pins_left

TOLD = {"pin": "pin_changed", "transfer": "key_moved", "recovery": "key_recovered"}


def confirm(kit: Kit, request: Signed, codes: Sequence[str]) -> Refusal | None:
    """End the renewal. `codes` are the HMACs, one for each user named, in their order. The same request again gets the same answer."""
    with kit.store.write() as tx:
        found = locked(kit, tx, text(request.fields, "renewal", 26), user=True)
        if isinstance(found, Refusal):
            return found
        renewal, phone = found
        refused = by_receiver(kit, renewal, request, "kept")
        if refused is not None or renewal.state == "done":
            return refused
        to_phone = phone if renewal.to_phone_id == phone.id else tx.phones.get(renewal.to_phone_id, lock=True)
        if renewal.state != "issued" or phone.state != "active" or to_phone is None or to_phone.state != "active":
            return Refusal(RENEWAL_OVER, f"renewal.{renewal.state}")
        refused = _judge(kit, tx, renewal, to_phone, request, codes)
        if refused is None:
            refused = _apply(kit, tx, renewal, phone, to_phone, _blobs(request))
    for told in {phone.id, to_phone.id} if refused is None else set():
        kit.events.publish(f"phone:{told}", {"pending": "?"})
    return refused


def _blobs(request: Signed) -> dict[str, bytes]:
    salt = unb64u(request.fields.get("salt"), 16)
    users = request.fields.get("users")
    entries = users if isinstance(users, list) else []
    blobs = {str(entry.get("device")): unb64u(entry.get("blob"), 32) for entry in entries if isinstance(entry, Mapping)}
    return {} if salt is None else {device: salt + blob for device, blob in blobs.items() if blob is not None}


def _judge(
    kit: Kit, tx: Tx, renewal: Renewal, to_phone: Phone, request: Signed, codes: Sequence[str]
) -> Refusal | None:
    """Every new secret was opened by the phone: an HMAC under each. A wrong one counts, or this would be a place to try PINs."""
    named = list(_blobs(request))
    if sorted(named) != sorted(new for _, new in renewal.devices) or len(codes) != len(named):
        return fields_refusal("users")
    if request.fields.get("phone") != renewal.to_phone_id:
        return fields_refusal("phone")
    if not pins_left(to_phone):
        return Refusal(PINS_SPENT, "pins.spent")
    renewing = renewal.to_phone_id == renewal.phone_id
    for device_id, code in zip(named, codes, strict=True):
        device = tx.devices.get(device_id)
        secret = (tx.devices.pending(device_id) if renewing else device.secret) if device else None
        if device is None or secret is None:
            return Refusal(RENEWAL_CHANGED, "device.gone")
        key = kit.vault.user_key("hmac", secret, device.user_id, to_phone.id)
        given = unb64u(code, 32) or b""
        if not hmac.compare_digest(hmac.digest(key, request.message, "sha256"), given):
            return wrong_pin(kit, tx, device, to_phone, "kept.mismatch")
    return None


def _apply(
    kit: Kit, tx: Tx, renewal: Renewal, phone: Phone, to_phone: Phone, blobs: Mapping[str, bytes]
) -> Refusal | None:
    now = kit.clock.now()
    active = frozenset(device.id for device, _ in tx.devices.of_phone(phone.id) if device.state == "active")
    pairs = moved_with(renewal.devices, active)
    joined = renewal.kind == "pin" and active != {old for old, _ in renewal.devices}
    if not pairs or joined:  # somebody was added under the old PIN, or everybody was deactivated
        tx.renewals.move(renewal.id, "issued", "void")
        forget(tx, renewal)
        return Refusal(RENEWAL_CHANGED, "devices.changed")
    if not tx.renewals.move(renewal.id, "issued", "done"):
        return Refusal(RENEWAL_OVER, "renewal.moved")
    for old, new in renewal.devices:
        if (old, new) in pairs:
            _pass_on(kit, tx, renewal, old, new, blobs[new])
        elif old != new:
            tx.devices.move(new, "issued", "dropped", now)
    if to_phone.id != phone.id:
        close_empty(tx, phone.id)
    if renewal.kind == "recovery":
        tx.users.set_recovered(renewal.user_id, now)
    _tell(kit, tx, renewal, to_phone, {new for _, new in pairs}, now)
    return None


def _pass_on(kit: Kit, tx: Tx, renewal: Renewal, old: str, new: str, blob: bytes) -> None:
    now = kit.clock.now()
    first_number = tx.devices.recovery_of(old)[1]
    if old == new:
        secret = tx.devices.pending(old)
        if secret is None:
            raise RuntimeError("a secret that was judged is gone under the phone's lock")
        tx.devices.renew(old, secret)
    else:
        tx.devices.move(old, "active", "inactive", now)
        tx.devices.move(new, "issued", "active", now)
    sealed = kit.vault.seal("recovery", blob, f"devices|recovery|{new}")
    tx.devices.keep_recovery(new, sealed, first_number)


def _tell(kit: Kit, tx: Tx, renewal: Renewal, to_phone: Phone, devices: set[str], now: int) -> None:
    for device, user in tx.devices.of_phone(to_phone.id):
        if device.id in devices:
            letters.tell_all(kit, tx, user, TOLD[renewal.kind], device=to_phone.name)
            tx.audit.write(
                AuditRow(
                    f"renewal.{renewal.kind}.done", user.id, renewal.id, {"device": device.id}, {"phone": to_phone.name}
                ),
                now,
            )
