"""The fictional lists: valid where a program looks, fictional where a person looks."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from stdnum.cn import uscc

from tests.scripts import load

SAMPLE = Path(__file__).parents[2] / "tools" / "sample.py"


sample = load(SAMPLE)


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SAMPLE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _xlsx(path: Path) -> list[dict[str, str]]:
    head, *rows = load_workbook(path).active.iter_rows(values_only=True)
    return [
        {str(k): str(v or "") for k, v in zip(head, row, strict=True)} for row in rows
    ]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lists")
    assert _run(out, "--targets", 600, "--inspectors", 90).returncode == 0
    return out


def test_every_credit_code_has_valid_check_digits(lists: Path) -> None:
    codes = [row["统一社会信用代码"] for row in _csv(lists / "targets.csv")]
    assert len(set(codes)) == 600
    for code in codes:
        assert uscc.is_valid(code), code
        assert sample.organisation_digit(code[8:16]) == code[16]


@pytest.mark.parametrize(
    ("body", "digit"),
    [
        pytest.param("D2143569", "X", id="GB 11714's own example"),
        pytest.param("00000000", "0", id="a sum of nothing"),
    ],
)
def test_organisation_digit(body: str, digit: str) -> None:
    assert sample.organisation_digit(body) == digit


def test_a_wrong_check_digit_would_be_seen(lists: Path) -> None:
    code = _csv(lists / "targets.csv")[0]["统一社会信用代码"]
    for digit in set("0123456789ABCDEFGHJKLMNPQRTUWXY") - {code[-1]}:
        assert not uscc.is_valid(code[:-1] + digit)


def test_codes_stay_unique_over_their_whole_range() -> None:
    far = [0, 1, 2, 99_999, 1_000_000, 10**8 - 2, 10**8 - 1]
    assert len({sample.credit_code(i)[8:16] for i in far}) == len(far)


def test_nobody_can_have_these_codes(lists: Path) -> None:
    """No province's code begins with 99, so no register can have issued them."""
    for row in _csv(lists / "targets.csv"):
        assert re.fullmatch("919900[0-9]{2}[0-9A-Z]{10}", row["统一社会信用代码"])
        assert row["企业名称"].startswith("示例")
        assert row["住所"].startswith("示例市")


def test_people_are_fictional_and_hold_no_private_numbers(lists: Path) -> None:
    rows = _xlsx(lists / "inspectors.xlsx")
    assert len(rows) == 90
    for row in rows:
        assert re.fullmatch("示例员[甲乙丙丁戊己庚辛壬癸]+", row["姓名"])
        assert row["身份证号"] == row["手机号"] == ""
        assert re.fullmatch("(99[0-9]{9})?", row["执法证编号"])
        for value in set(row.values()) - {row["回避对象"]}:
            assert not re.fullmatch(r"1[3-9][0-9]{9}|[0-9]{17}[0-9Xx]", value)


def test_names_and_numbers_of_people_are_unique(lists: Path) -> None:
    rows = _xlsx(lists / "inspectors.xlsx")
    for column in ("单位工号", "姓名"):
        assert len({row[column] for row in rows}) == len(rows)
    assert rows[0]["单位工号"] == "A-001"
    assert rows[0]["姓名"] == "示例员甲"


def test_lists_are_as_uneven_as_real_ones(lists: Path) -> None:
    people = _xlsx(lists / "inspectors.xlsx")
    until = {row["执法证有效期"] for row in people}
    assert until == {"", "2024-06-30", "2026-12-15", "2099-12-31"}
    assert {row["执法人员状态"] for row in people} == {"在岗", "休假"}
    targets = _csv(lists / "targets.csv")
    assert {"存续", "注销"} <= {row["登记状态"] for row in targets}
    assert {row["信用风险类别"] for row in targets} == set("ABCD")
    items = _csv(lists / "items.csv")
    assert [row["编号"] for row in items if not row["抽查依据"]] == ["CG-01"]


def test_who_is_recused_is_recused_from_a_target_of_the_list(lists: Path) -> None:
    ids = {row["统一社会信用代码"] for row in _csv(lists / "targets.csv")}
    named = [row["回避对象"] for row in _xlsx(lists / "inspectors.xlsx")]
    recused = {target for cell in named if cell for target in cell.split("，")}
    assert recused
    assert recused <= ids


def test_every_region_has_people_who_may_go(lists: Path) -> None:
    able = {
        row["地区"]
        for row in _xlsx(lists / "inspectors.xlsx")
        if row["执法证有效期"] == "2099-12-31" and row["执法人员状态"] == "在岗"
    }
    assert able == {row["地区"] for row in _csv(lists / "targets.csv")}


def test_the_same_arguments_give_the_same_bytes(lists: Path, tmp_path: Path) -> None:
    assert _run(tmp_path, "--targets", 600, "--inspectors", 90).returncode == 0
    for name in ("targets.csv", "inspectors.xlsx", "items.csv"):
        assert (tmp_path / name).read_bytes() == (lists / name).read_bytes()


def test_more_targets_only_lengthen_the_list() -> None:
    regions = ("城东", "城西")
    assert sample.target_rows(50, regions)[:20] == sample.target_rows(20, regions)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_inspectors_for_an_existing_list(tmp_path: Path, encoding: str) -> None:
    given = tmp_path / "given.csv"
    head = "企业名称,统一社会信用代码,地区,备注\n"
    rows = "".join(
        f'示例店{i}号,{sample.credit_code(i)},{"湖滨" if i % 4 else "山前"},"一\n二"\n'
        for i in range(40)
    )
    given.write_bytes((head + rows).encode(encoding))
    done = _run(tmp_path / "out", "--inspectors", 20, "--for-targets", given)
    assert done.returncode == 0, done.stderr
    people = _xlsx(tmp_path / "out" / "inspectors.xlsx")
    found = [row["地区"] for row in people]
    assert len(found) == 20
    assert found.count("湖滨") > found.count("山前") >= 3
    assert not (tmp_path / "out" / "targets.csv").exists()


@pytest.mark.parametrize(
    ("content", "inspectors", "says"),
    [
        pytest.param("企业名称,注册号\n甲,1\n", 9, "地区", id="no region"),
        pytest.param("地区,名称\n城东,甲\n", 9, "统一社会信用代码", id="no id"),
        pytest.param("", 9, "地区", id="empty"),
        pytest.param(
            "注册号,地区\n1,甲\n2,乙\n", 5, "6 inspectors or more", id="too few"
        ),
    ],
)
def test_a_list_that_cannot_be_used(
    tmp_path: Path, content: str, inspectors: int, says: str
) -> None:
    given = tmp_path / "given.csv"
    given.write_text(content, "utf-8")
    done = _run(tmp_path / "out", "--inspectors", inspectors, "--for-targets", given)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "inspectors.xlsx").exists()
