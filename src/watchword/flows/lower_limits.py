"""What waits for some time after an account was recovered: whoever did it may not be its owner (S04; THREATS: taking over by recovery).

Every channel on file was told, and the owner has the time to call. Waiting is always a way on; so is staff, who look at who it is.
"""

from __future__ import annotations

from watchword.core.recovery import restricted
from watchword.core.refusals import ENROLMENT_DELAYED, RECOVERY_DELAY, Refusal
from watchword.core.users import User
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx

LOOKED_BACK = 50  # requests of staff about one person


def binding(kit: Kit, user: User) -> Refusal | None:
    """Refuse, for some time after a recovery, what it could be abused for: numbers, mail, devices, security questions."""
    now = kit.clock.now()
    until = restricted(user.recovered, now, kit.policy.recovery_delay_seconds)
    return Refusal(RECOVERY_DELAY, "recovery.delay", {"until": until}, retry_after=until - now) if until else None


def first_key(kit: Kit, tx: Tx, user: User, visit: Visit | None = None) -> Refusal | None:
    """Refuse, for some time after a recovery, a Key to somebody who has none (THREATS: taking over by recovery).

    What set the password, a number and a mailbox say, would else give both elements. Whom staff looked at since then, two of them, goes on.
    With `visit` it is written down, as a login that ended here.
    """
    waits = binding(kit, user)
    if waits is None:
        return None
    about = tx.staff.requests_about(user.id, LOOKED_BACK)
    if any(
        one.kind == "restart_enrolment" and one.state == "approved" and one.decided >= user.recovered for one in about
    ):
        return None
    if visit is not None:
        tx.audit.write(AuditRow("login.enrolment.delayed", user.id, personal=visit.personal()), kit.clock.now())
    return Refusal(ENROLMENT_DELAYED, "enrolment.delayed", waits.params, retry_after=waits.retry_after)
