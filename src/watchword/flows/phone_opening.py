"""How every road begins that starts on a phone with username and password: activating Key, and getting it back (F, L01; spec 5.2, 5.11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from watchword.core.devices import Platform, platform_fault
from watchword.core.encoding import sha256, unb64u
from watchword.core.refusals import (
    ENROLMENT_HELD,
    INVALID,
    PHONE_NO_LOCK,
    PHONE_OLD,
    PHONE_ROOTED,
    Kind,
    Refusal,
)
from watchword.core.users import User
from watchword.flows import networks, password_step
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import Checked
from watchword.flows.ports import AuditRow, Tx

PLATFORM_FAULTS: dict[str, Kind] = {"rooted": PHONE_ROOTED, "old": PHONE_OLD, "no_lock": PHONE_NO_LOCK}
NEEDED = {"ios": "iOS 13.0", "android": "Android 7.0"}
Begun = TypeVar("Begun")


def platform_refusal(platform: Platform) -> Refusal | None:
    """Refuse what a phone itself states to be below the minimum (I01, I02)."""
    fault = platform_fault(platform)
    if fault is None:
        return None
    return Refusal(PLATFORM_FAULTS[fault], f"platform.{fault}", {"needed": NEEDED.get(platform.os, "")})


def claim_hash(claim: object) -> bytes | None:
    """The stored form of a phone's claim, None where it is malformed."""
    raw = unb64u(claim, 16)
    return sha256(raw) if raw else None


def opened(
    kit: Kit, username: str, password: str, platform: Platform, claim: str, visit: Visit,
    then: Callable[[Tx, User, bytes], Begun | Refusal],
) -> Begun | Refusal:  # fmt: skip
    """What `then(tx, user, claim_hash)` gives for a right password, counted as at a login, of somebody who may set up a phone now."""
    hashed = claim_hash(claim)
    if hashed is None:
        return Refusal(INVALID, "claim.form", {"field": "claim"})
    checked = password_step.check(kit, username, password, visit)
    if isinstance(checked, Refusal):
        return checked
    with kit.store.write() as tx:
        user = _usable(kit, tx, checked, platform, visit)
        result = user if isinstance(user, Refusal) else then(tx, user, hashed)
    networks.told(kit, checked.user.id, result)
    return result


def _usable(kit: Kit, tx: Tx, checked: Checked, platform: Platform, visit: Visit) -> User | Refusal:
    user = networks.admit(kit, tx, checked, visit)
    if isinstance(user, Refusal):
        return user
    refused = platform_refusal(platform)
    if refused is not None:
        tx.audit.write(AuditRow("enrolment.phone.refused", user.id, "", {"reason": refused.reason}), kit.clock.now())
        return refused
    if tx.staff.held(user.id):
        tx.audit.write(AuditRow("login.enrolment.held", user.id, personal=visit.personal()), kit.clock.now())
        return Refusal(ENROLMENT_HELD, "enrolment.held")
    return user
