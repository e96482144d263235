"""How a workbook looks to its officer: hidden rows and columns, its calendar.

Run inside the reading process, by its path; knows nothing of us. calamine tells the
values of cells and whether a sheet is hidden, but none of this.

Border: the standard library; never refuses anything. A file that cannot be followed
has no view, and whether it can be read at all is calamine's to say.

- xlsx, ods: tags that pass by while the parts are looked over, piece by piece.
- xlsb: records of the sheets' parts (MS-XLSB 2.5.9: BrtRowHdr, BrtColInfo).
- xls: records of the workbook's stream (MS-XLS 2.4.221 Row, 2.4.53 ColInfo).
"""

from __future__ import annotations

import contextlib
import io
import re
import struct
from dataclasses import dataclass, field
from html import unescape
from typing import IO, TYPE_CHECKING, BinaryIO, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Sequence

# No tag is searched without end: one that is never closed would take all day.
_ROW: Final = re.compile(rb'<row\s[^>]{0,500}?\bhidden="(?:1|true)"[^>]{0,500}>')
_COLUMN: Final = re.compile(rb'<col\s[^>]{0,500}?\bhidden="(?:1|true)"[^>]{0,500}>')
_ATTRIBUTE: Final = re.compile(rb'\s(r|min|max)="([0-9]{1,7})"')
_DATE_1904: Final = re.compile(rb'<workbookPr\s[^>]{0,500}?\bdate1904="(?:1|true)"')
_TAG: Final = re.compile(
    rb"<table:(table|table-row|table-column)(?=[\s/>])([^>]{0,1000})>"
)
_NAME: Final = re.compile(rb'\btable:name="([^"]*)"')
_TIMES: Final = re.compile(rb'\btable:number-(?:rows|columns)-repeated="([0-9]{1,9})"')
_UNSEEN: Final = re.compile(rb'\btable:visibility="(?:collapse|filter)"')
_NULL_1904: Final = re.compile(rb'<table:null-date\s[^>]{0,500}"1904-01-01"')
_FAULTS: Final = (
    KeyError,
    ValueError,
    IndexError,
    struct.error,
    ET.ParseError,
    OSError,
)

# xlsb and xls, by their specifications' names.
_ROW_HDR, _COL_INFO, _WB_PROP, _BUNDLE_SH = 0, 60, 153, 156
_EOF, _DATE_MODE, _COLINFO, _BOUND_SHEET, _BOF = 0x0A, 0x22, 0x7D, 0x85, 0x809
_ROW_BIFF: Final = 0x208
_END_OF_CHAIN: Final = 0xFFFFFFFA
_SMALL_STREAM: Final = 4096
_IN_HEADER: Final = 109

Spans = list[tuple[int, int]]
"""First and last, from 1."""


@dataclass
class View:
    """One sheet's hidden rows and columns."""

    rows: Spans = field(default_factory=list)
    columns: Spans = field(default_factory=list)


@dataclass
class Views:
    """All sheets' views, by their names; ``epoch_1904``: days count from 1904."""

    sheets: dict[str, View] = field(default_factory=dict)
    epoch_1904: bool = False
    _ods: str = ""
    _next: dict[bytes, int] = field(default_factory=dict)

    def of(self, name: str) -> View:
        """Return a sheet's view, empty where nothing is known."""
        return self.sheets.setdefault(name, View())

    def xlsx_sheet(self, name: str, piece: bytes) -> None:
        """Look at a piece of a sheet's XML."""
        for kind, spans in (
            (_ROW, self.of(name).rows),
            (_COLUMN, self.of(name).columns),
        ):
            for tag in kind.findall(piece):
                at = {key: int(value) for key, value in _ATTRIBUTE.findall(tag)}
                first = at.get(b"r", at.get(b"min", 0))
                spans.append((first, at.get(b"max", first)))

    def xlsx_book(self, piece: bytes) -> None:
        """Look at a piece of the workbook's XML."""
        self.epoch_1904 |= bool(_DATE_1904.search(piece))

    def ods(self, piece: bytes) -> None:
        """Look at a piece of an ods's content; pieces come in order."""
        self.epoch_1904 |= bool(_NULL_1904.search(piece))
        for kind, attributes in _TAG.findall(piece):
            if kind == b"table":
                name = _NAME.search(attributes)
                self._ods = (
                    "" if name is None else unescape(name[1].decode("utf-8", "replace"))
                )
                self._next = {b"table-row": 1, b"table-column": 1}
                continue
            times = _TIMES.search(attributes)
            first = self._next.get(kind, 1)
            self._next[kind] = first + (int(times[1]) if times else 1)
            if _UNSEEN.search(attributes):
                view = self.of(self._ods)
                spans = view.rows if kind == b"table-row" else view.columns
                spans.append((first, self._next[kind] - 1))


