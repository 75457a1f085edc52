"""Key moves to a new phone (L05): the old one shows a QR, the new one scans it, the old one approves by the new one's six digits.

A photographed QR gives nothing: whoever scans it first gets six digits that nobody will type into the old phone.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any

from watchword.core.devices import Platform
from watchword.core.encoding import sha256, unb64u
from watchword.core.otp import plain_digits
from watchword.core.refusals import (
    ANSWER_FORM,
    FIELDS,
    INVALID,
    PIN_WRONG,
    PINS_SPENT,
    RENEWAL_OVER,
    SIGNATURE,
    TRANSFER_CODE,
    TRANSFER_USED,
    Refusal,
)
from watchword.core.renewals import FINISH_SECONDS, OFFER_SECONDS, WRONG_CODES, Renewal
from watchword.flows import renewals
from watchword.flows.activate import stated_platform
from watchword.flows.approve import wrong_pin
from watchword.flows.details import plain
from watchword.flows.kit import Kit
from watchword.flows.phone_opening import claim_hash, platform_refusal
from watchword.flows.phone_requests import Signed, check_header, check_signed, key_of, text
from watchword.flows.pin_change import proven_by
from watchword.flows.ports import AuditRow, Tx


def offer(kit: Kit, request: Signed, claim: str) -> Renewal | Refusal:
    """The old phone, its PIN proven (`purpose` "transfer"), shows a QR whose secret it made and keeps; we get its hash."""
    secret_hash = unb64u(request.fields.get("secret_hash"), 32)
    if secret_hash is None:
        return Refusal(INVALID, "secret.form", {"field": "secret_hash"})
    with kit.store.write() as tx:
        found = proven_by(kit, tx, request, claim, "transfer", "transfer")
        if not isinstance(found, tuple):
            return found
        phone, device, _ = found
        if tx.renewals.by_secret(secret_hash) is not None:
            return Refusal(INVALID, "secret.known", {"field": "secret_hash"})
        renewals.void_open(tx, phone.id)
        renewal = renewals.start(
            kit, "transfer", "offered", OFFER_SECONDS, user_id=device.user_id, phone_id=phone.id, device_id=device.id,
            claim_hash=claim_hash(claim) or b"", secret_hash=secret_hash,
        )  # fmt: skip
        tx.renewals.add(renewal)
        tx.audit.write(AuditRow("renewal.transfer.offered", device.user_id, renewal.id), kit.clock.now())
    return renewal


def scan(kit: Kit, request: Signed, claim: str, platform: Platform) -> Renewal | Refusal:
    """The new phone, with a key of its own that we have never seen. The first takes the QR, and may ask again; nobody else may."""
    secret, hashed = unb64u(request.fields.get("secret"), 16), claim_hash(claim)
    key = key_of(request)
    if secret is None or hashed is None:
        return Refusal(TRANSFER_USED, "secret.form")
    if key is None:
        return Refusal(FIELDS, "fields.key")
    if not kit.vault.verify(*key, request.message, request.signature):
        return Refusal(SIGNATURE, "signature.wrong")
    refused = check_header(kit, request, "transfer", fresh=False) or platform_refusal(platform)
    if refused is not None:
        return refused
    now = kit.clock.now()
    with kit.store.write() as tx:
        seen = tx.renewals.by_secret(sha256(secret))
        found = renewals.locked(kit, tx, seen.id) if seen else Refusal(TRANSFER_USED, "secret.unknown")
        if isinstance(found, Refusal):
            return Refusal(TRANSFER_USED, found.reason)
        renewal, phone = found
        if renewal.state == "scanned" and renewal.claim_hash == hashed and (renewal.key_x, renewal.key_y) == key:
            return renewal
        if renewal.state != "offered" or phone.state != "active" or tx.phones.by_key(*key) is not None:
            return Refusal(TRANSFER_USED, f"transfer.{renewal.state}")
        values: dict[str, Any] = {
            "claim_hash": hashed, "key_x": key[0], "key_y": key[1], "platform": stated_platform(platform),
            "name": plain(text(request.fields, "name", 128)).strip()[:64] or "Key", "expires": now + OFFER_SECONDS,
        }  # fmt: skip
        if not tx.renewals.move(renewal.id, "offered", "scanned", **values):
            return Refusal(TRANSFER_USED, "transfer.moved")
        tx.audit.write(AuditRow("renewal.transfer.scanned", renewal.user_id, renewal.id), now)
        renewal = replace(renewal, state="scanned", **values)
    kit.events.publish(f"phone:{renewal.phone_id}", {"pending": "?"})
    return renewal


def code_of(kit: Kit, renewal: Renewal) -> str:
    """The six digits that the new phone shows; derived, so no row keeps them, and of the key that scanned."""
    number = int.from_bytes(kit.vault.derive("transfer-code", renewal.id, renewal.key_x.hex())[:16], "big")
    return str(number % 10**6).zfill(6)


def approve(kit: Kit, request: Signed) -> Refusal | None:
    """The old phone: six digits of the new one, then an HMAC under the PIN. Each counts on its own, as in a login's decision."""
    with kit.store.write() as tx:
        found = renewals.locked(kit, tx, text(request.fields, "renewal", 26))
        if isinstance(found, Refusal):
            return found
        renewal, phone = found
        refused = check_signed(kit, phone, request, "transfer_approve", fresh=False)
        if refused is not None:
            return refused
        if renewal.kind == "transfer" and renewal.state in ("proven", "issued", "done"):
            return None
        if renewal.kind != "transfer" or renewal.state != "scanned":
            return Refusal(RENEWAL_OVER, f"transfer.{renewal.state}")
        refused = _code_fits(kit, tx, renewal, request) or _pin_fits(kit, tx, renewal, request)
        if refused is not None:
            return refused
        now = kit.clock.now()
        if not tx.renewals.move(renewal.id, "scanned", "proven", expires=now + FINISH_SECONDS):
            return Refusal(RENEWAL_OVER, "transfer.moved")
        tx.audit.write(
            AuditRow("renewal.transfer.approved", renewal.user_id, renewal.id, None, {"phone": renewal.name}), now
        )
    return None


