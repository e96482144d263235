"""A yearly plan out of a sheet.

Border: reads the file; gives the lines of :mod:`dualrandom.plans`.

- A period is what it says: two dates, months, a quarter, half a year, the year. What
  is not clear stays open, and is told.
- A line without a number gets the year and its place.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import InputError
from dualrandom.plans import PlanId, PlanLine
from dualrandom.sheets.columns import layout
from dualrandom.sheets.columns import words as cell_words
from dualrandom.sheets.dates import date_of
from dualrandom.sheets.lists import columns_of, reading, refuse_twice
from dualrandom.sheets.reading import Reading, read_table, uncollected
from dualrandom.sheets.texts import fold
from dualrandom.words import word, words

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.sheets.rows import Table

Period = tuple[dt.date, dt.date]

_TO: Final = re.compile("\\s*(?:[\u81f3\u5230~\u301c\u2013]|\u2014{1,2}|--)\\s*")
_MONTH: Final = re.compile(
    r"(?:([0-9]{4})\s*[-/.\u5e74]\s*)?([0-9]{1,2})\s*(?:\u6708\u4efd?|\u6708\u5e95)?",
    re.ASCII,
)


def read_plan(path: Path, year: int, sheet: str | None = None) -> Reading[PlanLine]:
    """Return the lines of a plan's sheet, in the sheet's order.

    Args:
        path: xlsx, xls, xlsb, ods or CSV; told by its content.
        year: of the plan.
        sheet: the sheet to take; None: the one whose heading fits.

    Raises:
        EnvironmentProblem: E200.
        InputError: E201 to E219, E221 to E227: the file as a whole; E220: rows, each
            among ``problems`` with its cell.
    """
    with uncollected():
        table = read_table(path, layout("plans"), sheet)
        lines = [
            _line(table, year, place, *values)
            for place, values in enumerate(
                zip(*columns_of(table, "plans"), strict=True)
            )
        ]
        found = [line for line in lines if line is not None]
        refuse_twice(table, [line and line.id for line in lines])
        return reading(table, iter(found))


def _line(  # the order is that of columns.toml
    table: Table,
    year: int,
    place: int,
    id_: str,
    name: str,
    type_: str,
    mode: str,
    items: tuple[str, ...],
    scope: str,
    quota: str,
    risk: str,
    period: str,
    start: dt.date | None,
    end: dt.date | None,
    lead: str,
    units: tuple[str, ...],
    note: str,
) -> PlanLine | None:
    row = table.rows[place]
    if id_ in cell_words().totals:
        return None
    if period and start is None and end is None:
        found = period_of(period, year)
        if found is None:
            table.findings.warn("E420", table.where(row, "period"), value=period[:80])
        else:
            start, end = found
    if not id_ or (id_.isascii() and id_.isdigit()):
        # The sheet's own running number is not one for all years.
        id_ = f"{year}-{int(id_ or place + 1):02}"
    targeted = type_.startswith(word("task", "targeted")) if type_ else bool(scope)
    try:
        return PlanLine(
            id=PlanId(id_),
            name=name,
            joint=any(one in mode for one in words("plan", "joint")),
            targeted=targeted,
            items=items,
            scope=scope,
            quota=quota,
            by_risk=risk != "",
            start=start,
            end=end,
            lead=lead,
            units=units,
            note=note,
        )
    except InputError as error:
        params: dict[str, Any] = dict(error.params)
        table.findings.refuse(error.code, table.where(row, "name"), **params)
        return None


def period_of(text: str, year: int) -> Period | None:
    """Return the days of a period as people write it, or None.

    Args:
        text: ``2026-03-01 to 2026-06-30`` with a Chinese sign for *to*, two months,
            one month, or a word for a part of the year.
        year: of the plan; a month without a year is one of it.
    """
    text = fold(text).strip()
    for name, months in _PARTS.items():
        if text.removeprefix(str(year)).lstrip("\u5e74") in words("period", name):
            return _days((year, months[0]), (year, months[1]))
    first, *rest = _TO.split(text)
    if not rest:
        first, *rest = _months_apart(text)
    if len(rest) > 1:
        return None
    last = rest[0] if rest else first
    day, until = date_of(first), date_of(last)
    if day is not None and until is not None:
        return (day, until) if day <= until else None
    begun = _month(first, year)
    ended = None if begun is None else _month(last, begun[0])
    if begun is None or ended is None or begun > ended:
        return None
    return _days(begun, ended)


_PARTS: Final = {
    "year": (1, 12),
    "half1": (1, 6),
    "half2": (7, 12),
    "quarter1": (1, 3),
    "quarter2": (4, 6),
    "quarter3": (7, 9),
    "quarter4": (10, 12),
}


def _months_apart(text: str) -> list[str]:
    """Return the parts of ``3-6`` months, where a hyphen is no part of a date."""
    if date_of(text) is not None:
        return [text]
    parts = re.split(r"(?<=\u6708)\s*-\s*|(?<![0-9]{4})-(?=[0-9]{1,2}\u6708)", text)
    return parts or [text]


def _month(text: str, year: int) -> tuple[int, int] | None:
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12:  # noqa: PLR2004 - months
        return None
    return int(found[1] or year), int(found[2])


def _days(begun: tuple[int, int], ended: tuple[int, int]) -> Period:
    last = calendar.monthrange(*ended)[1]
    return dt.date(*begun, 1), dt.date(*ended, last)
