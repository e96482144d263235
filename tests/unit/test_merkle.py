"""Proofs of RFC 6962 against published vectors and against the rule itself."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from dualrandom.canonical import leaf_hash, tree_hash
from dualrandom.errors import VerificationError
from dualrandom.merkle import (
    EMPTY_ROOT,
    Tree,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)

VECTORS = (
    Path(__file__).parents[3] / "shared" / "data" / "vectors" / "merkle" / "testdata"
)
ABSENT = "published Merkle vectors (../shared/data/vectors/merkle) are absent"


def _cases(kind: str) -> list[Any]:
    files = sorted((VECTORS / kind).rglob("*.json"))
    if not files:
        return [pytest.param(None, marks=pytest.mark.skip(reason=ABSENT), id="absent")]
    root = VECTORS / kind
    return [pytest.param(f, id=str(f.relative_to(root).with_suffix(""))) for f in files]


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


@pytest.mark.parametrize("file", _cases("inclusion"))
def test_published_inclusion(file: Path) -> None:
    case = json.loads(file.read_text("utf-8"))
    arguments = (
        _bytes(case["leafHash"]),
        case["leafIdx"],
        case["treeSize"],
        [_bytes(h) for h in case["proof"] or ()],
        _bytes(case["root"]),
    )
    if case["wantErr"]:
        with pytest.raises(VerificationError):
            verify_inclusion(*arguments)
    else:
        verify_inclusion(*arguments)


@pytest.mark.parametrize("file", _cases("consistency"))
def test_published_consistency(file: Path) -> None:
    case = json.loads(file.read_text("utf-8"))
    arguments = (
        case["size1"],
        case["size2"],
        _bytes(case["root1"]),
        _bytes(case["root2"]),
        [_bytes(h) for h in case["proof"] or ()],
    )
    if case["wantErr"]:
        with pytest.raises(VerificationError):
            verify_consistency(*arguments)
    else:
        verify_consistency(*arguments)


LEAVES = tuple(leaf_hash(bytes([n])) for n in range(70))


def test_root_of_the_empty_tree_is_that_of_rfc_6962() -> None:
    assert Tree().root == EMPTY_ROOT == tree_hash(())
    assert EMPTY_ROOT.hex().startswith("e3b0c44298fc1c149afbf4c8996fb924")


def test_growing_tree_has_the_root_of_the_whole_at_every_size() -> None:
    tree = Tree()
    for size, leaf in enumerate(LEAVES, 1):
        tree.append(leaf)
        assert (tree.size, tree.root) == (size, tree_hash(LEAVES[:size]))


def test_every_leaf_of_every_small_tree_is_proven_and_at_no_other_index() -> None:
    for size in range(1, 20):
        root = tree_hash(LEAVES[:size])
        for index in range(size):
            path = inclusion_proof(LEAVES, index, size)
            for claimed in range(size):
                if claimed == index:
                    verify_inclusion(LEAVES[index], claimed, size, path, root)
                else:
                    with pytest.raises(VerificationError):
                        verify_inclusion(LEAVES[index], claimed, size, path, root)


def test_every_pair_of_small_trees_is_proven_consistent() -> None:
    for new in range(1, 40):
        for old in range(1, new + 1):
            verify_consistency(
                old,
                new,
                tree_hash(LEAVES[:old]),
                tree_hash(LEAVES[:new]),
                consistency_proof(LEAVES, old, new),
            )


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 71)], ids=str)
def test_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(VerificationError) as caught:
        inclusion_proof(LEAVES, index, size)
    assert caught.value.code == "E716"


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (1, 71)], ids=str)
def test_no_consistency_with_an_empty_or_larger_tree(old: int, new: int) -> None:
    with pytest.raises(VerificationError) as caught:
        consistency_proof(LEAVES, old, new)
    assert caught.value.code == "E716"


def test_leaf_that_is_no_hash_is_refused_even_as_its_own_root() -> None:
    for leaf in (b"", LEAVES[0][:31], LEAVES[0] + b"x"):
        with pytest.raises(VerificationError) as caught:
            verify_inclusion(leaf, 0, 1, (), leaf)
        assert caught.value.code == "E714"


def test_each_root_of_a_consistency_proof_counts() -> None:
    for old, new in ((1, 2), (3, 7), (4, 8), (6, 8), (8, 8)):
        roots = tree_hash(LEAVES[:old]), tree_hash(LEAVES[:new])
        path = consistency_proof(LEAVES, old, new)
        verify_consistency(old, new, *roots, path)
        for wrong in ((LEAVES[9], roots[1]), (roots[0], LEAVES[9])):
            with pytest.raises(VerificationError) as caught:
                verify_consistency(old, new, *wrong, path)
            assert caught.value.code == "E715"


def test_a_tree_goes_on_from_its_newest_leaf_and_its_proof() -> None:
    """Whoever keeps one proof keeps all that a longer tree is made from."""
    tree = Tree()
    for size, leaf in enumerate(LEAVES, 1):
        tree.append(leaf)
        assert tree.edge == inclusion_proof(LEAVES, size - 1, size)
        again = Tree.resume(leaf, size, tree.edge)
        assert (again.size, again.root, again.edge) == (size, tree.root, tree.edge)
        for more in LEAVES[size : size + 3]:
            again.append(more)
        assert again.root == tree_hash(LEAVES[: size + 3])
