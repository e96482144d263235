"""What a tired officer hands in: everything that can be meant is understood."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.messages import problem_line
from dualrandom.records import (
    InspectorRecord,
    Licence,
    Recusal,
    TargetPrivate,
    TargetRecord,
)
from dualrandom.sheets import read_inspectors, read_items, read_targets
from tests.sheetmaking import (
    LANGUAGES,
    book,
    cell_xml,
    code,
    found,
    inline,
    open_document,
    raw_book,
    refusal,
    row_xml,
    sheet_xml,
    text_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dualrandom.sheets import Reading

HEAD = ["统一社会信用代码", "企业名称", "地区"]


def csv(
    tmp_path: Path, *rows: Sequence[str], encoding: str = "utf-8", sign: str = ","
) -> Path:
    text = "".join(sign.join(row) + "\r\n" for row in rows)
    return text_file(tmp_path / "list.csv", text, encoding)


def warned(reading: Reading[Any]) -> list[tuple[str, str | int | None]]:
    for lang in LANGUAGES:
        assert all(problem_line(one, lang) for one in reading.warnings)
    return [(w.code, w.where.cell or w.where.row) for w in reading.warnings]


def ids(reading: Reading[Any]) -> list[str]:
    return [row.public.id for row in reading.records]


def test_all_fields_of_a_target(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            [
                "统一社会信用代码/注册号",
                "企业名称",
                "主体类型",
                "行业",
                "成立日期",
                "登记机关",
                "管辖单位",
                "登记状态",
                "住所",
                "监管标签",
                "上次检查日期",
                "信用风险类别",
                "类别日期",
                "许可证编号",
            ],
            [
                code(1),
                "示例店",
                "个体工商户",
                "零售业",
                dt.date(2020, 5, 1),
                "示例局",
                "城东所",
                "存续",
                "示例路1号",
                "食品、网络",
                "2025-06-30",
                "B",
                "20260105",
                "JY1",
            ],
        ],
    )
    reading = read_targets(path)
    assert reading.records[0].public == TargetRecord(
        id=code(1),  # type: ignore[arg-type]
        name="示例店",
        kind="个体工商户",
        industry="零售业",
        region="城东所",
        registrar="示例局",
        status="存续",
        address="示例路1号",
        established=dt.date(2020, 5, 1),
        tags=("食品", "网络"),
        licences=(Licence(name="", number="JY1"),),
    )
    assert reading.records[0].private == TargetPrivate(
        id=code(1),  # type: ignore[arg-type]
        risk="B",
        risk_date=dt.date(2026, 1, 5),
        last_inspected=dt.date(2025, 6, 30),
    )
    assert reading.unused == ()
    assert reading.rows == 1
    assert reading.sheet == "Sheet1"
    assert reading.warnings == ()


TEMPLATE_2017 = [
    "单位工号",
    "姓名",
    "性别",
    "身份证号",
    "手机号",
    "学历",
    "学历专业",
    "岗位大类",
    "从事本岗起始日期",
    "岗位资质资格",
    "执法事项范围",
    "地区",
    "层级",
    "担任职务",
    "所在业务部门（机构）",
    "是否专家",
    "工商执法证编号",
    "工商执法证有效期",
    "省执法证编号",
    "执法证有效期",
    "执法人员状态",
    "回避对象",
]
JOINT_2017 = [
    *TEMPLATE_2017[:14], "具体职务", "所在业务部门（机构）", "是否专家", "执法证编号",
    "执法证有效期", "执法证发证机关", "执法人员状态", "回避对象",
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "province", "held"),
    [
        pytest.param(
            ("G1", "2030-01-01"),
            ("S1", "2027-01-01"),
            ("G1", 2030),
            id="the longer one",
        ),
        pytest.param(
            ("G1", "2027-01-01"), ("S1", "2030-01-01"), ("S1", 2030), id="the other one"
        ),
        pytest.param(
            ("G1", "2027-01-01"),
            ("", "2030-01-01"),
            ("G1", 2027),
            id="a date alone is none",
        ),
        pytest.param(("G1", "长期"), ("S1", "2030-01-01"), ("G1", 9999), id="for ever"),
        pytest.param(("G1", ""), ("S1", ""), ("S1", None), id="no dates"),
        pytest.param(("", ""), ("无", ""), ("", None), id="auxiliary staff"),
    ],
)
def test_of_two_certificates_any_valid_one_counts(
    tmp_path: Path,
    old: tuple[str, str],
    province: tuple[str, str],
    held: tuple[str, int | None],
) -> None:
    row = ["E1", "示例甲", *[""] * 14, *old, *province, "在岗", ""]
    reading = read_inspectors(book(tmp_path / "a.xlsx", [TEMPLATE_2017, row]))
    inspector = reading.records[0].inspector
    until = inspector.valid_until
    assert (inspector.certificate, until and until.year) == held


def test_both_templates_of_21_columns(tmp_path: Path) -> None:
    row = [
        "E1", "示例甲", "女", "110101199001011234", "13800000000", "本科", "法学",
        "食品药品管理类",
        "2019-07-01", "药品检查员，保化检查员", "A01，A02", "城东", "县级", "科员",
        "一科",
        "食品科",
        "否", "Z1", "2029-12-31", "示例局", "在岗", f"{code(1)}（配偶任职）、{code(2)}",
    ]  # fmt: skip
    reading = read_inspectors(book(tmp_path / "a.xlsx", [JOINT_2017, row]))
    assert reading.records[0].inspector == InspectorRecord(
        id="E1",  # type: ignore[arg-type]
        name="示例甲",
        unit="食品科",
        region="城东",
        level="县级",
        category="食品药品管理类",
        qualifications=("药品检查员", "保化检查员"),
        scope=("A01", "A02"),
        certificate="Z1",
        valid_until=dt.date(2029, 12, 31),
        status="在岗",
    )
    assert reading.records[0].recusals == (
        Recusal(inspector="E1", target=code(1), reason="配偶任职"),  # type: ignore[arg-type]
        Recusal(inspector="E1", target=code(2)),  # type: ignore[arg-type]
    )
    assert "身份证号" in reading.unused
    assert "110101199001011234" not in repr(reading)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_text_in_every_encoding_with_every_separator(
    tmp_path: Path, encoding: str, sign: str
) -> None:
    path = csv(
        tmp_path, HEAD, [code(1), "示例店㐀𠮷", "城东"], encoding=encoding, sign=sign
    )
    reading = read_targets(path)
    assert [row.public.name for row in reading.records] == ["示例店㐀𠮷"]
    assert reading.sheet is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    path = text_file(
        tmp_path / "a.csv",
        end.join([",".join(HEAD), f'{code(1)},"示例{end}店",城东', ""]),
    )
    assert read_targets(path).records[0].public.name == "示例店"


def test_a_text_with_title_and_commas_in_quotes(tmp_path: Path) -> None:
    path = csv(
        tmp_path, ["示例市名录"], [], HEAD, [code(1), '"示例店，分店""一"""', '"东,西"']
    )
    public = read_targets(path).records[0].public
    assert (public.name, public.region) == ('示例店，分店"一"', "东,西")


