"""A test of notifications, asked for in the app (L06; protocol/spec.md 6.7): it takes the whole way that a login's push takes."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.pushes import TESTS
from watchword.core.refusals import PUSH_TEST_LIMITED, PUSH_TEST_NONE, SIGNATURE, Refusal
from watchword.flows import letters
from watchword.flows.kit import Kit
from watchword.flows.phone_requests import Signed, check_signed, find_phone
from watchword.flows.ports import AuditRow


@dataclass(frozen=True, slots=True)
class Asked:
    """The id that the push will carry."""

    id: str


def send(kit: Kit, request: Signed) -> Asked | Refusal:
    """Put one push into the outbox; 3 in 10 minutes for a phone."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        phone = find_phone(tx, request)
        refused = check_signed(kit, phone, request, "push_test")
        if refused is not None or phone is None:
            return refused or Refusal(SIGNATURE)
        owner = next((user for device, user in tx.devices.of_phone(phone.id) if device.state == "active"), None)
        if owner is None or tx.phones.push_target(phone.id) is None:
            return Refusal(PUSH_TEST_NONE, "push.none")
        until = tx.rates.take(f"push-test:{phone.id}", TESTS, now)
        if until:
            return Refusal(PUSH_TEST_LIMITED, "push.tests", {"until": until}, retry_after=until - now)
        opaque = f"test-{kit.entropy.id()}"
        letters.wake_phone(kit, tx, owner, phone.id, opaque)
        tx.audit.write(AuditRow("device.push.tested", owner.id, phone.id), now)
    return Asked(opaque)
