"""Any single changed byte that announcement, result or a proof covers is found.

Bytes are changed on disk, one at a time; the check must end in 1 and name the file.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def places(path: Path, many: int) -> list[tuple[int, int]]:
    """Places spread over a file, both ends among them, and a bit to flip at each."""
    size = path.stat().st_size
    step = max(1, size // many)
    spread = sorted({0, size - 1, *range(step // 2, size, step)})
    marks = hashlib.sha256(path.name.encode()).digest()
    return [(place, 1 << marks[place % 32] % 8) for place in spread]


def flip_all(folder: Path, check: Any, many: int, trust: Any, skip: set[str]) -> int:
    tried = 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if name in skip:
            continue
        whole = path.read_bytes()
        for place, bit in places(path, many):
            changed = bytearray(whole)
            changed[place] ^= bit
            path.write_bytes(changed)
            done = check(folder, trust)
            assert done.exit == 1, (name, place, bit)
            assert name in done.names("differs"), (name, place, done.of("differs"))
            tried += 1
        path.write_bytes(whole)
    return tried


UNCOVERED = {"result.json", "replacements.tsv", "substitutions.tsv"}


def test_a_flipped_bit_anywhere_in_any_kind(
    tmp_path: Path, folders: Any, check: Any, any_kind: str
) -> None:
    folder = folders.make(tmp_path, **folders.KINDS[any_kind])
    assert flip_all(folder, check, 3, None, UNCOVERED) > 40


def test_a_flipped_bit_in_one_folder_densely(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path)
    assert flip_all(folder, check, 60, None, UNCOVERED) > 600


def covered_otherwise(folder: Path) -> set[str]:
    """What announcement and result cover: changed in the tests above."""
    return {p.name for p in folder.iterdir() if p.is_file()} - {"result.json"}


@pytest.mark.parametrize("kind", ["drand", "sealed", "private strata"])
def test_a_flipped_bit_with_a_log(
    tmp_path: Path, verifier: Any, folders: Any, logs: Any, check: Any, kind: str
) -> None:
    """With log/ the result and the log's files are covered too, trust or no trust."""
    folder = folders.make(tmp_path, **folders.KINDS[kind])
    kept = logs.write(folder)
    trust = verifier.read_policy(kept.policy) if kind == "drand" else None
    assert flip_all(folder, check, 8, trust, covered_otherwise(folder)) > 40


def test_a_flipped_bit_in_the_log_densely(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    folder = folders.make(tmp_path)
    logs.write(folder, approvers=logs.PARTIES[:1])
    assert flip_all(folder, check, 50, None, covered_otherwise(folder)) > 200


def test_a_flipped_bit_of_an_abandonment(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    """Here the log alone covers the announcement."""
    folder = folders.make(tmp_path)
    for name in ("seed.txt", "randomness.json", "result.json", "selected.tsv",
                 "drawn.tsv", "teams.tsv"):  # fmt: skip
        (folder / name).unlink()
    logs.write(folder, end="abandon")
    others = covered_otherwise(folder) - {"announcement.json"}
    assert flip_all(folder, check, 12, None, others) > 50


def test_a_cut_or_longer_file_is_found(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path)
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        if path.name in UNCOVERED:
            continue
        for changed in (b"", whole[:-1], whole[: len(whole) // 2], whole + b"\n"):
            path.write_bytes(changed)
            done = check(folder)
            assert done.exit == 1, path.name
            assert path.name in done.names("differs")
        path.write_bytes(whole)


def test_two_files_exchanged_are_found(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path)
    one, other = folder / "exclusions.tsv", folder / "inspector-exclusions.tsv"
    a, b = one.read_bytes(), other.read_bytes()
    one.write_bytes(b)
    other.write_bytes(a)
    done = check(folder)
    assert done.exit == 1
    assert {"exclusions.tsv", "inspector-exclusions.tsv"} <= set(
        done.names("differs").split()
    )