@pytest.mark.parametrize("name", ["a.xls", "a.csv", "a.txt", "a"])
def test_the_name_of_a_file_is_not_asked(tmp_path: Path, name: str) -> None:
    assert read_targets(book(tmp_path / name, [HEAD, [code(1), "店", ""]])).rows == 1


def test_numbers_dates_and_truth_values_in_cells(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["编号", "名称", "成立日期", "类型"],
            [12, "店", 46082, True],
            ["13", 7, dt.datetime(2026, 3, 1, 8, 30), 1.5],  # noqa: DTZ001
        ],
    )
    reading = read_targets(path)
    first, second = (row.public for row in reading.records)
    assert (first.id, first.established, first.kind) == (
        "12",
        dt.date(2026, 3, 1),
        "TRUE",
    )
    assert (second.id, second.name, second.kind) == ("13", "7", "1.5")
    assert second.established == dt.date(2026, 3, 1)
    assert warned(reading) == [("E267", "C2")]


def test_a_sheet_that_does_not_begin_at_a1(tmp_path: Path) -> None:
    """Rows and cells are named as Excel shows them."""
    rows: list[list[Any]] = [
        [],
        [],
        [None, None, *HEAD],
        [None, None, code(1), "店"],
        [None, None, "A/1", "店"],
    ]
    assert found(refusal(read_targets, book(tmp_path / "a.xlsx", rows))) == [
        ("E231", "C5")
    ]


def test_rows_that_are_no_records(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["名录", "", "", ""],
        ["序号", *HEAD],
        ["城东（1户）", "", "", ""],
        [1, code(1), "甲店", "城东"],
        ["", "", "", ""],
        ["序号", *HEAD],
        [2, code(2), "乙店", "城西"],
        ["小计", "", "2户", ""],
        ["合计：", "", "", 2],
        ["注：以上名录截至2026年3月", "", "", ""],
        ["填表人：某某", "", "审核人：某某", ""],
        ["填表人：", "审核人：", "示例甲", "2026年3月1日"],
    ]
    reading = read_targets(book(tmp_path / "a.xlsx", rows))
    assert ids(reading) == [code(1), code(2)]
    assert warned(reading) == [
        ("E274", 3), ("E275", 6), ("E273", 8), ("E273", 9), ("E274", 10), ("E274", 11),
        ("E274", 12),
    ]  # fmt: skip


