"""What kind of file this is, by its content; the name is not asked.

Border: reads the file, decides nothing about its rows.

- ``book``: xlsx, xlsb, ods (zip) or xls (CFB); which one is known once it is opened.
- ``text``: CSV in UTF-8, GB18030 or UTF-16 with a byte order mark.
"""

from __future__ import annotations

import mmap
import re
import struct
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dualrandom.errors import EnvironmentProblem, InputError, Where
from dualrandom.sheets.limits import MAX_FILE_BYTES, MIB

if TYPE_CHECKING:
    from pathlib import Path

_HEAD: Final = 64 * 1024
_CFB: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOF: Final = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILEPASS: Final = 0x2F
_FIRST_RECORDS: Final = 20
_ZIP: Final = b"PK\x03\x04"
_ZIP_EMPTY: Final = b"PK\x05\x06"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_HTML: Final = re.compile(
    rb"<!doctype html|<html|<table|<head|<meta|^mime-version:", re.IGNORECASE
)
_OTHERS: Final = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"SQLite format 3", "SQLite"),
)
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Kind(StrEnum):
    """How a file is read."""

    BOOK = "book"
    TEXT = "text"


def detect(path: Path) -> Kind:
    """Return how a file is to be read.

    Raises:
        EnvironmentProblem: E200, the file cannot be read.
        InputError: E201 empty, E202 not a sheet, E203 HTML in a sheet's clothes,
            E204 protected by a password, E213 too large.
    """
    try:
        if not path.is_file():
            raise FileNotFoundError
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            head = file.read(_HEAD)
            where = Where(file=path.name)
            if not head:
                raise InputError("E201", where=where)
            if size > MAX_FILE_BYTES:
                raise InputError("E213", where=where, limit=MAX_FILE_BYTES // MIB)
            if head.startswith(_CFB):
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    _check_cfb(data, where)
                return Kind.BOOK
    except OSError as exc:
        raise EnvironmentProblem("E200", where=Where(file=path.name)) from exc
    if head.startswith(_ZIP):
        return Kind.BOOK
    return _text(head, where)


def _check_cfb(data: mmap.mmap, where: Where) -> None:
    """Tell xls from encrypted books and from everything else in a CFB."""

    def has(name: str) -> bool:
        return data.find(name.encode("utf-16-le")) >= 0

    if has("EncryptedPackage") or _has_filepass(data):
        raise InputError("E204", where=where)
    if not (has("Workbook") or has("Book")):
        raise InputError("E202", where=where, found="doc/ppt/msi")


def _has_filepass(data: mmap.mmap) -> bool:
    """Say whether a first record of an xls announces that the rest is encrypted."""
    at = data.find(_BOF)
    for _ in range(_FIRST_RECORDS if at >= 0 else 0):
        record = data[at : at + 4]
        if len(record) < 4:  # noqa: PLR2004 - kind and length
            return False
        kind, length = struct.unpack("<HH", record)
        if kind == _FILEPASS:
            return True
        at += 4 + length
    return False


def _text(head: bytes, where: Where) -> Kind:
    for start, found in (*_OTHERS, (_ZIP_EMPTY, "zip")):
        if head.startswith(start):
            raise InputError("E202", where=where, found=found)
    if head.startswith(_UTF16):
        return Kind.TEXT
    shown = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if shown.startswith((b"<", b"MIME", b"Mime")):
        if _HTML.search(shown[:4096]):
            raise InputError("E203", where=where)
        raise InputError("E202", where=where, found="XML")
    if _BINARY.search(head):
        raise InputError("E202", where=where, found=head[:8].hex(" "))
    return Kind.TEXT