def parts_of_sheets(
    book: zipfile.ZipFile, workbook: str, names: dict[str, str] | None = None
) -> dict[str, str]:
    """Return the name of each sheet by its part; empty where that is unclear.

    Args:
        book: xlsx or xlsb.
        workbook: its main part.
        names: sheets by relation; None: as the XML of the main part says.
    """
    folder, _, file = workbook.rpartition("/")
    rels = _root(book.read(f"{folder}/_rels/{file}.rels"))
    if names is None:
        names = {}
        for sheet in _root(book.read(workbook)).iter():
            rel = next((sheet.attrib[k] for k in sheet.attrib if k[-3:] == "}id"), "")
            if sheet.tag.endswith("}sheet") and rel:
                names[rel] = sheet.get("name", "")
    targets = {rel.get("Id", ""): rel.get("Target", "") for rel in rels}
    return {
        target[1:] if target.startswith("/") else f"{folder}/{target}": names[rel]
        for rel, target in targets.items()
        if rel in names and target
    }


def _root(data: bytes) -> ET.Element:
    if b"<!DOCTYPE" in data:
        raise ValueError
    return ET.fromstring(data)  # noqa: S314 - no DTD, no entities


def view_xlsb(book: zipfile.ZipFile) -> Views:
    """Return the views of an xlsb."""
    views = Views()
    with contextlib.suppress(*_FAULTS):
        names: dict[str, str] = {}
        with book.open("xl/workbook.bin") as part:
            for kind, data in _xlsb_records(part):
                if kind == _WB_PROP:
                    views.epoch_1904 = bool(data[0] & 1)
                elif kind == _BUNDLE_SH:
                    rel, rest = _wide(data[8:])
                    names[rel] = _wide(rest)[0]
        for part_name, name in parts_of_sheets(book, "xl/workbook.bin", names).items():
            view = views.of(name)
            with book.open(part_name) as part:
                for kind, data in _xlsb_records(part):
                    if kind == _ROW_HDR and data[11] & 0x10:
                        row = struct.unpack_from("<I", data)[0] + 1
                        view.rows.append((row, row))
                    elif kind == _COL_INFO and data[16] & 1:
                        first, last = struct.unpack_from("<II", data)
                        view.columns.append((first + 1, last + 1))
    return views


def _wide(data: bytes) -> tuple[str, bytes]:
    """Return a string and what follows it. MS-XLSB 2.5.168."""
    end = 4 + 2 * struct.unpack_from("<I", data)[0]
    return data[4:end].decode("utf-16-le"), data[end:]


