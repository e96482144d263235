"""The tree of RFC 6962: its root in little memory, and proofs.

Border: leaf hashes in, hashes out; :mod:`dualrandom.canonical` makes the hashes.

- ``Tree`` keeps one hash for each 1 in the binary form of its size.
- A proof is a tuple of 32-byte hashes, from the leaf upwards.
- ``verify_…`` raises; there is no answer that could be overlooked.

    tree = Tree()
    tree.append(leaf_hash(b"first"))
    tree.root

Spec: log-v1 §5; RFC 6962 §2.1.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import node_hash, tree_hash
from dualrandom.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


class Tree:
    """A tree that only grows: O(log n) memory, about one hash for each leaf."""

    __slots__ = ("_inner", "_peaks", "_size")

    def __init__(self) -> None:
        self._peaks: list[bytes] = []
        self._inner: list[bytes] = []
        self._size = 0

    @classmethod
    def resume(cls, leaf: bytes, size: int, edge: Sequence[bytes]) -> Tree:
        """Return a tree of a size, from its newest leaf and that leaf's proof.

        Args:
            leaf: the newest leaf, ``size - 1``.
            size: ≥ 1.
            edge: its inclusion proof, which was verified.
        """
        tree = cls()
        below = ((size & -size) - 1).bit_length()
        tree._inner = list(edge[:below])
        for left in tree._inner:
            leaf = node_hash(left, leaf)
        tree._peaks = [*reversed(edge[below:]), leaf]
        tree._size = size
        return tree

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash of 32 bytes."""
        rest, node, inner = self._size, leaf, []
        while rest & 1:
            left = self._peaks.pop()
            inner.append(left)
            node = node_hash(left, node)
            rest >>= 1
        self._peaks.append(node)
        self._inner = inner
        self._size += 1

    @property
    def edge(self) -> tuple[bytes, ...]:
        """The inclusion proof of the newest leaf; all of it lies on its left."""
        return (*self._inner, *reversed(self._peaks[:-1]))

    @property
    def root(self) -> bytes:
        """The Merkle tree hash over all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1]
        for left in reversed(self._peaks[:-1]):
            node = node_hash(left, node)
        return node


def _left(size: int) -> int:
    """Return the largest power of two below ``size``, size ≥ 2."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(
    leaves: Sequence[bytes], index: int, size: int
) -> tuple[bytes, ...]:
    """Return the path from a leaf to the root.

    Args:
        leaves: at least ``size`` leaf hashes.
        index: of the leaf, 0 ≤ index < size.
        size: of the tree.

    Raises:
        VerificationError: E716, no such leaf or not so many leaves.

    Spec:
        RFC 6962 §2.1.1.
    """
    if not 0 <= index < size <= len(leaves):
        raise VerificationError("E716", index=index, size=size)
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left(end - start)
        if index < middle:
            path.append(tree_hash(leaves[middle:end]))
            end = middle
        else:
            path.append(tree_hash(leaves[start:middle]))
            start = middle
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf stands at an index of the tree with this root.

    Args:
        leaf: leaf hash, 32 bytes.
        index: 0 ≤ index < size.
        size: of the tree.
        path: 32-byte hashes from the leaf's sibling up.
        root: 32 bytes.

    Raises:
        VerificationError: E716 index beyond the tree, E714 the path does not lead
            to the root.

    Spec:
        RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        raise VerificationError("E716", index=index, size=size)
    fault = VerificationError("E714", index=index, size=size)
    node = leaf
    for sibling, left in _climb(index, size - 1, path, fault):
        node = node_hash(sibling, node) if left else node_hash(node, sibling)
    if node != root or len(leaf) != HASH_BYTES:
        raise fault


def _climb(
    here: int, last: int, path: Sequence[bytes], fault: VerificationError
) -> Iterator[tuple[bytes, bool]]:
    """Yield each hash of a path, and whether it goes to the left.

    Args:
        here: index of the node that the path starts at, on its level.
        last: index of the last node of that level.
        path: hashes from that level up.
        fault: raised when the path is too long or too short.
    """
    for sibling in path:
        if last == 0:
            raise fault
        left = here & 1 == 1 or here == last
        yield sibling, left
        while left and here and here & 1 == 0:  # a lone last node is carried up
            here, last = here >> 1, last >> 1
        here, last = here >> 1, last >> 1
    if last != 0:
        raise fault


def consistency_proof(leaves: Sequence[bytes], old: int, new: int) -> tuple[bytes, ...]:
    """Return the proof that a tree of size ``new`` begins with one of size ``old``.

    Args:
        leaves: at least ``new`` leaf hashes.
        old: 1 ≤ old ≤ new.
        new: size of the larger tree.

    Raises:
        VerificationError: E716, not such sizes.

    Spec:
        RFC 6962 §2.1.2.
    """
    if not 0 < old <= new <= len(leaves):
        raise VerificationError("E716", index=old, size=new)
    path = []
    start, end, whole = 0, new, True  # whole: the old tree is the range itself
    while old != end:
        middle = start + _left(end - start)
        if old <= middle:
            path.append(tree_hash(leaves[middle:end]))
            end = middle
        else:
            path.append(tree_hash(leaves[start:middle]))
            start, whole = middle, False
    if not whole:
        path.append(tree_hash(leaves[start:end]))
    return tuple(reversed(path))


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the tree of size ``new`` begins with that of size ``old``.

    An empty old tree is refused: it is consistent with everything and proves nothing.

    Raises:
        VerificationError: E716 not such sizes, E715 the proof does not hold.

    Spec:
        RFC 9162 §2.1.4.2.
    """
    if not 0 < old <= new:
        raise VerificationError("E716", index=old, size=new)
    fault = VerificationError("E715", old=old, new=new)
    if old == new:
        if path or old_root != new_root:
            raise fault
        return
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        raise fault
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = hashes[0]
    for node, left in _climb(here, last, hashes[1:], fault):
        second = node_hash(node, second) if left else node_hash(second, node)
        first = node_hash(node, first) if left else first
    if first != old_root or second != new_root:
        raise fault