def test_a_sum_in_the_column_of_ids(tmp_path: Path) -> None:
    path = csv(
        tmp_path, HEAD, [code(1), "店", ""], ["合计", "1户", ""], ["总 计", "", ""]
    )
    assert warned(read_targets(path)) == [("E273", 3), ("E273", 4)]


def test_an_enterprise_whose_name_begins_like_a_sum_is_not_lost(tmp_path: Path) -> None:
    path = csv(
        tmp_path, HEAD, [code(1), "合计示例公司", ""], ["", "总计示例商贸公司", ""]
    )
    assert found(refusal(read_targets, path)) == [("E230", "A3")]


def test_a_name_alone_is_a_slip_not_a_group(tmp_path: Path) -> None:
    path = csv(tmp_path, HEAD, [code(1), "甲店", ""], ["", "乙店", ""])
    assert found(refusal(read_targets, path)) == [("E230", "A3")]


def test_an_id_alone_is_a_slip_not_a_group(tmp_path: Path) -> None:
    path = csv(tmp_path, HEAD, [code(1), "甲店", ""], [code(2), "", ""])
    assert found(refusal(read_targets, path)) == [("E230", "B3")]


def test_merged_cells_below_the_heading(tmp_path: Path) -> None:
    rows = [
        row_xml(1, "工号", "姓名", "所在部门"),
        row_xml(2, "E1", "甲", "一科"),
        row_xml(3, "E2", "乙"),
        row_xml(4, "E3", "丙"),
        row_xml(5, "E4", "丁"),
        row_xml(6, "二科（1人）"),
    ]
    merged = '<mergeCell ref="C2:C4"/><mergeCell ref="A6:C6"/>'
    xml = sheet_xml("".join(rows), f"<mergeCells>{merged}</mergeCells>")
    reading = read_inspectors(raw_book(tmp_path / "a.xlsx", xml))
    units = [row.inspector.unit for row in reading.records]
    assert units == ["一科", "一科", "一科", ""]
    assert warned(reading) == [("E274", 6)]


@pytest.mark.parametrize("text", ["城东", "城东（1户）", "一、城东分局"])
def test_group_rows_in_the_column_of_ids(tmp_path: Path, text: str) -> None:
    path = csv(tmp_path, HEAD, [text, "", ""], [code(1), "店", ""])
    assert warned(read_targets(path)) == [("E274", 2)]


def test_merges_over_several_batches(tmp_path: Path) -> None:
    count = 500
    rows = [row_xml(1, "工号", "姓名", "部门"), row_xml(2, "E2", "甲", "一科")]
    rows += [row_xml(n, f"E{n}", "甲") for n in range(3, count + 1)]
    merged = f'<mergeCells><mergeCell ref="C2:C{count}"/></mergeCells>'
    path = raw_book(tmp_path / "a.xlsx", sheet_xml("".join(rows), merged))
    reading = read_inspectors(path)
    assert reading.rows == count - 1
    assert {row.inspector.unit for row in reading.records} == {"一科"}


def test_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    rows = [
        row_xml(1, "编号", "名称"),
        row_xml(2, "A1", "甲"),
        row_xml(3, "A2", "乙", more=' hidden="1"'),
        row_xml(9, more=' hidden="1"'),
    ]
    reading = read_targets(raw_book(tmp_path / "a.xlsx", sheet_xml("".join(rows))))
    assert ids(reading) == ["A1", "A2"]
    told = [(w.code, w.params) for w in reading.warnings]
    assert told == [("E270", (("count", 1), ("row", 3)))]


def test_the_sheet_whose_heading_fits(tmp_path: Path) -> None:
    rows = [HEAD, [code(1), "店", ""]]
    path = book(
        tmp_path / "a.xlsx",
        [["参数", "取值"]],
        rows,
        [],
        names=["参数表", "名录", "Sheet3"],
    )
    assert read_targets(path).sheet == "名录"


def test_several_sheets_that_fit_are_named(tmp_path: Path) -> None:
    rows = [HEAD, [code(1), "店", ""]]
    path = book(
        tmp_path / "a.xlsx", rows, rows, [HEAD], rows, names=["甲", "乙", "空", "丙"]
    )
    error = refusal(read_targets, path)
    assert (error.code, error.params) == ("E216", {"names": "甲, 乙, 丙"})
    assert read_targets(path, "乙").sheet == "乙"
    assert refusal(read_targets, path, "空").code == "E219"
    assert refusal(read_targets, path, "丁").params == {
        "sheet": "丁",
        "names": "甲, 乙, 空, 丙",
    }


