"""Sealing: rows of the audit that can be seen and are not in the log yet are added to it, in one transaction a batch (RFC 6962).

Any number of sealers may run. The state's row is locked by the one that seals and passed by the others, and all that it does commits together,
so a sealer that is killed has done all of a batch or nothing. Which ids are settled is in stores/sealed_log.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watchword.core import audit_rows
from watchword.core.audit_rows import Row
from watchword.core.merkle import Frontier
from watchword.flows.audit_ports import LogState
from watchword.flows.ports import Clock, Store, Tx

BATCH = 1000
STEP = 8  # inner nodes are kept at every eighth height: 256 to one


@dataclass(frozen=True, slots=True)
class _Watch:
    """Ids up to `mark` are settled once none of these writers is open."""

    mark: int
    writers: frozenset[str]


class Sealer:
    """One sealer. What it remembers between two runs only spares waiting; another may take over at any time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._watch: _Watch | None = None

    def run_once(self) -> int:
        """Seal a batch; how many rows. Nothing is written when nothing is new."""
        with self._store.read() as tx:
            if not tx.sealed.waiting():
                return 0
        with self._store.write() as tx:
            state = tx.sealed.claim()
            return 0 if state is None else self._seal(tx, state)

    def _seal(self, tx: Tx, state: LogState) -> int:
        watch = self._looked(tx)
        # Read after the look: whoever was not among the writers then has committed or never will, so his rows are seen here.
        rows = tx.sealed.unsealed(state.settled, BATCH)
        now = self._clock.now()
        after = add(tx, state, rows, now)
        settled = state.settled
        if not watch.writers and len(rows) < BATCH:
            settled, self._watch = max(settled, watch.mark), None
        else:
            self._watch = watch
        if rows or settled != state.settled:
            tx.sealed.save(LogState(after.size, settled, after.peaks, now if rows else state.sealed))
        return len(rows)

    def _looked(self, tx: Tx) -> _Watch:
        """What is watched: a new mark, or the old one with those of its writers who are still open."""
        if self._watch is None:
            mark = (
                tx.sealed.mark()
            )  # before the writers: whoever was given an id up to here is among them, or has ended
            return _Watch(mark, tx.sealed.writers())
        still = self._watch.writers and self._watch.writers & tx.sealed.writers()
        return _Watch(self._watch.mark, still)


def add(tx: Tx, state: LogState, rows: Sequence[Row], now: int) -> Frontier:
    """Append rows to the log of this state; the tree as it is then."""
    tree = Frontier(state.size, state.peaks)
    leaves = [(row.id, audit_rows.leaf(row)) for row in rows]
    nodes: list[tuple[int, int, bytes]] = []
    for _, leaf in leaves:
        nodes += kept(tree.append(leaf))
    if leaves:
        tx.sealed.append(state.size, leaves, now)
    if nodes:
        tx.sealed.put_nodes(nodes)
    return tree


def kept(completed: Iterable[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """Of full subtrees those that are stored, as level, place and hash."""
    return [(height // STEP, place, node) for height, place, node in completed if height % STEP == 0]
