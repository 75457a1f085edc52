"""What the steps of `watchword demo --check` share: the demonstration's server, a clock that goes ahead, a phone and a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from watchword.app.clock import SystemClock
from watchword.app.wiring import Built
from watchword.core.users import Details, NewUser
from watchword_client.phone import Phone
from watchword_client.portal import Browser
from watchword_client.refusal import Refused
from watchword_client.system import System

PIN, OTHER_PIN = "M2cnef", "x9Z!q"
PASSWORD = "Walk-2026!"  # of the person the walk adds
PERSON = NewUser(
    "walker01", Details("Wanda", "Walker", "1990-02-03", ("9 Mill Lane",), ("Leeds",), ("LS1 4AP",), "passport", "GB5550001"),
    ("wanda@example.org",), ("+447911123456",), "en", "Europe/London", "Wanda Walker",
)  # fmt: skip


class MovableClock:
    """The machine's clock, put forward by the walk."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self.ahead = 0

    def now(self) -> int:
        """Seconds since the epoch, plus what the walk added."""
        return self._clock.now() + self.ahead


class Failed(Exception):
    """A step did not hold."""


@dataclass
class Walk:
    """What the steps share."""

    built: Built
    clock: MovableClock
    origin: str
    http: httpx.Client
    printed: int = 0
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def portal(self) -> str:
        """Origin of the portal."""
        return self.built.settings.portal.url

    @property
    def system(self) -> System:
        """The phone's machine: the same clock as the server's, so that only deliberate differences count."""
        return System(now=lambda: float(self.clock.now()))

    def phone(self) -> Phone:
        """The phone, made at first use."""
        if "phone" not in self.memory:
            self.memory["phone"] = Phone(self.built.settings.key.url, http=self.http, system=self.system)
        return self.memory["phone"]  # type: ignore[no-any-return]

    def browser(self) -> Browser:
        """The computer's browser, which keeps its cookies."""
        if "browser" not in self.memory:
            self.memory["browser"] = Browser(self.portal, http=self.http)
        return self.memory["browser"]  # type: ignore[no-any-return]

    def code_sent(self, channel: str, to: str) -> str:
        """The newest code in the outbox to this address."""
        found = self.http.get(f"{self.origin}/demo/outbox").json()["messages"]
        return str(
            next(
                message["code"]
                for message in found
                if message["channel"] == channel and message["to"] == to and message["code"]
            )
        )


def hold(true: object, what: str) -> None:
    """A step holds only if this does."""
    if not true:
        raise Failed(what)


def refused(number: int | tuple[int, ...], work: Callable[[], object]) -> Refused:
    """`work` must be refused with this number."""
    try:
        work()
    except Refused as refusal:
        numbers = (number,) if isinstance(number, int) else number
        hold(refusal.number in numbers, f"refused with {refusal.number} instead of {number}")
        return refusal
    raise Failed(f"was not refused with {number}")
