"""The common end of a new PIN, a transfer and a recovery: new secrets handed out, kept by the phone, and only then valid (spec.md 5.8).

Locks: user, phone, renewal, device. The phone of the old secrets is locked in every step, so steps of one phone never overlap.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any

from watchword.core.devices import SIGNED_WRONG_LIMIT, Phone
from watchword.core.encoding import b64u
from watchword.core.refusals import FIELDS, RENEWAL_DONE, RENEWAL_EARLY, RENEWAL_OVER, SIGNATURE, Refusal
from watchword.core.renewals import FINISH_SECONDS, MOST_ASKED, OPEN, Renewal, state_at
from watchword.core.users import Contact, Details, User
from watchword.flows.kit import Kit
from watchword.flows.phone_opening import claim_hash
from watchword.flows.phone_requests import Signed, check_header, text
from watchword.flows.ports import AuditRow, Tx

People = tuple[tuple[User, Details, tuple[Contact, ...]], ...]


def start(kit: Kit, kind: str, state: str, life: int, **fields: Any) -> Renewal:
    """A fresh row."""
    now = kit.clock.now()
    empty = Renewal(
        id=kit.entropy.id(), kind=kind, state=state, user_id="", phone_id="", device_id="", to_phone_id="", claim_hash=b"",
        secret_hash=b"", key_x=b"", key_y=b"", name="", platform="", devices=(), contact_id="", turn=0, wrong=0, created=now,
        expires=now + life,
    )  # fmt: skip
    return replace(empty, **fields)


def locked(kit: Kit, tx: Tx, renewal_id: str, *, user: bool = False) -> tuple[Renewal, Phone] | Refusal:
    """A renewal and the phone of its old secrets, both locked, in the order of locks; time is taken into account."""
    seen = tx.renewals.get(renewal_id) if len(renewal_id) == 26 else None
    if seen is None:
        return Refusal(RENEWAL_OVER, "renewal.unknown")
    if user:
        tx.users.lock(seen.user_id)
    phone = tx.phones.get(seen.phone_id, lock=True)
    found = tx.renewals.get(renewal_id, lock=True)
    if phone is None or found is None:
        return Refusal(RENEWAL_OVER, "renewal.gone")
    return replace(found, state=state_at(found, kit.clock.now())), phone


def claimed(kit: Kit, renewal: Renewal, claim: str) -> Refusal | None:
    """Whether this claim is the one that the renewal is bound to."""
    hashed = claim_hash(claim)
    right = hashed is not None and hmac.compare_digest(renewal.claim_hash, hashed)
    return None if right else Refusal(RENEWAL_OVER, "claim.foreign")


def by_receiver(kit: Kit, renewal: Renewal, request: Signed, kind: str) -> Refusal | None:
    """The phone that gets the new secrets signed this."""
    if not renewal.key_x or not kit.vault.verify(renewal.key_x, renewal.key_y, request.message, request.signature):
        return Refusal(SIGNATURE, "signature.wrong")
    return check_header(kit, request, kind, fresh=False)


def void_open(tx: Tx, phone_id: str) -> None:
    """A new one begins: what this phone had begun before and not finished ends."""
    for renewal in tx.renewals.open_of(phone_id):
        if tx.renewals.move(renewal.id, renewal.state, "void"):
            forget(tx, renewal)


def void_recoveries(tx: Tx, user_id: str, now: int) -> None:
    """End what was begun to recover this user's Key: it stood on a password that counts no more. The caller has locked the user's row, and
    maybe an attempt, after which no phone may be locked; the renewal's own row is enough against the step that hands out."""
    for seen in tx.renewals.recoveries_of(user_id):
        renewal = tx.renewals.get(seen.id, lock=True)
        if renewal is not None and renewal.state in OPEN and tx.renewals.move(renewal.id, renewal.state, "void"):
            forget(tx, renewal, now)


