"""The yearly plan: read from sheets as people write them, kept as one document."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualrandom.errors import InputError
from dualrandom.plans import (
    Plan,
    PlanId,
    PlanLine,
    parse_plan,
    plan_bytes,
    plan_change,
)
from dualrandom.sheets import read_plan, write_template
from dualrandom.sheets.plans import period_of

if TYPE_CHECKING:
    from pathlib import Path

_TEXT = st.text(st.sampled_from('食品a "\\,'), max_size=8)
_DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@st.composite
def lines(draw: st.DrawFn) -> PlanLine:
    first, last = sorted((draw(_DAYS), draw(_DAYS)))
    return PlanLine(
        id=PlanId(f"2026-{draw(st.integers(1, 12)):02}"),
        name="抽" + draw(_TEXT),
        joint=draw(st.booleans()),
        targeted=draw(st.booleans()),
        items=tuple(draw(st.lists(_TEXT, max_size=2))),
        scope=draw(_TEXT),
        quota=draw(_TEXT),
        by_risk=draw(st.booleans()),
        start=draw(st.sampled_from([None, first])),
        end=draw(st.sampled_from([None, last])),
        units=tuple(draw(st.lists(_TEXT, max_size=2))),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    found = draw(st.lists(lines(), max_size=4, unique_by=lambda line: line.id))
    ordered = tuple(sorted(found, key=lambda line: line.id))
    return Plan(year=2026, lines=ordered, reason=draw(_TEXT))


@given(plans())
def test_a_plan_reads_back(plan: Plan) -> None:
    assert parse_plan(plan_bytes(plan)) == plan


@given(plans(), plans())
def test_a_change_is_what_makes_one_plan_of_another(old: Plan, new: Plan) -> None:
    change = plan_change(old, new)
    made = dict(old.by_id)
    for line in change.removed:
        del made[line.id]
    for was, line in change.changed:
        assert made[was.id] == was
        made[line.id] = line
    for line in change.added:
        assert line.id not in old.by_id
        made[line.id] = line
    assert made == new.by_id
    assert change.empty == (old.lines == new.lines)


def test_lines_are_in_order_and_unlike() -> None:
    one = PlanLine(id=PlanId("2026-01"), name="甲")
    two = PlanLine(id=PlanId("2026-02"), name="乙")
    assert Plan(year=2026, lines=(one, two)).by_id == {"2026-01": one, "2026-02": two}
    for wrong in ((two, one), (one, one)):
        with pytest.raises(InputError):
            Plan(year=2026, lines=wrong)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        pytest.param("2026-03-01至2026-06-30", (3, 1), (6, 30), id="two dates"),
        pytest.param("2026年3月1日—2026年6月30日", (3, 1), (6, 30), id="a dash"),
        pytest.param("2026/3/1 ~ 2026/6/30", (3, 1), (6, 30), id="slashes"),
        pytest.param("2026-03-01", (3, 1), (3, 1), id="one day"),
        pytest.param("3月至6月", (3, 1), (6, 30), id="months"),
        pytest.param("2026年3月-6月", (3, 1), (6, 30), id="a hyphen"),
        pytest.param("3-6月", (3, 1), (6, 30), id="one word for month"),
        pytest.param("2026.2至2026.11", (2, 1), (11, 30), id="months with years"),
        pytest.param("２月", (2, 1), (2, 28), id="one month, full-width"),
        pytest.param("全年", (1, 1), (12, 31), id="the year"),
        pytest.param("2026年上半年", (1, 1), (6, 30), id="half of it"),
        pytest.param("第四季度", (10, 1), (12, 31), id="a quarter"),
    ],
)
def test_periods_as_people_write_them(
    text: str, start: tuple[int, int], end: tuple[int, int]
) -> None:
    assert period_of(text, 2026) == (dt.date(2026, *start), dt.date(2026, *end))


@pytest.mark.parametrize(
    "text", ["择期", "6月至3月", "13月", "2026-06-30至2026-03-01", "3月至", "至6月", ""]
)
def test_what_is_no_period_stays_open(text: str) -> None:
    assert period_of(text, 2026) is None


HEADING = "序号,抽查任务名称,抽查类型,抽查检查模式,抽查事项,抽查对象范围,抽查比例/数量,起止时间"


def test_a_sheet_as_offices_make_it(tmp_path: Path) -> None:
    path = tmp_path / "计划.csv"
    rows = [
        "2026年度抽查计划,,,,,,,",
        HEADING,
        "1,食品检查,定向,本部门,SP-03,主体类型 = 食品经营,不低于3%,3月至6月",
        "2,联合检查,不定向,部门联合,SP-03、LY-01,,20户,择期",
        "合计,2,,,,,,",
    ]
    path.write_text("\n".join(rows), "utf-8")
    found = read_plan(path, 2026)
    first, second = found.records
    assert (first.id, first.targeted, first.joint) == ("2026-01", True, False)
    assert first.end == dt.date(2026, 6, 30)
    assert (second.id, second.targeted, second.joint) == ("2026-02", False, True)
    assert second.items == ("SP-03", "LY-01")
    assert [p.code for p in found.warnings if p.code.startswith("E4")] == ["E420"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param("1,乙,,,SP-03,,5%,", "E233", id="a number twice"),
        pytest.param("2026 3,乙,,,SP-03,,5%,", "E419", id="a number with a gap"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_cell(
    tmp_path: Path, row: str, code: str
) -> None:
    path = tmp_path / "计划.csv"
    path.write_text(f"{HEADING}\n1,甲,,,SP-03,,5%,3月\n{row}\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_plan(path, 2026)
    assert [(p.code, p.where.row) for p in caught.value.problems] == [(code, 3)]


def test_the_template_is_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "计划.xlsx"
    write_template("plans", path)
    with pytest.raises(InputError) as caught:
        read_plan(path, 2026)
    assert caught.value.code == "E219"  # a heading that fits, and no row
