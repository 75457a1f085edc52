"""What flows leave behind: letters to be sent and events to be kept, with the ports that take them (see watchword.flows.ports)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event. `tag` has three parts; `personal` are kept as salted commitments, value and salt in an erasable row."""

    tag: str
    user_id: str = ""
    subject: str = ""
    fields: Mapping[str, object] | None = None
    personal: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event as it was written down, for those who may read it."""

    at: int
    tag: str
    subject: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to be sent after commit. `to` is the address, number or phone id; `body` is final text; `ref` an id to ask for it by."""

    kind: str
    to: str
    subject: str
    body: str
    data: Mapping[str, str]
    user_id: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of a letter. `state` is `queued`, `sending`, `sent` or `dropped`; `report` what the gateway said later: "", `waiting`,
    `delivered` or `failed`. Times are seconds since the epoch, 0 for never."""

    state: str
    created: int
    sent_at: int
    report: str
    reported: int


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the audit as its person may read it. `personal` are the values that were not erased."""

    id: int
    at: int
    tag: str
    subject: str
    fields: Mapping[str, object]
    personal: Mapping[str, str]


class Outbox(Protocol):
    def put(self, letter: Letter, now: int) -> None: ...
    def of_ref(self, user_id: str, ref: str) -> Sending | None: ...
    def report(self, letter_id: int, state: str, now: int) -> bool:
        """What the gateway says became of it; False when there is no such letter or its end is known already."""
        ...


class Audit(Protocol):
    def write(self, row: AuditRow, now: int) -> None: ...
    def about(self, user_id: str, limit: int) -> Sequence[AuditLine]:
        """The last events of a user, newest first, without personal fields."""
        ...

    def lines(self, user_id: str, before: int, limit: int) -> Sequence[Event]:
        """Every event of a user, newest first, for staff; `before` is an id, 0 for the newest."""
        ...

    def of_user(self, user_id: str, tags: Sequence[str], before: int, limit: int) -> tuple[Event, ...]:
        """A user's events with one of these tags, newest first; `before` is an id, 0 for the newest."""
        ...
