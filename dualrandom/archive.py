"""A zip from somebody else, read under limits of our own.

Border: an open file in, names and bytes out; nothing is unpacked to disk.

- One reading only: what a zip says twice (in its directory and before each file) must
  agree, its files lie one behind the other without a gap, and nothing stands before or
  after. A zip in which two programs see two different things is refused.
- No path that leads elsewhere, no link, no device, no encryption, no two files whose
  names a file system would take for one.
- Count, sizes and ratio are limited before anything is unpacked, and what is unpacked
  is counted again as it comes.

    with path.open("rb") as file:
        for name, data in read_archive(file, LIMITS, wanted={"a.tsv"}.__contains__):

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
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from dualrandom.errors import VerificationError, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zipfile import ZipInfo

_PART = re.compile(r"[^/\\\x00-\x1f\x7f:]{1,128}")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_SIZES_BEHIND: Final = 0x8
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_END: Final = struct.Struct("<4s4H2LH")
_BEHIND: Final = (12, 16)
"""Bytes of the sizes behind a file, without and with their mark."""
_ENTRY: Final = 1_024
"""Bytes of the directory for each file: more is no name that we know."""
_PIECE: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a zip is read at most.

    Attributes:
        files: how many, folders included.
        size: bytes of all of them together, unpacked.
        ratio: unpacked to packed, for each.
    """

    files: int
    size: int
    ratio: int


def read_archive(
    file: BinaryIO, limits: Limits, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a zip in their order; the bytes of those that are wanted.

    Args:
        file: open, seekable.
        limits: what is too much.
        wanted: says of a name whether its bytes are; else they come as ``b""``.

    Raises:
        VerificationError: E153, damaged, beyond the limits, or not of one reading; with
            the file inside, if it is one.
        OSError: it cannot be read.
    """
    name = ""
    try:
        count = _check_end(file, limits)
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_whole(members, count, limits)
            _check_layout(file, members, archive.start_dir)
            for member in members:
                name = member.filename
                _check_member(member, limits)
                if not member.is_dir():
                    data = _read(archive, member) if wanted(name) else b""
                    yield name, data
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        RuntimeError,
        NotImplementedError,
        ValueError,
        EOFError,
    ) as exc:
        raise _fault(name) from exc


def _fault(name: str = "") -> VerificationError:
    return VerificationError("E153", where=Where(file=name))


def _check_end(file: BinaryIO, limits: Limits) -> int:
    """Return how many files there are, within the limits, before they are listed."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _END.size, 0))
    mark, disk, start_disk, here, count, length, start, comment = _END.unpack(
        file.read(_END.size)
    )
    if (
        # The larger form of a zip says sizes a third time; nothing of ours needs it.
        (mark, disk, start_disk, comment) != (b"PK\5\6", 0, 0, 0)
        or here != count
        or count > limits.files
        or length > count * _ENTRY
        or start + length + _END.size != size
    ):
        raise _fault()
    return int(count)


def _check_whole(members: list[ZipInfo], count: int, limits: Limits) -> None:
    names = {unicodedata.normalize("NFC", m.filename).casefold() for m in members}
    size = sum(m.file_size for m in members)
    if not count == len(members) == len(names) or size > limits.size:
        raise _fault()


def _check_layout(file: BinaryIO, members: list[ZipInfo], end: int) -> None:
    """Check that files lie one behind the other, as both places say."""
    due = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        fault = _fault(member.filename)
        if member.header_offset != due:
            raise fault
        file.seek(due)
        mark, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(
            file.read(_LOCAL.size)
        )
        said = (member.flag_bits, member.compress_type)
        if mark != b"PK\3\4" or (flags, method) != said:
            raise fault
        sizes = (member.CRC, member.compress_size, member.file_size)
        behind = flags & _SIZES_BEHIND
        if (crc, packed, size) != sizes and not (behind and not (crc or size)):
            raise fault
        due += _LOCAL.size + name + extra + member.compress_size
        if behind:
            due += _behind(file, due, sizes, fault)
    if due != end:
        raise _fault()


def _behind(
    file: BinaryIO, at: int, sizes: tuple[int, int, int], fault: VerificationError
) -> int:
    """Return how many bytes the sizes behind a file take; they must be the same."""
    file.seek(at)
    data = file.read(max(_BEHIND))
    for length in _BEHIND:
        if data[length - 12 : length] == struct.pack("<3L", *sizes):
            return length
    raise fault


def _check_member(member: ZipInfo, limits: Limits) -> None:
    parts = member.filename.removesuffix("/").split("/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if (
        member.orig_filename != member.filename
        or any(part in (".", "..") or not _PART.fullmatch(part) for part in parts)
        or kind not in (0, stat.S_IFDIR if member.is_dir() else stat.S_IFREG)
        or member.flag_bits & _ENCRYPTED
        or member.compress_type not in _METHODS
        or member.file_size > limits.ratio * max(member.compress_size, 1) + 4_096
    ):
        raise _fault(member.filename)


def _read(archive: zipfile.ZipFile, member: ZipInfo) -> bytes:
    pieces, left = [], member.file_size
    with archive.open(member) as file:
        while left >= 0 and (piece := file.read(min(_PIECE, left + 1))):
            pieces.append(piece)
            left -= len(piece)
    if left:
        raise _fault(member.filename)
    return b"".join(pieces)
