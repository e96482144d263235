"""Sheets as an officer has them on the desk: marked, corrected, sent out, brought back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from dualrandom.errors import InputError
from dualrandom.office.exporting import LISTS
from dualrandom.registry.lists import (
    INSPECTORS,
    ITEMS,
    OBJECTIONS,
    PENALTIES,
    RECUSALS,
    TARGETS,
    TASKS,
)
from dualrandom.sheets import load_mapping, read_targets, write_list
from dualrandom.sheets.columns import layout
from tests.refusals import check, sheet
from tests.sheetmaking import text_file

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.registry.kinds import ListKind
    from tests.refusals import Run

HEAD = ("统一社会信用代码", "企业名称", "地区", "成立日期")
BAD = (
    HEAD,
    ("一/二", "示例甲", "城东", "去年"),
    ("A2", "@示例乙", "城西", "2020-01-01"),
)


def mend(path: Path) -> None:
    """Correct the two cells that are red, as an officer would."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    red = [c for row in page for c in row if c.comment is not None]
    assert [c.coordinate for c in red] == ["A2", "D2"]
    assert page.cell(1, 5).value == "问题"
    assert "E2" in {c.coordinate for c in page["E"] if c.value} - {"E1"}
    page["A2"], page["D2"] = "A1", "2021-01-01"
    book.save(path)


@pytest.mark.parametrize("name", ["名录.csv", "名录.xlsx"])
def test_a_refused_sheet_is_marked_mended_and_imported(
    office: Path, run: Run, name: str
) -> None:
    sheet(office, name, *BAD)
    before = (office / name).read_bytes()
    said = run("import", "targets", name, "--yes")
    assert said.code == 3
    assert "名录.问题.xlsx" in said.err
    assert (office / name).read_bytes() == before
    again = run("import", "targets", "名录.问题.xlsx", "--yes")
    assert (again.code, "名录.问题2.xlsx" in again.err) == (3, True)
    for copy in ("名录.问题.xlsx", "名录.问题2.xlsx"):
        mend(office / copy)
        reading = read_targets(office / copy)
        assert [row.public.name for row in reading.records] == ["示例甲", "@示例乙"]
        assert reading.unused == ("问题",)
    assert run("import", "targets", "名录.问题2.xlsx", "--yes").code == 0


def test_the_marked_copy_goes_where_it_is_told(office: Path, run: Run) -> None:
    sheet(office, "a.csv", *BAD)
    args = ("import", "targets", "a.csv", "--dry-run", "--problems")
    assert run(*args, "b.xlsx").code == 3
    assert (office / "b.xlsx").is_file()
    kept = (office / "b.xlsx").read_bytes()
    assert "E175" in run(*args, "b.xlsx").err
    assert (office / "b.xlsx").read_bytes() == kept
    said = run(*args, "nowhere/b.xlsx")
    assert (said.code, "E244" in said.err, "E234" in said.err) == (3, True, True)
    assert run("import", "targets", "a.csv", "--dry-run").code == 3
    assert not (office / "a.问题.xlsx").exists()


def test_a_book_of_several_sheets_says_which_was_read(office: Path, run: Run) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["填写说明"])
    page = book.create_sheet("名录")
    for row in (HEAD, ("A1", "示例甲", "城东", "2020-01-01")):
        page.append([*row, "x"])
    page.cell(1, 5).value = "手机"
    book.save(office / "a.xlsx")
    said = run("import", "targets", "a.xlsx", "--dry-run")
    assert "读的是工作表“名录”；没有读：Sheet" in said.err
    assert "没有用到的列：手机" in said.err
    found = run("import", "targets", "a.xlsx", "--dry-run", "--json")
    assert json.loads(found.out)["sheet"] == "名录"


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_what_goes_out_comes_back_unchanged(
    office: Path, run: Run, suffix: str
) -> None:
    dated = (("单位工号", "回避对象代码", "回避原因", "起始日期", "截止日期"),)
    dated += (("E0001", "91330100EXAMPLE017", "亲属任职", "2026-01-01", "长期"),)
    run("export", "recusals", "-o", "old.csv")
    more = (office / "old.csv").read_text("utf-8-sig").splitlines()[1:]
    sheet(office, "more.csv", *dated, *(line.split(",") for line in more))
    assert run("import", "recusals", "more.csv", "--yes").code == 0
    for name in LISTS:
        assert run("export", name, "-o", f"{name}{suffix}").code == 0
    for name in ("items", "targets", "inspectors", "recusals"):
        said = run("import", name, f"{name}{suffix}", "--json")
        assert said.code == 0, said
        assert json.loads(said.out)["written"] is False
    assert "2026-001" in run("task", "list").out


@pytest.mark.parametrize(
    "kind", [ITEMS, TARGETS, INSPECTORS, RECUSALS, TASKS, PENALTIES, OBJECTIONS]
)
def test_every_field_of_a_list_has_a_column(kind: ListKind[Any]) -> None:
    columns = {column.field for column in layout(kind.name).columns}  # type: ignore[arg-type]
    # Three columns beside each other make one field.
    parts = {"licence_names", "licence_numbers", "licence_expiries"}
    made = {"licences"} if parts <= columns else set()
    assert {*kind.names} <= columns | made


