"""Proofs from the stored log: runs of at most 256 hashes are read, each once, however large the log is."""

from __future__ import annotations

from watchword.core import merkle
from watchword.flows.ports import Tx
from watchword.flows.sealing import STEP

_WIDTH = 1 << STEP


class Broken(Exception):
    """The stored log has not the hashes that it must have: somebody took them away."""


class Tree:
    """The stored log, as `watchword.core.merkle` asks for full subtrees."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._tiles: dict[tuple[int, int], tuple[bytes, ...]] = {}

    def subtree(self, height: int, place: int) -> bytes:
        """The hash of a full subtree. Raises Broken."""
        level, rest = divmod(height, STEP)
        first, count = place << rest, 1 << rest
        tile, at = divmod(first, _WIDTH)
        hashes = self._tile(level, tile)[at : at + count]
        if len(hashes) != count:
            raise Broken(f"level {level} lacks hashes from {first}")
        tree = merkle.Frontier()
        for node in hashes:
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

    def _tile(self, level: int, tile: int) -> tuple[bytes, ...]:
        if (level, tile) not in self._tiles:
            first = tile * _WIDTH
            read = self._tx.sealed.leaves(first, _WIDTH) if level == 0 else self._tx.sealed.nodes(level, first, _WIDTH)
            self._tiles[level, tile] = tuple(read)
        return self._tiles[level, tile]
