"""The end of a recovery: a new password after two proofs; everything else of the account ends, and lower limits follow (S04, S06)."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.recovery import Recovery, enough, restricted
from watchword.core.refusals import PROOFS_MISSING, RECOVERY_GONE, Refusal
from watchword.core.users import User
from watchword.flows import letters, new_passwords, password_step
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.recovery import opened


@dataclass(frozen=True, slots=True)
class Recovered:
    """The password was set. `limited_until` is when the lower limits end, `lang` and `zone` are the person's."""

    user: User
    limited_until: int


def set_password(kit: Kit, collector: str, password: str, visit: Visit) -> Recovered | Refusal:
    """The new password. Whatever is wrong with it can be mended until the recovery's time is over."""
    with kit.store.write() as tx:
        found = _proven(kit, tx, collector)
        if isinstance(found, Refusal):
            return found
        user = found[1]
        earlier, known = tx.history.of(user.id), new_passwords.own_on_file(kit, tx, user)
    refused = new_passwords.refused(kit, password, known)
    if refused is not None:
        return refused
    encoded = new_passwords.hashed(kit, user, earlier, password)
    return encoded if isinstance(encoded, Refusal) else _put(kit, collector, encoded, visit)


def _proven(kit: Kit, tx: Tx, collector: str) -> tuple[Recovery, User] | Refusal:
    found = opened(kit, tx, collector)
    if isinstance(found, Refusal):
        return found
    recovery, user = found
    if recovery.state != "proven" or not enough(recovery.given, sent_apart=kit.policy.sent_apart):
        return Refusal(PROOFS_MISSING, "recovery.proofs")
    return (recovery, user) if user is not None else Refusal(RECOVERY_GONE, "user.gone")


def _put(kit: Kit, collector: str, encoded: str, visit: Visit) -> Recovered | Refusal:
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = _proven(kit, tx, collector)
        if isinstance(found, Refusal):
            return found
        recovery, user = found
        if not tx.recoveries.move(recovery.id, "proven", "done", ended=now):
            raise RuntimeError("a recovery moved under its lock")
        new_passwords.put(kit, tx, user, encoded, now)
        ended = new_passwords.end_others(kit, tx, user, now)
        password_step.clear_all(kit, tx, user)
        tx.users.set_recovered(user.id, now)
        until = restricted(now, now, kit.policy.recovery_delay_seconds)
        shown = kit.texts.moment(user.lang, until or now, user.zone)
        letters.tell_all(kit, tx, user, "recovered", until=shown)
        fields = {"proofs": recovery.proofs, "sessions": len(ended.sessions)}
        tx.audit.write(AuditRow("recovery.account.done", user.id, recovery.id, fields, visit.personal()), now)
    new_passwords.publish(kit, ended)
    return Recovered(user, until)
