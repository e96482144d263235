"""Zips from somebody else: every trick is refused, and honest ones are read."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.archive import Limits, read_archive
from dualrandom.errors import VerificationError
from dualrandom.folder import load_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMITS = Limits(files=8, size=100_000, ratio=20)
FILES = {"2026-001/a.tsv": b"id\nX-1\n", "2026-001/b.tsv": b"id\n" * 50}


def packed(files: dict[str, bytes] = FILES, **changed: Any) -> bytes:
    """Return a zip; ``changed`` are fields of every member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in changed.items():
                setattr(info, field, value)
            archive.writestr(info, data)
    return out.getvalue()


def read(data: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    return dict(read_archive(io.BytesIO(data), limits, lambda _: True))


def poked(at: Callable[[bytes], int], value: bytes) -> Callable[[bytes], bytes]:
    def poke(data: bytes) -> bytes:
        place = at(data)
        return data[:place] + value + data[place + len(value) :]

    return poke


def directory(offset: int) -> Callable[[bytes], int]:
    """Return the place of a field in the first entry of the directory."""
    return lambda data: data.index(b"PK\1\2") + offset


def end(offset: int) -> Callable[[bytes], int]:
    return lambda data: data.rindex(b"PK\5\6") + offset


def long(number: int) -> bytes:
    return struct.pack("<L", number)


def test_an_honest_zip() -> None:
    assert read(packed()) == FILES


def test_only_what_is_wanted_is_unpacked() -> None:
    found = dict(read_archive(io.BytesIO(packed()), LIMITS, "2026-001/a.tsv".__eq__))
    assert found == {"2026-001/a.tsv": b"id\nX-1\n", "2026-001/b.tsv": b""}


PIPED = """
import sys, zipfile
with zipfile.ZipFile(sys.stdout.buffer, "w", 8) as made:
    made.writestr("a.tsv", "id\\n" * 9)
"""


def test_a_zip_that_was_written_to_a_pipe() -> None:
    """Sizes stand behind the files then; other programs do so too."""
    done = subprocess.run(
        [sys.executable, "-c", PIPED], capture_output=True, check=True
    )
    assert read(done.stdout) == {"a.tsv": b"id\n" * 9}


def test_a_folder_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed({"2026-001/": b"", **FILES}))
    assert load_folder(path, ["a.tsv"]) == (
        "2026-001",
        {"a.tsv": b"id\nX-1\n", "b.tsv": b""},
    )


@pytest.mark.parametrize(
    "name",
    ["../a", "/etc/passwd", "a/../b", "a//b", "./a", "C:/a", "a\\b", "a\x1b[2J", "\n"],
)
def test_a_name_that_leads_elsewhere(name: str) -> None:
    with pytest.raises(VerificationError, match="E153"):
        read(packed({name: b"x"}))


@pytest.mark.parametrize(
    ("one", "other"),
    [("a", "A"), ("é", "e\u0301"), ("log/x", "LOG/x"), ("ß", "ss")],
)
def test_two_names_that_a_file_system_takes_for_one(one: str, other: str) -> None:
    with pytest.raises(VerificationError, match="E153"):
        read(packed({one: b"1", other: b"2"}))


def _overlap(data: bytes) -> bytes:
    # Both entries of the directory point to the first file.
    second = data.rindex(b"PK\1\2")
    return data[: second + 42] + long(0) + data[second + 46 :]


def _quine(data: bytes) -> bytes:
    # The first file holds the second: its packed size reaches over it.
    first = data.index(b"PK\1\2")
    return data[: first + 20] + long(200) + data[first + 24 :]


@pytest.mark.parametrize(
    "trick",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda data: data[:-1], id="cut by a byte"),
        pytest.param(lambda data: data[: len(data) // 2], id="cut in the middle"),
        pytest.param(lambda data: b"#!/bin/sh\n" + data, id="something before"),
        pytest.param(lambda data: data + b"\0", id="something after"),
        pytest.param(lambda data: data + packed({"b": b""}), id="a second zip after"),
        pytest.param(lambda data: data[:-2] + b"\3\0abc", id="a comment"),
        pytest.param(_overlap, id="files lie over each other"),
        pytest.param(_quine, id="a file reaches into the next"),
        pytest.param(poked(lambda _: 30, b"X"), id="another name inside"),
        pytest.param(poked(lambda _: 22, long(9)), id="another size inside"),
        pytest.param(poked(lambda _: 8, b"\0\0"), id="another method inside"),
        pytest.param(poked(directory(24), long(9)), id="a size that is not so"),
        pytest.param(poked(directory(24), long(2**32 - 1)), id="a size of zip64"),
        pytest.param(poked(directory(16), long(0)), id="a wrong checksum"),
        pytest.param(poked(directory(8), b"\1\0"), id="encrypted"),
        pytest.param(poked(directory(10), b"\x0c\0"), id="packed by bzip2"),
        pytest.param(poked(directory(42), long(2**31)), id="a place beyond the end"),
        pytest.param(poked(end(8), b"\1\0\1\0"), id="fewer files than there are"),
        pytest.param(poked(end(8), b"\xff\xff\xff\xff"), id="counts of zip64"),
        pytest.param(poked(end(12), long(2**32 - 1)), id="a directory of 4 GB"),
        pytest.param(poked(end(16), long(0)), id="a directory elsewhere"),
        pytest.param(poked(end(4), b"\1\0"), id="several disks"),
    ],
)
def test_a_zip_of_two_readings(trick: Callable[[bytes], bytes]) -> None:
    with pytest.raises(VerificationError, match="E153"):
        read(trick(packed()))


@pytest.mark.parametrize(
    ("files", "changed"),
    [
        pytest.param({str(n): b"" for n in range(9)}, {}, id="too many files"),
        pytest.param({"a": bytes(60_000), "b": bytes(60_000)}, {}, id="too large"),
        pytest.param({"a": bytes(90_000)}, {}, id="a bomb"),
        pytest.param({"a": b"b"}, {"external_attr": 0o120777 << 16}, id="a link"),
        pytest.param({"a": b""}, {"external_attr": 0o010666 << 16}, id="a pipe"),
        pytest.param({"a": b""}, {"external_attr": 0o020666 << 16}, id="a device"),
        pytest.param({"a/": b""}, {"external_attr": 0o120777 << 16}, id="a link to /"),
    ],
)
def test_what_is_too_much_or_no_file(
    files: dict[str, bytes], changed: dict[str, Any]
) -> None:
    with pytest.raises(VerificationError, match="E153"):
        read(packed(files, **changed))


def test_every_byte_of_a_zip() -> None:
    """A flipped byte is refused, or changes nothing that is read."""
    whole = packed()
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 0x21
        found = FILES
        with suppress(VerificationError):
            found = read(bytes(data))
        assert found == FILES, at
