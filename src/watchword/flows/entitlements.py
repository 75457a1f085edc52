"""What an account may do now, for its person, for platforms and for operators (Q01, R01, R02, A12). The rules are core/entitlements.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from watchword.core.entitlements import Entitlements, Limits, Rules, Standing, entitlements
from watchword.core.recovery import restricted
from watchword.core.refusals import INVALID, SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User, username_key
from watchword.factors.registry import level
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.reach import answering

PAGE = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """One account whose entitlements would be others under other rules."""

    user: User
    now: Entitlements
    then: Entitlements


def standing(kit: Kit, tx: Tx, user: User) -> Standing:
    """How an account stands now."""
    delay = kit.policy.recovery_delay_seconds
    return Standing(
        levels=tuple(level(kit.factors, device) for device in answering(kit, tx, user.id)),
        paper=user.kind == "paper",
        opted_out=bool(user.opted_out) and kit.policy.opting_out,
        recovered_until=restricted(user.recovered, kit.clock.now(), delay),
        own=tx.own_limits.of(user.id),
    )


def of(kit: Kit, tx: Tx, user: User) -> Entitlements:
    """What this account may do now."""
    return entitlements(standing(kit, tx, user), kit.policy.entitlements)


def of_session(kit: Kit, session: Session) -> Entitlements | Refusal:
    """What the account of a session may do now."""
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        if user is None or user.state != "active":
            return Refusal(SESSION_ABSENT, "user.gone")
        return of(kit, tx, user)


def opted_out(kit: Kit, session: Session) -> tuple[Entitlements, Entitlements] | Refusal:
    """What the account of a session may do now, and what it might once its person has opted out."""
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        if user is None or user.state != "active":
            return Refusal(SESSION_ABSENT, "user.gone")
        stands = standing(kit, tx, user)
    rules = kit.policy.entitlements
    return entitlements(stands, rules), entitlements(replace(stands, opted_out=True), rules)


def of_name(kit: Kit, username: str) -> tuple[User, Entitlements] | Refusal:
    """For the operator."""
    with kit.store.read() as tx:
        user = tx.users.by_key(username_key(username))
        return (user, of(kit, tx, user)) if user else Refusal(INVALID, "user.unknown", {"field": "username"})


def set_own(kit: Kit, username: str, limits: Limits | None, *, by: str = "operator") -> User | Refusal:
    """Give an account limits of its own in place of those of its devices (R02); None takes them back."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = tx.users.by_key(username_key(username))
        if found is None:
            return Refusal(INVALID, "user.unknown", {"field": "username"})
        tx.own_limits.put(found.id, limits, now)
        fields = {"by": by, "day": limits.day if limits else None, "five_days": limits.five_days if limits else None}
        tx.audit.write(AuditRow("account.limits.changed", found.id, found.id, fields), now)
    return found


def what_if(kit: Kit, rules: Rules) -> Iterator[tuple[int, Sequence[Changed]]]:
    """Everybody under other rules, a page at a time: how many were looked at, and those for whom something would change. Nothing is written."""
    after = ""
    while True:
        with kit.store.read() as tx:
            users = tx.users.page(after, PAGE)
            changed = [one for user in users if (one := _changed(kit, tx, user, rules)) is not None]
        if not users:
            return
        yield len(users), changed
        after = users[-1].username_key


def _changed(kit: Kit, tx: Tx, user: User, rules: Rules) -> Changed | None:
    stands = standing(kit, tx, user)
    now, then = entitlements(stands, kit.policy.entitlements), entitlements(stands, rules)
    same = (now.limits, now.restrictions) == (then.limits, then.restrictions)
    return None if same else Changed(user, now, then)
