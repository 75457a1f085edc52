"""The Merkle tree against the vectors of Certificate Transparency, against another implementation (pymerkle), and every proof altered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from watchword.core import merkle
from watchword.core.merkle import EMPTY, Frontier, consistent, full_subtrees, included, leaf_hash, root_of

# The leaves and roots that implementations of RFC 6962 are tested with (certificate-transparency, merkle_tree_test).
LEAVES = tuple(
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
)
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
PATHS = {
    (0, 1): (),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
}
STEPS = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
MOST = 70


class Grown:
    """A tree of numbered leaves with every full subtree kept."""

    def __init__(self, count: int) -> None:
        self.tree, self.nodes = Frontier(), dict[tuple[int, int], bytes]()
        for number in range(count):
            leaf = leaf_hash(b"%d" % number)
            self.nodes[0, number] = leaf
            for height, place, node in self.tree.append(leaf):
                self.nodes[height, place] = node

    def subtree(self, height: int, place: int) -> bytes:
        return self.nodes[height, place]

    def root(self, size: int) -> bytes:
        return root_of(0, size, self.subtree)

    def leaf(self, position: int) -> bytes:
        return self.nodes[0, position]


GROWN = Grown(MOST)
sizes = st.integers(1, MOST)


def reference() -> Grown:
    grown = Grown(0)
    for number, data in enumerate(LEAVES):
        grown.nodes[0, number] = leaf_hash(data)
        for height, place, node in grown.tree.append(leaf_hash(data)):
            grown.nodes[height, place] = node
    return grown


def test_the_reference_roots() -> None:
    tree = Frontier()
    assert tree.root() == EMPTY
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for data, root in zip(LEAVES, ROOTS, strict=True):
        tree.append(leaf_hash(data))
        assert tree.root().hex() == root


@pytest.mark.parametrize(("place", "path"), PATHS.items(), ids=str)
def test_the_reference_inclusion_proofs(place: tuple[int, int], path: tuple[str, ...]) -> None:
    position, size = place
    grown = reference()
    made = merkle.inclusion(position, size, grown.subtree)
    assert tuple(one.hex() for one in made) == path
    assert included(leaf_hash(LEAVES[position]), position, size, bytes.fromhex(ROOTS[size - 1]), made)


@pytest.mark.parametrize(("sizes_", "path"), STEPS.items(), ids=str)
def test_the_reference_consistency_proofs(sizes_: tuple[int, int], path: tuple[str, ...]) -> None:
    first, second = sizes_
    made = merkle.consistency(first, second, reference().subtree)
    assert tuple(one.hex() for one in made) == path
    roots = bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1])
    assert consistent(first, roots[0], second, roots[1], made)


def test_another_implementation_makes_the_same_roots_and_proofs() -> None:
    other = InmemoryTree(algorithm="sha256")
    for number in range(MOST):
        other.append_entry(b"%d" % number)
    for size in range(1, MOST + 1):
        assert other.get_root(size) == GROWN.root(size)
    for position, size in ((0, 1), (0, 2), (4, 7), (31, 64), (32, 64), (69, 70), (63, 70)):
        path = [bytes.fromhex(one) for one in other.prove_inclusion(position + 1, size).serialize()["path"]]
        assert path == [GROWN.leaf(position), *merkle.inclusion(position, size, GROWN.subtree)]


@given(st.data())
def test_every_inclusion_proof_holds_and_no_altered_one(data: st.DataObject) -> None:
    size = data.draw(sizes)
    position = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(position, size, GROWN.subtree)
    leaf, root = GROWN.leaf(position), GROWN.root(size)
    assert included(leaf, position, size, root, path)
    assert len(path) <= size.bit_length()
    altered = data.draw(st.sampled_from(("leaf", "root", "position", "size", "step", "more", "less", "order")))
    if altered == "leaf":
        assert not included(_bent(leaf, data), position, size, root, path)
    elif altered == "root":
        assert not included(leaf, position, size, _bent(root, data), path)
    elif altered == "position":
        other = data.draw(st.integers(-2, MOST).filter(lambda one: one != position))
        assert not included(leaf, other, size, root, path)
    elif altered == "size":
        other = data.draw(st.integers(0, MOST).filter(lambda one: one != size and GROWN.root(max(one, 1)) != root))
        assert not included(leaf, position, other, GROWN.root(max(other, 1)), path)
    else:
        assert not included(leaf, position, size, root, _other(path, altered, data))


@given(st.data())
def test_every_consistency_proof_holds_and_no_altered_one(data: st.DataObject) -> None:
    second = data.draw(sizes)
    first = data.draw(st.integers(1, second))
    path = merkle.consistency(first, second, GROWN.subtree)
    old, new = GROWN.root(first), GROWN.root(second)
    assert consistent(first, old, second, new, path)
    assert len(path) <= second.bit_length() + 1
    altered = data.draw(st.sampled_from(("old", "new", "first", "step", "more", "less", "order")))
    if altered == "old":
        assert not consistent(first, _bent(old, data), second, new, path)
    elif altered == "new":
        assert not consistent(first, old, second, _bent(new, data), path)
    elif altered == "first":
        other = data.draw(st.integers(1, MOST).filter(lambda one: one != first))
        assert not consistent(other, old, second, new, path)
    else:
        changed = _other(path, altered, data)
        assert not consistent(first, old, second, new, changed)


def _bent(value: bytes, data: st.DataObject) -> bytes:
    at = data.draw(st.integers(0, 255))
    return (int.from_bytes(value, "big") ^ 1 << at).to_bytes(32, "big")


def _other(path: list[bytes], how: str, data: st.DataObject) -> list[bytes]:
    """The path with one hash changed, added, taken away, or two exchanged; always another path."""
    if how == "order" and len(path) > 1 and path[0] != path[1]:
        return [path[1], path[0], *path[2:]]
    if how == "less" and path:
        return path[:-1]
    if how == "step" and path:
        at = data.draw(st.integers(0, len(path) - 1))
        return [*path[:at], _bent(path[at], data), *path[at + 1 :]]
    return [*path, EMPTY]


@pytest.mark.parametrize("work", [lambda: Frontier(3, [EMPTY]), lambda: Frontier(-1), lambda: Frontier(1, [b"short"])])
def test_peaks_that_fit_no_tree(work: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="peaks"):
        work()


def test_proofs_of_what_is_not_there() -> None:
    for position, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ValueError, match="no such leaf"):
            merkle.inclusion(position, size, GROWN.subtree)
    with pytest.raises(ValueError, match="smaller"):
        merkle.consistency(6, 5, GROWN.subtree)
    assert merkle.consistency(0, 5, GROWN.subtree) == []
    assert consistent(0, EMPTY, 5, GROWN.root(5), [])
    assert not consistent(0, GROWN.root(1), 5, GROWN.root(5), [])
    assert not consistent(5, GROWN.root(5), 5, GROWN.root(4), [])
    assert not included(b"short", 0, 1, b"short", [])


def test_a_tree_goes_on_from_its_peaks() -> None:
    tree = Frontier()
    for number in range(MOST):
        tree = Frontier(tree.size, tree.peaks)
        tree.append(GROWN.leaf(number))
        assert tree.root() == GROWN.root(number + 1)
        assert list(tree.peaks) == [GROWN.subtree(*one) for one in full_subtrees(0, number + 1)]
