"""The interface of a factor: `start` says what to store, show and send; `verify` judges an answer. Both are pure.

A *claim* is a fact that can be spent once; the store inserts it under a unique index, so single use holds under any concurrency.
Key has four factors on one device, asked and counted by flows of their own; every other is `Separate`: one file here, one line in the
registry, and flows/methods.py asks, counts and judges it (docs/adding-a-factor.md).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from watchword.core.devices import Device, Level
from watchword.core.refusals import PASSKEY_WRONG, QUESTION_OVER, Kind, Refusal

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Started:
    """`stored` goes into the attempt's row, `shown` to the page; `pushed` tells that the phone is to be told."""

    stored: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    shown: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer was right. Every one of `claims` must still be unspent when it is stored; `state` is what the device's row keeps from
    now on, None for what it kept; `ends` says that it has no further answer in it, `told` fills the message of a factor that `tells`."""

    claims: tuple[str, ...] = ()
    state: bytes | None = None
    ends: bool = False
    told: Mapping[str, object] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Rejected:
    """The answer was wrong. `kind` is what the person is told, `reason` is private, `claims` are spent all the same. `disables` says that
    the device itself can be trusted no more."""

    kind: Kind
    reason: str
    params: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    claims: tuple[str, ...] = ()
    disables: bool = False

    @property
    def refusal(self) -> Refusal:
        """What a page tells."""
        return Refusal(self.kind, self.reason, self.params)


Verdict = Accepted | Rejected


@dataclass(frozen=True, slots=True)
class Holder:
    """A device with the keys made from its secret (protocol/spec.md section 3)."""

    device: Device
    totp: bytes = b""
    ocra: bytes = b""
    hmac: bytes = b""
    phone_key: bytes = b""


@dataclass(frozen=True, slots=True)
class Site:
    """The page that asks. `origin` is its own, `rp_id` the name that passkeys are bound to, `user` the person's handle there, `embedder` the
    one origin that may frame the page, "" for none. `named` says whether the page knows who it is dealing with."""

    rp_id: str
    origin: str
    user: bytes
    embedder: str = ""
    named: bool = True


class Factor(Protocol):
    """One way of proving that something is held."""

    @property
    def kind(self) -> str:
        """Its name in code and logs."""
        ...

    @property
    def device(self) -> str:
        """The kind of device it is a way of (core/devices.py)."""
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


class Separate(ABC):
    """A factor that is not Key's: `Factor`, and what asks and reads its answers, with the ordinary answers."""

    kind: str
    device: str
    level: Level
    amr: tuple[str, ...]
    seconds: int = 0  # the life of what is asked; 0 where nothing is asked and the answer can be given at any time
    resists: bool = (
        False  # whether a page between the person and us gains nothing by it, so that it serves under suspicion too
    )
    browser: bool = False  # whether it takes a browser: terminals and platforms are not offered it
    malformed: Kind = PASSKEY_WRONG  # what is told of an answer that `read` cannot read
    spent: Kind = QUESTION_OVER  # what is told of a right answer that was given before
    tells: str = ""  # the message that tells every channel of its use, "" for none
    signs: bool = False  # whether what it is asked can stand for an amount and a payee, so that its answer signs money
    sends: str = ""  # the purpose of a code that we send for it (core/codes.py), "" where the device makes its own

    def grade(self, device: Device) -> tuple[Level, tuple[str, ...]]:
        """Level and amr of one device, where they differ within a kind."""
        return self.level, self.amr

    @abstractmethod
    def read(self, given: Mapping[str, str]) -> Mapping[str, object] | None:
        """The answer in what a form or a program sent; None where it cannot be one, which counts as no try."""

    def start(self, holder: Holder, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """As `Factor.start`."""
        return Started()

    def ask(self, holders: Sequence[Holder], site: Site, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """A question to any of these devices of one kind; the first is the one that was chosen."""
        return self.start(holders[0], challenge_id=challenge_id, now=now, entropy=entropy)

    def bind(self, holder: Holder, *, entropy: bytes) -> Started:
        """The question that stands for money: always the same for the same `entropy`, 32 bytes derived from what is signed, and never one
        that `start` asks. Raises TypeError for a factor that does not sign."""
        raise TypeError(f"{self.kind} signs no money")

    @abstractmethod
    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """As `Factor.verify`."""

    def pick(self, holders: Sequence[Holder], answer: Mapping[str, object]) -> Holder | None:
        """The device that an answer comes from."""
        return holders[0] if holders else None
