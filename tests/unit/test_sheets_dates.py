"""Dates in every shape that turns up in sheets."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualrandom.sheets.dates import FOREVER, date_of, date_of_serial, end_of_period

MARCH = dt.date(2026, 3, 1)
FOR_EVER = ("长期", "永久")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01",
        "2026-3-1",
        "2026/3/1",
        "2026/03/01",
        "2026.3.1",
        "2026年3月1日",
        "2026年03月01",
        "2026 年 3 月 1 日",
        "2026年3月1号",
        "20260301",
        "2026—03—01",
        "2026-03-01 00:00:00",
        "2026/3/1 0:00",
        "2026-03-01T08:30:00.000",
    ],
)
def test_a_date_is_read(text: str) -> None:
    assert date_of(text) == MARCH


@pytest.mark.parametrize(
    "text",
    [
        "2026",
        "2026-03",
        "2026年3月",
        "202603",
        "2026-13-01",
        "2026-02-30",
        "20260230",
        "26-3-1",
        "3/1/2026",
        "2026-03/01",
        "2026年3-1",
        "去年",
        "1066-10-14",
        "２０２６-03-01",
        "2026-03-01-02",
        "٢٠٢٦-٠٣-٠١",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert date_of(text) is None


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("46082", MARCH),
        ("46082.5", MARCH),
        ("20229", dt.date(1955, 5, 20)),
        ("20260301", MARCH),
        ("2026", None),
        ("202603", None),
        ("00001", None),
        ("123456", None),
        ("-46082", None),
    ],
)
def test_day_numbers(text: str, date: dt.date | None) -> None:
    assert date_of_serial(text) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2020-01-01至2026-03-01", MARCH),
        ("2020.1.1-2026.3.1", MARCH),
        ("2020/1/1—2026/3/1", MARCH),
        ("2020年1月1日到2026年3月1日", MARCH),
        ("2020-01-01 ~ 2026-03-01", MARCH),
        ("2020-01-01——2026-03-01", MARCH),
        ("至2026-03-01", MARCH),
        ("2026-03-01止", MARCH),
        ("2020-01-01至长期", FOREVER),
        ("去年至2026-03-01", None),
        ("2020-01-01至去年", None),
        ("2020-01-01至2021-01-01至2022-01-01", None),
        ("无", None),
    ],
)
def test_of_a_period_the_last_day_counts(text: str, date: dt.date | None) -> None:
    assert end_of_period(text, FOR_EVER) == date


@given(st.dates(min_value=dt.date(1927, 5, 18), max_value=dt.date(2173, 10, 13)))
def test_every_day_number_is_the_one_that_excel_counts(day: dt.date) -> None:
    serial = (day - dt.date(1900, 3, 1)).days + 61
    assert date_of_serial(str(serial)) == day


@given(st.dates(min_value=dt.date(1800, 1, 1)), st.sampled_from(["-", "/", "."]))
def test_any_date_is_read_with_and_without_zeros(day: dt.date, sign: str) -> None:
    assert date_of(sign.join((str(day.year), str(day.month), str(day.day)))) == day
    assert date_of(day.isoformat()) == day
    assert date_of(f"{day:%Y%m%d}".zfill(8)) == day
