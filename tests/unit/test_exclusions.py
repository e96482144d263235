"""Who is left out, and why: against the rules read one by one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualrandom.exclusions import (
    Period,
    Visit,
    enterprise_of,
    leave_out,
    months_before,
    product_of,
)
from dualrandom.model import TargetId
from dualrandom.partition import parse_partition
from dualrandom.rules import Rules
from dualrandom.words import word
from tests.clerk import target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dualrandom.records import TargetPrivate, TargetRecord

PERIOD = Period(start=dt.date(2026, 7, 1), end=dt.date(2026, 7, 31))
DAY = st.dates(dt.date(2025, 1, 1), dt.date(2027, 6, 30))


def visit(number: int, start: str, end: str, *, pending: bool = False) -> Visit:
    return Visit(
        target=TargetId(f"T-{number}"),
        draw=start,
        start=dt.date.fromisoformat(start),
        end=dt.date.fromisoformat(end),
        pending=pending,
    )


def reason(rules: Rules, *visits: Visit, **fields: Any) -> str:
    [(_, _, why)] = left_out([target(1, **fields)], rules, visits)
    return why


def left_out(
    targets: Iterable[Any],
    rules: Rules,
    visits: Iterable[Visit],
    period: Period = PERIOD,
    *,
    today: dt.date = dt.date(2027, 6, 30),
    scope: Callable[[TargetRecord], bool] = lambda _: True,
) -> list[tuple[TargetRecord, TargetPrivate, str]]:
    return list(
        leave_out(
            sorted(targets, key=lambda pair: pair[0].id),
            rules=rules,
            period=period,
            visits=list(visits),
            today=today,
            in_scope=lambda target, _: scope(target),
        )
    )


MARCH = visit(1, "2026-03-01", "2026-03-31")
LAST_YEAR = visit(1, "2025-07-01", "2025-07-31")
AHEAD = visit(1, "2026-10-01", "2026-10-31")
LISTED = visit(1, "2026-09-01", "2026-09-30", pending=True)


@pytest.mark.parametrize(
    ("rules", "visits", "visited", "name"),
    [
        pytest.param({}, (MARCH, LISTED), None, "", id="no rule"),
        pytest.param({"yearly_cap": 1}, (MARCH,), None, "cap", id="once this year"),
        pytest.param({"yearly_cap": 1}, (LAST_YEAR,), None, "", id="once last year"),
        pytest.param({"yearly_cap": 2}, (MARCH,), None, "", id="one of two"),
        pytest.param({"yearly_cap": 2}, (MARCH, AHEAD), None, "cap", id="two of two"),
        pytest.param({"yearly_cap": 1}, (LISTED,), None, "pending", id="perhaps"),
        pytest.param({"yearly_cap": 2}, (MARCH, LISTED), None, "pending", id="1 and ?"),
        pytest.param({"yearly_cap": 2}, (LISTED,), None, "", id="perhaps one of two"),
        pytest.param({"yearly_cap": 1}, (), "2026-02-02", "cap", id="known otherwise"),
        pytest.param(
            {"yearly_cap": 2}, (MARCH,), "2026-03-15", "", id="the same visit twice"
        ),
        pytest.param(
            {"yearly_cap": 2}, (MARCH,), "2026-05-15", "cap", id="another visit"
        ),
        pytest.param({"since_inspected": 3}, (MARCH,), None, "", id="three months ago"),
        pytest.param({"since_inspected": 4}, (MARCH,), None, "inspected", id="within 4"),
        pytest.param({"since_inspected": 2}, (AHEAD,), None, "", id="two months ahead"),
        pytest.param({"since_inspected": 3}, (AHEAD,), None, "inspected", id="soon"),
        pytest.param({"since_inspected": 3}, (LISTED,), None, "pending", id="perhaps so"),
        pytest.param({"since_inspected": 1}, (), "2026-06-01", "", id="a month ago"),
        pytest.param({"since_inspected": 1}, (), "2026-06-02", "inspected", id="a day less"),
        pytest.param({"open_draws": True}, (MARCH,), None, "", id="over before"),
        pytest.param({"open_draws": True}, (AHEAD,), None, "open", id="not over"),
        pytest.param({"open_draws": True}, (LISTED,), None, "pending", id="listed"),
    ],
)  # fmt: skip
def test_one_rule_at_a_time(
    rules: dict[str, Any], visits: tuple[Visit, ...], visited: str | None, name: str
) -> None:
    day = None if visited is None else dt.date.fromisoformat(visited)
    expected = word("reasons", name) if name else ""
    assert reason(Rules(**rules), *visits, visited=day) == expected


@pytest.mark.parametrize("rule", ["yearly_cap", "since_inspected", "same_product"])
def test_attacker_enters_an_inspection_that_has_not_come_yet(rule: str) -> None:
    """It would shield the firm, and whoever sells the same product."""
    firms = [target(1, visited=dt.date(2026, 6, 20), **PRODUCT), target(2, **PRODUCT)]
    rules = Rules(**({"same_product": 0} | {rule: 1}))
    twins = ["", word("reasons", "product") if rule == "same_product" else ""]
    for today, told in ((19, False), (20, True)):
        found = left_out(firms, rules, (), today=dt.date(2026, 6, today))
        assert ([why for _, _, why in found] != twins) is told


def test_the_status_goes_before_everything() -> None:
    told = reason(Rules(yearly_cap=1), MARCH, status="注销")
    assert told == word("reasons", "inactive")


@pytest.mark.parametrize(
    ("day", "months", "earlier"),
    [
        ("2026-07-31", 1, "2026-06-30"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-07-01", 120, "2016-07-01"),
        ("2026-07-01", 0, "2026-07-01"),
    ],
)
def test_months_are_those_of_the_calendar(day: str, months: int, earlier: str) -> None:
    assert months_before(dt.date.fromisoformat(day), months).isoformat() == earlier


PRODUCT = {"producer": "甲厂", "standard": "GB 1", "trademark": "甲", "model": "大"}


@pytest.mark.parametrize(
    ("other", "months", "visits", "name"),
    [
        pytest.param(PRODUCT, 6, (), "", id="never"),
        pytest.param(PRODUCT, 6, (MARCH,), "product", id="drawn four months ago"),
        pytest.param(PRODUCT, 3, (MARCH,), "", id="not within three"),
        pytest.param(PRODUCT, 0, (MARCH,), "", id="no rule"),
        pytest.param(PRODUCT, 6, (LISTED,), "pending", id="perhaps soon"),
        pytest.param(PRODUCT | {"model": "小"}, 6, (MARCH,), "", id="another size"),
        pytest.param(PRODUCT | {"producer": ""}, 6, (MARCH,), "", id="no product"),
    ],
)
def test_the_same_product_elsewhere(
    other: dict[str, str], months: int, visits: tuple[Visit, ...], name: str
) -> None:
    """T-1 was drawn; T-2 is the same product at another shop."""
    same = [target(2, **PRODUCT)]
    for scope in (True, False):  # wherever the drawn one is now
        found = left_out(
            [*same, target(1, **other)],
            Rules(same_product=months),
            visits,
            scope=lambda one, all_=scope: all_ or one.id == "T-2",
        )
        expected = word("reasons", name) if name else ""
        assert found[-1][2] == (expected or twin(other, months, scope))


def twin(other: dict[str, str], months: int, scope: bool) -> str:  # noqa: FBT001
    """Of two that are the same product in one list the first by id stays."""
    alike = scope and months and other == PRODUCT
    return word("reasons", "product") if alike else ""


def test_a_cap_is_the_enterprises() -> None:
    rules = Rules(yearly_cap=2)
    shop, product = target(1), target(2, enterprise="T-1")
    both = [visit(2, "2026-03-01", "2026-03-31"), MARCH]  # one draw of both
    found = left_out([shop, product], rules, both)
    assert [why for _, _, why in found] == ["", ""]
    other = visit(2, "2026-02-01", "2026-02-28")
    found = left_out(
        [shop, product], rules, [*both, other], scope=lambda one: one.id == "T-1"
    )
    assert [why for _, _, why in found] == [word("reasons", "cap")]


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Any], Rules, list[Visit]]:
    targets = [
        target(
            n,
            status=draw(st.sampled_from(["存续", "注销"])),
            producer=draw(st.sampled_from(["", "甲厂"])),
            model=draw(st.sampled_from(["大", "小"])),
            enterprise=draw(st.sampled_from(["", "T-0", "E"])),
            visited=draw(st.none() | DAY),
        )
        for n in range(draw(st.integers(1, 6)))
    ]
    rules = Rules(
        yearly_cap=draw(st.integers(0, 2)),
        since_inspected=draw(st.integers(0, 12)),
        same_product=draw(st.integers(0, 12)),
        open_draws=draw(st.booleans()),
    )
    visits = []
    for _ in range(draw(st.integers(0, 8))):
        first, last = sorted((draw(DAY), draw(DAY)))
        number, pending = draw(st.integers(0, 6)), draw(st.booleans())
        visits.append(
            Visit(
                target=TargetId(f"T-{number}"),
                draw=f"{first} {last}",
                start=first,
                end=last,
                pending=pending,
            )
        )
    return targets, rules, visits


@given(cases(), st.randoms(use_true_random=False))
def test_neither_order_nor_rules_on_others_matter(
    case: tuple[list[Any], Rules, list[Visit]], chance: Any
) -> None:
    targets, rules, visits = case
    found = left_out(targets, rules, visits)
    assert [t.id for t, _, _ in found] == [t.id for t, _ in targets]  # all, once
    chance.shuffle(visits)
    assert left_out(targets, rules, visits) == found
    # Each rule by itself leaves out whom it leaves out; together, all of them.
    alone: set[str] = set()
    for name in ("yearly_cap", "since_inspected", "same_product", "open_draws"):
        one = Rules(**({"same_product": 0} | {name: getattr(rules, name)}))
        some = left_out(targets, one, visits)
        alone |= {t.id for t, _, why in some if why}
    left = {t.id for t, _, why in found if why}
    assert left <= alone
    # Of products that are the same one stays: which, depends on who is left out.
    same = {t.id for t, _ in targets if product_of(t) is not None}
    assert alone - left <= same


@given(st.data())
def test_a_year_of_draws_respects_the_cap(data: st.DataObject) -> None:
    """Whatever is drawn, in whatever order draws are frozen and made."""
    cap = data.draw(st.integers(1, 3), label="cap")
    owners = data.draw(st.lists(st.sampled_from(["", "T-0", "E"]), min_size=5))
    rules = Rules(yearly_cap=cap)
    targets = [target(n, enterprise=owners[n]) for n in range(5)]
    listed: dict[int, tuple[Period, set[TargetId]]] = {}
    drawn: list[Visit] = []
    for task in range(data.draw(st.integers(1, 12), label="steps")):
        if listed and data.draw(st.booleans(), label="draw"):
            which = data.draw(st.sampled_from(sorted(listed)), label="which")
            period, ids = listed.pop(which)
            chosen = data.draw(st.sets(st.sampled_from(sorted(ids)))) if ids else set()
            drawn += [
                Visit(target=i, draw=str(which), start=period.start, end=period.end)
                for i in chosen
            ]
            continue
        month = data.draw(st.integers(1, 12), label="month")
        period = Period(start=dt.date(2026, month, 1), end=dt.date(2026, month, 28))
        open_ = [
            Visit(target=i, draw=str(n), start=p.start, end=p.end, pending=True)
            for n, (p, ids) in listed.items()
            for i in ids
        ]
        found = left_out(targets, rules, drawn + open_, period)
        listed[task] = (period, {t.id for t, _, why in found if not why})
    owner = {t.id: enterprise_of(t) for t, _ in targets}
    visited = {(owner[visit.target], visit.draw) for visit in drawn}
    assert max(Counter(one for one, _ in visited).values(), default=0) <= cap


# ── strata ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "text", "value", "private"),
    [
        pytest.param("", "", "", False, id="none"),
        pytest.param("region", "region", "城东", False, id="a field"),
        pytest.param("地区＋主体类型", "region+kind", "城东/食品经营", False, id="two"),
        pytest.param("tags:网络、餐饮", "tags:网络,餐饮", "网络", False, id="the first tag"),
        pytest.param("标签：外卖", "tags:外卖", "", False, id="a tag it lacks"),
        pytest.param("tags", "tags", "餐饮,网络", False, id="all its tags"),
        pytest.param("established", "established", "2019-03-01", False, id="a date"),
        pytest.param("risk", "risk", "A", True, id="a private field"),
        pytest.param("region+risk", "region+risk", "城东/A", True, id="half private"),
    ],
)  # fmt: skip
def test_strata_by_anything(typed: str, text: str, value: str, private: bool) -> None:  # noqa: FBT001
    found = parse_partition(typed)
    assert (found.text, found.value(*target(1)), found.private) == (
        text,
        value,
        private,
    )
    assert parse_partition(found.text) == found
