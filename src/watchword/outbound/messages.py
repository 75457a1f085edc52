"""What goes out and what became of it: the two values every sender takes and gives.

The dispatcher reads `Delivery` and nothing else of a sender. Its detail is for an operator and never holds a code,
a credential or the path of a push endpoint (which is itself a capability).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

Kind = Literal["sms", "mail", "push"]

DEFAULT_TIMEOUT = 10.0
"""Seconds one send may take in all, connecting included."""

Monotonic = Callable[[], float]
"""A clock in seconds that never goes back, for deadlines only."""

_EXCERPT = 120
_DIGITS = re.compile(r"\d{3,}")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message. `to` is an E.164 number, mail address or push endpoint; `id` is unique, and told to the other side.

    `data` by kind: push has `p256dh` and `auth` (base64url, from the subscription) and `id`, which the phone is told; mail has
    `lang` ("en" or "ja"); SMS has nothing.
    """

    kind: Kind
    to: str
    subject: str
    body: str
    data: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    id: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """`ok`: the next hop took it. `permanent`: no later try to this number, mailbox or subscription can succeed."""

    ok: bool
    permanent: bool
    detail: str
    provider_id: str = ""


class Sender(Protocol):
    """Gives one message to the next hop. Never raises for what the remote side does or fails to do."""

    def send(self, message: Outgoing) -> Delivery: ...


def delivered(detail: str, provider_id: str = "") -> Delivery:
    """The next hop has taken the message."""
    return Delivery(ok=True, permanent=False, detail=detail, provider_id=provider_id)


def postponed(detail: str) -> Delivery:
    """Not taken, and a later try may succeed."""
    return Delivery(ok=False, permanent=False, detail=detail)


def undeliverable(detail: str) -> Delivery:
    """Not taken, and no later try to this address will be."""
    return Delivery(ok=False, permanent=True, detail=detail)


def excerpt(remote: str | bytes, *secrets: str) -> str:
    """What the remote side said, fit for a log: one line, at most 120 characters, digit runs and `secrets` struck out.

    A gateway may echo the message, and the message holds a code; three digits in a row are therefore never kept.
    """
    text = remote.decode("utf-8", "replace") if isinstance(remote, bytes) else remote
    for secret in secrets:
        if secret:
            text = text.replace(secret, "•••")
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return _DIGITS.sub("•••", line)[:_EXCERPT]
