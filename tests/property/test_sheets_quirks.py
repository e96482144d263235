"""A clean list, spoiled as people spoil lists, reads to the same records.

Each quirk changes how a table looks and nothing of what it says. One at a time, and
several together in any order, in every kind of file.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualrandom.sheets import read_targets
from tests.sheetmaking import code, open_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from dualrandom.sheets import TargetRow

Grid = list[list[str]]

HEAD = ["统一社会信用代码", "企业名称", "主体类型", "地区", "成立日期", "监管标签"]
CLEAN = [
    HEAD,
    [code(1), "示例市城东食品店", "个体工商户", "城东", "2022-09-01", "食品、网络"],
    [code(2), "示例（城西）有限公司", "有限责任公司", "城西", "2001-12-31", ""],
    [code(3), "合计面馆", "", "城东", "", "餐饮"],
    [code(4), "注册商标示例店", "个体工商户", "", "1999-01-05", "食品、餐饮、网络"],
    [code(5), "示例长期药房", "有限责任公司", "城南", "2026-02-28", ""],
]
WIDTH = len(HEAD)


@cache
def expected() -> tuple[TargetRow, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("\n".join(",".join(row) for row in CLEAN), "utf-8")
        return read_targets(path).records


def cells(grid: Grid, column: str, change: Callable[[str], str]) -> Grid:
    """Change the filled cells of a column, wherever it stands."""
    top = next(at for at, row in enumerate(grid) if any(map(is_head, row)))
    place = next(at for at, text in enumerate(grid[top]) if is_head(text, column))
    for row in grid[top + 1 :]:
        filled = len(row) > place and row[place] and sum(map(bool, row)) > 2
        if filled and not any(map(is_head, row)):
            row[place] = change(row[place])
    return grid


def is_head(text: str, column: str = "") -> bool:
    plain = "".join(text.split()).strip("*").partition("（")[0]
    wanted = NAMES if not column else {column, ALIASES[column]}
    return plain in wanted


ALIASES = {
    "统一社会信用代码": "社会信用代码",
    "企业名称": "检查对象名称",
    "主体类型": "市场主体类型",
    "地区": "管辖区域",
    "成立日期": "注册日期",
    "监管标签": "标签",
}
NAMES = {*ALIASES, *ALIASES.values()}


def titled(grid: Grid) -> Grid:
    return [
        ["示例市检查对象名录（2026年）"],
        ["制表单位：示例局", "", "单位：户"],
        *grid,
    ]


def blank_rows(grid: Grid) -> Grid:
    return [row for line in grid for row in (line, ["", " ", "\u3000"])]


def summed(grid: Grid) -> Grid:
    return [*grid, ["合计", "", "", "5户"], [], ["注：本表由各所汇总。"]]


def grouped(grid: Grid) -> Grid:
    return [*grid[:-2], ["（一）城东片区"], *grid[-2:]]


def headed_again(grid: Grid) -> Grid:
    head = next(row for row in grid if any(map(is_head, row)))
    return [*grid[:-1], [*head], grid[-1]]


def headed_by_groups(grid: Grid) -> Grid:
    top = next(at for at, row in enumerate(grid) if any(map(is_head, row)))
    group = ["基本情况", *[""] * (len(grid[top]) - 1)]
    return [*grid[:top], group, *grid[top:]]


def numbered(grid: Grid) -> Grid:
    out = []
    for at, row in enumerate(grid):
        head = any(map(is_head, row))
        data = sum(map(bool, row)) > 2 and not head
        out.append(
            ["序号" if head else str(at) if data else "", *row] if head or data else row
        )
    return out


def with_phones(grid: Grid) -> Grid:
    return [
        [*row, "联系电话" if any(map(is_head, row)) else "5550123"]
        if sum(map(bool, row)) > 2 and row[0] != "合计"
        else row
        for row in grid
    ]


def turned(grid: Grid) -> Grid:
    wide = max(map(len, grid))
    return [
        [*row, *[""] * (wide - len(row))][::-1] if sum(map(bool, row)) > 2 else row
        for row in grid
    ]


def headings(change: Callable[[str], str]) -> Callable[[Grid], Grid]:
    def spoil(grid: Grid) -> Grid:
        return [
            [change(text) if is_head(text) else text for text in row] for row in grid
        ]

    return spoil


def column(name: str, change: Callable[[str], str]) -> Callable[[Grid], Grid]:
    return lambda grid: cells(grid, name, change)


def everywhere(change: Callable[[str], str]) -> Callable[[Grid], Grid]:
    def spoil(grid: Grid) -> Grid:
        for name in HEAD:
            cells(grid, name, change)
        return grid

    return spoil


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def emptied(grid: Grid) -> Grid:
    """Say nothing in words, in the rows of data."""
    top = next(at for at, row in enumerate(grid) if any(map(is_head, row)))
    place = next(at for at, text in enumerate(grid[top]) if is_head(text, "主体类型"))
    for row in grid[top + 1 :]:
        if sum(map(bool, row)) > 2 and row[0] != "合计" and not row[place]:
            row[place] = "无"
    return grid


def parted(text: str) -> tuple[int, int, int]:
    year, month, day = map(int, text.split("-"))
    return year, month, day


QUIRKS: dict[str, Callable[[Grid], Grid]] = {
    "title and unit above": titled,
    "blank rows": blank_rows,
    "sum and footnote": summed,
    "a group row": grouped,
    "the heading again": headed_again,
    "two rows of heading": headed_by_groups,
    "a running number": numbered,
    "a column nobody asked for": with_phones,
    "columns in another order": turned,
    "other names": headings(lambda text: ALIASES.get(text, text)),
    "blanks in headings": headings("\u3000 ".join),
    "a break in headings": headings(lambda text: f"{text[:2]}\n{text[2:]}"),
    "stars": headings(lambda text: f"*{text}"),
    "units in headings": headings(lambda text: f"{text}（必填）"),
    "full-width codes": column("统一社会信用代码", wide),
    "small letters": column("统一社会信用代码", str.lower),
    "an apostrophe": column("统一社会信用代码", lambda text: f"'{text}"),
    "codes in groups": column(
        "统一社会信用代码", lambda text: f"{text[:6]} {text[6:12]}\u00a0{text[12:]}"
    ),
    "ideographic blanks": everywhere(lambda text: f"{text}\u3000"),
    "no-break blanks": everywhere(lambda text: f"\u00a0{text}\u00a0"),
    "zero-width": everywhere(lambda text: f"\u200b{text}\ufeff"),
    "dates with slashes": column("成立日期", lambda t: "{}/{}/{}".format(*parted(t))),
    "dates with points": column("成立日期", lambda t: "{}.{}.{}".format(*parted(t))),
    "dates in words": column("成立日期", lambda t: "{}年{}月{}日".format(*parted(t))),
    "dates in a row": column("成立日期", lambda text: text.replace("-", "")),
    "dates with a time": column(
        "成立日期", lambda t: "{}/{}/{} 0:00:00".format(*parted(t))
    ),
    "tags by commas": column("监管标签", lambda text: text.replace("、", "，")),
    "tags by semicolons": column("监管标签", lambda text: text.replace("、", "；")),
    "nothing in words": emptied,
}
SHAPES = {name for name in QUIRKS if name.startswith("dates")}
"""A date has one of them, and has it before anything is put around it."""


def text(encoding: str, sign: str) -> Callable[[Path, Grid], Path]:
    def write(path: Path, grid: Grid) -> Path:
        lines = (
            sign.join(f'"{c}"' if {sign, "\n"} & set(c) else c for c in row)
            for row in grid
        )
        path.write_bytes("\r\n".join(lines).encode(encoding, "strict"))
        return path

    return write


def xlsx(path: Path, grid: Grid) -> Path:
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("说明").write_string(0, 0, "填写说明")
        sheet = made.add_worksheet("名录")
        for at, row in enumerate(grid):
            for place, cell in enumerate(row):
                sheet.write_string(at, place + 1, cell)
    return path


def ods(path: Path, grid: Grid) -> Path:
    def cell(said: str) -> str:
        inner = "".join(f"<text:p>{line}</text:p>" for line in said.split("\n"))
        return (
            f'<table:table-cell office:value-type="string">{inner}</table:table-cell>'
        )

    rows = ("".join(map(cell, row)) for row in grid)
    return open_document(
        path, "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    )


FILES: dict[str, Callable[[Path, Grid], Path]] = {
    "CSV": text("utf-8", ","),
    "CSV with a mark": text("utf-8-sig", ","),
    "GB 18030": text("gb18030", ","),
    "UTF-16 by tabs": text("utf-16", "\t"),
    "semicolons": text("utf-8", ";"),
    "xlsx": xlsx,
    "ods": ods,
}


def check(quirks: list[str], file: str) -> None:
    grid = [[*row] for row in CLEAN]
    for name in quirks:
        grid = QUIRKS[name](grid)
    with tempfile.TemporaryDirectory() as folder:
        path = FILES[file](Path(folder) / "名录.xls", grid)
        reading = read_targets(path)
    assert reading.records == expected()


@pytest.mark.parametrize("name", QUIRKS)
def test_one_quirk_changes_nothing(name: str) -> None:
    check([name], "CSV")


@pytest.mark.parametrize("file", FILES)
def test_no_file_changes_anything(file: str) -> None:
    check([], file)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    quirks=st.permutations([*QUIRKS]).flatmap(
        lambda order: st.integers(2, 7).map(lambda most: order[:most])
    ),
    file=st.sampled_from([*FILES]),
)
def test_quirks_together_change_nothing(quirks: list[str], file: str) -> None:
    shapes = [name for name in quirks if name in SHAPES][:1]
    check([*shapes, *(name for name in quirks if name not in SHAPES)], file)
