"""Items: what may be drawn for, what a changed law asks, what a published text says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dualrandom.items import ItemState, missing, month_after, stale, state_of
from dualrandom.model import Quota, Ratio, Rounding
from dualrandom.ratios import Frequency, Terms, read_terms
from dualrandom.records import BasisRecord
from tests.clerk import item

DAY = dt.date(2026, 6, 15)
WHOLE: dict[str, Any] = {"body": "市监局", "content": "资质", "method": "现场检查"}


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        pytest.param({}, ItemState.IN_FORCE, id="whole"),
        pytest.param({"basis": ""}, ItemState.DRAFT, id="no basis"),
        pytest.param({"status": "草稿（二稿）"}, ItemState.DRAFT, id="called a draft"),
        pytest.param({"expires": DAY}, ItemState.IN_FORCE, id="its last day"),
        pytest.param(
            {"expires": DAY - dt.timedelta(1)}, ItemState.EXPIRED, id="the day after"
        ),
        pytest.param({"effective": DAY}, ItemState.IN_FORCE, id="its first day"),
        pytest.param(
            {"effective": DAY + dt.timedelta(1)}, ItemState.UNPUBLISHED, id="too early"
        ),
        pytest.param({"status": "待公布"}, ItemState.UNPUBLISHED, id="unpublished"),
        pytest.param({"status": "取消"}, ItemState.ENDED, id="cancelled"),
        pytest.param({"status": "有效"}, ItemState.IN_FORCE, id="said to be in force"),
    ],
)
def test_what_an_item_is_on_a_day(fields: dict[str, Any], state: ItemState) -> None:
    assert state_of(item(**(WHOLE | fields)), DAY) is state


def test_a_draft_names_what_it_lacks() -> None:
    assert missing(item(basis="", method="", content="x")) == (
        "basis",
        "body",
        "method",
    )


@pytest.mark.parametrize(
    ("day", "after"),
    [
        pytest.param(dt.date(2026, 1, 31), dt.date(2026, 2, 28), id="January's end"),
        pytest.param(dt.date(2027, 12, 9), dt.date(2028, 1, 9), id="December"),
        pytest.param(dt.date(2028, 1, 30), dt.date(2028, 2, 29), id="a leap year"),
    ],
)
def test_a_month_after(day: dt.date, after: dt.date) -> None:
    assert month_after(day) == after


@pytest.mark.parametrize(
    ("changed", "since", "followed", "flagged"),
    [
        pytest.param("2026-05-14", "2026-01-01", None, True, id="a month and a day"),
        pytest.param("2026-05-15", "2026-01-01", None, False, id="a month to the day"),
        pytest.param("2026-03-01", "2026-03-01", None, False, id="version of that day"),
        pytest.param("2026-03-01", "2026-02-01", None, True, id="version of before"),
        pytest.param(
            "2026-03-01", "2026-02-01", "2026-03-01", False, id="followed, as it says"
        ),
        pytest.param(
            "2026-03-01", "2026-02-01", "2018-12-29", True, id="follows an older one"
        ),
    ],
)
@pytest.mark.parametrize(
    "name", ["食品安全法", "中华人民共和国食品安全法", "《食品安全法》"]
)
def test_a_law_that_changed_asks_for_a_new_version(
    name: str, changed: str, since: str, followed: str | None, *, flagged: bool
) -> None:
    date = dt.date.fromisoformat
    record = item(
        basis="《中华人民共和国食品安全法》第一百一十条",
        basis_date=None if followed is None else date(followed),
    )
    bases = (
        BasisRecord(name=name, changed=date(changed)),
        BasisRecord(name="广告法", changed=date("2026-01-02")),
    )
    found = stale(record, date(since), bases, DAY)
    assert [(one.basis, one.changed) for one in found] == (
        [(name, date(changed))] if flagged else []
    )


def _up(p: int, q: int) -> Quota:
    return Quota(ratio=Ratio(p=p, q=q), round=Rounding.UP)


def _down(p: int, q: int) -> Quota:
    return Quota(ratio=Ratio(p=p, q=q), round=Rounding.DOWN)


ONCE = Frequency(least=1, most=1)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", Terms()),
        ("2‰", Terms(quota=_up(1, 500))),
        ("５％", Terms(quota=_up(1, 20))),
        ("100%，抽查1次", Terms(quota=_up(1, 1), frequency=ONCE)),
        ("不低于3%；抽查1次", Terms(quota=_up(3, 100), frequency=ONCE)),
        ("不超过10%/年", Terms(quota=_down(1, 10))),
        ("≤2%", Terms(quota=_down(1, 50))),
        ("10%(20户)", Terms(quota=_up(1, 10))),
        ("每年1次33%", Terms(quota=_up(33, 100), frequency=ONCE)),
        ("1次/年", Terms(frequency=ONCE)),
        ("每年两次", None),
        ("每年二次", Terms(frequency=Frequency(least=2, most=2))),
        ("每年不少于1次", Terms(frequency=Frequency(least=1, most=None))),
        ("每2年抽查不超过1次", Terms(frequency=Frequency(least=None, most=1, years=2))),
        ("=1", None),
        (">=1", None),
        ("20", None),
        ("101%", None),
        ("0%", None),
        ("1—2次/年", None),
        ("3%，5%", None),
        ("不低于3%或按专项计划确定", None),
        ("每年1次20%；或者每年2次各10%", None),
        ("根据实际情况确定", None),
    ],
    ids=str,
)
def test_what_a_published_text_says(text: str, terms: Terms | None) -> None:
    """What is clear becomes a rule; of the rest nothing is guessed."""
    assert read_terms(text) == terms


def test_ratio_and_frequency_are_read_together() -> None:
    assert read_terms("不低于3%", "每年1次") == Terms(quota=_up(3, 100), frequency=ONCE)
    assert read_terms("不低于3%；抽查1次", "每年1次") is None
