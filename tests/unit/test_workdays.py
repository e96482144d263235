"""Working days: the shipped table against another program's, and periods by hand."""

from __future__ import annotations

import datetime as dt

import chinese_calendar
import pytest

from dualrandom.deadlines import deadlines
from dualrandom.errors import InputError
from dualrandom.rules import Rules
from dualrandom.workdays import Calendar, parse_calendar, shipped_calendar

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2015, 1, 1), dt.date(2026, 12, 31)


def test_every_shipped_day_is_as_another_program_has_it() -> None:
    ours = shipped_calendar()
    days = [FIRST + i * DAY for i in range((LAST - FIRST).days + 1)]
    differing = [
        d for d in days if ours.is_workday(d) != chinese_calendar.is_workday(d)
    ]
    assert not differing
    assert tuple(ours.years) == tuple(range(2015, 2027))


@pytest.mark.parametrize(
    ("event", "days", "end"),
    [
        pytest.param("2026-03-02", 7, "2026-03-11", id="a plain week"),
        pytest.param("2026-02-13", 7, "2026-03-02", id="Spring Festival, made up"),
        pytest.param("2025-09-26", 3, "2025-09-30", id="a Sunday that is worked"),
        pytest.param("2025-09-30", 1, "2025-10-09", id="eight days off"),
        pytest.param("2025-12-31", 1, "2026-01-04", id="over the year's end"),
        pytest.param("2026-05-02", 1, "2026-05-06", id="the event on a day off"),
    ],
)
def test_a_period_begins_on_the_next_day(event: str, days: int, end: str) -> None:
    start, last = dt.date.fromisoformat(event), dt.date.fromisoformat(end)
    assert shipped_calendar().after(start, days) == last
    assert shipped_calendar().between(start, last) == days
    assert shipped_calendar().between(last, start) == 0


def test_a_period_is_its_definition_from_every_day_of_two_years() -> None:
    calendar = shipped_calendar()
    for i in range(730):
        event = dt.date(2024, 1, 1) + i * DAY
        for days in (1, 3, 7, 20):
            end = calendar.after(event, days)
            worked = [
                day
                for n in range(1, (end - event).days + 1)
                if calendar.is_workday(day := event + n * DAY)
            ]
            assert len(worked) == days
            assert worked[-1] == end


@pytest.mark.parametrize(
    ("event", "year"), [("2014-12-29", 2014), ("2026-12-31", 2027)]
)
def test_a_year_that_nobody_published_is_named(event: str, year: int) -> None:
    with pytest.raises(InputError) as caught:
        shipped_calendar().after(dt.date.fromisoformat(event), 1)
    assert caught.value.code == "E920"
    assert caught.value.params["year"] == year


def test_an_office_adds_years_and_corrects_them() -> None:
    text = '[2027]\noff = ["2027-01-01/2027-01-03"]\nwork = ["2027-01-09"]\n'
    calendar = shipped_calendar().with_years(parse_calendar(text, "workdays.toml"))
    assert calendar.after(dt.date(2026, 12, 31), 1) == dt.date(2027, 1, 4)
    assert calendar.is_workday(dt.date(2027, 1, 9))
    bare = parse_calendar("[2026]\noff = []\nwork = []\n", "workdays.toml")
    assert shipped_calendar().with_years(bare).is_workday(dt.date(2026, 10, 1))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("off =", "E921", id="not TOML"),
        pytest.param("year = 1", "E921", id="no table"),
        pytest.param("[next]\noff = []\nwork = []", "E921", id="not a year"),
        pytest.param("[2027]\noff = []", "E921", id="a line missing"),
        pytest.param(
            "[2027]\noff = []\nwork = []\nhalf = []", "E921", id="a line more"
        ),
        pytest.param('[2027]\noff = "x"\nwork = []', "E921", id="no list"),
        pytest.param('[2027]\noff = ["1 Jan"]\nwork = []', "E922", id="no date"),
        pytest.param(
            '[2027]\noff = ["2026-01-01"]\nwork = []', "E922", id="another year"
        ),
        pytest.param(
            '[2027]\noff = ["2027-01-03/2027-01-01"]\nwork = []', "E922", id="backwards"
        ),
        pytest.param(
            '[2027]\noff = ["2027-01-01/2027-12-01"]\nwork = []', "E922", id="too long"
        ),
        pytest.param('[2027]\noff = []\nwork = ["2027-01-04"]', "E922", id="a Monday"),
    ],
)
def test_a_table_that_says_something_else_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_calendar(text, "workdays.toml")
    assert caught.value.code == code


def test_nothing_is_known_of_an_empty_calendar() -> None:
    with pytest.raises(InputError):
        Calendar({}).is_workday(dt.date(2026, 1, 1))


def test_every_deadline_of_two_years_is_its_definition() -> None:
    """Enumerated: the last of so many working days, stage by stage, strictest first."""
    calendar = shipped_calendar()
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(730)]
    worked = [day for day in days if calendar.is_workday(day)]
    rules = Rules(result_workdays=20, penalty_workdays=7, reply_workdays=15)
    expected = {
        "result": {"office": 20},
        "penalty": {"office": 7, "national": 20, "cross-province": 20},
        "withdrawal": {"national": 3},
        "reply": {"office": 15},
    }
    for event in days[:-60:3]:
        after = [day for day in worked if day > event]
        for kind, counts in expected.items():
            found = deadlines(kind, event, rules, calendar)
            # Ten and ten are twenty: a period that ends on a working day begins there.
            assert {d.rule: d.due for d in found} == {
                rule: after[count - 1] for rule, count in counts.items()
            }
            assert [d.due for d in found] == sorted(d.due for d in found)


def test_a_year_that_nobody_published_hides_its_own_days_alone() -> None:
    rules = Rules(result_workdays=20, penalty_workdays=7, reply_workdays=15)
    found = deadlines("penalty", dt.date(2026, 12, 15), rules, shipped_calendar())
    assert [(d.rule, d.due, d.lacks) for d in found] == [
        ("office", dt.date(2026, 12, 24), None),
        ("national", None, 2027),
        ("cross-province", None, 2027),
    ]
    assert found[1].earliest == dt.date(2027, 1, 1)
