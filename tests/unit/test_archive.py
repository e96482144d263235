"""Zips from somebody else: every trick is refused at every door, honest ones are read.

The doors: a draw's folder, a text (docx), a workbook, a backup; and the one-file check,
which shares no code with the others. The tricks know nothing of what is inside.
"""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.archive import (
    DOCUMENT,
    DRAW,
    ArchiveError,
    Limits,
    open_archive,
    read_member,
)
from dualrandom.docx import docx_text
from dualrandom.errors import DualRandomError
from dualrandom.folder import load_folder
from dualrandom.keys import load_key
from dualrandom.office.backup import back_up, check_backup
from dualrandom.office.place import open_office
from dualrandom.office.setup import init_office
from dualrandom.sheets import book_child
from dualrandom.sheets.book import _limits
from tests.sheetmaking import cell_xml, raw_book, sheet_xml
from tests.verifier.conftest import verifier

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMITS = Limits(files=8, size=100_000, ratio=20, large=False)
FILES = {"2026-001/a.tsv": b"id\nX-1\n", "2026-001/b.tsv": b"id\n" * 50}
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
Trick = "Callable[[bytes], bytes]"


def packed(files: dict[str, bytes] = FILES, **changed: Any) -> bytes:
    """Return a zip; ``changed`` are fields of every member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(member(name, **changed), data)
    return out.getvalue()


def member(name: str, **changed: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    for field, value in changed.items():
        setattr(info, field, value)
    return info


def read(data: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    with open_archive(io.BytesIO(data), limits) as archive:
        return {m.filename: read_member(archive, m) for m in archive.infolist()}


# ── what is honest ───────────────────────────────────────────────────────────────


def test_an_honest_zip() -> None:
    assert read(packed()) == FILES


PIPED = """
import sys, zipfile
with zipfile.ZipFile(sys.stdout.buffer, "w", 8) as made:
    with made.open("a.tsv", "w", force_zip64=sys.argv[1] == "wide") as file:
        file.write(b"id\\n" * 9)
"""


@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_a_zip_that_was_written_to_a_pipe(width: str) -> None:
    """Sizes stand behind the files then; other programs do so too."""
    run = [sys.executable, "-c", PIPED, width]
    done = subprocess.run(run, capture_output=True, check=True)
    assert read(done.stdout, DOCUMENT) == {"a.tsv": b"id\n" * 9}


def wide(files: dict[str, bytes]) -> bytes:
    """Return a zip whose sizes stand in 64 bits before each file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            with archive.open(member(name), "w", force_zip64=True) as file:
                file.write(data)
    return out.getvalue()


def large_end(data: bytes, *, full: bool = True, **lies: int) -> bytes:
    """Return a zip whose end stands in 64 bits too.

    Args:
        data: a zip.
        full: whether the shorter end points there, as in one of many files; else it
            says the same, as programs write it that always write both.
        lies: what the longer one says otherwise.
    """
    end = len(data) - 22
    count, length, start = struct.unpack("<HLL", data[end + 10 : end + 20])
    said = {"here": count, "count": count, "length": length, "start": start, "at": end}
    said |= lies
    record = struct.pack(
        *("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0),
        *(said[name] for name in ("here", "count", "length", "start")),
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, said["at"], 1)
    count = 0xFFFF if full else count
    short = struct.pack("<2H2L", count, count, length, start)
    return data[:end] + record + locator + b"PK\5\6" + bytes(4) + short + bytes(2)


def streamed(files: dict[str, bytes]) -> bytes:
    """Return a zip as Java's streams write it: all sizes in 64 bits, behind each file."""
    out = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return out.write(data)

    with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            with archive.open(member(name), "w", force_zip64=True) as file:
                file.write(data)
    return large_end(out.getvalue(), full=False)


def test_sizes_in_64_bits() -> None:
    """A large backup has them, and some workbooks; no draw does."""
    ends = (large_end(packed()), large_end(packed(), full=False))
    for made in (wide(FILES), streamed(FILES), *ends):
        assert read(made, DOCUMENT) == FILES
        with pytest.raises(ArchiveError):
            read(made, DRAW)


def test_a_folder_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed({"2026-001/": b"", **FILES}))
    assert load_folder(path, ["a.tsv"]) == (
        "2026-001",
        {"a.tsv": b"id\nX-1\n", "b.tsv": b""},
    )


# ── the tricks ───────────────────────────────────────────────────────────────────


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


def both(local: int, central: int, value: bytes) -> Callable[[bytes], bytes]:
    """Say the same before the first file and in the directory."""

    def poke(data: bytes) -> bytes:
        return poked(lambda _: local, value)(poked(directory(central), value)(data))

    return poke


