"""A right PIN, proven online without an approval: to add a user, or to lift a pause of the offline ways (protocol/spec.md 5.7)."""

from __future__ import annotations

import hmac

from watchword.core.devices import SIGNED_WRONG_LIMIT, Device, Phone
from watchword.core.encoding import b64u
from watchword.core.refusals import NONCE, PINS_SPENT, PROOF_WRONG, SIGNATURE, Refusal
from watchword.flows.approve import wrong_pin
from watchword.flows.kit import Kit
from watchword.flows.phone_requests import Signed, check_header, check_signed, find_phone, text
from watchword.flows.ports import AuditRow, Tx

NONCE_SECONDS = 300


def nonce(kit: Kit, request: Signed) -> tuple[str, int] | Refusal:
    """A nonce for `check`: `(nonce, expires)`. It holds its own end and our mark, and is spent once."""
    with kit.store.read() as tx:
        phone = find_phone(tx, request)
    refused = check_signed(kit, phone, request, "nonce")
    if refused is not None or phone is None:
        return refused or Refusal(SIGNATURE)
    expires = kit.clock.now() + NONCE_SECONDS
    body = f"{expires}.{b64u(kit.entropy.bytes(12))}"
    return f"{body}.{_mark(kit, phone.id, body)}", expires


def _mark(kit: Kit, phone_id: str, body: str) -> str:
    return b64u(kit.vault.mac("prove-nonce", f"{phone_id}|{body}")[:16])


def check(kit: Kit, request: Signed) -> Refusal | None:
    """The PIN of any user on the phone is right: the offline ways of the phone open again."""
    with kit.store.write() as tx:
        phone = find_phone(tx, request, lock=True)
        refused = check_signed(kit, phone, request, "prove", fresh=False)
        if refused is not None or phone is None:
            return refused or Refusal(SIGNATURE)
        result = proven(kit, tx, phone, request, "check")
        if isinstance(result, Refusal):
            return result
        tx.phones.set(phone.id, offline_wrong=0)
        tx.audit.write(AuditRow("device.pin.proved", result.user_id, result.id), kit.clock.now())
    return None


def proven(kit: Kit, tx: Tx, phone: Phone, request: Signed, purpose: str) -> Device | Refusal:
    """The device whose PIN was proven with a nonce of ours, which is spent by it."""
    given = text(request.fields, "nonce", 128)
    body, _, mark = given.rpartition(".")
    end = body.partition(".")[0]
    genuine = hmac.compare_digest(mark.encode(), _mark(kit, phone.id, body).encode())
    if (
        not genuine
        or not end.isdecimal()
        or int(end) < kit.clock.now()
        or not tx.claims.spend(f"nonce:{given}", int(end))
    ):
        return Refusal(NONCE, "nonce.unknown_or_spent")
    return judge(kit, tx, phone, request, purpose=purpose, nonce=given)


def judge(kit: Kit, tx: Tx, phone: Phone, request: Signed, *, purpose: str, nonce: str) -> Device | Refusal:
    """The device whose PIN was proven. A wrong HMAC with a right signature counts against the phone; nothing else does."""
    if phone.signed_wrong >= SIGNED_WRONG_LIMIT:
        return Refusal(PINS_SPENT, "pins.spent")
    if not kit.vault.verify(phone.key_x, phone.key_y, request.message, request.signature):
        return Refusal(SIGNATURE, "signature.wrong")
    refused = check_header(kit, request, "prove", fresh=False)
    if refused is not None:
        return refused
    fields = request.fields
    device = tx.devices.get(text(fields, "device", 26))
    if device is None or device.phone_id != phone.id or device.state != "active":
        return Refusal(PROOF_WRONG, "device.foreign")
    if (fields.get("purpose"), fields.get("nonce"), fields.get("user"), fields.get("phone")) != (
        purpose,
        nonce,
        device.user_id,
        phone.id,
    ):
        return Refusal(PROOF_WRONG, "fields.bound")
    key = kit.vault.user_key("proof", device.secret, device.user_id, device.phone_id)
    if not hmac.compare_digest(hmac.digest(key, request.message, "sha256"), request.hmac):
        return wrong_pin(kit, tx, device, phone, "prove.mismatch")
    tx.devices.used(device.id, kit.clock.now(), clear="wrong_signed")
    return device
