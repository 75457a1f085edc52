"""What *not me* ends, whoever says it of whatever attempt (THREATS: a stolen password; spec.md 6.4)."""

from __future__ import annotations

from watchword.core.attempts import Attempt
from watchword.core.caller import ACTION
from watchword.core.devices import IN_USE
from watchword.core.enrolments import LIVE
from watchword.flows import caller, letters, order_ends, renewals, sharing_ends, suspicion, withdrawal_signing
from watchword.flows.endings import close_beside
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx


def report(kit: Kit, tx: Tx, attempt: Attempt, now: int) -> None:
    """Someone has the password: the session this login gave ends, every other open attempt closes, what was signed in that session and not
    yet collected is taken back, and every channel is told. The user's row is locked, and so is the attempt, which has moved."""
    close_beside(tx, attempt, now)  # before any device is locked: an answer on its way takes its attempt first too
    if attempt.session_id:
        tx.sessions.end(attempt.session_id, now)
        _undo_enrolments(kit, tx, attempt, now)
    if attempt.action == ACTION:
        caller.alarm(kit, tx, attempt, now, reason="not_me")
        return
    user = tx.users.get(attempt.user_id)
    if user is None:
        return
    if (
        attempt.action == "recover" and attempt.state != "collected"
    ):  # the password was not known, and nothing was changed
        letters.tell_all(kit, tx, user, "recovery_stopped")
        return
    if attempt.session_id:
        withdrawal_signing.recall(kit, tx, user, attempt.session_id, now)
    renewals.void_recoveries(tx, user.id, now)
    tx.users.set_flagged(user.id, now)
    letters.tell_all(kit, tx, user, "not_me")
    suspicion.after_not_me(kit, tx, user)


def _undo_enrolments(kit: Kit, tx: Tx, attempt: Attempt, now: int) -> None:
    """Devices that the stranger's session put in place go with it: every one, since a page may offer again after an activation.

    Each row is locked before it is judged, so that a confirmation on its way is either undone here or finds the session ended.
    """
    for device in tx.devices.of_user(attempt.user_id):
        if device.added_in == attempt.session_id:
            sharing_ends.left(kit, tx, device, "not_me")
    # Read anew: a sharing that ended took out of its place what had been put aside for it.
    for device in tx.devices.of_user(attempt.user_id):
        if device.added_in != attempt.session_id or device.shared_from or device.state not in IN_USE:
            continue
        if tx.devices.move(device.id, device.state, "inactive", now):
            order_ends.closed(tx, device.id, "end", now)
            sharing_ends.of_device(kit, tx, device, "not_me")
            tx.audit.write(AuditRow("device.other.ended", attempt.user_id, device.id, {"reason": "not_me"}), now)
    sharing_ends.undo(kit, tx, attempt.user_id, attempt.session_id, now)
    for found in tx.enrolments.all_of_session(attempt.session_id):
        enrolment = tx.enrolments.get(found.id, lock=True)
        if enrolment is None:
            continue
        if enrolment.state in LIVE:
            tx.enrolments.move(enrolment.id, enrolment.state, "void")
        if enrolment.device_id and tx.devices.move(enrolment.device_id, "active", "inactive", now):
            row = AuditRow("device.key.ended", attempt.user_id, enrolment.device_id, {"reason": "not_me"})
            tx.audit.write(row, now)
