"""Who may take part in a draw, with which tags, and in how many posts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dualrandom.eligibility import eligible
from dualrandom.records import InspectorRecord, Leave
from dualrandom.rules import Rules
from dualrandom.words import word
from tests.clerk import inspector, task

TASK = task(start=dt.date(2026, 12, 1), end=dt.date(2026, 12, 31))


def away(first: int, last: int) -> Leave:
    return Leave(start=dt.date(2026, 12, first), end=dt.date(2026, 12, last))


def reason(record: InspectorRecord, rules: Rules) -> str:
    people, left = eligible(TASK, [record], rules, {})
    assert len(people) + len(left) == 1
    return left[0].reason if left else ""


@pytest.mark.parametrize(
    ("fields", "leave_days", "name"),
    [
        pytest.param({}, 0, "", id="there"),
        pytest.param({"status": "休假中"}, 0, "away", id="by status"),
        pytest.param({"valid_until": dt.date(2026, 12, 30)}, 0, "expired", id="a day short"),
        pytest.param({"valid_until": dt.date(2026, 12, 31)}, 0, "", id="to the last day"),
        pytest.param({"valid_until": None}, 0, "expired", id="until nobody knows"),
        pytest.param({"certificate": ""}, 0, "uncertified", id="auxiliary"),
        pytest.param({"certificate": "", "expert": "食品"}, 0, "", id="an expert"),
        pytest.param({"certificate": "", "expert": "否"}, 0, "uncertified", id="no expert"),
        pytest.param({"leave": (away(1, 31),)}, 0, "leave", id="all the time"),
        pytest.param({"leave": (away(1, 15), away(16, 31))}, 0, "leave", id="in two parts"),
        pytest.param({"leave": (away(1, 30),)}, 0, "", id="but for a day"),
        pytest.param({"leave": (away(5, 9),)}, 5, "", id="five days of five"),
        pytest.param({"leave": (away(5, 10),)}, 5, "leave", id="six days of five"),
        pytest.param({"leave": (away(5, 7), away(6, 10))}, 5, "leave", id="overlapping"),
    ],
)  # fmt: skip
def test_who_is_left_out(fields: dict[str, Any], leave_days: int, name: str) -> None:
    expected = word("reasons", name) if name else ""
    assert reason(inspector(1, **fields), Rules(leave_days=leave_days)) == expected


@pytest.mark.parametrize(
    ("own", "yearly", "rules", "held", "most"),
    [
        pytest.param(None, None, Rules(), 9, None, id="no limit"),
        pytest.param(5, None, Rules(), 9, 5, id="the directory's"),
        pytest.param(None, None, Rules(per_draw=4), 9, 4, id="the rules'"),
        pytest.param(5, None, Rules(per_draw=4), 9, 4, id="the lower of the two"),
        pytest.param(
            None, None, Rules(per_year=20), 9, 11, id="what is left of a year"
        ),
        pytest.param(None, 12, Rules(per_year=20), 9, 3, id="the own year's"),
        pytest.param(None, 8, Rules(), 9, 0, id="too much already"),
        pytest.param(5, 12, Rules(per_draw=4, per_year=20), 9, 3, id="all of them"),
        pytest.param(None, 0, Rules(per_year=20), 0, 0, id="nothing, and not no limit"),
    ],
)
def test_how_much_somebody_may_do(
    own: int | None, yearly: int | None, rules: Rules, held: int, most: int | None
) -> None:
    record = inspector(1, max=own, yearly=yearly)
    (person,), _ = eligible(TASK, [record], rules, {record.id: held})
    assert person.max == most


def test_tags_are_what_posts_can_ask_for() -> None:
    record = inspector(
        1,
        qualifications=("食品检查员",),
        scope=("SP-03 食品",),
        tags=("夜间",),
        unit="城东所（二）",
        expert="食品",
    )
    (person,), _ = eligible(TASK, [record], Rules(), {})
    assert set(person.tags) == {
        *("食品检查员", "SP-03-食品", "夜间", "城东所-二"),
        *(word("tags", "certificate"), word("tags", "expert")),
    }


def test_a_certificate_is_not_had_by_writing_its_tag_down() -> None:
    """An expert has none, whatever stands among qualifications, scope, tags or unit."""
    said = {
        "certificate": word("tags", "certificate"),
        "expert": word("tags", "expert"),
    }
    for name in ("qualifications", "scope", "tags"):
        fields = {name: (f" {said['certificate']}", "x")}
        expert = inspector(1, certificate="", expert="食品", **fields)
        ((person,), _) = eligible(TASK, [expert], Rules(), {})
        assert said["certificate"] not in person.tags
        assert said["expert"] in person.tags
    ((person,), _) = eligible(TASK, [inspector(1, unit=said["expert"])], Rules(), {})
    assert said["certificate"] in person.tags
    assert said["expert"] not in person.tags
