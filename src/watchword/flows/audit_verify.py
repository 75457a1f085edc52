"""Verifying the log: every row against its leaf, the leaves against the stored tree, the tree against heads that were kept outside.

Rows are read by position, a page at a time, so memory does not grow with the log; what is kept are rows whose fault is not clear yet, up to a
bound. What a row says is judged by its leaf, what a leaf says by the node above it, so a changed row is told from a changed leaf. Whoever
may write to the database can make rows, leaves, nodes and state agree again; what he cannot change is a head that somebody else has.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from watchword.core import audit_rows
from watchword.core.merkle import EMPTY, SIZE, Frontier
from watchword.flows.audit_erase import Erasures, erasures
from watchword.flows.audit_ports import LogState, Sheet
from watchword.flows.audit_tree import NodeCheck
from watchword.flows.ports import Store
from watchword.flows.sealing import BATCH, STEP

PAGE = 1 << STEP + 3
UNCLEAR = 10_000
SLACK_SECONDS = 600  # clocks of several machines, and the life of a transaction
_NOTHING = bytes(SIZE)
_FIRST_ID = -(2**63)

KINDS = (
    "row.changed", "row.removed", "row.inserted", "row.moved", "row.backdated", "opening.changed", "opening.removed", "leaf.changed",
    "leaf.removed", "leaf.surplus", "node.changed", "state.changed", "head.differs", "head.ahead",
)  # fmt: skip

# Worth a look and no fault: the clock of a machine may have been set back.
REMARKS = frozenset({"row.backdated"})


@dataclass(frozen=True, slots=True)
class Outside:
    """A head that was kept outside, its signature found right. `at` is when it was signed, 0 where it does not say; `name` where it came from."""

    name: str
    size: int
    root: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was sealed. `kind` is one of KINDS; ids and positions are None where none applies, `first` and `end`
    bound positions (`end` is outside), `name` is a head's or a personal field's."""

    kind: str
    audit_id: int | None = None
    position: int | None = None
    first: int = 0
    end: int = 0
    name: str = ""


