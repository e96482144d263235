"""Working days, by the State Council's yearly arrangement.

Border: dates in, dates out. No clock; the only file is the table that ships with the
program, ``locale/workdays.toml``. A year that no table has is an error that names it:
the next year's arrangement is published in autumn, and a guess would be a wrong date.

- A day is worked if it is a weekday that is not off, or a weekend day made up for one.
- A period of n working days begins on the day after its event (民法典 §201), so the
  event's own day never counts.

    [2026]
    off = ["2026-01-01/2026-01-03", …]
    work = ["2026-01-04", …]
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from dualrandom.errors import InputError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE: Final = "workdays.toml"
_DAY: Final = dt.timedelta(days=1)
_SATURDAY: Final = 5
_LONGEST: Final = 31
"""Days of one interval at most: a longer one is a slip of the pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One year's arrangement; every day lies in that year."""

    off: frozenset[dt.date]
    work: frozenset[dt.date]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked, for the years that are known."""

    years: Mapping[int, Year] = field(repr=False)

    def is_workday(self, day: dt.date) -> bool:
        """Say whether a day is worked.

        Raises:
            InputError: E920, the year's arrangement is not known.
        """
        year = self.years.get(day.year)
        if year is None:
            raise InputError("E920", year=day.year)
        if day.weekday() >= _SATURDAY:
            return day in year.work
        return day not in year.off

    def after(self, event: dt.date, days: int) -> dt.date:
        """Return the last day of a period of working days.

        Args:
            event: the day of the decision or inspection; it does not count.
            days: n >= 1 working days.

        Raises:
            InputError: E920, a year on the way is not known.
        """
        day = event
        for _ in range(days):
            day += _DAY
            while not self.is_workday(day):
                day += _DAY
        return day

    def between(self, event: dt.date, day: dt.date) -> int:
        """Return how many working days lie after ``event``, up to ``day``; 0 if none.

        Raises:
            InputError: E920, a year on the way is not known.
        """
        count = 0
        while event < day:
            event += _DAY
            count += self.is_workday(event)
        return count

    def with_years(self, more: Calendar) -> Calendar:
        """Return this calendar with the years of another, which count first."""
        return Calendar({**self.years, **more.years})


@cache
def shipped_calendar() -> Calendar:
    """Return the years that the program knows."""
    path = files("dualrandom").joinpath("locale", FILE)
    return parse_calendar(path.read_text("utf-8"), FILE)


def parse_calendar(text: str, file: str) -> Calendar:
    """Return the years of a table.

    Args:
        text: TOML, as in the module's example.
        file: its name, for messages.

    Raises:
        InputError: E921, not such a table; E922, a day that does not belong there.
    """
    where = Where(file=file)
    try:
        years = {int(name): dict(said) for name, said in tomllib.loads(text).items()}
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as exc:
        raise InputError("E921", where=where) from exc
    return Calendar(
        {
            year: Year(
                off=frozenset(_days(year, said.pop("off", None), where)),
                work=frozenset(_weekend(year, said.pop("work", None), where)),
            )
            for year, said in years.items()
            if _nothing_else(said, where)
        }
    )


def calendar_bytes(calendar: Calendar) -> bytes:
    """Return years as a table that :func:`parse_calendar` reads: nothing but days."""
    lines = []
    for number, year in sorted(calendar.years.items()):
        lines.append(f"[{number}]")
        for name, days in (("off", year.off), ("work", year.work)):
            told = ", ".join(f'"{day}"' for day in sorted(days))
            lines.append(f"{name} = [{told}]")
    return "\n".join([*lines, ""]).encode()


def _nothing_else(said: Mapping[str, object], where: Where) -> bool:
    # A misspelt line would silently be an ordinary week.
    if said.keys() != {"off", "work"}:
        raise InputError("E921", where=where)
    return True


def _weekend(year: int, said: object, where: Where) -> Iterator[dt.date]:
    for day in _days(year, said, where):
        if day.weekday() < _SATURDAY:
            raise InputError("E922", where=where, year=year, value=str(day))
        yield day


def _days(year: int, said: object, where: Where) -> Iterator[dt.date]:
    if not isinstance(said, list):
        raise InputError("E921", where=where)
    for value in said:
        first, _, last = str(value).partition("/")
        try:
            day = dt.date.fromisoformat(first)
            end = dt.date.fromisoformat(last or first)
        except ValueError as exc:
            raise InputError("E922", where=where, year=year, value=str(value)) from exc
        if not day <= end < day + _LONGEST * _DAY or {day.year, end.year} != {year}:
            raise InputError("E922", where=where, year=year, value=str(value))
        while day <= end:
            yield day
            day += _DAY
