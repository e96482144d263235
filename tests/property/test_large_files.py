"""A file read in blocks is the file that was read whole, wherever the blocks end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom import blocks
from dualrandom.blocks import FileBlocks
from dualrandom.canonical import MAX_LINE, parse_table, records_root, sha256
from dualrandom.errors import EnvironmentProblem, VerificationError
from dualrandom.tables import STRATA, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dualrandom.canonical import Content

HEAD = b"id\tstratum\ttickets\n"


class Pieces:
    """Bytes in pieces of one size."""

    def __init__(self, data: bytes, size: int) -> None:
        self.data = data
        self.size = size

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[bytes]:
        return (
            self.data[at : at + self.size] for at in range(0, len(self.data), self.size)
        )


def read(kind: Kind[Any], data: Content) -> Any:
    """Return all that a table says, or that it is refused.

    Of several faults one reading may find another one first.
    """
    try:
        table, rows = kind.parse(data)
        root = records_root(table.lines)
        return table.salt, table.strata, len(rows), tuple(rows), root, sha256(data)
    except VerificationError:
        return "refused"


lines = st.lists(
    st.sampled_from(
        [
            "#salt\t" + "f" * 32,
            "#strata\t[]",
            "A\ts\t1",
            "企〇\ts\t2",
            "Z\ts",
            "",
            "\x85",
        ]
    )
    | st.text("Aa企\t\n1#", max_size=9),
    max_size=7,
).map(lambda some: HEAD + "\n".join(some).encode())


@settings(deadline=None, max_examples=300)
@given(lines, st.binary(max_size=2), st.integers(1, 40))
def test_blocks_say_what_the_whole_says(start: bytes, end: bytes, size: int) -> None:
    for data in (start + end, start + end + b"\n", b"id" + end):
        assert read(STRATA, Pieces(data, size)) == read(STRATA, data)


def test_an_endless_line_is_refused_before_it_is_joined() -> None:
    taken = 0

    class Endless(Pieces):
        def __iter__(self) -> Iterator[bytes]:
            nonlocal taken
            yield HEAD
            while True:
                taken += 1
                yield b"x" * self.size

    with pytest.raises(VerificationError) as caught:
        tuple(parse_table(Endless(b"", 2**20), STRATA.columns).records)
    assert caught.value.code == "E803"
    assert taken <= MAX_LINE // 2**20 + 2


def test_a_file_is_told_as_it_is_read_and_two_readings_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 4)
    path = tmp_path / "targets.tsv"
    path.write_bytes(b"0123456789")
    told: list[int] = []
    data = FileBlocks(path, lambda _, percent: told.append(percent))
    pairs = list(zip(data, data, strict=True))
    assert [a for a, _ in pairs] == [b for _, b in pairs] == [b"0123", b"4567", b"89"]
    assert told[-1] == 100
    assert len(data) == 10


@pytest.mark.parametrize("how", ["written to", "exchanged", "exchanged in between"])
def test_a_file_that_changes_meanwhile_is_refused(how: str, tmp_path: Path) -> None:
    path, other = tmp_path / "targets.tsv", tmp_path / "other.tsv"
    path.write_bytes(HEAD)
    data = FileBlocks(path, lambda *_: None)
    assert b"".join(data) == HEAD
    reading = iter(data)
    if how == "exchanged in between":
        next(reading)
    other.write_bytes(HEAD.replace(b"id", b"di"))
    if how == "written to":
        path.write_bytes(HEAD + b"A\ts\t1\n")
    else:
        other.replace(path)
        # What was opened is read to its end; the next reading sees another file.
        reading = iter(data)
    with pytest.raises(EnvironmentProblem) as caught:
        b"".join(reading)
    assert caught.value.code == "E485"