def forget(tx: Tx, renewal: Renewal, now: int = 0) -> None:
    """What was handed out and never confirmed is worth nothing from now on."""
    for old, new in renewal.devices:
        if old == new:
            tx.devices.set_pending(old, None)
        else:
            tx.devices.move(new, "issued", "dropped", now)
    if renewal.devices and renewal.to_phone_id != renewal.phone_id:
        close_empty(tx, renewal.to_phone_id)


def close_empty(tx: Tx, phone_id: str) -> None:
    """A phone without a user that works has ended: nothing is sent to it, nothing of it is accepted."""
    if not any(device.state in ("active", "issued") for device, _ in tx.devices.of_phone(phone_id)):
        tx.phones.set(phone_id, state="ended")
        tx.phones.set_push(phone_id, None)


def state(kit: Kit, request: Signed) -> tuple[Renewal, People] | Refusal:
    """How far a renewal is, for either phone; the receiving one also gets what the PIN guidelines are made of, once it is proven."""
    with kit.store.write() as tx:
        found = locked(kit, tx, text(request.fields, "renewal", 26))
        if isinstance(found, Refusal):
            return found
        renewal, phone = found
        receives = bool(renewal.key_x) and kit.vault.verify(
            renewal.key_x, renewal.key_y, request.message, request.signature
        )
        if not receives and not kit.vault.verify(phone.key_x, phone.key_y, request.message, request.signature):
            return Refusal(SIGNATURE, "signature.wrong")
        refused = check_header(kit, request, "renewal")
        if refused is not None:
            return refused
        if not receives or renewal.state not in ("proven", "issued"):
            return renewal, ()
        if renewal.turn >= MOST_ASKED:
            return Refusal(RENEWAL_OVER, "ready.asked_too_often")
        tx.renewals.set(renewal.id, turn=renewal.turn + 1)
        return renewal, tuple(
            (user, tx.users.details(user.id), tx.contacts.of(user.id)) for user in _concerned(tx, renewal)
        )


def _concerned(tx: Tx, renewal: Renewal) -> tuple[User, ...]:
    if renewal.kind == "recovery":
        user = tx.users.get(renewal.user_id)
        return (user,) if user else ()
    return tuple(user for device, user in tx.devices.of_phone(renewal.phone_id) if device.state == "active")


def complete(kit: Kit, request: Signed, claim: str) -> dict[str, Any] | Refusal:
    """Hand out the new secrets, all in one transaction: the same phone asking again gets the same answer."""
    with kit.store.write() as tx:
        found = locked(kit, tx, text(request.fields, "renewal", 26))
        if isinstance(found, Refusal):
            return found
        renewal, phone = found
        refused = claimed(kit, renewal, claim) or by_receiver(kit, renewal, request, "renew")
        if refused is not None:
            return refused
        if renewal.state in ("offered", "scanned"):
            return Refusal(RENEWAL_EARLY, "renewal.not_approved")
        if renewal.state not in ("proven", "issued") or phone.state != "active":
            return Refusal(RENEWAL_OVER, f"renewal.{renewal.state}")
        if renewal.state == "proven":
            issued = _issue(kit, tx, renewal, phone)
            if isinstance(issued, Refusal):
                return issued
            renewal = issued
        lines = [_line(tx, renewal, old, new) for old, new in renewal.devices]
    return kit.vault.sign(
        {
            "v": 1, "type": "renewed", "iss": kit.vault.issuer, "renewal": renewal.id, "phone": renewal.to_phone_id,
            "users": [line for line in lines if line is not None], "time": kit.clock.now(),
        }
    )  # fmt: skip


def _line(tx: Tx, renewal: Renewal, old: str, new: str) -> dict[str, str] | None:
    device = tx.devices.get(new)
    user = tx.users.get(device.user_id) if device else None
    secret = (tx.devices.pending(new) if old == new else device.secret) if device else None
    if device is None or user is None or secret is None:
        return None
    names = {"username": user.username, "display_name": user.display_name}
    return {"user": user.id, **names, "device": new, "secret": b64u(secret)}


