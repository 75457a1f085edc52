"""A one-time link by which the first administrators of a new installation come in (L03).

Rules this file stands for:
1. A link is opened once, in one browser, and ends after LIFE_SECONDS whatever was done with it.
2. It is void as soon as somebody is an administrator who came by no such link, unless that is the person it was made for: from then on
   roles are given by two people.
3. Nobody becomes an administrator by it without a password of his own and Key on a phone.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.machine import Machine

LINK = Machine(
    "staff_link",
    ("offered",),
    {
        ("offered", "open"): "begun",
        ("begun", "password"): "chosen",
        ("chosen", "finish"): "done",
        ("offered", "void"): "void",
        ("begun", "void"): "void",
        ("chosen", "void"): "void",
        ("offered", "expire"): "expired",
        ("begun", "expire"): "expired",
        ("chosen", "expire"): "expired",
    },
)

LIFE_SECONDS = 60 * 60
SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class Link:
    """One row of `staff_links`. `session_id` is that of the browser which opened it, "" before."""

    id: str
    user_id: str
    token_hash: bytes
    state: str
    session_id: str
    made: int
    expires: int


def state_at(link: Link, now: int) -> str:
    """The state with time taken into account, whether or not the row says so already."""
    after = LINK.step(link.state, "expire") if now >= link.expires else None
    return link.state if after is None else str(after)
