"""The interface of a factor: `start` says what to store, show and send; `verify` judges an answer. Both are pure.

A *claim* is a fact that can be spent once; the store inserts it under a unique index, so single use holds under any concurrency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from watchword.core.devices import Device, Level
from watchword.core.refusals import Kind

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Started:
    """`stored` goes into the attempt's row, `shown` to the page; `pushed` tells that the phone is to be told."""

    stored: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    shown: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer was right. Every one of `claims` must still be unspent when it is stored."""

    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """The answer was wrong. `kind` is what the person is told, `reason` is private, `claims` are spent all the same."""

    kind: Kind
    reason: str
    params: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    claims: tuple[str, ...] = ()


Verdict = Accepted | Rejected


@dataclass(frozen=True, slots=True)
class Holder:
    """A device with the keys made from its secret (protocol/spec.md section 3)."""

    device: Device
    totp: bytes = b""
    ocra: bytes = b""
    hmac: bytes = b""
    phone_key: bytes = b""


class Factor(Protocol):
    """One way of proving that something is held."""

    @property
    def kind(self) -> str:
        """Its name in code and logs."""
        ...

    @property
    def level(self) -> Level:
        """How strong it is; drives limits, sharing and acr."""
        ...

    @property
    def amr(self) -> tuple[str, ...]:
        """What it adds to `amr` (RFC 8176)."""
        ...

    def start(self, holder: Holder, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """What to store, show and send for a new challenge of this factor."""
        ...

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """Judge `answer` against `challenge` (what `start` stored)."""
        ...
