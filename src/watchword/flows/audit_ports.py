"""The sealed log and the reading of the audit, as the flows see them (see watchword.flows.ports)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from watchword.core.audit_rows import Row
from watchword.core.audit_search import Filter, Place


@dataclass(frozen=True, slots=True)
class LogState:
    """How far the log is. Every row up to the id `settled` is in it or never came to be; `sealed` is when it last grew."""

    size: int
    settled: int
    peaks: tuple[bytes, ...]
    sealed: int


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head that was signed: the whole note."""

    size: int
    at: int
    note: str


@dataclass(frozen=True, slots=True)
class Sending:
    """How a place outside is served: it has heads up to `size`. `since` is when it began to fail, 0 while it does not."""

    place: str
    size: int
    sent: int
    due: int
    tries: int
    since: int
    detail: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One position of the log with what stands there now; `row` is None where it is gone, `openings` where they were erased."""

    position: int
    audit_id: int
    hash: bytes
    row: Row | None
    openings: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """One row as a reader of the audit sees it; `position` is None until it is sealed."""

    row: Row
    openings: str | None
    position: int | None


class SealedLog(Protocol):
    def waiting(self) -> bool:
        """Whether there are rows that are not settled. One short read."""
        ...

    def state(self) -> LogState | None: ...

    def claim(self) -> LogState | None:
        """The state, locked until the transaction ends; None when somebody else has it."""
        ...

    def save(self, state: LogState) -> None: ...

    def mark(self) -> int:
        """No id up to this one is given out any more."""
        ...

    def writers(self) -> frozenset[str]:
        """Transactions that are open and may have been given an id."""
        ...

    def unsealed(self, settled: int, limit: int) -> Sequence[Row]:
        """Rows above `settled` that are not in the log, by id."""
        ...

    def append(self, first: int, leaves: Sequence[tuple[int, bytes]], now: int) -> None:
        """Leaves, as row id and hash, from this position on."""
        ...

    def put_nodes(self, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Inner nodes, as level, place and hash."""
        ...

    def leaves(self, first: int, count: int) -> Mapping[int, bytes]:
        """Leaf hashes by position."""
        ...

    def nodes(self, level: int, first: int, count: int) -> Mapping[int, bytes]:
        """Hashes of inner nodes of a level by their place."""
        ...

    def position(self, audit_id: int) -> int | None: ...

    def audit_id(self, position: int) -> int | None: ...

    def add_head(self, head: KeptHead) -> None: ...

    def last_head(self) -> KeptHead | None: ...

    def heads_after(self, size: int, limit: int) -> Sequence[KeptHead]:
        """Smallest first."""
        ...

    def heads_before(self, size: int, limit: int) -> Sequence[KeptHead]:
        """Largest first."""
        ...

    def forget_heads(self, before: int) -> None:
        """Those signed before then; the last one stays."""
        ...

    def sendings(self) -> Sequence[Sending]: ...

    def lease(self, place: str, now: int, until: int) -> Sending | None:
        """Take a place until then; None when it is not due, or somebody else has it."""
        ...

    def settle(self, sending: Sending) -> None:
        """What became of it."""
        ...


class AuditReading(Protocol):
    def page(self, wanted: Filter, after: Place, limit: int) -> Sequence[Found]:
        """Rows by time and id, newest first, of those that an index finds for the filter; what no index decides is not looked at."""
        ...

    def row(self, audit_id: int) -> Found | None: ...

    def sheets(self, first: int, count: int) -> Sequence[Sheet]:
        """The log from a position on, what stands there now with it."""
        ...

    def strays(self, after: int, settled: int, limit: int) -> Sequence[Row]:
        """Rows up to `settled` that are not in the log, by id from above `after`."""
        ...

    def surplus(self, size: int) -> tuple[int, int]:
        """How many leaves and inner nodes stand there beyond a tree of this size."""
        ...

    def erase(self, user_id: str, before: int, limit: int) -> int:
        """Delete personal values of rows about somebody, written before then; how many rows lost theirs."""
        ...

    def personal(self, user_id: str) -> int:
        """How many rows about somebody still have personal values."""
        ...
