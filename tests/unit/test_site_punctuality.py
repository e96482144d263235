"""Was it published in time? By the log, the rules and the working days, in any year."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.audit import Entry, sign_entry
from dualrandom.deadlines import PENALTY, RESULT
from dualrandom.rules import Rules
from dualrandom.site.phrases import Phrases
from dualrandom.site.punctuality import Due, Kept, Told, kept, punctuality_view, told
from dualrandom.workdays import Calendar, Year, calendar_bytes, parse_calendar
from tests.logmaking import OFFICER, MadeKey
from tests.websites import built, draw, pages, result

if TYPE_CHECKING:
    from pathlib import Path

WEEKDAYS = Calendar({2026: Year(off=frozenset(), work=frozenset())})
"""Every weekday is worked; of 2027 nothing is known."""
MONDAY = dt.date(2026, 3, 2)
NEW_YEAR = dt.date(2026, 12, 30)


def entry(act: str, day: str, **body: Any) -> bytes:
    made = Entry(
        log="x/y",
        seq=1,
        prev="0" * 64,
        time=f"{day}T18:00:00Z",
        act=act,
        by=OFFICER,
        op="9b2d3c1e-0000-4000-8000-000000000000",
        body=body,
    )
    return sign_entry(made, MadeKey(OFFICER))


def published(day: str) -> bytes:
    return entry("notice.publish", day, manifest="0" * 64)


def approved(draw: str) -> bytes:
    return entry("result.approve", "2026-03-01", draw=draw)


def test_results_are_published_by_the_first_publication_after_their_approval() -> None:
    log = [
        published("2026-03-01"),
        approved("a"),
        approved("s"),
        published("2026-03-02"),  # 18:00 UTC is the next day in China
        approved("a"),  # a correction is no delay
        published("2026-03-05"),
        entry("draw.release", "2026-03-05", draw="s"),
        published("2026-03-09"),
        approved("b"),
    ]
    assert told(log, {"s"}) == Told(
        results={"a": dt.date(2026, 3, 3), "s": dt.date(2026, 3, 10)},
        last=dt.date(2026, 3, 10),
    )


@pytest.mark.parametrize(
    ("kind", "event", "on", "last", "how"),
    [
        pytest.param(RESULT, MONDAY, 28, 28, Kept.TIMELY, id="the twentieth day"),
        pytest.param(RESULT, MONDAY, 29, 29, Kept.LATE, id="the day after"),
        pytest.param(RESULT, MONDAY, None, 28, Kept.WAITING, id="due today"),
        pytest.param(RESULT, MONDAY, None, 29, Kept.MISSING, id="due yesterday"),
        pytest.param(PENALTY, MONDAY, 9, 9, Kept.TIMELY, id="the office's seven"),
        pytest.param(PENALTY, MONDAY, 10, 10, Kept.LATE, id="not the twenty"),
        pytest.param(RESULT, NEW_YEAR, 9, 9, Kept.UNTOLD, id="a year unknown"),
        pytest.param(RESULT, NEW_YEAR, None, 9, Kept.UNTOLD, id="the same, missing"),
        pytest.param(RESULT, NEW_YEAR, 1, 9, Kept.TIMELY, id="before that year"),
        pytest.param(
            RESULT, NEW_YEAR, None, 1, Kept.WAITING, id="not in that year yet"
        ),
    ],
)
def test_a_deadline_is_kept_or_not(
    kind: str, event: dt.date, on: int | None, last: int, how: Kept
) -> None:
    day = None if on is None else event + dt.timedelta(days=on)
    due = Due(kind=kind, what="a", unit="u", event=event, published=day)
    log = Told(results={}, last=event + dt.timedelta(days=last))
    assert kept(due, log, Rules(), WEEKDAYS) is how


def test_every_duty_is_counted_once_and_the_sum_is_all_of_them() -> None:
    dues = [
        Due(kind=RESULT, what=name, unit="u", event=MONDAY, published=day)
        for name, day in (
            ("a", dt.date(2026, 3, 3)),
            ("b", dt.date(2026, 9, 1)),
            ("c", None),
            ("d", None),
        )
    ]
    log = Told(results={"d": dt.date(2026, 3, 4)}, last=dt.date(2026, 9, 2))
    view = punctuality_view(dues, log, Rules(), WEEKDAYS, Phrases("en"))
    (row,) = view.rows
    assert row == ("Results", "u", "2", "1", "1", "0", "0", "50.0%")
    assert sum(map(int, row[2:7])) == len(dues)
    assert not punctuality_view(dues, None, Rules(), WEEKDAYS, Phrases("en")).rows


def test_years_of_an_office_are_published_as_days_and_nothing_else() -> None:
    text = '# 内部\n[2031]\noff = ["2031-01-01/2031-01-03"]\nwork = ["2031-01-05"]\n'
    calendar = parse_calendar(text, "x")
    data = calendar_bytes(calendar)
    assert parse_calendar(data.decode(), "x") == calendar
    assert data.isascii()


def test_statistics_add_up(tmp_path: Path) -> None:
    """Outcomes, items and draws count the same results; regions the same targets."""
    draws = [draw(tmp_path, f"2026-{n:03}", targets=40) for n in range(1, 4)]
    results = {
        d.announcement.draw: [
            result(draw=d.announcement.draw, target=str(id_))
            for id_ in dict(d.files)["drawn.tsv"].decode().split("\n")[1:-1]
        ]
        for d in draws
    }
    view = pages(built(tmp_path, *draws, results=results))["statistics.html"]
    total = sum(map(len, results.values()))
    assert f"抽查结果分布（共 {total} 项）" in view.text
    assert f"未发现问题 {total} 100.0%" in view.text
    assert f"SP-03 {draws[0].announcement.items[0].name} 3 {total}" in view.text
