"""What an officer does not see in a book is told, in every format that knows of it."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from dualrandom.sheets import read_targets
from tests.sheetmaking import (
    PACKAGE,
    RELATIONS,
    binary_book,
    found,
    label,
    open_document,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = [["编号", "名称", "地区"], *([f"A{n}", "店", "城东"] for n in range(1, 5))]
SERIAL = 46082
"""2026-03-01 where days count from 1900; 2030-03-02 where they count from 1904."""


def xlsx(path: Path, *, hide: bool = True) -> Path:
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("名 & 录")
        for at, row in enumerate(ROWS):
            sheet.write_row(at, 0, row)
        if hide:
            sheet.set_row(2, None, None, {"hidden": True})
            sheet.set_row(3, None, None, {"hidden": True})
            sheet.set_column(2, 5, None, None, {"hidden": True})
    return path


def ods(path: Path) -> Path:
    def row(cells: list[str], more: str = "") -> str:
        inner = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{c}</text:p>'
            "</table:table-cell>"
            for c in cells
        )
        return f"<table:table-row{more}>{inner}</table:table-row>"

    unseen = ' table:visibility="collapse"'
    columns = (
        '<table:table-column table:number-columns-repeated="2"/>'
        f'<table:table-column{unseen} table:number-columns-repeated="16382"/>'
    )
    rows = [row(ROWS[0]), row(ROWS[1])]
    rows += [row(cells, ' table:visibility="filter"') for cells in ROWS[2:4]]
    more = f'{unseen} table:number-rows-repeated="1048571"'
    return open_document(path, columns + "".join(rows) + row(ROWS[4]) + row([], more))


def xls(path: Path, *, size: int = 0) -> Path:
    """Write an xls, in the small sectors of its container or in whole ones."""
    cells = [label(r, c, t) for r, row in enumerate(ROWS) for c, t in enumerate(row)]
    hidden = [(0x208, struct.pack("<HHHHHHI", r, 0, 3, 0, 0, 0, 0x20)) for r in (2, 3)]
    columns = (0x7D, struct.pack("<HHHHHH", 2, 5, 0, 0, 1, 0))
    filler = [(0x1C, bytes(1000)) for _ in range(size)]
    return binary_book(path, columns, *hidden, *cells, *filler)


def xlsb(path: Path) -> Path:
    """Write an xlsb of the fewest parts that can be read."""

    def record(kind: int, data: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        size = len(data)
        return head + bytes([size & 0x7F | 0x80, size >> 7]) + data

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    book = record(131) + record(143)
    book += record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("S"))
    book += record(144) + record(132)
    sheet = record(129) + record(148, struct.pack("<IIII", 0, 4, 0, 2))
    sheet += record(60, struct.pack("<IIIIH", 2, 5, 0, 0, 1)) + record(145)
    for at, row in enumerate(ROWS):
        flags = bytes([0, 0x10 if at in {2, 3} else 0, 0])
        sheet += record(0, struct.pack("<IIH", at, 0, 300) + flags + bytes(4))
        for column, text in enumerate(row):
            sheet += record(6, struct.pack("<II", column, 0) + wide(text))
    sheet += record(146) + record(130)
    relation = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("xl/workbook.bin", book)
        made.writestr("xl/_rels/workbook.bin.rels", relation)
        made.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


@pytest.mark.parametrize("make", [xlsx, ods, xls, xlsb], ids=lambda make: make.__name__)
def test_hidden_rows_and_columns_are_read_and_told(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    reading = read_targets(make(tmp_path / "a"))
    assert reading.rows == 4
    told = [(w.code, w.where.cell, dict(w.params)) for w in reading.warnings]
    assert told == [
        ("E270", None, {"count": 2, "row": 3}),
        ("E245", "C1", {"column": "地区"}),
    ]


def test_an_old_workbook_of_any_size(tmp_path: Path) -> None:
    warned = [w.code for w in read_targets(xls(tmp_path / "a", size=40)).warnings]
    assert warned == ["E270", "E245"]


def test_nothing_is_told_where_nothing_is_hidden(tmp_path: Path) -> None:
    assert read_targets(xlsx(tmp_path / "a", hide=False)).warnings == ()


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_day_numbers_count_as_the_book_says(
    tmp_path: Path, *, epoch_1904: bool
) -> None:
    first = ((0x22, struct.pack("<H", epoch_1904)),)
    number = (0x203, struct.pack("<HHHd", 1, 2, 0, SERIAL))
    cells = [label(0, at, text) for at, text in enumerate(["编号", "名称", "成立日期"])]
    cells += [label(1, 0, "A1"), label(1, 1, "店")]
    old = binary_book(tmp_path / "a.xls", *cells, number, first=first)
    new = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(new, {"date_1904": epoch_1904}) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["编号", "名称", "成立日期"])
        sheet.write_row(1, 0, ["A1", "店", SERIAL])
    expected = "2030-03-02" if epoch_1904 else "2026-03-01"
    for path in (old, new):
        reading = read_targets(path)
        assert str(reading.records[0].public.established) == expected
        assert [w.code for w in reading.warnings] == ["E267"]


@pytest.mark.parametrize("cell", ["20229", 20229, "20011"])
def test_a_year_and_a_month_without_a_day_are_not_guessed(
    tmp_path: Path, cell: str | int
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["编号", "名称", "成立日期"])
        sheet.write_row(1, 0, ["A1", "店", cell])
    assert found(refusal(read_targets, path)) == [("E246", "C2")]


@pytest.mark.parametrize("damage", range(0, 4096, 97))
def test_a_view_that_cannot_be_followed_stops_nobody(
    tmp_path: Path, damage: int
) -> None:
    """A wrong byte in an xls is calamine's to judge; our own look never crashes."""
    from dualrandom.sheets.book_view import view_xls

    path = xls(tmp_path / "a")
    data = bytearray(path.read_bytes())
    for at in range(damage, min(damage + 4, len(data))):
        data[at] ^= 0xFF
    path.write_bytes(data)
    view_xls(str(path))
