"""The Merkle tree of RFC 6962 (section 2.1; RFC 9162 keeps it): growing it, its proofs, and judging proofs that others bring.

Nothing here reads a store. A tree that grows is a `Frontier`: the roots of the full subtrees that its leaves make, largest first, as the
binary form of its size says. A proof needs full subtrees only, each named by height and place; whoever keeps them hands in `Subtree`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

SIZE = 32
EMPTY = hashlib.sha256(b"").digest()
_LEAF, _NODE = b"\x00", b"\x01"

Subtree = Callable[[int, int], bytes]
"""(height, place) → hash of the full subtree over the leaves `place · 2^height` and the `2^height - 1` after it."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(_NODE + left + right).digest()


class Frontier:
    """A tree that is appended to, of which only the roots of its full subtrees are kept: at most one for each bit of its size."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Go on where another stopped. Raises ValueError where size and peaks do not fit."""
        if size < 0 or len(peaks) != size.bit_count() or any(len(peak) != SIZE for peak in peaks):
            raise ValueError("these are not the peaks of a tree of this size")
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Roots of the full subtrees, largest first."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add the hash of one more leaf. Returns the full subtrees that this one completed, `(height, place, hash)`, lowest first."""
        completed, height, node = [], 0, leaf
        while self.size >> height & 1:
            node = node_hash(self._peaks.pop(), node)
            height += 1
            completed.append((height, self.size >> height, node))
        self._peaks.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return _bagged(self._peaks)

    def copy(self) -> Frontier:
        """The same tree, to be appended to apart."""
        return Frontier(self.size, self._peaks)


def _bagged(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def full_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The full subtrees, as `(height, place)` from left to right, that make up the leaves from `start` to before `end`.

    `start` is a multiple of the largest power of two that is under `end - start`, as it is for every subtree of RFC 6962.
    """
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def root_of(start: int, end: int, subtree: Subtree) -> bytes:
    """MTH(D[start:end]) of RFC 6962, from full subtrees."""
    return _bagged([subtree(height, place) for height, place in full_subtrees(start, end)])


def inclusion(position: int, size: int, subtree: Subtree) -> list[bytes]:
    """PATH(position, D[size]): the proof that a leaf is in the tree of `size` leaves, from the leaf upwards. Raises ValueError."""
    if not 0 <= position < size:
        raise ValueError("no such leaf in a tree of this size")
    path, start, end = [], 0, size
    while end - start > 1:
        split = start + _half(end - start)
        if position < split:
            path.append(root_of(split, end, subtree))
            end = split
        else:
            path.append(root_of(start, split, subtree))
            start = split
    return path[::-1]


def consistency(first: int, second: int, subtree: Subtree) -> list[bytes]:
    """PROOF(first, D[second]): the proof that the tree of `second` leaves begins with that of `first`. Raises ValueError."""
    if not 0 <= first <= second:
        raise ValueError("the first tree is not the smaller one")
    if first in (0, second):
        return []
    path, start, end, whole = [], 0, second, True
    while first - start != end - start:
        split = start + _half(end - start)
        if first <= split:
            path.append(root_of(split, end, subtree))
            end = split
        else:
            path.append(root_of(start, split, subtree))
            start, whole = split, False
    if not whole:
        path.append(root_of(start, end, subtree))
    return path[::-1]


def _half(size: int) -> int:
    """The largest power of two under `size`, which is 2 at least."""
    return 1 << (size - 1).bit_length() - 1


def included(leaf: bytes, position: int, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the leaf of this hash stands there in the tree of this size and root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= position < size or not _hashes((leaf, root, *path)):
        return False
    place, last, found = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the second tree begins with the first (RFC 9162 section 2.1.4.2). An empty tree begins every one."""
    if not 0 <= first <= second or not _hashes((first_root, second_root, *path)):
        return False
    if first in (0, second):
        return not path and first_root == (second_root if first == second else EMPTY)
    if not path:
        return False
    steps = list(path) if first & first - 1 else [first_root, *path]
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == SIZE for value in values)
