"""Opting out of the device at login, and back in (Q01-Q04).

Accepted risk, said to the person on the page: who knows the password and sits at a browser that the person has logged in from gets in.
From any other browser the device is asked for all the same, so a stolen password alone still opens nothing (docs/adr/0020-opting-out.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.entitlements import OPTED_OUT, Limits
from watchword.core.refusals import OPT_OUT_DEVICE, OPT_OUT_REFUSED, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import changes, letters
from watchword.flows.kit import Kit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import AuditRow, Tx


@dataclass(frozen=True, slots=True)
class Opting:
    """The choice as it stands: opted out since when (0: never), whether it can be chosen, and what follows from it."""

    since: int
    possible: bool
    restrictions: tuple[str, ...]
    limits: Limits


def look(kit: Kit, user: User) -> Opting:
    """For the page."""
    rules = kit.policy.entitlements
    possible = kit.policy.opting_out and user.kind == "live"
    since = user.opted_out if possible else 0
    return Opting(since, possible, rules.opted_out_restrictions, rules.limits[OPTED_OUT])


def ready(kit: Kit, session: Session) -> Refusal | None:
    """Why this person can't opt out now, before he looks over what follows from it; None where he can."""
    with kit.store.read() as tx:
        user = changes.ahead(tx, session)
        return user if isinstance(user, Refusal) else _refused(kit, tx, session, user, out=True)


def choose(kit: Kit, session: Session, *, out: bool) -> Refusal | None:
    """Opt out, or back in. Both take the device (Q04): in, because who sits at the open session may not be its person."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        refused = _refused(kit, tx, session, user, out=out)
        if refused or out == bool(user.opted_out):
            return refused
        tx.users.set_opted_out(user.id, now if out else 0)
        letters.tell_all(kit, tx, user, "opted_out" if out else "opted_in")
        waived = AuditRow("user.device.waived", user.id, session.id)
        tx.audit.write(waived if out else AuditRow("user.device.required", user.id, session.id), now)
    return None


def _refused(kit: Kit, tx: Tx, session: Session, user: User, *, out: bool) -> Refusal | None:
    if out and not look(kit, user).possible:
        return Refusal(OPT_OUT_REFUSED, "opting.profile")
    if not active_devices(tx, user.id, kit.clock.now()):
        return Refusal(OPT_OUT_DEVICE, "opting.no_device")
    # Opting in only strengthens the account: the day after a recovery does not stand in its way.
    return changes.refusal(kit, tx, session, user, binding=out)