def test_a_sheet_without_recusals_takes_none_away(office: Path, run: Run) -> None:
    run("export", "inspectors", "-o", "a.xlsx")
    book = openpyxl.load_workbook(office / "a.xlsx")
    page = book.worksheets[0]
    place = next(c.column for c in page[1] if c.value == "回避对象")
    page.delete_cols(place)
    book.save(office / "b.xlsx")
    assert json.loads(run("import", "inspectors", "b.xlsx", "--json").out)[
        "changes"
    ] == [{"list": "inspectors", "added": 0, "changed": 0, "retired": 0}]


def test_a_list_as_it_stood(office: Path, run: Run) -> None:
    assert (
        "，0 条" in run("export", "targets", "--as-of", "2020-01-01", "-o", "a.csv").out
    )
    assert "，120 条" in run("export", "targets", "-o", "b.csv").out


@pytest.mark.parametrize(
    ("args", "exit_code", "code"),
    [
        pytest.param(("targets", "--as-of", "昨天", "-o", "a.csv"), 2, "E165", id="no day"),
        pytest.param(("targets", "-o", "a.pdf"), 2, "E228", id="a PDF"),
        pytest.param(("2026-001", "--as-of", "2026-01-01", "-o", "a.csv"), 2, "E289", id="a draw's day"),
        pytest.param(("targets", "--mapping", "no.toml", "-o", "a.csv"), 5, "E200", id="no mapping"),
    ],
)  # fmt: skip
def test_an_export_that_is_refused(
    office: Path, run: Run, args: tuple[str, ...], exit_code: int, code: str
) -> None:
    check(run, office, ("export", *args), exit_code, code)


MAPPING = 'list = "targets"\n[columns]\nid = "代码"\nname = "名"\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("list = ", "E280", id="no TOML"),
        pytest.param(MAPPING + 'id = "又"\n', "E280", id="a field twice"),
        pytest.param(MAPPING + '"企业名称" = "又"\n', "E282", id="a field under two names"),
        pytest.param(MAPPING + 'region = " 名 "\n', "E282", id="a column for two fields"),
        pytest.param(MAPPING + 'color = "颜色"\n', "E281", id="an unknown field"),
        pytest.param(MAPPING.replace('name = "名"', ""), "E283", id="no name"),
        pytest.param(MAPPING + "region = 3\n", "E284", id="a number for a heading"),
        pytest.param(MAPPING + f'region = "{"x" * 201}"\n', "E284", id="a heading without end"),
        pytest.param("sheet = 1\n" + MAPPING, "E284", id="an unknown key"),
        pytest.param("columns = 1\nlist = 'targets'\n", "E284", id="no table"),
        pytest.param(MAPPING.replace("targets", "items"), "E285", id="another list"),
        pytest.param(MAPPING + "[values.id]\n1 = '2'\n", "E287", id="words for codes"),
        pytest.param(MAPPING + "[values.status]\n1 = '2'\n", "E287", id="words for no column"),
        pytest.param(MAPPING + "status = '态'\n[values.status]\n1 = 2\n", "E284", id="a number for a word"),
        pytest.param("a = " + "[" * 5000, "E280", id="brackets without end"),
        pytest.param("#" * 300_000, "E213", id="too long"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_none(tmp_path: Path, text: str, code: str) -> None:
    path = text_file(tmp_path / "a.toml", text)
    with pytest.raises(InputError) as caught:
        load_mapping(path, "targets")
    assert caught.value.code == code


def test_a_mapping_both_ways(office: Path, run: Run) -> None:
    text_file(
        office / "zj.toml",
        MAPPING
        + 'status = "主体状态"\n[values.status]\n1 = "存续"\n"在营" = "存续"\n2 = "注销"\n',
    )
    said = run("export", "targets", "--mapping", "zj.toml", "-o", "out.csv")
    assert said.code == 0, said
    lines = (office / "out.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "代码,名,主体状态"
    assert {line.split(",")[2] for line in lines[1:]} <= {"1", "2"}
    form: Any = load_mapping(office / "zj.toml", "targets")
    back = read_targets(office / "out.csv", form=form)
    assert {row.public.status for row in back.records} <= {"存续", "注销"}
    assert len(back.records) == 120
    plain = run("import", "targets", "out.csv", "--dry-run")
    assert (plain.code, "E217" in plain.err) == (3, True)
    assert (
        run("import", "targets", "out.csv", "--mapping", "zj.toml", "--dry-run").code
        == 0
    )


def test_a_word_that_would_come_back_as_another_is_refused(tmp_path: Path) -> None:
    mapping = MAPPING + 'status = "态"\n[values.status]\n"开业" = "存续"\n'
    form = load_mapping(text_file(tmp_path / "a.toml", mapping), "targets")
    source = text_file(tmp_path / "a.csv", "编号,名称,状态\nA1,甲,存续\nA2,乙,开业\n")
    rows = read_targets(source).records
    with pytest.raises(InputError) as caught:
        write_list(tmp_path / "b.csv", "targets", rows, form=form)
    assert (caught.value.code, caught.value.where.row) == ("E286", 3)  # type: ignore[union-attr]
    assert not (tmp_path / "b.csv").exists()
