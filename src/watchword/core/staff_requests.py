"""A request of staff: asked for by one, decided by another, done in the transaction of the approval, or over after a day.

Rules this file stands for:
1. A closed request never opens again; the first decision closes it (compare-and-swap on `state`).
2. `approved` means done: what was asked for happens in the same transaction, or the request stays open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from watchword.core.machine import Machine

REQUEST = Machine(
    "staff_request",
    ("open",),
    {
        ("open", "approve"): "approved",
        ("open", "reject"): "rejected",
        ("open", "withdraw"): "withdrawn",
        ("open", "expire"): "expired",
    },
)

LIFE_SECONDS = 24 * 60 * 60
LONGEST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class StaffRequest:
    """One row of `staff_requests`. `user_id` is whom it is about; `params` what the change needs, by kind.

    `reason`, `evidence` and `note` (what the one who decided checked, or why not) are words of staff about a person: stored sealed.
    `caller` are the facts of a confirmation by the caller's Key (core/caller.py), {} where there was none. One without `decided_by` was
    closed by the person himself, who said that nobody of his was calling.
    """

    id: str
    kind: str
    state: str
    user_id: str
    asked_by: str
    asked: int
    expires: int
    decided_by: str
    decided: int
    reason: str
    evidence: str
    params: Mapping[str, str]
    note: str = ""
    caller: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def state_at(request: StaffRequest, now: int) -> str:
    """The state with time taken into account, whether or not the row says so already."""
    if request.state == "open" and now >= request.expires:
        return str(REQUEST.step("open", "expire"))
    return request.state


def words(text: str) -> str:
    """What a member of staff wrote, as it is kept: "" where it is nothing, too short to be a reason, or too long."""
    plain = " ".join(text.split())
    return plain if 3 <= len(plain) <= LONGEST_WORDS else ""