def _issue(kit: Kit, tx: Tx, renewal: Renewal, phone: Phone) -> Renewal | Refusal:
    now = kit.clock.now()
    active = [device for device, _ in tx.devices.of_phone(phone.id) if device.state == "active"]
    if renewal.kind == "recovery":
        active = [device for device in active if device.id == renewal.device_id]
    if not active:
        return Refusal(RENEWAL_OVER, "devices.none")
    to_phone = renewal.to_phone_id or kit.entropy.id()
    if not renewal.to_phone_id:
        tx.phones.add(
            Phone(to_phone, "active", renewal.key_x, renewal.key_y, renewal.name, renewal.platform, 0, 0, now)
        )
    pairs = []
    for device in active:
        secret = kit.entropy.bytes(32)
        if to_phone == phone.id:
            tx.devices.set_pending(device.id, secret)
            pairs.append((device.id, device.id))
            continue
        new = replace(
            device, id=kit.entropy.id(), phone_id=to_phone, state="issued", name=renewal.name, secret=secret,
            wrong_signed=0, wrong_offline=0, created=now, last_used=0,
        )  # fmt: skip
        tx.devices.add(new)
        pairs.append((device.id, new.id))
    values = {"to_phone_id": to_phone, "devices": tuple(pairs), "expires": now + FINISH_SECONDS}
    if not tx.renewals.move(renewal.id, "proven", "issued", **values):
        return Refusal(RENEWAL_OVER, "renewal.moved")
    row = AuditRow("renewal.secrets.issued", renewal.user_id, renewal.id, {"kind": renewal.kind, "devices": len(pairs)})
    tx.audit.write(row, now)
    return replace(renewal, state="issued", to_phone_id=to_phone, devices=tuple(pairs), expires=now + FINISH_SECONDS)


def expire(kit: Kit, limit: int = 200) -> int:
    """Housekeeping: what ran out of time and handed out secrets takes them along. How many ended."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        overdue = tx.renewals.overdue(now, limit)
    for seen in overdue:
        with kit.store.write() as tx:
            tx.phones.get(seen.phone_id, lock=True)
            renewal = tx.renewals.get(seen.id, lock=True)
            if renewal and renewal.state in OPEN and tx.renewals.move(renewal.id, renewal.state, "expired"):
                forget(tx, renewal, now)
    return len(overdue)


def cancel(kit: Kit, request: Signed) -> Refusal | None:
    """Either phone gives it up; the old secrets stay as they are. Refused when the new ones hold already."""
    with kit.store.write() as tx:
        found = locked(kit, tx, text(request.fields, "renewal", 26))
        if isinstance(found, Refusal):
            return found
        renewal, phone = found
        sides = ((phone.key_x, phone.key_y), (renewal.key_x, renewal.key_y))
        if not any(x and kit.vault.verify(x, y, request.message, request.signature) for x, y in sides):
            return Refusal(SIGNATURE, "signature.wrong")
        refused = check_header(kit, request, "cancel", fresh=False)
        if refused is not None:
            return refused
        if renewal.state == "done":
            return Refusal(RENEWAL_DONE, "renewal.done")
        if renewal.state in OPEN and tx.renewals.move(renewal.id, renewal.state, "void"):
            forget(tx, renewal)
            tx.audit.write(
                AuditRow("renewal.began.void", renewal.user_id, renewal.id, {"kind": renewal.kind}), kit.clock.now()
            )
    kit.events.publish(f"phone:{phone.id}", {"pending": "?"})
    return None


def pins_left(phone: Phone) -> bool:
    """Whether a PIN may still be tried on this phone."""
    return phone.signed_wrong < SIGNED_WRONG_LIMIT


def fields_refusal(reason: str) -> Refusal:
    """A member that is not as it must be."""
    return Refusal(FIELDS, f"fields.{reason}")