def more(*names: str, data: bytes = b"x", **changed: Any) -> Callable[[bytes], bytes]:
    """Add files, as any program would."""

    def add(whole: bytes) -> bytes:
        out = io.BytesIO(whole)
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(member(name, **changed), data)
        return out.getvalue()

    return add


def _overlap(data: bytes) -> bytes:
    # The last entry of the directory points to the first file.
    last = data.rindex(b"PK\1\2")
    return data[: last + 42] + long(0) + data[last + 46 :]


def _gap(data: bytes) -> bytes:
    """Something lies between the files and the directory."""
    at = data.index(b"PK\1\2")
    start = struct.pack("<L", at + 4)
    data = data[:at] + b"PK\3\4" + data[at:]
    return poked(end(16), start)(data)


def _stored_inside(data: bytes) -> bytes:
    """A file holds a second one, which only the directory shows: two readings."""
    first = data.index(b"PK\1\2")
    reach = struct.unpack("<L", data[first + 20 : first + 24])[0] + 60
    return data[: first + 20] + long(reach) + data[first + 24 :]


def _wide_lie(data: bytes) -> bytes:
    """Sizes in 64 bits before the first file, which the directory says otherwise."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {m.filename: archive.read(m) for m in archive.infolist()}
    made = wide(files)
    at = made.index(b"\1\0\x10\0") + 4
    return made[:at] + struct.pack("<Q", 1) + made[at + 8 :]


def _wide_extra_missing(data: bytes) -> bytes:
    data = poked(lambda _: 18, long(2**32 - 1) * 2)(data)
    name, extra = struct.unpack("<2H", data[26:30])
    return poked(lambda _: 30 + name, b"\x0f")(data) if extra else data


LINK, PIPE, DEVICE = (kind << 16 for kind in (0o120777, 0o010666, 0o020666))
TRICKS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"PK",
    "cut by a byte": lambda data: data[:-1],
    "cut in the middle": lambda data: data[: len(data) // 2],
    "something before": lambda data: b"PK\0\0#!/bin/sh\n" + data,
    "something after": lambda data: data + b"\0",
    "a second zip after": lambda data: data + packed({"b": b""}),
    "a remark": lambda data: data[:-2] + b"\3\0abc",
    "files lie over each other": _overlap,
    "a file reaches into the next": _stored_inside,
    "something between": _gap,
    "another name inside": poked(lambda _: 30, b"X"),
    "another size inside": poked(lambda _: 22, long(7777)),
    "another packed size inside": poked(lambda _: 18, long(7777)),
    "another method inside": poked(lambda _: 8, b"\x0c\0"),
    "another checksum inside": poked(lambda _: 14, long(9)),
    "a size that is not so": poked(directory(24), long(7777)),
    "a wrong checksum": poked(directory(16), long(0)),
    "a wrong checksum twice": both(14, 16, long(0)),
    "packed by bzip2": both(8, 10, b"\x0c\0"),
    "encrypted in the directory": poked(directory(8), b"\1\0"),
    "encrypted": both(6, 8, b"\1\0"),
    "encrypted names": both(6, 8, b"\0\x20"),
    "a place beyond the end": poked(directory(42), long(2**31)),
    "fewer files than there are": poked(end(8), b"\1\0\1\0"),
    "a count that differs": poked(end(8), b"\1\0"),
    "a directory of 4 GB": poked(end(12), long(2**32 - 1)),
    "a directory elsewhere": poked(end(16), long(0)),
    "several disks": poked(end(4), b"\1\0"),
    "64 bits, and none there": _wide_extra_missing,
    "64 bits that say otherwise": _wide_lie,
    "64 bits at the end, and none there": poked(end(8), b"\xff\xff\xff\xff"),
    "64 bits at the end: a file more": lambda data: large_end(data, count=9, here=9),
    "64 bits at the end, of no need: a file more": lambda data: large_end(
        data, full=False, count=9, here=9
    ),
    "64 bits at the end: elsewhere": lambda data: large_end(data, start=0),
    "64 bits at the end: longer": lambda data: large_end(data, length=2**40),
    "64 bits at the end: not found": lambda data: large_end(data, at=7),
    "64 bits of a size": poked(directory(24), long(2**32 - 1)),
    "4 GB": both(22, 24, long(2**32 - 2)),
    "a bomb": more("zeros", data=bytes(9 * 2**20)),
    "a link": more("l", external_attr=LINK),
    "a link to a folder": more("l/", data=b"", external_attr=LINK),
    "a pipe": more("p", external_attr=PIPE),
    "a device": more("d", external_attr=DEVICE),
    "a name twice in capitals": more("n", "N"),
    "a name in two forms": more("\u00e9", "e\u0301"),
    "a name that two cases share": more("\u00df", "ss"),
    "a path up": more("../a"),
    "a path up inside": more("a/../b"),
    "a path here": more("./a"),
    "a path of nothing": more("a//b"),
    "an absolute path": more("/etc/passwd"),
    "a drive": more("C:/a"),
    "a backslash": more("a\\b"),
    "an escape": more("a\x1b[2J"),
    "a line end": more("\n"),
    "an endless name": more("n" * 201),
    "too many files": more(*(f"f{n}" for n in range(2_001)), data=b""),
}


# ── the doors ────────────────────────────────────────────────────────────────────


def _draw(path: Path) -> None:
    load_folder(path, ["a.tsv", "b.tsv"])


def _text(path: Path) -> None:
    docx_text(path.read_bytes())


def _workbook(path: Path) -> str:
    """What the process that opens a book says; no process of its own here."""
    task = {"path": str(path), "sheet": None, "limits": _limits()}
    *_, last = book_child.answer(task)
    return str(last.get("fault", "")) if isinstance(last, dict) else ""


def _stranger(path: Path) -> None:
    opened = verifier.Zip(path)
    for name in opened.inside:
        opened.read(name)


DOORS: dict[str, tuple[Callable[[Path], Any], set[str]]] = {
    "a draw": (_draw, {"E153"}),
    "a text": (_text, {"E411"}),
    "a workbook": (_workbook, {"E202", "E204", "E205", "E206", "E207", "E208"}),
    "a backup": (check_backup, {"E191"}),
    "the one-file check": (_stranger, {"zip"}),
}


@pytest.fixture(scope="module", name="honest")
def _honest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what is let in at each door."""
    folder = tmp_path_factory.mktemp("honest")
    draw = packed({**FILES, "2026-001/log/x": b"x"})
    document = f'<w:document xmlns:w="{WORDS}"><w:body/></w:document>'.encode()
    text = packed({"word/document.xml": document, "word/styles.xml": b"<s/>"})
    book = raw_book(folder / "a.xlsx", sheet_xml(cell_xml("A1", "编号")))
    init_office(folder / "局", name="示例局", passphrase=None)
    back_up(open_office(folder / "局", unlock=load_key), folder / "b.zip")
    made = (draw, text, book.read_bytes(), (folder / "b.zip").read_bytes(), draw)
    return dict(zip(DOORS, made, strict=True))


