"""A zip from somebody else, read under limits of our own: the one way in for all zips.

Border: an open file in, names and bytes out; nothing is unpacked to disk. Only the
standard library: the process in which sheets are opened runs it too.

- One reading only: what a zip says twice (in its directory and before each file) must
  agree, its files lie one behind the other without a gap, and nothing stands before or
  after. A zip in which two programs see two different things is refused.
- No path that leads elsewhere, no link, no device, no encryption, no two files whose
  names a file system would take for one.
- Count, sizes and ratio are limited before anything is unpacked, and what is unpacked
  is counted again as it comes.
- Whoever reads says in their own words what is wrong: a refusal names only which it is.

    with path.open("rb") as file, open_archive(file, DRAW) as archive:
        for name in archive.namelist():
            data = read_member(archive, archive.getinfo(name))

Spec: draw-v1 §2 (a folder or a zip of it).
"""

from __future__ import annotations

import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipInfo

_PART: Final = re.compile(r"[^/\\\x00-\x1f\x7f:]+")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_SIZES_BEHIND: Final = 0x8
_OF_NO_WEIGHT: Final = 0x806
"""Flags that may differ: how hard it was packed, and how the name is written."""
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_END: Final = struct.Struct("<4s4H2LH")
_LARGE_END: Final = struct.Struct("<4sQ2H2L4Q")
_LARGE_AT: Final = struct.Struct("<4sLQL")
_LARGE_SIZES: Final = struct.Struct("<2H2Q")
_FULL: Final = (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
"""What counts and sizes say that stand elsewhere, in 64 bits."""
_LONG: Final = 0xFFFFFFFF
_ENTRY: Final = 1_024
"""Bytes of the directory for each file: more is no name that we know."""
_PIECE: Final = 2**20
_MIB: Final = 2**20


class Fault(StrEnum):
    """Why a zip is refused."""

    DAMAGED = "damaged"
    COUNT = "count"
    SIZE = "size"
    RATIO = "ratio"
    ENCRYPTED = "encrypted"


class ArchiveError(Exception):
    """A zip that is not read.

    Attributes:
        fault: which rule it breaks.
        name: the file inside, if it is one.
        count: how many files there are, if they are too many.
    """

    def __init__(
        self, fault: Fault = Fault.DAMAGED, name: str = "", count: int = 0
    ) -> None:
        super().__init__(fault)
        self.fault = fault
        self.name = name
        self.count = count


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a zip is read at most.

    Attributes:
        files: how many, folders included.
        size: bytes of all of them together, unpacked.
        ratio: unpacked to packed, for each that is larger than ``ratio_from`` bytes.
        part: characters of each part of a name.
        large: whether sizes may be written in 64 bits: a third place for them.
    """

    files: int
    size: int
    ratio: int
    ratio_from: int = 4_096
    part: int = 200
    large: bool = True


DRAW: Final = Limits(files=256, size=2_048 * _MIB, ratio=200, part=128, large=False)
"""Tables of digests hardly shrink; lists of names shrink tenfold."""
DOCUMENT: Final = Limits(files=2_000, size=1_024 * _MIB, ratio=300, ratio_from=8 * _MIB)
"""Of a workbook or a text. A million rows of 15 columns need about 700 MiB."""
BACKUP: Final = Limits(files=1_000_002, size=2**36, ratio=1_100)
"""What our own writer makes: nothing shrinks more than 1,032 times."""


@contextmanager
def open_archive(file: BinaryIO, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Give a zip of one reading, within its limits.

    Args:
        file: open, seekable.
        limits: what is too much.

    Raises:
        ArchiveError: it is not; also for what is found damaged within the block.
        OSError: it cannot be read.
    """
    try:
        count = _check_end(file, limits)
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_whole(members, count, limits)
            _check_layout(file, members, archive.start_dir, large=limits.large)
            for member in members:
                _check_member(member, limits)
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        RuntimeError,
        NotImplementedError,
        ValueError,
        EOFError,
    ) as exc:
        raise ArchiveError from exc


def read_member(archive: zipfile.ZipFile, member: ZipInfo) -> bytes:
    """Return a file's bytes, as many as it says.

    Raises:
        ArchiveError: it is damaged, or longer or shorter than it says.
    """
    return b"".join(member_blocks(archive, member))


def member_blocks(archive: zipfile.ZipFile, member: ZipInfo) -> Iterator[bytes]:
    """Yield a file's bytes in pieces of at most 1 MiB; see :func:`read_member`."""
    left = member.file_size
    try:
        with archive.open(member) as file:
            while left >= 0 and (piece := file.read(min(_PIECE, left + 1))):
                left -= len(piece)
                if left >= 0:
                    yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as exc:
        raise ArchiveError(name=member.filename) from exc
    if left:
        raise ArchiveError(name=member.filename)


