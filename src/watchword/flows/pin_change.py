"""A new PIN in the app: the old one is proven online first, then every user of the phone gets a new secret under the new (DESIGN)."""

from __future__ import annotations

from watchword.core.devices import Device, Phone
from watchword.core.refusals import INVALID, RENEWAL_LIMITED, RENEWAL_SUSPENDED, SIGNATURE, Refusal
from watchword.core.renewals import BEGINS, FINISH_SECONDS, Renewal
from watchword.flows import prove, renewals
from watchword.flows.kit import Kit
from watchword.flows.phone_opening import claim_hash
from watchword.flows.phone_requests import Signed, check_signed, find_phone
from watchword.flows.ports import AuditRow, Tx


def begin(kit: Kit, request: Signed, claim: str) -> Renewal | Refusal:
    """Open a renewal by a right old PIN (`purpose` "change_pin"). The same claim again gets the same one."""
    with kit.store.write() as tx:
        found = proven_by(kit, tx, request, claim, "pin", "change_pin")
        if not isinstance(found, tuple):
            return found
        phone, device, hashed = found
        renewals.void_open(tx, phone.id)
        renewal = renewals.start(
            kit, "pin", "proven", FINISH_SECONDS, user_id=device.user_id, phone_id=phone.id, device_id=device.id,
            to_phone_id=phone.id, claim_hash=hashed, key_x=phone.key_x, key_y=phone.key_y, name=phone.name,
        )  # fmt: skip
        tx.renewals.add(renewal)
        row = AuditRow("renewal.pin.proved", device.user_id, renewal.id, {"kind": "pin"})
        tx.audit.write(row, kit.clock.now())
    return renewal


def proven_by(
    kit: Kit, tx: Tx, request: Signed, claim: str, kind: str, purpose: str
) -> tuple[Phone, Device, bytes] | Renewal | Refusal:
    """The phone, the user's device whose PIN was proven, and the claim's hash; or the renewal this claim began already."""
    phone = find_phone(tx, request, lock=True)
    refused = check_signed(kit, phone, request, "prove", fresh=False)
    if refused is not None or phone is None:
        return refused or Refusal(SIGNATURE)
    hashed = claim_hash(claim)
    if hashed is None:
        return Refusal(INVALID, "claim.form", {"field": "claim"})
    for before in tx.renewals.open_of(phone.id):
        if before.claim_hash == hashed and before.kind == kind and kit.clock.now() < before.expires:
            return before
    device = prove.proven(kit, tx, phone, request, purpose)
    if isinstance(device, Refusal):
        return device
    now = kit.clock.now()
    until = tx.rates.take(f"renewal:{phone.id}", BEGINS, now)
    if until:
        return Refusal(RENEWAL_LIMITED, "renewal.begins", {"until": until}, retry_after=until - now)
    user = tx.users.get(device.user_id)
    if user is None or user.state != "active":
        return Refusal(RENEWAL_SUSPENDED, "user.suspended")
    return phone, device, hashed