def test_a_hidden_sheet_is_read_only_by_name(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("见").write_row(0, 0, HEAD)
        hidden = made.add_worksheet("藏")
        hidden.write_row(0, 0, HEAD)
        hidden.write_row(1, 0, [code(1), "店", ""])
        hidden.hide()
    assert refusal(read_targets, path).code == "E219"
    assert read_targets(path, "藏").rows == 1


def test_an_id_is_taken_from_the_second_column_of_ids_where_the_first_is_empty(
    tmp_path: Path,
) -> None:
    path = csv(
        tmp_path,
        ["统一社会信用代码", "注册号", "企业名称"],
        [code(1), "110108000000016", "甲店"],
        ["无", "110108000000016", "乙店"],
    )
    assert ids(read_targets(path)) == [code(1), "110108000000016"]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        pytest.param(["示例店", code(9), "城东"], 3, id="columns swapped"),
        pytest.param(["", code(9), "示例店"], 3, id="shifted to the right"),
        pytest.param([code(9), "示例,店", "城东"], 3, id="comma without quotes"),
    ],
)
def test_rows_beside_their_columns(tmp_path: Path, row: list[str], place: int) -> None:
    path = csv(tmp_path, HEAD, [code(1), "店", ""], row)
    assert found(refusal(read_targets, path)) == [("E235", place)]


def test_blank_cells_after_the_last_column_are_no_shift(tmp_path: Path) -> None:
    path = csv(tmp_path, HEAD, [code(1), "店", "城东", "", " "], [code(2), "店"])
    assert ids(read_targets(path)) == [code(1), code(2)]


def test_remarks_beside_the_table_are_no_shift(tmp_path: Path) -> None:
    rows = [[*HEAD, ""], [code(1), "店", "城东", "？"]]
    assert read_targets(csv(tmp_path, *rows)).rows == 1
    assert read_targets(book(tmp_path / "a.xlsx", rows)).rows == 1


def test_all_bad_rows_at_once_and_nothing_comes_back(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            [*HEAD, "成立日期"],
            [code(1), "甲店", "", "去年"],
            ["A/1", "", "", "2026-03-01"],
            [9.133e17, "丙店", "", ""],
            [code(4), "丁店", "", ""],
            [code(4).lower(), "丁店", "", "2026-02-30"],
            [code(4), "丁店", "", ""],
        ],
    )
    error = refusal(read_targets, path)
    assert found(error) == [
        ("E234", "D2"), ("E230", "B3"), ("E231", "A3"), ("E232", "A4"),
        ("E234", "D6"), ("E233", "A6"), ("E233", "A7"),
    ]  # fmt: skip
    assert error.params == {"count": 7}
    assert [dict(p.params)["above"] for p in error.problems if p.code == "E233"] == [
        5,
        5,
    ]
    assert error.problems[0].where.sheet == "Sheet1"
    assert error.problems[0].where.column == "成立日期"


def test_more_bad_rows_than_anybody_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dualrandom.sheets.limits.MAX_PROBLEMS", 5)
    error = refusal(read_targets, csv(tmp_path, HEAD, *[["A/1", "店", ""]] * 9))
    assert error.params == {"count": 9}
    assert len(error.problems) == 5


def test_more_warnings_than_anybody_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dualrandom.sheets.limits.MAX_WARNINGS", 2)
    reading = read_targets(
        csv(tmp_path, HEAD, *[[f"A{n}", "店\ue000", ""] for n in range(5)])
    )
    assert [w.code for w in reading.warnings] == ["E266", "E266", "E279"]
    assert dict(reading.warnings[-1].params) == {"kind": "E266", "count": 3}


ITEMS = ["编号", "抽查事项名称", "抽查子项", "抽查依据"]


def keys(path: Path) -> list[tuple[str, str, str]]:
    return [(item.code, item.sub, item.name) for item in read_items(path).records]


def test_items_by_code_and_sub_item(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        ITEMS,
        ["1", "甲查", "一", "法"],
        ["1", "甲查", "二", ""],
        ["2", "乙查", "", ""],
    )
    assert keys(path) == [("1", "一", "甲查"), ("1", "二", "甲查"), ("2", "", "乙查")]
    assert [item.draft for item in read_items(path).records] == [True] * 3


