"""Passwords counted by address and by network, whatever names they are for (THREATS: credential stuffing, spraying)."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.throttle import SECONDS, Limit, Seen, over, spraying
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx


@dataclass(frozen=True, slots=True)
class Counted:
    """What one try was counted under. `until` is when passwords from there are read again, 0 for now."""

    seen: tuple[tuple[str, Seen], ...] = ()
    until: int = 0
    spraying: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The counters' keys."""
        return tuple(key for key, _ in self.seen)


EXEMPT = Counted()


def take(kit: Kit, tx: Tx, visit: Visit) -> Counted:
    """Count one password from an unknown browser, before it is compared."""
    now, limits = kit.clock.now(), kit.policy.throttle
    counted = []
    until, sprays = 0, False
    for key, limit in ((f"address|{visit.address}", limits.address), (f"network|{visit.network_key}", limits.network)):
        seen = tx.protection.take(key, now)
        counted.append((key, seen))
        sprays = sprays or spraying(seen, limit)
        if over(seen, limit):
            until = max(until, seen.started + SECONDS)
            _note(tx, visit, seen, limit, now)
    return Counted(tuple(counted), until, sprays)


def _note(tx: Tx, visit: Visit, seen: Seen, limit: Limit, now: int) -> None:
    """Once an hour: a flood of refusals must not become a flood of rows."""
    if seen.tries == limit.tries + 1 or (
        seen.names >= limit.names and tx.claims.spend(_once(visit, seen), now + SECONDS)
    ):
        fields = {"tries": seen.tries, "names": seen.names}
        tx.audit.write(AuditRow("login.network.throttled", fields=fields, personal=visit.personal()), now)


def _once(visit: Visit, seen: Seen) -> str:
    return f"throttled|{visit.network_key}|{seen.started}"


def failed(tx: Tx, counted: Counted, subject: bytes, now: int) -> None:
    """The password was wrong: this name is one more that failed from there, the first time in the hour."""
    for key, seen in counted.seen:
        if tx.claims.spend(f"failed|{key}|{seen.started}|{subject.hex()[:32]}", now + SECONDS):
            tx.protection.name(key)


def refund(tx: Tx, counted: Counted) -> None:
    """The password was right, or never compared."""
    if counted.seen:
        tx.protection.refund(counted.keys)
