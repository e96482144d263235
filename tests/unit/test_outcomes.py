"""Display periods of penalties, by the calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from dualrandom.outcomes import Display, Ending, months_after
from tests.clerk import penalty

D = dt.date


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        pytest.param(D(2026, 3, 5), 3, D(2026, 6, 5), id="the same number"),
        pytest.param(D(2026, 11, 30), 3, D(2027, 2, 28), id="February is short"),
        pytest.param(D(2023, 11, 30), 3, D(2024, 2, 29), id="a leap year"),
        pytest.param(D(2024, 2, 29), 36, D(2027, 2, 28), id="leap day, three years"),
        pytest.param(D(2026, 12, 31), 3, D(2027, 3, 31), id="over the year"),
        pytest.param(D(2026, 10, 1), 3, D(2027, 1, 1), id="from October"),
    ],
)
def test_a_period_of_months_ends_on_its_day(day: D, months: int, end: D) -> None:
    assert months_after(day, months) == end


def test_every_day_of_four_years_has_a_period_that_ends_in_its_month() -> None:
    for i in range(1461):
        day = D(2024, 1, 1) + dt.timedelta(days=i)
        for months in (3, 36):
            end = months_after(day, months)
            assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
            tomorrow = end + dt.timedelta(days=1)
            assert end.day == day.day or (end.day < day.day and tomorrow.day == 1)


def test_a_penalty_is_shown_to_the_last_day_and_not_on_the_next() -> None:
    made = penalty(decided=D(2026, 12, 20), display=Display.MONTHS)
    assert made.shown_until == D(2027, 3, 20)
    assert made.ending(D(2027, 3, 20)) is Ending.NONE
    assert made.ending(D(2027, 3, 21)) is Ending.PERIOD
    assert made.ended(D(2027, 3, 20)) is None
    assert made.ended(D(2027, 5, 1)) == D(2027, 3, 21)


def test_a_longer_restriction_counts_and_a_shorter_one_does_not() -> None:
    longer = penalty(decided=D(2026, 1, 5), restricted_until=D(2028, 1, 1))
    assert longer.shown_until == D(2028, 1, 1)
    shorter = penalty(
        decided=D(2026, 1, 5), display=Display.YEARS, restricted_until=D(2028, 1, 1)
    )
    assert shorter.shown_until == D(2029, 1, 5)


def test_what_ends_a_display_first_is_named() -> None:
    revoked, repaired = D(2027, 1, 4), D(2027, 1, 2)
    made = penalty(decided=D(2026, 12, 20), revoked=revoked, repaired=repaired)
    assert made.ending(D(2027, 1, 1)) is Ending.NONE
    assert (made.ending(repaired), made.ended(repaired)) == (Ending.REPAIRED, repaired)
    assert (made.ending(revoked), made.ended(revoked)) == (Ending.REVOKED, revoked)