def test_merged_code_and_name_above_sub_items(tmp_path: Path) -> None:
    """Saved as CSV, only the first row of a merged block has code and name."""
    path = csv(
        tmp_path,
        ITEMS,
        ["1", "甲查", "一", ""],
        ["", "", "二", ""],
        ["", "", "三", ""],
        ["2", "乙查", "", ""],
    )
    assert [key[:2] for key in keys(path)] == [
        ("1", "一"),
        ("1", "二"),
        ("1", "三"),
        ("2", ""),
    ]
    assert [code for code, _ in warned(read_items(path))] == ["E276", "E276"]


def test_a_number_that_counts_categories(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        ["序号", "抽查类别", "抽查事项"],
        ["1", "登记", "执照的检查"],
        ["1", "登记", "名称的检查"],
        ["2", "公示", "年报的检查"],
    )
    assert keys(path) == [
        ("1", "执照的检查", "执照的检查"),
        ("1", "名称的检查", "名称的检查"),
        ("2", "", "年报的检查"),
    ]
    assert warned(read_items(path)) == [("E277", "A2")]


def test_the_same_item_twice_and_an_item_without_code(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        ITEMS,
        ["1", "甲查", "", ""],
        ["1", "甲查", "", ""],
        ["", "乙查", "", "法"],
    )
    assert found(refusal(read_items, path)) == [("E233", "A3"), ("E230", "A4")]


def test_an_item_code_made_a_date_by_excel(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [ITEMS, [dt.date(2026, 1, 2), "甲查", "", ""]])
    assert found(refusal(read_items, path)) == [("E237", "A2")]


@pytest.mark.parametrize(
    ("read", "rows", "missing"),
    [
        (
            read_targets,
            [["序号", "企业名称", "地区"], ["1", "店", ""]],
            "统一社会信用代码/注册号",
        ),
        (read_inspectors, [["姓名", "地区"], ["甲", ""]], "单位工号"),
        (read_items, [["版本", "代码", "含义"], ["1", "2", "3"]], "抽查事项名称"),
    ],
)
def test_missing_columns_are_named_with_the_headings_found(
    tmp_path: Path, read: Callable[[Path], object], rows: list[list[str]], missing: str
) -> None:
    error = refusal(read, csv(tmp_path, *rows))
    assert error.code == "E217"
    assert error.params == {"missing": missing, "headers": " | ".join(rows[0])}


def test_the_same_heading_twice(tmp_path: Path) -> None:
    error = refusal(
        read_targets, csv(tmp_path, [*HEAD, "企业名称"], [code(1), "甲", "", "乙"])
    )
    assert (error.code, error.params) == ("E218", {"column": "企业名称"})


@pytest.mark.parametrize("rows", [[], [[]], [["", ""], [" "]]])
def test_an_empty_sheet(tmp_path: Path, rows: list[list[str]]) -> None:
    assert refusal(read_targets, book(tmp_path / "a.xlsx", rows)).code == "E214"


def test_a_heading_and_nothing_below(tmp_path: Path) -> None:
    assert refusal(read_targets, csv(tmp_path, HEAD, ["", "", ""])).code == "E219"


def test_columns_separated_by_spaces(tmp_path: Path) -> None:
    error = refusal(
        read_targets, csv(tmp_path, HEAD, [code(1), "店", "城东"], sign="  ")
    )
    assert error.code == "E222"


def test_a_sheet_cannot_be_chosen_in_text(tmp_path: Path) -> None:
    assert refusal(read_targets, csv(tmp_path, HEAD), "甲").code == "E227"


def test_an_open_document_sheet(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p>'
    rows = [
        "".join(cell.format(text) + "</table:table-cell>" for text in texts)
        for texts in (HEAD, [code(1), "店", "城东"])
    ]
    xml = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    reading = read_targets(open_document(tmp_path / "a.ods", xml))
    assert (ids(reading), reading.sheet) == ([code(1)], "S")


def test_formulas_count_by_their_stored_values(tmp_path: Path) -> None:
    formula = '<c r="B2" t="str"><f>CONCATENATE("示","例")</f><v>示例</v></c>'
    row = f'<row r="2">{inline("A2", "A1")}{formula}</row>'
    xml = sheet_xml(row_xml(1, "编号", "名称") + row)
    reading = read_targets(raw_book(tmp_path / "a.xlsx", xml))
    assert reading.records[0].public.name == "示例"


def test_one_cell_is_a_sheet(tmp_path: Path) -> None:
    path = raw_book(tmp_path / "a.xlsx", sheet_xml(cell_xml("C7", "编号")))
    error = refusal(read_targets, path)
    assert (error.code, error.where and error.where.row) == ("E217", 7)
