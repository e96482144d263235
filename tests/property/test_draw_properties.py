"""What must hold of every draw: rows in any order, any strata, any key.

Chances are counted over fixed keys against thresholds that a fair draw stays far
below (chi-square, about one in a million); a biased one by a few per cent does not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from itertools import combinations, permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom.draw import Plain, Selection, quotas, select, ticket
from dualrandom.draw import lowest as lowest_of
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
from tests.scripts import VERIFIER, load

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = "0123456789abcdef0123456789abcdef"
TESTS = Path(__file__).parents[1]
quick = settings(deadline=None, max_examples=60)

keys = st.text("0123456789abcdef", min_size=32, max_size=32)
ids = st.text("ABab09-_.企字〇", min_size=1, max_size=6).filter(
    lambda text: text[0] not in "-_."
)
ratios = st.integers(1, 12).flatmap(
    lambda q: st.builds(Ratio, p=st.integers(1, q), q=st.just(q))
)
quota = st.one_of(
    st.builds(Quota, count=st.integers(1, 9)),
    st.builds(Quota, ratio=ratios, round=st.just(Rounding.UP)),
)


@st.composite
def draws(draw: st.DrawFn) -> dict[str, Any]:
    """Return the arguments of one draw that is not refused."""
    count = draw(st.integers(1, 3))
    names = [f"s{i}" for i in range(count)]
    rows = draw(
        st.lists(
            st.builds(
                StratumRow,
                id=ids,
                stratum=st.sampled_from(names),
                tickets=st.integers(1, 4),
            ),
            min_size=1,
            max_size=25,
            unique_by=lambda row: row.id,
        )
    )
    sizes = Counter(row.stratum for row in rows)
    return {
        "key": draw(keys),
        "rows": tuple(rows),
        "strata": Strata(
            strata=tuple(
                Stratum(name=name, rows=sizes[name], quota=draw(quota))
                for name in names
            )
        ),
        "reserves": draw(st.none() | ratios),
    }


def in_stratum(made: Selection, name: str) -> list[tuple[TargetId, int, str]]:
    """Return a stratum's drawn rows and reserves, by rank."""
    both = [*made.selected, *made.reserves]
    return sorted(
        ((r.id, r.rank, r.ticket) for r in both if r.stratum == name),
        key=lambda row: row[1],
    )


# ── any rows, any key ────────────────────────────────────────────────────────────


@quick
@given(case=draws(), data=st.data())
def test_the_order_of_rows_does_not_matter(
    case: dict[str, Any], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(case["rows"]))
    assert select(**case | {"rows": shuffled}) == select(**case)


@quick
@given(case=draws(), target=ids, extra=quota)
def test_another_stratum_changes_nothing_in_this_one(
    case: dict[str, Any], target: str, extra: Quota
) -> None:
    rows = tuple(row for row in case["rows"] if row.id != target)
    strata = Strata(
        strata=tuple(
            replace(s, rows=sum(r.stratum == s.name for r in rows))
            for s in case["strata"].strata
        )
    )
    if not rows:
        return
    before = select(**case | {"rows": rows, "strata": strata})
    more = Strata(strata=(*strata.strata, Stratum(name="z", rows=1, quota=extra)))
    added = (*rows, StratumRow(id=TargetId(target), stratum="z"))
    after = select(**case | {"rows": added, "strata": more})
    for stratum in strata.strata:
        assert in_stratum(after, stratum.name) == in_stratum(before, stratum.name)
    kept = [r.id for r in after.selected if r.stratum != "z"]
    assert kept == [r.id for r in before.selected]  # in the same order


@quick
@given(case=draws())
def test_a_larger_quota_only_extends_the_list(case: dict[str, Any]) -> None:
    name = case["strata"].strata[0].name
    size = case["strata"].strata[0].rows
    before: list[tuple[TargetId, int, str]] = []
    for count in range(1, size + 2):
        first = replace(case["strata"].strata[0], quota=Quota(count=count))
        strata = Strata(strata=(first, *case["strata"].strata[1:]))
        made = select(**case | {"strata": strata, "reserves": None})
        now = in_stratum(made, name)
        assert now[: len(before)] == before
        assert len(now) == min(count, size)
        before = now


@quick
@given(case=draws())
def test_reserves_are_who_a_larger_quota_would_have_drawn(
    case: dict[str, Any],
) -> None:
    made = select(**case)
    counts = Counter(r.stratum for r in made.selected)
    counts.update(r.stratum for r in made.reserves)
    strata = Strata(
        strata=tuple(
            replace(s, quota=Quota(count=max(counts[s.name], 1)))
            for s in case["strata"].strata
        )
    )
    larger = select(**case | {"strata": strata, "reserves": None})
    for stratum in strata.strata:
        assert in_stratum(larger, stratum.name) == in_stratum(made, stratum.name)


