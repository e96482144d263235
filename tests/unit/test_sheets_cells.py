"""One cell to one value, by the type of its column."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualrandom.sheets.columns import Column, Listing, layout
from dualrandom.sheets.converters import converter
from dualrandom.sheets.texts import split
from tests.sheetmaking import code


def column(listing: Listing, field: str) -> Column:
    return next(c for c in layout(listing).columns if c.field == field)


def convert(
    listing: Listing, field: str, *cells: Any, escaped: bool = False
) -> tuple[list[Any], list[Any]]:
    made = converter(column(listing, field), escaped=escaped)
    values = made.run(cells)
    return values, [(f.place, f.code, f.warning) for f in made.findings]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param(code(1), code(1), id="clean"),
        pytest.param(code(1).lower(), code(1), id="small letters"),
        pytest.param("\u3000" + code(1) + "\u3000 ", code(1), id="blanks around"),
        pytest.param(" ".join(code(1)), code(1), id="blanks within a known code"),
        pytest.param(
            code(1).translate({i: i + 0xFEE0 for i in range(33, 127)}),
            code(1),
            id="full width",
        ),
        pytest.param("\ufeff" + code(1) + "\u200b", code(1), id="invisible characters"),
        pytest.param(
            "'" + code(1), code(1), id="an apostrophe that was to keep it text"
        ),
        pytest.param(320404000009558.0, "320404000009558", id="15 digits as a number"),
        pytest.param(42.0, "42", id="small number"),
        pytest.param("42.0", "42", id="small number from a CSV of floats"),
        pytest.param("320404000009558.0", "320404000009558", id="15 digits with .0"),
        pytest.param("p-001", "p-001", id="own number keeps its case"),
        pytest.param(
            "企合苏总字第000174号", "企合苏总字第000174号", id="old number in words"
        ),
        pytest.param("无", "", id="none"),
        pytest.param("N/A", "", id="not applicable"),
        pytest.param("合计", "", id="a sum is no id"),
        pytest.param("统一社会信用代码", "", id="a heading is no id"),
    ],
)
def test_ids_are_read(cell: Any, value: str) -> None:
    assert convert("targets", "id", cell) == ([value], [])


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        pytest.param(9.13301e17, "E232", id="18 digits as a number"),
        pytest.param(1e15, "E232", id="the first number that is too long"),
        pytest.param(-1e15, "E232", id="the same below zero"),
        pytest.param("9.1330105321935E+17", "E232", id="scientific, from CSV"),
        pytest.param("9.13E17", "E232", id="scientific without a sign"),
        pytest.param("123456789012345678.0", "E232", id="float of 18 digits, from CSV"),
        pytest.param(1.5, "E238", id="a fraction"),
        pytest.param(float("nan"), "E238", id="not a number"),
        pytest.param(float("inf"), "E238", id="infinite"),
        pytest.param(dt.date(2026, 1, 2), "E237", id="1-2 made a date by Excel"),
        pytest.param("A/1", "E231", id="a slash"),
        pytest.param("A 1", "E231", id="a blank"),
        pytest.param("-A1", "E231", id="begins with a sign"),
        pytest.param("=1+1", "E231", id="a formula"),
        pytest.param("A\t1", "E231", id="a tab"),
        pytest.param("食品\n店", "E231", id="a line break"),
        pytest.param("A" * 65, "E231", id="65 characters"),
        pytest.param("🍜店", "E231", id="an emoji"),
        pytest.param("../../x", "E231", id="a path"),
        pytest.param("A" * 40_000, "E240", id="longer than a cell"),
    ],
)
def test_ids_are_refused(cell: Any, fault: str) -> None:
    _, findings = convert("targets", "id", "A1", cell)
    assert (1, fault, False) in findings


def test_a_wrong_check_digit_warns_and_keeps_the_code() -> None:
    wrong = code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1")
    assert convert("targets", "id", wrong) == ([wrong], [(0, "E260", True)])


def test_codes_of_items_are_not_checked_as_credit_codes() -> None:
    assert convert("items", "code", "1234567890123456") == (["1234567890123456"], [])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("示例食品店", "示例食品店"),
        ("  示例食品店\u3000", "示例食品店"),
        ("示例（上海）有限公司Ａ座", "示例（上海）有限公司Ａ座"),
        ("e\u0301", "é"),
        ("-", ""),
        ("——", ""),
        (3.0, "3"),
        (0.5, "0.5"),
        (True, "TRUE"),
        (dt.date(2026, 3, 1), "2026-03-01"),
        ("'=店", "'=店"),
    ],
)
def test_text_is_trimmed_and_composed(cell: Any, value: str) -> None:
    assert convert("targets", "address", cell) == ([value], [])


@pytest.mark.parametrize(
    ("cell", "value", "fault"),
    [
        ("示例职业\n学院", "示例职业学院", "E265"),
        ("Acme\r\nLtd", "Acme Ltd", "E265"),
        ("示例\x07店", "示例 店", "E265"),
        ("示例\u202e店", "示例店", "E265"),
        ("示例\u2028店", "示例 店", "E265"),
        ("示例\ue5e5店", "示例\ue5e5店", "E266"),
        ("示例\U000f0000店", "示例\U000f0000店", "E266"),
    ],
)
def test_odd_characters_in_names_are_told(cell: str, value: str, fault: str) -> None:
    assert convert("targets", "name", cell) == ([value], [(0, fault, True)])


def test_a_line_break_in_a_long_text_becomes_a_blank_silently() -> None:
    assert convert("items", "content", "一、资质\n二、卫生") == (
        ["一、资质 二、卫生"],
        [],
    )


def test_a_shield_is_taken_off_in_text_files_only() -> None:
    assert convert("targets", "name", "'=店", escaped=True)[0] == ["=店"]
    assert convert("targets", "name", "''=店", escaped=True)[0] == ["'=店"]
    assert convert("targets", "name", "'店", escaped=True)[0] == ["'店"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("", None),
        ("无", None),
        ("长期", dt.date(9999, 9, 9)),
        ("长期 ", dt.date(9999, 9, 9)),
        ("２０２６－０３－０１", dt.date(2026, 3, 1)),
        (dt.date(2026, 3, 1), dt.date(2026, 3, 1)),
        (20260301.0, dt.date(2026, 3, 1)),
        ("2020.1.1-2026.3.1", dt.date(2026, 3, 1)),
    ],
)
def test_dates(cell: Any, value: dt.date | None) -> None:
    assert convert("inspectors", "valid_until", cell) == ([value], [])


@pytest.mark.parametrize("cell", ["46082", 46082.0, 46082.25])
def test_a_day_number_is_read_and_told(cell: Any) -> None:
    values, findings = convert("targets", "established", cell)
    assert values == [dt.date(2026, 3, 1)]
    assert findings == [(0, "E267", True)]


@pytest.mark.parametrize(
    "cell", ["去年", "2026", 2026.0, True, "2020-01-01至2026-03-01", float("nan")]
)
def test_no_dates(cell: Any) -> None:
    """A period is a date only where its end is meant."""
    values, findings = convert("targets", "established", cell)
    assert values == [None]
    assert findings == [(0, "E234", False)]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("", ()),
        ("无", ()),
        ("药品检查员", ("药品检查员",)),
        ("甲,乙，丙、丁;戊；己", ("甲", "乙", "丙", "丁", "戊", "己")),
        ("甲、、 甲 、乙、", ("甲", "乙")),
        ("甲\n乙", ("甲", "乙")),
        (7.0, ("7",)),
    ],
)
def test_several_values_in_a_cell(cell: Any, value: tuple[str, ...]) -> None:
    assert convert("inspectors", "qualifications", cell) == ([value], [])


def test_what_stands_in_brackets_stays_together() -> None:
    assert split("特种设备（含设计、制造、改造）检查、B（1,2）") == [
        "特种设备（含设计、制造、改造）检查",
        "B（1,2）",
    ]
    assert split("甲（乙、丙") == ["甲（乙", "丙"]
    assert split("甲）、（乙") == ["甲）", "（乙"]


def test_a_value_that_cannot_be_a_tag_is_kept_and_told() -> None:
    values, findings = convert("inspectors", "scope", "SP-01、药品 GSP")
    assert values == [("SP-01", "药品 GSP")]
    assert findings == [(0, "E272", True)]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("", ()),
        (code(1).lower(), ((code(1), ""),)),
        (
            f"{code(1)}（配偶任职、持股），{code(2)}",
            ((code(1), "配偶任职、持股"), (code(2), "")),
        ),
        (f"{code(1)}(kin)；{code(1)}", ((code(1), "kin"),)),
        (110108000000016.0, (("110108000000016", ""),)),
    ],
)
def test_recusals(cell: Any, value: tuple[tuple[str, str], ...]) -> None:
    assert convert("inspectors", "recusals", cell) == ([value], [])


@pytest.mark.parametrize("cell", ["示例食品店", code(1)[:-1]])
def test_a_recusal_by_name_or_by_a_short_code_is_told(cell: str) -> None:
    values, findings = convert("inspectors", "recusals", cell)
    assert values == [((cell, ""),)]
    assert findings == [(0, "E278", True)]


@pytest.mark.parametrize(("cell", "fault"), [("某/公司", "E241"), (9.1e17, "E232")])
def test_recusals_are_refused(cell: Any, fault: str) -> None:
    assert convert("inspectors", "recusals", "", cell)[1] == [(1, fault, False)]


@pytest.mark.parametrize(
    ("listing", "field", "cell", "value"),
    [
        ("inspectors", "max", "20", 20),
        ("inspectors", "max", "２０", 20),
        ("inspectors", "max", 20.0, 20),
        ("inspectors", "max", "", None),
        ("inspectors", "max", 0.0, 0),
        ("inspectors", "expert", "否", ""),
        ("inspectors", "expert", "药品GSP", "药品GSP"),
        ("inspectors", "certificate", 330001.0, "330001"),
        ("inspectors", "certificate", "浙Ａ（2020）1号", "浙A(2020)1号"),
        ("items", "ratio", 0.05, "5%"),
        ("items", "ratio", 0.002, "0.2%"),
        ("items", "ratio", 1.0, "1"),
        ("items", "ratio", "不低于3%；抽查1次", "不低于3%；抽查1次"),
    ],
)
def test_other_types(listing: Listing, field: str, cell: Any, value: Any) -> None:
    assert convert(listing, field, cell) == ([value], [])


@pytest.mark.parametrize("cell", ["二十", "-1", "1.5", 1.5, "1e3", "99999999999"])
def test_no_whole_number(cell: Any) -> None:
    assert convert("inspectors", "max", cell) == ([None], [(0, "E236", False)])


def test_a_certificate_number_that_lost_digits_is_refused() -> None:
    assert convert("inspectors", "certificate", 3.3e17) == ([""], [(0, "E232", False)])


def test_numbers_and_truth_values_are_not_confused() -> None:
    """1, 1.0 and True are one key of a Python dict."""
    assert convert("targets", "kind", *[1.0, True, "1", "TRUE"])[0] == [
        "1",
        "TRUE",
        "1",
        "TRUE",
    ]


def test_findings_name_their_place_after_remembered_cells() -> None:
    made = converter(column("targets", "established"))
    assert made.run(["2026-03-01"] * 3) == [dt.date(2026, 3, 1)] * 3
    made.run(["2026-03-01", "去年", "2026-03-01", "去年"])
    assert [f.place for f in made.findings] == [1, 3]
    made.run(["2026-03-01"])
    assert made.findings == []


CELLS = st.one_of(st.text(), st.floats(), st.booleans(), st.dates())


LISTINGS: tuple[Listing, ...] = ("targets", "inspectors", "items")
COLUMNS = [(name, c.field) for name in LISTINGS for c in layout(name).columns]


@given(which=st.sampled_from(COLUMNS), cells=st.lists(CELLS), escaped=st.booleans())
def test_no_cell_breaks_a_converter(
    which: tuple[Listing, str], cells: list[Any], *, escaped: bool
) -> None:
    values, findings = convert(*which, *cells, escaped=escaped)
    assert len(values) == len(cells)
    assert all(0 <= place < len(cells) for place, _, _ in findings)


@given(st.lists(CELLS, max_size=8), st.lists(CELLS, max_size=8))
def test_batches_do_not_influence_each_other(
    first: list[Any], second: list[Any]
) -> None:
    made = converter(column("targets", "name"))
    made.run(first)
    again = repr(made.run(second))
    assert again == repr(converter(column("targets", "name")).run(second))
