"""What each role of the institution's staff may do, ask for and approve, as tables (THREATS: malicious or fooled staff).

The rules this file stands for:
1. What a role is not named for, it may not do; nobody without a role does anything.
2. What weakens an account is asked for by one person and approved by another, who is neither the one who asked nor the one it is about.
3. The accounts of staff are no ordinary accounts: changes to them are approved by an administrator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

CLIENT_SERVICES, COMPLIANCE, AUDITOR, ADMINISTRATOR = "client_services", "compliance", "auditor", "administrator"
ROLES = (CLIENT_SERVICES, COMPLIANCE, AUDITOR, ADMINISTRATOR)

SESSION_KIND = "staff"
EMERGENCY = "emergency"  # the amr of a session that the operator opened by breaking the glass

Roles = frozenset[str]
_EVERYONE = frozenset(ROLES)

# What a role may do by itself: reading, and what only strengthens an account or restores what a person had.
DOES: Mapping[str, Roles] = MappingProxyType(
    {
        "find": frozenset({CLIENT_SERVICES, COMPLIANCE, AUDITOR}),
        "show": frozenset({CLIENT_SERVICES, COMPLIANCE, AUDITOR}),
        "unlock": frozenset({CLIENT_SERVICES, COMPLIANCE}),
        "end_sessions": frozenset({CLIENT_SERVICES, COMPLIANCE}),
        "lost_phone": frozenset({CLIENT_SERVICES, COMPLIANCE}),
        "suspend": frozenset({CLIENT_SERVICES, COMPLIANCE}),
        "interview": frozenset({CLIENT_SERVICES}),
        "orders": frozenset({CLIENT_SERVICES, COMPLIANCE, AUDITOR}),
        "order": frozenset({CLIENT_SERVICES, COMPLIANCE}),
        "make": frozenset({CLIENT_SERVICES, COMPLIANCE}),
        "compare": frozenset({COMPLIANCE}),
        "caller": frozenset({CLIENT_SERVICES, COMPLIANCE}),
        "callers": frozenset({COMPLIANCE, AUDITOR}),
        "requests": _EVERYONE,
        "members": frozenset({ADMINISTRATOR, AUDITOR}),
        "audit": frozenset({AUDITOR, COMPLIANCE}),
        "cases": frozenset({CLIENT_SERVICES, COMPLIANCE, AUDITOR}),
        "answer": frozenset({CLIENT_SERVICES, COMPLIANCE}),
    }
)
# The same where the person is a member of staff: an agent must not be able to shut administrators out.
DOES_TO_STAFF: Mapping[str, Roles] = MappingProxyType(
    {
        "show": _EVERYONE,
        "unlock": frozenset({COMPLIANCE, ADMINISTRATOR}),
        "end_sessions": frozenset({COMPLIANCE, ADMINISTRATOR}),
        "lost_phone": frozenset({COMPLIANCE, ADMINISTRATOR}),
        "suspend": frozenset({COMPLIANCE, ADMINISTRATOR}),
        "interview": frozenset({CLIENT_SERVICES, ADMINISTRATOR}),
        "compare": frozenset({ADMINISTRATOR}),
    }
)
NEVER_TO_ONESELF = frozenset({"unlock", "suspend", "interview", "caller", "answer", "order", "make", "compare"})


@dataclass(frozen=True, slots=True)
class FourEyes:
    """Who may ask for a kind of change and who may approve it."""

    asks: Roles
    approves: Roles


_OF_ACCOUNTS = FourEyes(frozenset({CLIENT_SERVICES}), frozenset({COMPLIANCE}))

KINDS: Mapping[str, FourEyes] = MappingProxyType(
    {
        "restart_enrolment": _OF_ACCOUNTS,
        "reset_password": _OF_ACCOUNTS,
        "temporary_code": _OF_ACCOUNTS,
        "change_number": _OF_ACCOUNTS,
        "networks": _OF_ACCOUNTS,
        "share_device": FourEyes(frozenset(), frozenset({COMPLIANCE})),
        "reinstate": FourEyes(frozenset({CLIENT_SERVICES, COMPLIANCE}), frozenset({COMPLIANCE})),
        "invite": FourEyes(frozenset({ADMINISTRATOR}), frozenset({ADMINISTRATOR})),
        "roles": FourEyes(frozenset({ADMINISTRATOR}), frozenset({ADMINISTRATOR})),
    }
)


# What a person asks for himself, at the portal: his asking is one of the two, and one of compliance the other.
BY_PERSON = frozenset({"share_device"})

# What hands somebody who calls a way in: the agent has held the guided interview with him before (core/interviews.py).
AFTER_INTERVIEW = frozenset({"reset_password", "temporary_code"})


def known(names: Iterable[str]) -> Roles | None:
    """A set of roles from their names, None where one is no role."""
    found = frozenset(names)
    return found if found <= _EVERYONE else None


def may(action: str, roles: Roles, *, oneself: bool = False, to_staff: bool = False) -> bool:
    """Whether somebody with these roles may do this by himself. Raises KeyError for what is no action."""
    allowed = DOES[action]
    if oneself and action in NEVER_TO_ONESELF:
        return False
    if to_staff:
        allowed = DOES_TO_STAFF.get(action, allowed)
    return bool(roles & allowed)


def may_ask(kind: str, roles: Roles, *, oneself: bool, about_staff: bool) -> bool:
    """Whether somebody with these roles may ask for this; never about himself. Raises KeyError for what is no kind."""
    rule = KINDS[kind]
    allowed = rule.asks | {ADMINISTRATOR} if about_staff and kind not in BY_PERSON else rule.asks
    return not oneself and bool(roles & allowed)


def may_approve(kind: str, roles: Roles, *, asked_it: bool, oneself: bool, about_staff: bool) -> bool:
    """Whether somebody with these roles may approve or reject this; never what he asked for himself or what is about him."""
    rule = KINDS[kind]
    allowed = frozenset({ADMINISTRATOR}) if about_staff else rule.approves
    return not asked_it and not oneself and bool(roles & allowed)
