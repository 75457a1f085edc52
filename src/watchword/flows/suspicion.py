"""Gathering what `core/suspicion.py` decides from, and what follows from it (S02)."""

from __future__ import annotations

from watchword.core import suspicion
from watchword.core.suspicion import FAILURES, LOCK_SECONDS, NOT_ME_SECONDS, Facts
from watchword.core.users import User
from watchword.flows import owner_notices
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import Checked, subject_of
from watchword.flows.ports import AuditRow, Tx


def reason(kit: Kit, tx: Tx, user: User, checked: Checked, visit: Visit) -> str:
    """Why a login with this right password is asked for more, or ""."""
    now = kit.clock.now()
    failures = max(0, checked.tries.total - 1)
    network_new, place_new = _new(tx, user, visit) if failures >= FAILURES else (False, False)
    facts = Facts(
        browser_known=checked.browser is not None,
        place_new=place_new,
        network_new=network_new,
        failures=failures,
        not_me=_not_me(tx, user, now),
        spraying=checked.network.spraying,
    )
    return suspicion.reason(facts)


def _new(tx: Tx, user: User, visit: Visit) -> tuple[bool, bool]:
    """Whether none of this user's browsers has logged in from this network, or from this place. To somebody without any, nothing is new."""
    browsers = tx.browsers.of_user(user.id)
    if not browsers:
        return False, False
    networks = {network for browser in browsers for network in browser.networks}
    places = {place for browser in browsers for place in browser.places}
    return visit.network_key not in networks, bool(visit.place_key) and visit.place_key not in places


def _not_me(tx: Tx, user: User, now: int) -> int:
    """Seconds since the last *this isn't me*, -1 where there was none of late."""
    if not user.denied_at or now - user.denied_at >= NOT_ME_SECONDS:
        return -1
    times = _not_mes(tx, user.id, now)
    return now - max(times) if times else -1


def _not_mes(tx: Tx, user_id: str, now: int) -> list[int]:
    recent = tx.attempts.recent(user_id, now - NOT_ME_SECONDS)
    return [attempt.decided for attempt in recent if attempt.state == "not_me"]


def after_not_me(kit: Kit, tx: Tx, user: User) -> None:
    """*This isn't me* was said: again within a day, and passwords from unknown browsers are not read for the next one."""
    now = kit.clock.now()
    if not suspicion.locks(len(set(_not_mes(tx, user.id, now)))):
        return
    until = now + LOCK_SECONDS
    tx.tries.lock(subject_of(kit, user.username_key), until, now)
    owner_notices.put(kit, tx, user.id, "locked", until, visit=None, reason="not_me")
    tx.audit.write(AuditRow("account.login.locked", user.id, fields={"reason": "not_me"}), now)