def refusal(door: str, path: Path) -> str:
    """Return why a zip is not let in; "" where it is."""
    try:
        said = DOORS[door][0](path)
    except DualRandomError as error:
        return error.code
    except (verifier.Refused, ValueError) as error:
        return str(getattr(error, "code", "zip"))[:3]
    return said if isinstance(said, str) else ""


@pytest.mark.parametrize("door", DOORS)
def test_the_same_tricks_at_every_door(
    door: str,
    honest: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # This process has other tests to run.
    monkeypatch.setattr(book_child, "limit_memory", lambda _: None)
    path = tmp_path / "x.zip"
    path.write_bytes(honest[door])
    assert refusal(door, path) == ""
    for name, trick in TRICKS.items():
        path.write_bytes(trick(honest[door]))
        assert refusal(door, path) in DOORS[door][1], name
        assert list(tmp_path.iterdir()) == [path], name


def test_what_is_wrong_is_named() -> None:
    """A door can tell an officer more than that it is closed."""

    def fault(data: bytes, limits: Limits = LIMITS) -> tuple[str, str]:
        with pytest.raises(ArchiveError) as caught:
            read(data, limits)
        return str(caught.value.fault), caught.value.name

    assert fault(more(*"123456789")(packed())) == ("count", "")
    two = {"a": bytes(60_000), "b": bytes(60_000)}
    assert fault(packed(two)) == ("size", "")
    assert fault(packed({"a": bytes(90_000)})) == ("ratio", "a")
    name = next(iter(FILES))
    assert fault(TRICKS["encrypted"](packed())) == ("encrypted", name)
    assert fault(TRICKS["another size inside"](packed())) == ("damaged", name)


def test_every_byte_of_a_zip(tmp_path: Path) -> None:
    """A flipped byte is refused, or changes nothing that is read; by both programs."""
    whole = packed()
    path = tmp_path / "2026-001.zip"
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 0x21
        found = theirs = FILES
        with suppress(ArchiveError):
            found = read(bytes(data), DRAW)
        assert found == FILES, at
        path.write_bytes(data)
        with suppress(verifier.Refused, ValueError):
            opened = verifier.Zip(path)
            theirs = {
                info.filename: opened.read(name) for name, info in opened.inside.items()
            }
        assert theirs == FILES, at
