"""Proofs from the stored log: runs of at most 256 hashes are read, each once, however large the log is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from watchword.core import merkle
from watchword.flows.ports import Store, Tx
from watchword.flows.sealing import STEP

_WIDTH = 1 << STEP


class Broken(Exception):
    """The stored log has not the hashes that it must have: somebody took them away."""


class Tree:
    """The stored log, as `watchword.core.merkle` asks for full subtrees."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._tiles: dict[tuple[int, int], Mapping[int, bytes]] = {}

    def subtree(self, height: int, place: int) -> bytes:
        """The hash of a full subtree. Raises Broken."""
        level, rest = divmod(height, STEP)
        first, count = place << rest, 1 << rest
        hashes, tree = self._tile(level, first // _WIDTH), merkle.Frontier()
        for at in range(first, first + count):
            node = hashes.get(at)
            if node is None or len(node) != merkle.SIZE:
                raise Broken(f"level {level} lacks the hash at {at}")
            tree.append(node)  # `count` is a power of two: the only peak is the root
        return tree.root()

    def root(self, size: int) -> bytes:
        """The root when the log had this size. Raises Broken."""
        return merkle.root_of(0, size, self.subtree)

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """The proof that a leaf is in the log of this size. Raises Broken."""
        return merkle.inclusion(position, size, self.subtree)

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof that the log of one size begins with that of another. Raises Broken."""
        return merkle.consistency(first, second, self.subtree)

    def _tile(self, level: int, tile: int) -> Mapping[int, bytes]:
        if (level, tile) not in self._tiles:
            first, log = tile * _WIDTH, self._tx.sealed
            self._tiles[level, tile] = log.leaves(first, _WIDTH) if level == 0 else log.nodes(level, first, _WIDTH)
        return self._tiles[level, tile]


class NodeCheck:
    """The stored inner nodes, read along with the leaves: each level against the one below it, so that a fault is told where it is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[int, Mapping[int, bytes]] = {}
        self._trees: dict[int, merkle.Frontier] = {}
        self._next: dict[int, int] = {}

    def next(self, level: int = 1) -> bytes | None:
        """The next stored node of a level, None where it is gone."""
        at = self._next.get(level, 0)
        self._next[level] = at + 1
        if at % _WIDTH == 0:
            with self._store.read() as tx:
                self._read[level] = tx.sealed.nodes(level, at, _WIDTH)
        return self._read[level].get(at)

    def above(self, node: bytes, level: int = 1) -> Iterator[tuple[int, int]]:
        """One more node of a level: the runs of positions under nodes above it that do not fit what they stand on."""
        tree = self._trees.setdefault(level, merkle.Frontier())
        completed = tree.append(node)
        if len(completed) < STEP:
            return
        stored, computed = self.next(level + 1), completed[STEP - 1][2]
        place = (tree.size >> STEP) - 1
        if stored != computed:
            width = STEP * (level + 1)
            yield place << width, place + 1 << width
        yield from self.above(stored or computed, level + 1)
