"""What we write: sheets that Excel reads as text, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import re
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from dualrandom.errors import InputError, UsageError
from dualrandom.sheets import (
    mark_problems,
    read_inspectors,
    read_items,
    read_targets,
    write_list,
    write_rows,
    write_template,
)
from dualrandom.sheets.columns import layout
from dualrandom.sheets.marks import sentence
from dualrandom.sheets.write import breadth, height, sheet_name
from tests.sheetmaking import LANGUAGES, book, code, found, refusal, text_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dualrandom.messages import Lang
    from dualrandom.sheets.columns import Listing

READERS: dict[Listing, Callable[[Path], object]] = {
    "targets": read_targets,
    "inspectors": read_inspectors,
    "items": read_items,
}


def cells(path: Path, name: str | None = None) -> list[list[Any]]:
    made = openpyxl.load_workbook(path)
    sheet = made[name] if name else made.active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_every_cell_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    values = (
        "=1+1",
        7,
        dt.date(2026, 3, 1),
        dt.date(9999, 9, 9),
        ("甲", "乙"),
        None,
        "",
    )
    assert write_rows(path, "名单", [*"abcdefg"], [values]) == 1
    sheet = openpyxl.load_workbook(path).active
    row = next(iter(sheet.iter_rows(min_row=2)))
    assert [cell.value for cell in row[:6]] == [
        "=1+1",
        "7",
        "2026-03-01",
        "长期",
        "甲、乙",
        None,
    ]
    assert {cell.data_type for cell in row[:5]} == {"s"}
    assert {cell.number_format for cell in row[:5]} == {"@"}
    with zipfile.ZipFile(path) as made:
        assert b"<f>" not in made.read("xl/worksheets/sheet1.xml")
    assert sheet.title == "名单"
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", " =", "'=", "＝", "\n@"]
)
def test_csv_never_begins_with_a_formula(tmp_path: Path, sign: str) -> None:
    path = tmp_path / "a.csv"
    write_rows(path, "", [f"{sign}head"], [[f"{sign}1"]])
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.reader(file)]
    assert rows == [[f"'{sign}head"], [f"'{sign}1"]]


def test_csv_has_a_mark_and_excels_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_rows(path, "", ["名称"], [["示,例"]])
    assert path.read_bytes() == '\ufeff名称\r\n"示,例"\r\n'.encode()


def test_another_suffix(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_rows(tmp_path / "a.xls", "", [], [])
    assert caught.value.code == "E228"


def _failing() -> Iterator[list[str]]:
    yield ["甲"]
    raise InputError("E201")


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"old")
    with pytest.raises(InputError):
        write_rows(path, "", ["名称"], _failing())
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_folder_that_is_not_there(tmp_path: Path, suffix: str) -> None:
    error = refusal(write_rows, tmp_path / "no" / f"a.{suffix}", "", [], [])
    assert error.code == "E229"


def test_what_excel_cannot_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    error = refusal(write_rows, path, "", ["名称"], [["x" * 32_767], ["x" * 32_768]])
    assert (error.code, error.where and error.where.row) == ("E239", 3)
    monkeypatch.setattr("dualrandom.sheets.write.EXCEL_ROWS", 3)
    assert write_rows(path, "", ["名称"], [["x"]] * 2) == 2
    assert refusal(write_rows, path, "", ["名称"], [["x"]] * 3).code == "E242"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("名单", "名单"),
        ("2026/001:甲?", "2026001甲"),
        ("", "Sheet1"),
        ("'a'", "a"),
        ("x" * 40, "x" * 31),
    ],
)
def test_titles_become_names_that_excel_allows(title: str, name: str) -> None:
    assert sheet_name(title) == name


def test_rows_grow_with_their_text() -> None:
    assert breadth("ab示例") == 6
    assert height(["短"], [10]) is None
    assert height(["长" * 10], [11]) == 30
    assert height(["长" * 9999], [11]) == 405


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("listing", ["targets", "inspectors", "items"])
def test_an_empty_template_is_understood_and_refused_as_empty(
    tmp_path: Path, listing: Listing, lang: Lang
) -> None:
    path = tmp_path / "a.xlsx"
    write_template(listing, path, lang)
    assert refusal(READERS[listing], path).code == "E219"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("listing", ["targets", "inspectors", "items"])
def test_the_example_of_a_template_can_be_imported(
    tmp_path: Path, listing: Listing, lang: Lang
) -> None:
    path = tmp_path / "a.xlsx"
    write_template(listing, path, lang)
    made = openpyxl.load_workbook(path)
    for at, column in enumerate(layout(listing).written, 1):
        made.worksheets[0].cell(2, at, column.example)
    made.save(path)
    reading: Any = READERS[listing](path)
    assert reading.rows == 1
    assert reading.warnings == ()
    assert reading.unused == ()


def test_a_template_without_formats(tmp_path: Path) -> None:
    write_template("items", tmp_path / "a.csv")
    assert refusal(read_items, tmp_path / "a.csv").code == "E219"
    assert refusal(write_template, "items", tmp_path / "a.docx").code == "E228"


def test_a_template_helps(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_template("targets", path)
    made = openpyxl.load_workbook(path)
    sheet, notes = made.worksheets
    assert sheet.title == "检查对象"
    assert sheet["A1"].value == "*统一社会信用代码/注册号"
    assert sheet["A1"].comment.text.startswith("18 位")
    assert sheet.column_dimensions["A"].width > 20
    drop_downs = {
        str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation
    }
    assert drop_downs["K2:K1048576"] == '"A,B,C,D"'
    assert [cell.value for cell in notes[4]][:2] == ["统一社会信用代码/注册号", "是"]
    with zipfile.ZipFile(path) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert re.search(r'<col min="1"[^>]* style="[1-9]', xml), (
        "codes typed there stay text"
    )
    assert 'numFmtId="49"' in styles


def test_recusals_are_written_as_they_are_read(tmp_path: Path) -> None:
    rows = [
        ["工号", "姓名", "回避对象"],
        ["E1", "甲", f"{code(1)}(配偶，任职)、{code(2)}"],
    ]
    before = read_inspectors(book(tmp_path / "a.xlsx", rows))
    write_list(tmp_path / "b.csv", "inspectors", before.records)
    assert read_inspectors(tmp_path / "b.csv").records == before.records


def test_risk_classes_are_in_the_offices_own_export(tmp_path: Path) -> None:
    rows = [["编号", "名称", "信用风险类别"], ["A1", "店", "B"]]
    before = read_targets(book(tmp_path / "a.xlsx", rows))
    write_list(tmp_path / "b.xlsx", "targets", before.records, "en")
    assert cells(tmp_path / "b.xlsx")[0][10] == "Risk class"
    assert read_targets(tmp_path / "b.xlsx").records == before.records


ROWS: list[list[Any]] = [
    ["名录", None, None, None],
    ["统一社会信用代码", "企业名称", "地区", "成立日期"],
    [code(1), "甲店", "城东", dt.date(2026, 3, 1)],
    ["A/1", "", "城东", "去年"],
    [9.13e17, "=丙", "城西", None],
]


def _marked(path: Path, target: Path, lang: Lang = "zh-CN") -> InputError:
    error = refusal(read_targets, path)
    assert isinstance(error, InputError)
    found = (*error.problems, *error.warnings)
    mark_problems("targets", path, found, target, lang)
    return error


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_officers_own_book_comes_back_marked(tmp_path: Path, lang: Lang) -> None:
    path, target = book(tmp_path / "a.xlsx", ROWS), tmp_path / "b.xlsx"
    before = path.read_bytes()
    error = _marked(path, target, lang)
    sheet = openpyxl.load_workbook(target).active
    assert sheet["E2"].value == {"zh-CN": "问题", "en": "Problem"}[lang]
    assert sheet["A4"].comment is not None
    assert sheet["A4"].fill.fgColor.rgb.endswith("FFC7CE")
    assert sheet["C4"].comment is None
    assert [text[:2] for text in sheet["E4"].value.split("；") if text[1] == "4"] == [
        "B4",
        "A4",
        "D4",
    ]
    assert sheet["E3"].value is None
    assert sheet["D3"].value == dt.datetime(2026, 3, 1)  # noqa: DTZ001 - Excel's
    assert path.read_bytes() == before
    again = refusal(read_targets, target)
    assert found(again) == found(error)


@pytest.mark.parametrize("anew", [False, True], ids=["copied", "written anew"])
def test_what_is_odd_is_marked_beside_what_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, anew: bool
) -> None:
    """Yellow; a row that has both is red. Nothing is said where the headings are."""
    if anew:
        monkeypatch.setattr("dualrandom.sheets.marks._COPIED", 0)
    rows = [*ROWS, ["合计", 3, None, None]]
    path, target = book(tmp_path / "a.xlsx", rows), tmp_path / "b.xlsx"
    error = _marked(path, target)
    (total,) = error.warnings
    assert (total.code, total.where.row) == ("E273", 6)
    made = openpyxl.load_workbook(target).active
    assert made["E6"].value == sentence(total, "zh-CN")
    colours = {place: made[place].fill.fgColor.rgb[-6:] for place in ("A4", "E4", "E6")}
    assert colours == {"A4": "FFC7CE", "E4": "FFC7CE", "E6": "FFEB9C"}
    assert made["E2"].value == "问题"
    # Marked once more, the earlier marks are gone.
    again = tmp_path / "c.xlsx"
    fifth = [one for one in error.problems if one.where.row == 5]
    mark_problems("targets", target, fifth, again)
    made = openpyxl.load_workbook(again).active
    assert {made[place].value for place in ("E4", "E6")} == {None}


def test_a_marked_book_can_be_corrected_and_imported(tmp_path: Path) -> None:
    path, target = book(tmp_path / "a.xlsx", ROWS), tmp_path / "b.xlsx"
    _marked(path, target)
    made = openpyxl.load_workbook(target)
    for place, value in {"A4": "A-1", "B4": "乙店", "D4": None, "A5": "A-2"}.items():
        made.active[place] = value
    made.save(target)
    reading = read_targets(target)
    assert [row.public.name for row in reading.records] == ["甲店", "乙店", "=丙"]
    assert reading.unused == ("问题",)


def test_a_text_file_comes_back_as_a_marked_book(tmp_path: Path) -> None:
    path = text_file(
        tmp_path / "a.csv",
        f"名录\n企业名称,统一社会信用代码\n甲,{code(1)}\n=乙,A/1\n丙,,多\n",
        "gb18030",
    )
    target = tmp_path / "b.xlsx"
    _marked(path, target)
    sheet = openpyxl.load_workbook(target).active
    assert sheet["D2"].value == "问题"
    assert sheet["A1"].value == "名录"
    assert sheet["A4"].value == "=乙"
    assert sheet["A4"].data_type == "s"
    assert sheet["B4"].comment is not None
    assert sheet["D4"].value is not None
    assert sheet["D5"].value is not None


def test_a_large_book_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dualrandom.sheets.marks._COPIED", 0)
    rows = [[None, *row] for row in ROWS]
    path, target = (
        book(tmp_path / "a.xlsx", [[]], [[], *rows], names=["空", "名录"]),
        tmp_path / "b.xlsx",
    )
    error = _marked(path, target)
    assert found(refusal(read_targets, target)) == found(error)
    assert cells(target)[2][5] == "问题"


def test_a_book_that_openpyxl_cannot_read_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Path) -> None:
        raise KeyError

    monkeypatch.setattr(openpyxl, "load_workbook", fails)
    path, target = book(tmp_path / "a.xlsx", ROWS), tmp_path / "b.xlsx"
    error = refusal(read_targets, path)
    assert isinstance(error, InputError)
    mark_problems("targets", path, error.problems, target)
    monkeypatch.undo()
    assert cells(target)[1][4] == "问题"


def test_marking_leaves_nothing_where_it_cannot_write(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ROWS)
    error = refusal(read_targets, path)
    assert isinstance(error, InputError)
    missing = tmp_path / "no" / "b.xlsx"
    assert (
        refusal(mark_problems, "targets", path, error.problems, missing).code == "E229"
    )
    assert [*tmp_path.iterdir()] == [path]
