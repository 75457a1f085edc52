"""What of the audit a person reads under "Activity": every documented tag is told as a login or as a change, or left out on purpose.

docs/audit-events.md lists the tags; a test holds this table and the texts `activity.<tag>` to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_LOGINS = (
    "login.session.issued", "login.password.refused", "login.password.locked", "login.password.flagged", "login.enrolment.opened",
    "login.device.missing", "login.push.denied", "login.push.not_me", "login.approval.refused", "login.code.refused",
    "login.challenge.refused", "login.device.refused", "login.device.weak",
    "login.offline.paused", "login.attempt.failed", "login.attempt.cancelled", "login.attempt.expired",
    "login.attempt.lapsed", "login.enrolment.held", "login.enrolment.delayed", "login.network.refused", "account.login.locked",
    "recovery.account.begun", "recovery.proof.accepted", "recovery.proof.refused", "recovery.account.done",
    "recovery.account.cancelled", "recovery.account.expired", "recovery.account.failed",
    "session.portal.ended", "session.platform.ended", "session.other.ended", "session.all.ended",
)  # fmt: skip
_CHANGES = (
    "session.proof.repeated", "enrolment.page.offered", "enrolment.page.claimed", "enrolment.page.void", "enrolment.phone.started",
    "enrolment.phone.refused", "enrolment.contact.proved", "device.key.activated", "device.key.ended", "device.key.deactivated",
    "device.passkey.added", "device.passkey.refused", "device.passkey.deactivated", "device.temporary.issued", "device.temporary.ended",
    "device.temporary.deactivated", "device.sms.added", "device.sms.ended", "device.sms.deactivated", "device.app.added", "device.app.refused",
    "device.app.deactivated", "device.recovery.made", "device.recovery.ended", "device.recovery.deactivated",
    "device.card.added", "device.card.refused", "device.card.deactivated", "device.card.shown",
    "device.token.added", "device.token.refused", "device.token.deactivated", "device.other.used_up", "order.device.placed",
    "order.device.withdrawn",
    "staff.order.placed", "staff.order.made", "staff.order.moved",
    "device.other.disabled", "device.other.ended", "device.floor.set", "staff.temporary.issued",
    "device.name.set", "device.pin.proved", "device.push.registered", "device.push.tried", "contact.entry.added", "contact.code.proved",
    "contact.default.set", "contact.entry.removed", "user.account.added", "user.password.set", "user.password.changed", "user.questions.chosen",
    "user.place.set", "user.details.corrected",
    "user.notices.set", "user.primary.set", "user.device.waived", "user.device.required",
    "user.message.sent", "case.thread.opened", "case.message.sent", "case.message.answered", "case.state.changed",
    "case.thread.viewed", "case.picture.viewed", "device.push.tested", "renewal.began.void", "renewal.pin.done", "renewal.recovery.refused",
    "renewal.recovery.started", "renewal.recovery.opened", "renewal.recovery.declined", "renewal.recovery.done",
    "renewal.transfer.offered", "renewal.transfer.approved", "renewal.transfer.done", "session.staff.ended", "staff.account.suspended",
    "staff.account.reinstated", "staff.enrolment.restarted", "staff.interview.held", "staff.lock.cleared", "staff.number.changed",
    "staff.password.reset", "staff.phone.lost", "staff.request.opened", "staff.request.approved", "staff.request.rejected",
    "staff.roles.changed", "staff.member.invited", "staff.sessions.ended", "staff.caller.asked", "staff.caller.confirmed", "staff.caller.alarmed",
    "account.networks.changed", "account.limits.changed", "withdrawal.amount.reserved", "withdrawal.amount.refused",
    "withdrawal.amount.authorised", "withdrawal.amount.cancelled", "withdrawal.amount.expired", "withdrawal.amount.collected",
    "withdrawal.amount.recalled", "withdrawal.amount.disowned",
    "device.other.kept", "device.other.resumed",
    "sharing.owner.named", "sharing.owner.shown", "sharing.owner.refused", "sharing.owner.given", "sharing.owner.ended",
    "sharing.request.refused", "sharing.request.waiting", "sharing.request.closed", "sharing.device.shared", "sharing.device.ended",
    "sharing.device.moved", "sharing.device.lost",
)  # fmt: skip
KINDS: Mapping[str, str] = MappingProxyType({**dict.fromkeys(_LOGINS, "login"), **dict.fromkeys(_CHANGES, "change")})

# Steps on the way, whose outcome has a row of its own; codes, whose message was its own notice; and what staff look at in their work,
# which the audit keeps for those who watch over staff.
UNTOLD = frozenset(
    {
        "login.attempt.opened", "login.held.opened", "login.push.repeated", "login.qr.shown", "login.challenge.shown", "login.push.approved",
        "login.code.accepted", "login.challenge.accepted", "login.device.accepted", "enrolment.code.proved", "enrolment.secret.issued",
        "code.start.sent", "code.login.sent", "code.proof.sent", "code.activation.sent", "code.contact.sent", "code.start.refused", "code.proof.refused",
        "code.activation.refused", "code.contact.refused", "code.send.limited", "code.recover.sent", "code.recover.refused", "recovery.key.asked",
        "code.key_recovery.sent", "code.key_recovery.refused", "renewal.pin.proved", "renewal.secrets.issued", "renewal.transfer.scanned",
        "staff.action.refused", "staff.administrator.first", "staff.glass.broken", "staff.link.offered", "staff.link.opened",
        "staff.link.refused", "staff.link.void", "staff.login.refused", "staff.members.listed",
        "staff.people.searched", "staff.person.shown", "staff.request.failed", "staff.request.shown", "staff.request.withdrawn",
        "staff.requests.listed", "login.network.throttled", "staff.callers.listed", "staff.caller.stopped", "caller.attempt.opened",
        "caller.attempt.expired", "caller.attempt.lapsed", "caller.attempt.failed", "caller.push.approved", "caller.push.denied",
        "caller.push.not_me", "caller.approval.refused", "caller.words.shown", "caller.words.matched", "caller.words.differed",
        "audit.log.verified", "audit.log.searched", "audit.log.exported", "audit.proof.made", "audit.head.shown", "audit.key.rotated",
        "audit.personal.erased", "user.name.released", "staff.orders.listed", "token.stock.imported",
        "staff.audit.searched", "staff.audit.exported", "staff.audit.shown", "staff.log.shown",
    }
)  # fmt: skip

# What its person should look at twice.
ALARMING = frozenset(
    {
        "login.password.refused", "login.password.locked", "login.password.flagged", "login.push.denied", "login.push.not_me",
        "login.approval.refused", "login.code.refused", "login.challenge.refused", "login.device.refused", "login.offline.paused",
        "device.other.disabled", "device.other.ended", "device.passkey.refused",
        "device.card.refused", "device.token.refused", "device.card.shown", "staff.temporary.issued",
        "login.attempt.failed",
        "login.network.refused", "account.login.locked",
        "device.key.ended", "enrolment.page.void", "enrolment.phone.refused", "recovery.account.begun", "recovery.proof.refused",
        "recovery.account.failed", "renewal.recovery.refused", "renewal.recovery.started", "staff.interview.held",
        "staff.caller.alarmed", "withdrawal.amount.refused", "sharing.owner.named", "sharing.owner.refused", "sharing.device.lost",
    }
)  # fmt: skip


def tags(only: str = "") -> tuple[str, ...]:
    """The tags of a filter: `login`, `change`, or all that are told."""
    return tuple(tag for tag, kind in KINDS.items() if not only or kind == only)
