"""Finding the heading among titles, notes, groups and data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dualrandom.sheets.columns import layout, plain_heading
from dualrandom.sheets.header import find_header

if TYPE_CHECKING:
    from dualrandom.sheets.columns import Listing
    from dualrandom.sheets.texts import Cell


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("地      区", "地区"),
        ("企业\n名称", "企业名称"),
        ("＊企业名称：", "企业名称"),
        ("*姓名*", "姓名"),
        ("Ｎａｍｅ", "name"),
        ("1、企业名称", "企业名称"),
        ("住所（经营场所）", "住所(经营场所)"),
        ("\u3000企业名称\u3000", "企业名称"),
    ],
)
def test_headings_are_compared_without_decoration(text: str, plain: str) -> None:
    assert plain_heading(text) == plain


def at(
    listing: Listing, *rows: list[Cell], **merged: tuple[int, int, int, int]
) -> tuple[int, int]:
    header = find_header(rows, layout(listing), tuple(merged.values()))
    assert header is not None
    assert not header.missing
    return header.first, header.depth


def test_below_titles_notes_and_blank_rows() -> None:
    assert at(
        "targets",
        ["附件1", "", ""],
        ["示例市检查对象名录\n（按代码排序）", "", ""],
        ["", "", ""],
        ["填表单位：示例局", "", "2026年3月1日"],
        ["序号", "企业名称", "统一社会信用代码"],
        [1.0, "示例店", "A1"],
    ) == (4, 1)


def test_group_row_with_sub_headings() -> None:
    rows: tuple[list[Cell], ...] = (
        ["编号", "抽查事项", "检查部门", "", "备注"],
        ["", "", "发起", "配合", ""],
        ["1", "示例检查", "甲局", "乙局", ""],
    )
    header = find_header(rows, layout("items"))
    assert header is not None
    assert (header.first, header.depth, header.data) == (0, 2, 2)
    assert {k: v[0] for k, v in header.columns.items()} == {
        "code": 0,
        "name": 1,
        "lead": 2,
        "partners": 3,
        "note": 4,
    }


def test_merged_group_row_over_columns_that_stand_alone() -> None:
    rows: tuple[list[Cell], ...] = (
        ["基本信息", "", "", "证件", ""],
        ["工号", "姓名", "地区", "执法证编号", "执法证有效期"],
        ["E1", "甲", "城东", "Z1", "2029-12-31"],
    )
    header = find_header(rows, layout("inspectors"), ((0, 0, 0, 2), (0, 3, 0, 4)))
    assert header is not None
    assert header.data == 2
    assert set(header.columns) == {"id", "name", "region", "certificate", "valid_until"}


def test_a_title_with_words_of_the_heading_is_not_taken() -> None:
    assert at(
        "targets",
        ["企业名称", "", ""],
        ["企业名称", "统一社会信用代码", "地区"],
    ) == (1, 1)


def test_a_row_of_data_is_no_second_row_of_the_heading() -> None:
    assert at(
        "targets",
        ["企业名称", "统一社会信用代码"],
        ["状态", "A1"],
    ) == (0, 1)


def test_the_preferred_alias_wins_and_the_other_is_reported() -> None:
    header = find_header(
        [["统一社会信用代码", "企业名称", "登记机关区划码", "登记机关"]],
        layout("targets"),
    )
    assert header is not None
    assert header.columns["registrar"] == (3, 2)
    assert header.unused == ("登记机关区划码",)


def test_one_heading_twice() -> None:
    header = find_header(
        [["企业名称", "统一社会信用代码", "企业 名称"]], layout("targets")
    )
    assert header is not None
    assert header.twice == ("企业 名称",)


def test_brackets_are_optional() -> None:
    header = find_header(
        [["工号（必填）", "姓名[中文]", "所在业务部门（机构）"]], layout("inspectors")
    )
    assert header is not None
    assert set(header.columns) == {"id", "name", "unit"}


def test_what_is_missing_is_named_beside_the_fullest_row() -> None:
    header = find_header([["名录", ""], ["甲", "乙"], ["x", ""]], layout("targets"))
    assert header is not None
    assert [c.field for c in header.missing] == ["id", "name"]
    assert header.shown == "甲 | 乙"


def test_no_cell_no_heading() -> None:
    assert find_header([], layout("targets")) is None
    assert find_header([["", " "], [""]], layout("targets")) is None


@pytest.mark.parametrize("listing", ["targets", "inspectors", "items"])
def test_the_table_of_columns_is_sound(listing: Listing) -> None:
    table = layout(listing)
    aliases = [alias for column in table.columns for alias in column.aliases]
    assert len(aliases) == len(set(aliases)), "one heading, one field"
    fields = [column.field for column in table.columns]
    assert len(fields) == len(set(fields))
    assert table.key.required
    for column in table.columns:
        assert set(column.headings) == set(column.notes) == {"zh-CN", "en"}
        assert column.hidden or bool(column.notes["zh-CN"]) == bool(column.notes["en"])
    for lang in ("zh-CN", "en"):
        written = [column.headings[lang] for column in table.written]
        header = find_header([[*written]], table)
        assert header is not None
        assert len(header.columns) == len(written)
        assert header.unused == ()
