"""What was published stays: versions of items, days of publication; the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

from dualrandom.office.lists import How, import_list
from dualrandom.office.penalties import record_penalties
from dualrandom.office.publishing import publish
from dualrandom.office.results import record_results
from dualrandom.outcomes import Display
from dualrandom.public_items import PublishedItem, parse_items
from dualrandom.public_outcomes import parse_penalties
from dualrandom.records import Cause
from dualrandom.site import build_site
from dualrandom.staging import list_files
from tests.clerk import penalty
from tests.followup import DRAW, YEARS, approve, at, found
from tests.websites import pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Rows = list[list[str]]


def _items(office: Path) -> tuple[PublishedItem, ...]:
    return parse_items((office / "public/items.json").read_bytes())


def test_an_item_that_leaves_the_list_stays_published_with_its_reason(
    drawn: Path, lists: Path
) -> None:
    office = at(drawn)
    text = (lists / "items.csv").read_text("utf-8-sig")
    rows: Rows = list(csv.reader(io.StringIO(text)))[:-1]  # the last one is a draft
    name = rows[0].index("抽查事项名称")
    sheet = drawn / "事项.csv"

    def bring(change: Callable[[Rows], Rows], cause: Cause = Cause.NONE) -> None:
        with sheet.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(change(rows))
        how = How(cause=cause)
        import_list(
            *(office, "items", sheet),
            confirm=lambda _: True,
            how=how,
            reason="内部的说法",
        )

    added = ["ZZ-99", *rows[1][1:]]
    bring(lambda rows: [*rows, added])  # a slip of the pen, taken back unseen
    bring(lambda rows: rows[:-1], Cause.CANCELLED)
    publish(office)
    gone = [item for item in _items(drawn) if item.valid_to is not None]
    assert [item.record.code for item in gone] == [rows[-1][0]]
    assert gone[0].ended is Cause.CANCELLED
    bring(lambda rows: [rows[0], [*rows[1][:name], "改名", *rows[1][name + 1 :]]])
    publish(office)
    known = {(item.record.code, item.version): item for item in _items(drawn)}
    assert set(known) == {(row[0], 1) for row in rows[1:]} | {(rows[1][0], 2)}
    assert known[rows[1][0], 2].record.name == "改名"
    assert known[rows[-1][0], 1].ended is Cause.CANCELLED
    assert "内部的说法" not in (drawn / "public/items.json").read_text("utf-8")


def test_the_day_of_publication_is_the_first_and_stays(
    drawn: Path, tmp_path: Path
) -> None:
    (drawn / "workdays.toml").write_text(YEARS)
    office = at(drawn, "2099-12-20")
    record_results(office, DRAW, found(office))
    approve(office, drawn)
    one = penalty(decided=dt.date(2099, 12, 1), unit="执法科", display=Display.YEARS)
    record_penalties(office, [one])
    publish(office)
    before = {
        p: (drawn / "public" / p).read_bytes() for p in list_files(drawn / "public")
    }
    assert publish(at(drawn, "2099-12-30")).seq is None
    for path, data in before.items():
        if not path.startswith("log/"):
            assert (drawn / "public" / path).read_bytes() == data, path
    penalties = parse_penalties(before["penalties.json"])
    assert [p.published for p in penalties.shown] == ["2099-12-20"]
    site = tmp_path / "site"
    build_site(drawn / "public", site)
    text = pages(site)["statistics.html"].text
    assert "截至 2099-12-20" in text
    # Nineteen days, of which the test's calendar works weekdays: 14 > 7.
    assert "行政处罚 执法科 0 1 0 0 0 0.0%" in text
    assert "抽查结果 示例市局 1 0 0 0 0 100.0%" in text
