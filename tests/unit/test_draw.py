"""Tickets, quotas, selection, replacement: single cases; see also tests/property."""

from __future__ import annotations

import pytest

from dualrandom.draw import (
    next_reserve,
    order_ticket,
    quotas,
    reserve_counts,
    select,
    ticket,
)
from dualrandom.errors import StateError
from dualrandom.model import (
    Quota,
    Ratio,
    Rounding,
    Strata,
    Stratum,
    StratumRow,
    TargetId,
)

KEY = "0123456789abcdef0123456789abcdef"
T = "91330000EXAMPLE017"


def strata(*rows: int, quota: Quota | None = None, total: int | None = None) -> Strata:
    return Strata(
        strata=tuple(
            Stratum(name=f"s{i}", rows=n, quota=quota) for i, n in enumerate(rows)
        ),
        total=total,
    )


def rows_of(*sizes: int) -> list[StratumRow]:
    return [
        StratumRow(id=TargetId(f"T{s}-{n}"), stratum=f"s{s}")
        for s, size in enumerate(sizes)
        for n in range(size)
    ]


def test_the_worked_tickets() -> None:
    first = "c39f873d2d004a35f3cd6b5cbcc3d1642b2188472c7c74c61dbb9f2fc838f2dd"
    second = "7a7d1a72c185448b2d7804019845e2466c9830c25906dc6ccd264ad124570a96"
    assert ticket(KEY, T) == first
    assert ticket(KEY, T, 2) == min(first, second) == second
    assert order_ticket(KEY, T) == (
        "81652cfe7fd5d54e395cac32b236396de5f1808f31b4939b6db9742fd357e13e"
    )
    assert ticket(KEY, "企独浙甬总字第000001号") == (
        "c7e8393fbed8c3b55745125c37874101ab694a5d6e2964ba3bc26d30d6bd952c"
    )


def test_a_quota_above_the_rows_is_told() -> None:
    many = strata(3, 30, quota=Quota(count=5))
    made = select(key=KEY, rows=rows_of(3, 30), strata=many, reserves=None)
    assert made.short == ("s0",)
    assert len(made.selected) == 8


def test_no_one_may_be_exempt() -> None:
    with pytest.raises(StateError) as caught:
        quotas(strata(9, 10, quota=Quota(ratio=Ratio(p=1, q=10), round=Rounding.DOWN)))
    assert caught.value.code == "E402"
    assert caught.value.params == {"stratum": "s0", "rows": 9}


@pytest.mark.parametrize("rows", [(0,), (0, 0)], ids=["one", "two"])
def test_an_empty_list_is_refused(rows: tuple[int, ...]) -> None:
    for given in (strata(*rows, quota=Quota(count=1)), strata(*rows, total=1)):
        with pytest.raises(StateError) as caught:
            quotas(given)
        assert caught.value.code == "E401"


@pytest.mark.parametrize(
    ("taken", "ratio", "expected"),
    [
        ((5, 1), Ratio(p=1, q=10), (1, 1)),
        ((5, 1), Ratio(p=1, q=1), (2, 1)),
        ((7, 2), Ratio(p=1, q=1), (0, 0)),
        ((5, 1), None, (0, 0)),
    ],
)
def test_reserves_as_far_as_rows_last(
    taken: tuple[int, ...], ratio: Ratio | None, expected: tuple[int, ...]
) -> None:
    assert reserve_counts(strata(7, 2, total=6), taken, ratio) == expected


def test_ranks_go_on_into_the_reserves() -> None:
    made = select(
        key=KEY,
        rows=rows_of(6, 4),
        strata=strata(6, 4, quota=Quota(count=2)),
        reserves=Ratio(p=1, q=1),
    )
    assert [r.order for r in made.selected] == [1, 2, 3, 4]
    for name in ("s0", "s1"):
        drawn = sorted(r.rank for r in made.selected if r.stratum == name)
        waiting = [r.rank for r in made.reserves if r.stratum == name]
        assert drawn + waiting == [1, 2, 3, 4]
    assert [r.stratum for r in made.reserves] == ["s0", "s0", "s1", "s1"]


def test_order_says_nothing_about_strata_or_ranks() -> None:
    """By the order tickets alone; in this draw no other rule gives the same."""
    made = select(
        key=KEY,
        rows=rows_of(40, 40),
        strata=strata(40, 40, quota=Quota(count=10)),
        reserves=None,
    )
    ids = [r.id for r in made.selected]
    assert ids == sorted(ids, key=lambda i: order_ticket(KEY, i))
    assert ids != sorted(ids)
    assert ids != [r.id for r in sorted(made.selected, key=lambda r: r.ticket)]
    assert ids != [r.id for r in sorted(made.selected, key=lambda r: r.stratum)]


@pytest.mark.parametrize(
    ("rows", "stratum", "count"),
    [
        pytest.param(rows_of(2), "s0", 2, id="too few"),
        pytest.param(rows_of(4), "s0", 4, id="too many"),
        pytest.param(rows_of(3, 1), "s1", 0, id="a stratum nobody announced"),
    ],
)
def test_rows_are_as_announced(
    rows: list[StratumRow], stratum: str, count: int
) -> None:
    with pytest.raises(StateError) as caught:
        select(key=KEY, rows=rows, strata=strata(3, total=1), reserves=None)
    assert caught.value.code == "E403"
    assert caught.value.params == {"stratum": stratum, "rows": count}


def test_replacements_come_from_the_same_stratum_in_rank_order() -> None:
    given = rows_of(6, 4)
    made = select(
        key=KEY,
        rows=given,
        strata=strata(6, 4, quota=Quota(count=2)),
        reserves=Ratio(p=1, q=1),
    )
    where = {row.id: row.stratum for row in given}
    gone = next(r.id for r in made.selected if r.stratum == "s1")
    used: list[TargetId] = []
    for rank in (3, 4):
        step = next_reserve(gone, reserves=made.reserves, strata=where, used=used)
        assert step is not None
        assert (step.stratum, step.rank) == ("s1", rank)
        used.append(step.id)
        gone = step.id  # a reserve may be replaced likewise
    assert next_reserve(gone, reserves=made.reserves, strata=where, used=used) is None