@quick
@given(case=draws())
def test_one_who_was_not_drawn_could_as_well_be_absent(case: dict[str, Any]) -> None:
    """With counts: nobody is drawn because of another who was not."""
    strata = Strata(
        strata=tuple(replace(s, quota=Quota(count=2)) for s in case["strata"].strata)
    )
    made = select(**case | {"strata": strata, "reserves": None})
    drawn = {r.id for r in made.selected}
    rows = tuple(row for row in case["rows"] if row.id in drawn)
    only = Strata(
        strata=tuple(
            replace(s, rows=sum(r.stratum == s.name for r in rows))
            for s in strata.strata
        )
    )
    again = select(**case | {"rows": rows, "strata": only, "reserves": None})
    assert again.selected == made.selected


@quick
@given(case=draws())
def test_every_file_says_the_same(case: dict[str, Any]) -> None:
    made = select(**case)
    assert [r.order for r in made.selected] == list(range(1, len(made.selected) + 1))
    where = {row.id: row for row in case["rows"]}
    for row in (*made.selected, *made.reserves):
        assert row.stratum == where[row.id].stratum
        assert row.ticket == ticket(case["key"], row.id, where[row.id].tickets)
    both = [r.id for r in (*made.selected, *made.reserves)]
    assert len(both) == len(set(both))
    for s in case["strata"].strata:
        ranks = [rank for _, rank, _ in in_stratum(made, s.name)]
        assert ranks == list(range(1, len(ranks) + 1))


# ── two strangers ────────────────────────────────────────────────────────────────


oracle = load(TESTS / "vectors" / "oracle_draw.py")
one_file = load(VERIFIER)


@quick
@given(case=draws(), total=st.none() | st.integers(1, 30))
def test_three_programs_draw_the_same(case: dict[str, Any], total: int | None) -> None:
    strata: list[dict[str, Any]] = [
        {"name": s.name, "rows": s.rows} for s in case["strata"].strata
    ]
    if total is None:
        for plain, s in zip(strata, case["strata"].strata, strict=True):
            plain["quota"] = (
                {"count": s.quota.count}
                if s.quota.ratio is None
                else {"ratio": str(s.quota.ratio), "round": "up"}
            )
    else:
        bare = tuple(replace(s, quota=None) for s in case["strata"].strata)
        case["strata"] = Strata(strata=bare, total=total)
    rows = [[row.id, row.stratum, row.tickets] for row in case["rows"]]
    reserves = None if case["reserves"] is None else str(case["reserves"])
    announced = {"strata": strata, "total": total}
    if reserves is not None:
        announced["reserves"] = {"ratio": reserves}

    def ours() -> Any:
        made = select(**case)
        return (
            [(r.order, r.id, r.stratum, r.rank, r.ticket) for r in made.selected],
            [(r.id, r.stratum, r.rank, r.ticket) for r in made.reserves],
        )

    def by_the_text() -> Any:
        made = oracle.select(case["key"], rows, strata, total, reserves)
        return [[tuple(r) for r in made[name]] for name in ("selected", "reserves")]

    def by_one_file() -> Any:
        return one_file.select(case["key"], rows, announced)

    outcomes = []
    for program, refusal in (
        (ours, StateError),
        (by_the_text, oracle.Refused),
        (by_one_file, one_file.Refused),
    ):
        try:
            outcomes.append([list(part) for part in program()])
        except refusal:
            outcomes.append(["refused"])
    assert outcomes[0] == outcomes[1] == outcomes[2]


# ── the few lowest, found without sorting all ────────────────────────────────────


def lowest(key: str, rows: Sequence[tuple[str, int]], take: int) -> list[Any]:
    every = [StratumRow(id=TargetId(i), stratum="a", tickets=n) for i, n in rows]
    return lowest_of(Plain(every), key, {"a": take}, {"a": len(every)})["a"]


def naive(key: str, rows: Sequence[tuple[str, int]], take: int) -> list[Any]:
    return sorted((ticket(key, i, n), i) for i, n in rows)[:take]


def test_lowest_is_a_sort_whatever_is_taken() -> None:
    for size in (0, 1, 2, 5, 63, 64, 65, 130):
        rows = [(f"T{n}", 1 + n % 3) for n in range(size)]
        for take in range(size + 1):
            assert lowest(KEY, rows, take) == naive(KEY, rows, take)


def test_lowest_is_a_sort_of_many() -> None:
    rows = [(f"T{n}", 1) for n in range(5000)]
    for take in (0, 1, 2, 50, 250, 2500, 4600, 4999, 5000):
        assert lowest(KEY, rows, take) == naive(KEY, rows, take)


