"""Files as officers and attackers make them.

    book(tmp_path / "a.xlsx", [["编号", "名称"], ["1", "甲"]])
    raw_book(tmp_path / "b.xlsx", cells("A1", "XFD1048576"))

Names are fictional; codes hold the word EXAMPLE and have valid check digits.
"""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from dualrandom.errors import DualRandomError, InputError
from dualrandom.messages import Lang, lines, problem_line
from dualrandom.sheets import codes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

LANGUAGES: tuple[Lang, ...] = ("zh-CN", "en")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def code(number: int) -> str:
    """Return a fictional credit code with both check digits right."""
    body = f"EXMP{number:04d}"
    start = f"91330100{body}{codes.organisation_digit(body)}"
    return start + codes.credit_digit(start)


def book(
    path: Path, *sheets: Sequence[Sequence[Any]], names: Sequence[str] = ()
) -> Path:
    """Write sheets as an officer's Excel would: text, numbers, dates."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as made:
        for at, rows in enumerate(sheets):
            sheet = made.add_worksheet(names[at] if names else None)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif cell is not None:
                        sheet.write(row, column, cell)
    return path


def text_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write text as it is."""
    path.write_bytes(text.encode(encoding))
    return path


def sheet_xml(rows: str, more: str = "") -> str:
    """Return the XML of a worksheet around its rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{more}</worksheet>'


def cell_xml(ref: str, text: str) -> str:
    """Return one row with one cell of text."""
    row = ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}">{inline(ref, text)}</row>'


def inline(ref: str, text: str) -> str:
    """Return one cell of text."""
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def row_xml(number: int, *texts: str, more: str = "") -> str:
    """Return a row of texts from column A on; ``more`` are its attributes."""
    cells = (inline(f"{chr(65 + at)}{number}", text) for at, text in enumerate(texts))
    return f'<row r="{number}"{more}>{"".join(cells)}</row>'


def open_document(path: Path, rows: str) -> Path:
    """Write an ods with one sheet; rows are its XML."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("META-INF/manifest.xml", "<manifest/>")
        made.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def _records(*records: tuple[int, bytes]) -> bytes:
    return b"".join(
        struct.pack("<HH", kind, len(data)) + data for kind, data in records
    )


def binary_book(
    path: Path, *cells: tuple[int, bytes], first: tuple[tuple[int, bytes], ...] = ()
) -> Path:
    """Write a BIFF8 workbook with one sheet, inside the smallest possible CFB."""
    bof = struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)  # of the workbook
    name = b"\x01\x00S"
    head = _records((0x809, bof), *first)
    sheet_at = len(head) + 4 + 6 + len(name) + 4
    head += _records((0x85, struct.pack("<IH", sheet_at, 0) + name), (0x0A, b""))
    bof = struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)
    stream = head + _records((0x809, bof), *cells, (0x0A, b""))
    stream = stream.ljust(-(-max(len(stream), 4096) // 512) * 512, b"\0")
    count = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))

    def entry(text: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = text.encode("utf-16-le")
        tail = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36)
        return (
            raw.ljust(64, b"\0")
            + struct.pack("<HBB", len(raw) + 2, kind, 1)
            + tail
            + struct.pack("<IQ", start, size)
        )

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(
        "Workbook", 2, 0xFFFFFFFF, 2, len(stream)
    )
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    path.write_bytes(
        header + struct.pack("<128I", *fat) + folder.ljust(512, b"\0") + stream
    )
    return path


def label(row: int, column: int, text: str) -> tuple[int, bytes]:
    """Return the record of one cell of text, places from 0."""
    raw = text.encode("utf-16-le")
    return 0x204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + raw


def raw_book(path: Path, sheet: str, **parts: str) -> Path:
    """Write an xlsx part by part, with whatever XML the sheet has.

    Args:
        path: where.
        sheet: the sheet's XML.
        parts: further parts by name.
    """
    types = (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    relation = (
        '<Relationships xmlns="{0}/relationships"><Relationship Id="rId1" '
        'Type="{1}/{2}" Target="{3}"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", types)
        made.writestr(
            "_rels/.rels",
            relation.format(PACKAGE, RELATIONS, "officeDocument", "xl/workbook.xml"),
        )
        made.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        made.writestr(
            "xl/_rels/workbook.xml.rels",
            relation.format(PACKAGE, RELATIONS, "worksheet", "worksheets/sheet1.xml"),
        )
        made.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, part in parts.items():
            made.writestr(name, part)
    return path


def refusal(call: Callable[..., object], *args: object) -> DualRandomError:
    """Return the error that a call ends with; its sentences can be said."""
    with pytest.raises(DualRandomError) as caught:
        call(*args)
    for lang in LANGUAGES:
        assert lines(caught.value, lang)
        assert all(problem_line(one, lang) for one in caught.value.problems)
    return caught.value


def found(error: DualRandomError) -> list[tuple[str, str | int | None]]:
    """Return code and place of each problem: ``[("E230", "B3")]``."""
    assert isinstance(error, InputError)
    assert error.code == "E220", error
    return [(p.code, p.where.cell or p.where.row) for p in error.problems]