def _xlsb_records(part: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield kind and data of each record. MS-XLSB 2.1.4."""
    stream = io.BufferedReader(part, 2**20)  # type: ignore[type-var]
    while head := stream.read(1):
        kind = head[0]
        if kind & 0x80:
            kind = kind & 0x7F | stream.read(1)[0] << 7
        size = 0
        for place in range(4):
            byte = stream.read(1)[0]
            size |= (byte & 0x7F) << 7 * place
            if not byte & 0x80:
                break
        yield kind, stream.read(size)


def view_xls(path: str) -> Views:
    """Return the views of an xls of Excel 97 or later."""
    views = Views()
    with contextlib.suppress(*_FAULTS), open(path, "rb") as file:  # noqa: PTH123 - as calamine
        stream = _workbook_stream(file)
        sheets: list[tuple[int, str]] = []
        for kind, data in _xls_records(stream, 0):
            if kind == _DATE_MODE:
                views.epoch_1904 = data[:2] == b"\1\0"
            elif kind == _BOUND_SHEET:
                start, count, wide = (
                    *struct.unpack_from("<I", data),
                    data[6],
                    data[7] & 1,
                )
                raw = data[8 : 8 + count * (1 + wide)]
                sheets.append((start, raw.decode("utf-16-le" if wide else "latin-1")))
        for start, name in sheets:
            view = views.of(name)
            for kind, data in _xls_records(stream, start):
                if kind == _ROW_BIFF and data[12] & 0x20:
                    row = struct.unpack_from("<H", data)[0] + 1
                    view.rows.append((row, row))
                elif kind == _COLINFO and data[8] & 1:
                    first, last = struct.unpack_from("<HH", data)
                    view.columns.append((first + 1, last + 1))
    return views


def _xls_records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and data of the records of one substream. MS-XLS 2.1.4."""
    depth = 0
    while True:
        kind, size = struct.unpack_from("<HH", stream, at)
        data = stream[at + 4 : at + 4 + size]
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, data
        at += 4 + size


def _workbook_stream(file: BinaryIO) -> bytes:
    """Return the stream of the workbook in a compound file, or nothing."""
    sectors = _Sectors(file)
    folder = sectors.chain(sectors.folder)
    for at in range(0, len(folder), 128):
        name = folder[at : at + 64].decode("utf-16-le").rstrip("\0")
        if name == "Workbook":
            start, length = struct.unpack_from("<IQ", folder, at + 116)
            if length >= _SMALL_STREAM:
                return sectors.chain(start)[:length]
            container = sectors.chain(struct.unpack_from("<I", folder, 116)[0])
            return sectors.small(start, container)[:length]
    return b""


class _Sectors:
    """A compound file as its sectors and their table. MS-CFB 2.1 to 2.5.

    Attributes:
        folder: where the chain of its folder begins.
    """

    def __init__(self, file: BinaryIO) -> None:
        header = file.read(512)
        self._file = file
        self._size = 1 << struct.unpack_from("<H", header, 30)[0]
        if self._size not in {512, 4096}:
            raise ValueError(self._size)
        self.folder: int = struct.unpack_from("<I", header, 48)[0]
        self._small: int = struct.unpack_from("<I", header, 60)[0]
        tables = [*struct.unpack_from(f"<{_IN_HEADER}I", header, 76)]
        more, count = struct.unpack_from("<II", header, 68)
        for _ in range(count):
            *numbers, more = self._numbers(more)
            tables += numbers
        self._next: list[int] = []
        for number in tables:
            if number < _END_OF_CHAIN:
                self._next += self._numbers(number)

    def chain(self, start: int) -> bytes:
        """Return the sectors from one on, to the end of their chain."""
        return b"".join(map(self._sector, _follow(self._next, start)))

    def small(self, start: int, container: bytes) -> bytes:
        """Return a stream below 4,096 bytes, whose sectors of 64 lie in another."""
        table = self.chain(self._small)
        follows = struct.unpack(f"<{len(table) // 4}I", table)
        return b"".join(
            container[64 * at : 64 * at + 64] for at in _follow(follows, start)
        )

    def _sector(self, number: int) -> bytes:
        self._file.seek((number + 1) * self._size)
        return self._file.read(self._size)

    def _numbers(self, number: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self._size // 4}I", self._sector(number))


def _follow(follows: Sequence[int], start: int) -> Iterator[int]:
    """Yield the numbers of a chain; one that bites its tail has no end."""
    for _ in range(len(follows) + 1):
        if start >= _END_OF_CHAIN:
            return
        yield start
        start = follows[start]
    raise ValueError(start)