def test_lowest_when_the_bound_is_too_tight() -> None:
    """Ids chosen so that none has a low ticket: the bound must be widened."""
    every = [(f"T{n}", 1) for n in range(6000)]
    rows = [row for row in every if ticket(KEY, row[0]) > "8"]
    assert len(rows) > 2500
    for take in (1, 10, 100):
        assert lowest(KEY, rows, take) == naive(KEY, rows, take)


# ── quotas ───────────────────────────────────────────────────────────────────────


@quick
@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(1, 250))
def test_a_total_is_shared_out_by_quota(sizes: list[int], total: int) -> None:
    strata = Strata(
        strata=tuple(Stratum(name=f"s{i}", rows=n) for i, n in enumerate(sizes)),
        total=total,
    )
    everything = sum(sizes)
    if everything == 0:
        return
    due = min(total, everything)
    exact = [Fraction(due * n, everything) for n in sizes]
    try:
        taken = quotas(strata)
    except StateError:
        assert any(0 < share < 1 for share in exact)
        return
    assert sum(taken) == due
    for k, share in zip(taken, exact, strict=True):
        assert abs(k - share) < 1
    # Nobody with a smaller remainder, or listed later with the same, came before.
    part = [share - int(share) for share in exact]
    up = [k > int(share) for k, share in zip(taken, exact, strict=True)]
    for i, j in permutations(range(len(sizes)), 2):
        if up[j] and not up[i]:
            assert (-part[j], j) < (-part[i], i)


@quick
@given(st.integers(0, 10**6), ratios)
def test_rounding_is_never_to_nearest(rows: int, ratio: Ratio) -> None:
    exact = Fraction(rows * ratio.p, ratio.q)
    assert 0 <= ratio.of(rows, Rounding.UP) - exact < 1
    assert 0 <= exact - ratio.of(rows, Rounding.DOWN) < 1


# ── chances ──────────────────────────────────────────────────────────────────────


def some_keys(count: int) -> list[str]:
    return [sha256(f"key {n}".encode()).hexdigest()[:32] for n in range(count)]


def chi_square(counts: Sequence[int], expected: Sequence[float]) -> float:
    return sum((c - e) ** 2 / e for c, e in zip(counts, expected, strict=True))


def test_every_subset_is_equally_likely() -> None:
    """Two of six: 15 subsets, 14 degrees of freedom."""
    targets = ["A", "B", "0", "企字第一号", "企字第二号", "a-_."]
    tries = 9000
    found = Counter(
        tuple(sorted(i for _, i in lowest(key, [(t, 1) for t in targets], 2)))
        for key in some_keys(tries)
    )
    every = [tuple(sorted(pair)) for pair in combinations(targets, 2)]
    assert set(found) == set(every)
    counts = [found[pair] for pair in every]
    assert chi_square(counts, [tries / 15] * 15) < 56


def test_every_target_is_equally_likely_in_its_stratum() -> None:
    """Three of twenty, 19 degrees of freedom; position in the list plays no part."""
    rows = [(f"91330000EXAMPLE{n:03d}", 1) for n in range(20)]
    tries = 4000
    found = Counter(i for key in some_keys(tries) for _, i in lowest(key, rows, 3))
    counts = [found[i] for i, _ in rows]
    assert chi_square(counts, [tries * 3 / 20] * 20) < 66


def test_tickets_are_chances_of_successive_sampling() -> None:
    """First and second of four with 1, 2, 3, 6 tickets: 12 pairs, 11 degrees."""
    rows = [("A", 1), ("B", 2), ("C", 3), ("D", 6)]
    weight = dict(rows)
    everything = sum(weight.values())
    tries = 12_000
    found = Counter(
        tuple(i for _, i in lowest(key, rows, 2)) for key in some_keys(tries)
    )
    pairs = list(permutations(weight, 2))
    expected = [
        tries * weight[a] / everything * weight[b] / (everything - weight[a])
        for a, b in pairs
    ]
    assert chi_square([found[pair] for pair in pairs], expected) < 50


def test_rank_and_order_are_independent() -> None:
    """Being the first drawn of a stratum says nothing about coming first in order."""
    rows = [StratumRow(id=TargetId(f"T{n}"), stratum="a") for n in range(8)]
    strata = Strata(strata=(Stratum(name="a", rows=8, quota=Quota(count=3)),))
    tries = 6000
    found = Counter(
        (r.rank, r.order)
        for key in some_keys(tries)
        for r in select(key=key, rows=rows, strata=strata, reserves=None).selected
    )
    counts = [found[rank, order] for rank in (1, 2, 3) for order in (1, 2, 3)]
    assert chi_square(counts, [tries / 3] * 9) < 40