def _code_fits(kit: Kit, tx: Tx, renewal: Renewal, request: Signed) -> Refusal | None:
    digits = plain_digits(text(request.fields, "code", 64))
    if digits is None or len(digits) != 6:
        return Refusal(ANSWER_FORM, "code.form", {"digits": 6})
    counted = tx.renewals.miss(renewal.id, WRONG_CODES)
    if counted is not None and hmac.compare_digest(digits, code_of(kit, renewal)):
        tx.renewals.set(renewal.id, wrong=counted - 1)
        return None
    left = WRONG_CODES - (counted or WRONG_CODES)
    if not left:
        tx.renewals.move(renewal.id, "scanned", "void")
        return Refusal(RENEWAL_OVER, "transfer.codes_spent")
    return Refusal(TRANSFER_CODE, "code.mismatch", extra={"left": left})


def _pin_fits(kit: Kit, tx: Tx, renewal: Renewal, request: Signed) -> Refusal | None:
    phone = tx.phones.get(renewal.phone_id)
    device = tx.devices.get(text(request.fields, "device", 26))
    if phone is None or not renewals.pins_left(phone):
        return Refusal(PINS_SPENT, "pins.spent")
    if device is None or device.id != renewal.device_id or device.state != "active":
        return Refusal(FIELDS, "fields.device")
    key = kit.vault.user_key("proof", device.secret, device.user_id, device.phone_id)
    if hmac.compare_digest(hmac.digest(key, request.message, "sha256"), request.hmac):
        return None
    refused = wrong_pin(kit, tx, device, phone, "transfer.mismatch")
    if refused.kind is not PIN_WRONG:
        tx.renewals.move(renewal.id, "scanned", "void")
    return refused
