"""Where a phone wants its pushes (B03; protocol/spec.md 6.6)."""

from __future__ import annotations

from collections.abc import Callable

from watchword.core.encoding import unb64u
from watchword.core.refusals import PUSH_ENDPOINT, SIGNATURE, Refusal
from watchword.flows.kit import Kit
from watchword.flows.phone_requests import Signed, check_signed, find_phone, text
from watchword.flows.ports import AuditRow


def register(kit: Kit, request: Signed, fault_of: Callable[[str], str | None]) -> Refusal | None:
    """Keep or end a phone's push subscription. `fault_of` tells why an endpoint is not allowed (THREATS: SSRF)."""
    fields = request.fields
    endpoint = text(fields, "endpoint", 2048)
    with kit.store.write() as tx:
        phone = find_phone(tx, request)
        refused = check_signed(kit, phone, request, "push")
        if refused is not None or phone is None:
            return refused or Refusal(SIGNATURE)
        if not endpoint:
            tx.phones.set_push(phone.id, None)
            return None
        fault = fault_of(endpoint)
        if fault is None and (unb64u(fields.get("p256dh"), 65) is None or unb64u(fields.get("auth"), 16) is None):
            fault = "keys"
        if fault is not None:
            return Refusal(PUSH_ENDPOINT, f"push.{fault}")
        target = {"endpoint": endpoint, "p256dh": text(fields, "p256dh"), "auth": text(fields, "auth")}
        tx.phones.set_push(phone.id, target)
        tx.audit.write(AuditRow("device.push.registered", "", phone.id), kit.clock.now())
    return None
