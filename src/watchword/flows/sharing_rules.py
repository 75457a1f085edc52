"""What the conditions of a sharing are judged from, asked at every step and again when it is approved (P02-P04)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from watchword.core import sharing as rules
from watchword.core.devices import RECOVERY_CODE, Device
from watchword.core.orders import OPEN
from watchword.core.refusals import (
    CONFIRM_FIRST,
    DEVICE_WEAK,
    ENROLMENT_HELD,
    PROOF_FIRST,
    SHARE_ACCOUNT,
    SHARE_AGAIN,
    SHARE_CIRCLE,
    SHARE_IDENTITY,
    SHARE_NO_DEVICE,
    SHARE_ONESELF,
    SHARE_OWNER,
    SHARE_PENDING,
    SHARE_REPLACED,
    SHARE_TEMPORARY,
    SHARE_WEAK,
    Kind,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.sharing import Participant, Sharing, Verdict
from watchword.core.users import User
from watchword.flows import changes, lower_limits, offers, reach
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx

FAULTS: Mapping[str, Kind] = MappingProxyType(
    {
        "oneself": SHARE_ONESELF,
        "again": SHARE_AGAIN,
        "no_device": SHARE_NO_DEVICE,
        "account": SHARE_ACCOUNT,
        "temporary": SHARE_TEMPORARY,
        "weak": SHARE_WEAK,
        "identity": SHARE_IDENTITY,
    }
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Two users whose rows are locked, and the owner's device: they may share it. `waits` says that compliance looks at it first."""

    device: Device
    waits: bool


def locked(tx: Tx, *user_ids: str) -> dict[str, User]:
    """These users, locked in the one order that never meets itself from the other side; those that are gone or suspended are left out."""
    found = {user_id: tx.users.lock(user_id) for user_id in sorted(set(user_ids))}
    return {user_id: user for user_id, user in found.items() if user is not None and user.state == "active"}


def may(kit: Kit, tx: Tx, session: Session, user: User) -> Refusal | None:
    """Whether this session may put another's device in place for its user now, as it may put in place one of his own.

    Without a device that is a code to what was on file (H01): the owner of the other device may be a colleague of the same firm.
    """
    if session.kind != "enrolment":
        return changes.refusal(kit, tx, session, user, binding=True)
    if tx.staff.held(user.id):
        return Refusal(ENROLMENT_HELD, "enrolment.held")
    refused = changes.by_primary(tx, user) or lower_limits.first_key(kit, tx, user)
    if refused is not None:
        return refused
    if not offers.may_offer(session):
        return Refusal(PROOF_FIRST, "session.unproved")
    devices = reach.answering(kit, tx, user.id)
    if any(one.kind != RECOVERY_CODE and one.added_in != session.id for one in devices):
        return Refusal(CONFIRM_FIRST, "device.exists")  # meanwhile there is one to log in with, and to show
    return None


def stands(kit: Kit, tx: Tx, user: User, *, but: str = "") -> Refusal | None:
    """What stands in the way on the requester's own side, whatever device it would be; `but` is the sharing that is gone on with."""
    now = kit.clock.now()
    devices = tx.devices.of_user(user.id)
    if rules.shares(devices):
        return Refusal(SHARE_AGAIN, "sharing.active")
    mine = [one for one in tx.sharings.of_user(user.id) if one.id != but]
    if any(rules.state_at(one, now) == "pending" for one in mine):
        return Refusal(SHARE_PENDING, "sharing.pending")
    if rules.temporary(devices, now):
        return Refusal(SHARE_TEMPORARY, "requester.temporary")
    if any(_open(kit, one) for one in tx.sharings.of_owner(user.id)):
        return Refusal(SHARE_CIRCLE, "requester.is_owner")
    return None


def _open(kit: Kit, one: Sharing) -> bool:
    return rules.state_at(one, kit.clock.now()) in ("pending", "active")


def offered(kit: Kit, tx: Tx, user: User, owner: User) -> Device | Refusal:
    """The device that an owner can share, where levels alone do not stand in the way: the page that asks it shows its kind anyway."""
    now = kit.clock.now()
    held = tx.devices.of_user(owner.id)
    device = rules.offered(held, now)
    if device is None:
        return Refusal(SHARE_CIRCLE if rules.shares(held) else SHARE_NO_DEVICE, "owner.no_device")
    requester = Participant(user.id, user.kind, tx.devices.of_user(user.id))
    if rules.weaker(device, (requester,), now):
        return Refusal(SHARE_WEAK, "requester.stronger")
    # Whoever chose that nothing which can be read out answers for him is asked for no card, whatever the other user chose.
    for floor in (user.floor, owner.floor):
        if not reach.above(kit.factors, (device,), floor, action="login"):
            return Refusal(DEVICE_WEAK, "device.below_floor")
    return device


def judge(kit: Kit, tx: Tx, user: User, owner: User, device_id: str, *, but: str = "") -> Judged | Refusal:
    """Whether these two, whose rows are locked, may share this device now. Says nothing of what is on file beyond yes and no."""
    now = kit.clock.now()
    refused = stands(kit, tx, user, but=but)
    if refused is not None:
        return refused
    found = offered(kit, tx, user, owner)
    if isinstance(found, Refusal):
        return found
    device = tx.devices.get(device_id, lock=True)
    if device is None or device.user_id != owner.id:
        return Refusal(SHARE_NO_DEVICE, "device.other")
    verdict: Verdict = rules.identity(tx.users.details(user.id), tx.users.details(owner.id))
    fault = rules.fault(
        Participant(user.id, user.kind, tx.devices.of_user(user.id)),
        Participant(owner.id, owner.kind, tx.devices.of_user(owner.id)),
        _others(tx, device, user),
        device,
        verdict,
        now,
    )
    if fault:
        return Refusal(FAULTS[fault], f"sharing.{fault}")
    if _replaced(tx, owner, device):
        return Refusal(SHARE_REPLACED, "owner.replacing")
    if lower_limits.binding(kit, owner) is not None or owner.flagged:
        return Refusal(SHARE_OWNER, "owner.recovered")
    staff = bool(tx.staff.roles(user.id) or tx.staff.roles(owner.id))
    return Judged(device, rules.waits(verdict, always=kit.policy.sharing_always, staff=staff))


def _others(tx: Tx, device: Device, user: User) -> tuple[Participant, ...]:
    ids = {one.user_id for one in tx.sharings.of_device(device.id, "active")} - {user.id}
    found = (tx.users.get(user_id) for user_id in sorted(ids))
    return tuple(Participant(one.id, one.kind, tx.devices.of_user(one.id)) for one in found if one is not None)


def _replaced(tx: Tx, owner: User, device: Device) -> bool:
    """Whether another is on its way in the place of this one: a card always takes the place of the one before, a token of the one named."""
    return any(
        order.state in OPEN and (order.replaces == device.id or order.kind == device.kind == "code_card")
        for order in tx.orders.of_user(owner.id)
    )
