"""The item list's page: versions, what changed, what left, from items.json alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.public_items import ITEM_FIELDS, PublishedItem, items_bytes, parse_items
from dualrandom.records import Cause, ItemRecord
from dualrandom.site.items import FIELDS, NAMED, items_of, moves_of
from dualrandom.site.phrases import Phrases
from tests.websites import ITEM, built, pages

if TYPE_CHECKING:
    from pathlib import Path

SAY = Phrases("en")
FIRST, SECOND, THIRD = (f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3))


def item(version: int, since: str, until: str | None, **fields: Any) -> PublishedItem:
    ended = fields.pop("ended", Cause.NONE)
    record = dataclasses.replace(ITEM.record, **fields)
    return PublishedItem(
        record=record, version=version, valid_from=since, valid_to=until, ended=ended
    )


def other(name: str) -> Any:
    """Return a value of a field that differs from the usual item's."""
    if name in ("effective", "expires", "basis_date"):
        return dt.date(2026, 5, 1)
    return ("执法证", "食品") if name == "need" else "另一个\n两行"


@pytest.mark.parametrize("name", [n for n in FIELDS if n not in ("code", "sub")])
def test_every_field_that_changed_is_told_before_and_after(name: str) -> None:
    old = item(1, FIRST, SECOND)
    new = item(2, SECOND, None, **{name: other(name)})
    read = parse_items(items_bytes([old, new]))
    assert read == (new, old)
    (view,) = items_of(read, SAY)
    assert [version.what for version in view.versions] == ["changed", "added"]
    (one,) = view.versions[0].changed
    assert one.label == SAY(f"item.{name}")
    was = getattr(ITEM.record, name)
    assert one.before == (tuple(was.split("\n")) if was else ())
    assert len(one.after) == (1 if isinstance(other(name), dt.date) else 2)
    assert not view.versions[1].changed


def test_all_of_an_item_is_compared() -> None:
    assert set(FIELDS) | {"cause"} == {f.name for f in dataclasses.fields(ItemRecord)}
    assert set(FIELDS) < set(ITEM_FIELDS)


def test_the_record_of_the_list_tells_what_came_changed_left_and_came_back() -> None:
    every = [
        item(1, FIRST, SECOND, code="A"),
        item(2, SECOND, None, code="A", ratio="5%", cause=Cause.BASIS),
        item(1, FIRST, SECOND, code="B", ended=Cause.CANCELLED),
        item(1, FIRST, SECOND, code="C"),
        item(2, THIRD, None, code="C"),
    ]
    views = items_of(parse_items(items_bytes(every)), SAY)
    assert [(view.code, bool(view.left)) for view in views] == [
        ("A", False),
        ("C", False),
        ("B", True),
    ]
    told = [(m.what, m.why, [t for t, _ in m.which]) for m in moves_of(views)]
    name = ITEM.record.name
    assert told == [
        ("returned", "", [f"C {name}"]),
        ("left", SAY("cause.cancelled"), [f"B {name}"]),
        ("changed", SAY("cause.basis-revised"), [f"A {name}"]),
        ("added", "", [f"A {name}", f"C {name}", f"B {name}"]),
    ]


def _sub(record: ItemRecord) -> ItemRecord:
    return dataclasses.replace(record, sub="小餐饮")


def test_the_page_shows_versions_and_counts_many_at_once(tmp_path: Path) -> None:
    many = [item(1, FIRST, None, code=f"M-{n:02}") for n in range(NAMED + 1)]
    one = item(1, SECOND, THIRD, code="X", ended=Cause.MERGED)
    two = [item(1, FIRST, SECOND, code="Y"), item(2, SECOND, None, code="Y", ratio="")]
    changed = dataclasses.replace(two[0].record, ratio="3%")
    two[0] = dataclasses.replace(two[0], record=changed)
    sub = [dataclasses.replace(v, record=_sub(v.record)) for v in two]
    page = pages(built(tmp_path, items=(*many, one, *two, *sub)))["items.html"]
    labels = [a["aria-label"] for a in page.all("section") if "aria-label" in a]
    assert len(labels) == len(set(labels)) > 3
    assert "第 2 版的变动" in page.text
    assert "抽查比例 3% （空）" in page.text
    assert f"共 {NAMED + 3} 项" in page.text
    assert "退出清单 X 食品经营监督检查 合并" in page.text
    assert not page.faults
    assert {a["href"] for a in page.all("a")} >= {"#item-X", "#item-Y", "#moves"}