def _check_end(file: BinaryIO, limits: Limits) -> int:
    """Return how many files there are, within the limits, before they are listed."""
    size = file.seek(0, os.SEEK_END)
    end = max(size - _END.size, 0)
    file.seek(end)
    said = _END.unpack(file.read(_END.size))
    mark, disk, start_disk, here, count, length, start, comment = said
    if (mark, disk, start_disk, comment) != (b"PK\5\6", 0, 0, 0):
        raise ArchiveError
    file.seek(max(end - _LARGE_AT.size, 0))
    # Some programs always write the larger end too, whatever the shorter one says.
    if limits.large and file.read(4) == b"PK\6\7":
        end, large = _large_end(file, end)
        told = zip((here, count, length, start), large, _FULL, strict=True)
        if any(short not in (number, full) for short, number, full in told):
            raise ArchiveError
        here, count, length, start = large
    if count > limits.files:
        raise ArchiveError(Fault.COUNT, count=count)
    if here != count or length > count * _ENTRY or start + length != end:
        raise ArchiveError
    return int(count)


def _large_end(file: BinaryIO, end: int) -> tuple[int, tuple[int, int, int, int]]:
    """Return where the directory ends, and its numbers in 64 bits."""
    at = end - _LARGE_AT.size - _LARGE_END.size
    file.seek(max(at, 0))
    mark, size, _, _, disk, start_disk, *numbers = _LARGE_END.unpack(
        file.read(_LARGE_END.size)
    )
    behind = _LARGE_AT.unpack(file.read(_LARGE_AT.size))
    if (mark, size, disk, start_disk) != (
        b"PK\6\6",
        _LARGE_END.size - 12,
        0,
        0,
    ) or behind != (b"PK\6\7", 0, at, 1):
        raise ArchiveError
    here, count, length, start = numbers
    return at, (here, count, length, start)


def _check_whole(members: list[ZipInfo], count: int, limits: Limits) -> None:
    names = {unicodedata.normalize("NFC", m.filename).casefold() for m in members}
    if not count == len(members) == len(names):
        raise ArchiveError
    if sum(m.file_size for m in members) > limits.size:
        raise ArchiveError(Fault.SIZE)


def _check_layout(
    file: BinaryIO, members: list[ZipInfo], end: int, *, large: bool
) -> None:
    """Check that files lie one behind the other, as both places say."""
    due = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        fault = ArchiveError(name=member.filename)
        if member.header_offset != due:
            raise fault
        file.seek(due)
        mark, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(
            file.read(_LOCAL.size)
        )
        if mark != b"PK\3\4" or method != member.compress_type:
            raise fault
        if (flags ^ member.flag_bits) & ~_OF_NO_WEIGHT:
            raise fault
        file.seek(name, os.SEEK_CUR)
        wide = large and _LONG in (packed, size)
        if wide:
            packed, size = _large_sizes(file.read(extra), packed, size, fault)
        sizes = (member.CRC, member.compress_size, member.file_size)
        behind = flags & _SIZES_BEHIND
        if (crc, packed, size) != sizes and not (behind and not (crc or size)):
            raise fault
        due += _LOCAL.size + name + extra + member.compress_size
        if behind:
            due += _behind(file, due, sizes, fault, wide=wide)
    if due != end:
        raise ArchiveError


def _large_sizes(
    extra: bytes, packed: int, size: int, fault: ArchiveError
) -> tuple[int, int]:
    """Return the packed and the unpacked size that stand in 64 bits before a file."""
    kind, length, *sizes = _LARGE_SIZES.unpack(extra[: _LARGE_SIZES.size])
    # Both stand there, the unpacked one first, or somebody else reads it otherwise.
    if (kind, length) != (1, 16) or (packed, size) != (_LONG, _LONG):
        raise fault
    return sizes[1], sizes[0]


def _behind(
    file: BinaryIO,
    at: int,
    sizes: tuple[int, int, int],
    fault: ArchiveError,
    *,
    wide: bool,
) -> int:
    """Return how many bytes the sizes behind a file take; they must be the same."""
    due = struct.pack("<L2Q" if wide else "<3L", *sizes)
    file.seek(at)
    data = file.read(len(due) + 4)
    if data == b"PK\7\x08" + due:
        return len(data)
    if data[: len(due)] == due:
        return len(due)
    raise fault


def _check_member(member: ZipInfo, limits: Limits) -> None:
    parts = member.filename.removesuffix("/").split("/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if member.flag_bits & _ENCRYPTED:
        raise ArchiveError(Fault.ENCRYPTED, member.filename)
    if (
        member.orig_filename != member.filename
        or any(part in (".", "..") or not _PART.fullmatch(part) for part in parts)
        or max(map(len, parts)) > limits.part
        or kind not in (0, stat.S_IFDIR if member.is_dir() else stat.S_IFREG)
        or member.compress_type not in _METHODS
    ):
        raise ArchiveError(name=member.filename)
    most = max(limits.ratio_from, limits.ratio * member.compress_size)
    if member.file_size > most:
        raise ArchiveError(Fault.RATIO, member.filename)