@dataclass(slots=True)
class Tally:
    """What was looked at: rows in the log, those whose personal values were erased on record, rows that are not sealed yet, heads that hold,
    and how many more differ after the first that does."""

    size: int = 0
    erased: int = 0
    waiting: int = 0
    root: bytes = EMPTY
    held: list[Outside] = field(default_factory=list)
    differing: int = 0


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A row that is not what its leaf says; which of the two was changed is not known yet."""

    audit_id: int
    position: int
    computed: bytes
    stored: bytes


class Verifier:
    """One pass over the log."""

    def __init__(self, store: Store, heads: Sequence[Outside] = (), page: int = PAGE) -> None:
        self._store, self._page = store, page
        self._heads = sorted(heads, key=lambda head: (head.size, head.at))
        self._leaves, self._rows = (
            Frontier(),
            Frontier(),
        )  # the tree of the stored leaves, and that of the rows as they are
        self._tile: list[_Doubt] = []
        self._changed: list[_Doubt] = []
        self._good = self._signed = 0
        self._gap = False
        self._erased: Erasures = {}
        self.tally = Tally()

    def run(self) -> Iterator[Fault]:
        """Every fault; `tally` is whole when this has ended."""
        with self._store.read() as tx:
            state = tx.sealed.state() or LogState(0, 0, (), 0)
        self._erased = erasures(self._store)
        self._nodes = NodeCheck(self._store)
        yield from self._heads_of(0)
        for first in range(0, state.size, self._page):
            yield from self._sheets(first, min(self._page, state.size - first))
        yield from self._end(state)
        yield from self._strays(state)
        yield from self._surplus()
        for head in self._heads:
            yield Fault("head.ahead", first=state.size, end=head.size, name=head.name)

    def _sheets(self, first: int, count: int) -> Iterator[Fault]:
        with self._store.read() as tx:
            found = {sheet.position: sheet for sheet in tx.audit_reading.sheets(first, count)}
        for position in range(first, first + count):
            sheet = found.get(position)
            stored, computed = (_NOTHING, _NOTHING) if sheet is None else (sheet.hash, (yield from self._row(sheet)))
            if sheet is None:
                self._gap = True
                yield Fault("leaf.removed", position=position)
            completed = self._leaves.append(stored)
            shown = self._rows.append(computed)
            if len(completed) >= STEP:
                yield from self._tile_done(completed[STEP - 1][2], shown[STEP - 1][2])
            if self._heads and self._heads[0].size == position + 1:
                yield from self._heads_of(position + 1)

    def _row(self, sheet: Sheet) -> Generator[Fault, None, bytes]:
        """The hash of a row as it is; of one that is gone, what the leaf says, so that the rows behind it can be judged."""
        row = sheet.row
        if row is None:
            yield Fault("row.removed", sheet.audit_id, sheet.position)
            return sheet.hash
        computed = audit_rows.leaf(row)
        if computed != sheet.hash:
            self._tile.append(_Doubt(row.id, sheet.position, computed, sheet.hash))
        elif sheet.openings is not None:
            for name in audit_rows.mistaken(row.commitments, sheet.openings):
                yield Fault("opening.changed", row.id, sheet.position, name=name)
        elif row.commitments != "{}":
            if max(self._erased.get(row.user_id, 0), self._erased.get(row.subject, 0)) > row.at:
                self.tally.erased += 1
            else:
                yield Fault("opening.removed", row.id, sheet.position)
        if self._signed and isinstance(row.at, int) and row.at < self._signed - SLACK_SECONDS:
            yield Fault("row.backdated", row.id, sheet.position)
        return computed

    def _tile_done(self, leaves: bytes, rows: bytes) -> Iterator[Fault]:
        """256 positions are read: the node above them says whether rows or leaves are as they were sealed."""
        node = self._nodes.next()
        place = (self._leaves.size >> STEP) - 1
        if node not in (leaves, rows) and not self._gap:
            yield Fault("node.changed", first=place << STEP, end=place + 1 << STEP)
        for faulty in self._nodes.above(node or leaves):
            yield Fault("node.changed", first=faulty[0], end=faulty[1])
        yield from self._judged(rows_right=node == rows and rows != leaves)
        self._gap = False

    def _judged(self, *, rows_right: bool) -> Iterator[Fault]:
        for doubt in self._tile:
            if rows_right:
                yield Fault("leaf.changed", doubt.audit_id, doubt.position)
            elif len(self._changed) < UNCLEAR:
                self._changed.append(doubt)
            else:
                yield Fault("row.changed", doubt.audit_id, doubt.position)
        self._tile = []

    def _heads_of(self, size: int) -> Iterator[Fault]:
        while self._heads and self._heads[0].size == size:
            head = self._heads.pop(0)
            if head.root in (self._leaves.root(), self._rows.root()):
                self._good, self._signed = size, max(self._signed, head.at)
                self.tally.held.append(head)
            elif self.tally.differing:
                self.tally.differing += 1
            else:
                self.tally.differing = 1
                yield Fault("head.differs", first=self._good, end=size, name=head.name)

    def _end(self, state: LogState) -> Iterator[Fault]:
        """The state against what was read, and the last rows, above which there is no node yet."""
        self.tally.size, self.tally.root = state.size, self._leaves.root()
        try:
            root = Frontier(state.size, state.peaks).root()
        except ValueError:
            root = b""
        yield from self._judged(rows_right=self._rows.root() == root != self._leaves.root())
        if root not in (self._leaves.root(), self._rows.root()):
            yield Fault("state.changed")
        homes = {doubt.computed: doubt for doubt in self._changed}
        for doubt in self._changed:
            here = homes.get(doubt.stored)
            # What was sealed here stands, unchanged, under another position: rows or leaves were exchanged.
            kind = "row.changed" if here is None or here is doubt else "row.moved"
            yield Fault(kind, doubt.audit_id, doubt.position)

    def _strays(self, state: LogState) -> Iterator[Fault]:
        """Rows that the log passed by: every id up to `settled` was in it, or was given to nobody."""
        after = _FIRST_ID
        while True:
            with self._store.read() as tx:
                rows = tx.audit_reading.strays(after, state.settled, self._page)
            for row in rows:
                yield Fault("row.inserted", row.id)
            if len(rows) < self._page:
                break
            after = rows[-1].id
        with self._store.read() as tx:
            self.tally.waiting = len(tx.sealed.unsealed(state.settled, BATCH))

    def _surplus(self) -> Iterator[Fault]:
        """What stands behind the end, looked for while nobody seals."""
        with self._store.write() as tx:
            state = tx.sealed.claim()
            leaves, nodes = tx.audit_reading.surplus(state.size) if state else (0, 0)
        if state and leaves + nodes:
            yield Fault("leaf.surplus", first=state.size, end=state.size + leaves)
