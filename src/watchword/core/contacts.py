"""Numbers and mail addresses: which may be added, made the default, and taken away (N01-N04, L02, L04).

A contact is *on file* once it can be trusted: put there by the institution, or shown by a code that was sent to it. One that waits for
its code counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from watchword.core.users import Contact, User

MOST_OF_A_KIND = 5
LONGEST_MAIL = 254  # RFC 5321 section 4.5.3.1.3, less the brackets
# What mail systems deliver to in practice: a dot-atom (RFC 5322 section 3.4.1) at a host name with a dot in it (RFC 1123 section 2.1).
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def mail_address(typed: str) -> str:
    """The address as it is kept, its host in lower case; "" for what cannot be one."""
    local, at, host = typed.strip().rpartition("@")
    labels = host.split(".")
    if not at or len(typed.strip()) > LONGEST_MAIL or len(local) > 64 or not _LOCAL.fullmatch(local):
        return ""
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return ""
    return f"{local}@{host.lower()}"


def removal_fault(contact: Contact, contacts: Sequence[Contact], *, recovery: str, serving: Container[str] = ()) -> str:
    """Why this contact stays, or "": `last` way to reach the person, last `verified` number, the number that `recovery` goes by, or one
    that gets codes at the `login`.

    `recovery` is the id of the contact by which the one working Key comes back (L02), "" where it goes by none; `serving` are the ids of
    those that codes go to (N05).
    """
    if not contact.on_file:
        return ""
    if contact.id in serving:
        return "login"
    others = [other for other in contacts if other.id != contact.id and other.on_file]
    if not others:
        return "last"
    if (
        contact.kind == "sms"
        and contact.verified
        and not any(other.kind == "sms" and other.verified for other in others)
    ):
        return "verified"
    return "recovery" if contact.id == recovery else ""


def fresh_until(contact: Contact, user: User, delay: int, now: int) -> int:
    """Until when a number is too new to log anybody in, 0 where it is not: one that was changed may be a thief's (THREATS: SIM swap).

    What the institution put there with the account was never changed.
    """
    until = contact.on_file + delay
    return until if contact.on_file > user.created and now < until else 0


def successor(contact: Contact, contacts: Sequence[Contact]) -> Contact | None:
    """Which contact of its kind becomes the default when this one goes: a verified one first, then the longest on file."""
    left = [other for other in contacts if other.kind == contact.kind and other.id != contact.id and other.on_file]
    return min(left, key=lambda other: (not other.verified, other.on_file, other.id), default=None)
