"""What compliance sees of two people whose device is to be shared: their identification side by side, masked (P07).

Dates of birth are never shown, only whether they agree; numbers show their last three letters or digits and how the rest is written. Who may
not decide sees how alike the fields are, and nothing of what stands in them.
"""

from __future__ import annotations

from dataclasses import replace

from watchword.core import sharing as rules
from watchword.core.sharing import Compared
from watchword.core.staff import may
from watchword.core.staff_requests import StaffRequest
from watchword.flows.ports import Tx
from watchword.flows.staff import access
from watchword.flows.staff.access import Member

HIDDEN = ("birth_date",)
NUMBERS = ("document_number", "tax_number")


def compared(tx: Tx, who: Member, request: StaffRequest) -> tuple[Compared, ...]:
    """Field by field, of the requester and of the owner; () for a request of another kind."""
    owner_id = request.params.get("owner", "")
    people = [tx.users.get(user_id) for user_id in (request.user_id, owner_id)] if owner_id else []
    if not people or None in people:
        return ()
    staff = any(tx.staff.roles(one.id) for one in people if one is not None)
    oneself = any(access.himself(tx, who, one) for one in people if one is not None)
    shown = may("compare", who.roles, oneself=oneself, to_staff=staff)
    found = rules.compare(tx.users.details(request.user_id), tx.users.details(owner_id))
    return tuple(_masked(field) if shown else replace(field, one="", other="") for field in found)


def _masked(field: Compared) -> Compared:
    if field.field in HIDDEN:
        return replace(field, one=_on_file(field.one), other=_on_file(field.other))
    if field.field in NUMBERS:
        return replace(field, one=rules.masked(field.one), other=rules.masked(field.other))
    return field


def _on_file(value: str) -> str:
    """That there is something, whatever it is."""
    return "••••" if rules.normal(value) else ""


def named(tx: Tx, request: StaffRequest) -> dict[str, str]:
    """The parameters in words: whose device it is, and which."""
    owner = tx.users.get(request.params.get("owner", ""))
    sharing = tx.sharings.get(request.params.get("sharing", ""))
    device = tx.devices.get(sharing.owner_device) if sharing is not None else None
    return {"owner": owner.username if owner else "–", "shared_device": device.name if device else "–"}
