"""Can a draw be staffed, before anybody knows who is drawn: against all selections."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import chain, combinations, product
from math import comb
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom.capacity import demands, pools
from dualrandom.chances import RARE, Spread
from dualrandom.matching import match
from dualrandom.model import (
    Area,
    Conflict,
    Inspector,
    InspectorId,
    Post,
    StratumRow,
    Target,
    TargetId,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dualrandom.capacity import Demand


class Case:
    """A list, its strata and quotas, and the people."""

    def __init__(
        self,
        *,
        regions: str,
        strata: str,
        quotas: dict[str, int],
        people: Sequence[tuple[str, str, int | None]],
        posts: Sequence[tuple[str, int]],
        area: Area,
        conflicts: Iterable[tuple[int, int]] = (),
    ) -> None:
        self.targets = tuple(
            Target(id=TargetId(f"T-{n}"), name="x", region=region)
            for n, region in enumerate(regions)
        )
        self.strata = tuple(
            StratumRow(id=t.id, stratum=name)
            for t, name in zip(self.targets, strata, strict=True)
        )
        self.quotas = quotas
        self.people = tuple(
            Inspector(
                id=InspectorId(f"A-{n}"),
                region=region,
                tags=tuple(sorted(tags)),
                max=most,
            )
            for n, (region, tags, most) in enumerate(people)
        )
        self.posts = tuple(Post(count=c, need=tuple(need)) for need, c in posts)
        self.area = area
        self.conflicts = tuple(
            Conflict(id=TargetId(f"T-{t}"), inspector=InspectorId(f"A-{i}"), reason="x")
            for t, i in sorted(set(conflicts))
        )

    def demands(self, people: Sequence[Inspector] | None = None) -> tuple[Demand, ...]:
        return demands(
            targets=self.targets,
            strata=self.strata,
            quotas=self.quotas,
            posts=self.posts,
            inspectors=self.people if people is None else people,
            area=self.area,
            conflicts=self.conflicts,
        )

    def selections(self) -> Iterable[tuple[Target, ...]]:
        """Every way in which the draw can turn out."""
        by_name: dict[str, list[Target]] = {}
        for target, row in zip(self.targets, self.strata, strict=True):
            by_name.setdefault(row.stratum, []).append(target)
        parts = (combinations(by_name[n], self.quotas[n]) for n in sorted(by_name))
        return (tuple(chain(*chosen)) for chosen in product(*parts))

    def can_staff(self, targets: Sequence[Target]) -> bool:
        return not match(
            key="0" * 32,
            targets=targets,
            posts=self.posts,
            inspectors=self.people,
            area=self.area,
            conflicts=self.conflicts,
        ).shortages


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n = draw(st.integers(1, 6))
    regions = "".join(draw(st.lists(st.sampled_from("EW"), min_size=n, max_size=n)))
    strata = "".join(draw(st.lists(st.sampled_from("ab"), min_size=n, max_size=n)))
    quotas = {
        name: draw(st.integers(1, count)) for name, count in Counter(strata).items()
    }
    people = draw(
        st.lists(
            st.tuples(
                st.sampled_from("EW"),
                st.sampled_from(["c", "c", "ce", "e"]),
                st.sampled_from([None, 0, 1, 2, 3]),
            ),
            min_size=1,
            max_size=5,
        )
    )
    posts = draw(st.sampled_from([[("c", 1)], [("c", 2)], [("c", 1), ("e", 1)]]))
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, len(people) - 1))
    return Case(
        regions=regions,
        strata=strata,
        quotas=quotas,
        people=people,
        posts=posts,
        area=draw(st.sampled_from(Area)),
        conflicts=draw(
            st.sampled_from([0, 0, 2, 4]).flatmap(
                lambda most: st.lists(pair, max_size=most)
            )
        ),
    )


@settings(max_examples=150)
@given(cases())
def test_against_every_selection(case: Case) -> None:
    found = case.demands()
    every = [(chosen, case.can_staff(chosen)) for chosen in case.selections()]
    failing = [chosen for chosen, works in every if not works]
    for one in found:
        here = [
            (mine, case.can_staff(mine))
            for mine in (
                [t for t in chosen if t.region == one.region or not one.region]
                for chosen, _ in every
            )
        ]
        counts = [len(mine) for mine, _ in here]
        assert (min(counts), max(counts)) == (one.least, one.most)
        mean = Fraction(1000 * sum(counts), len(counts))
        assert mean - 2 <= one.expected <= mean
        if one.sure is None:
            assert one.odds is None
            continue
        # Proved: whichever so many are drawn.
        assert all(works for mine, works in here if len(mine) <= one.sure)
        beyond = [works for mine, works in here if len(mine) > one.sure]
        if one.exact:
            # All targets are alike: not one selection beyond works.
            assert not any(beyond)
        if one.hopeless:
            assert not any(works for _, works in here)
        assert one.odds is not None
        if not beyond:
            assert one.odds == 0 or one.safe
        else:
            exact = len(here) // len(beyond)  # rounded so that no chance is too small
            assert one.odds in {exact, max(exact - 1, 1)}
    if all(one.safe for one in found):
        assert not failing
    if all(one.odds is not None for one in found):
        chance = sum((Fraction(1, one.odds) for one in found if one.odds), Fraction())
        assert len(failing) <= chance * len(every)


@settings(max_examples=100)
@given(cases())
def test_what_would_help_does(case: Case) -> None:
    if not all(case.can_staff([target]) for target in case.targets):
        return  # that is told instead, and nothing of what would help: check_staffing
    for one in case.demands():
        lack = one.lack
        if lack is None:
            continue
        assert lack.lacking > 0
        if lack.higher and not case.conflicts and len(case.posts) == 1:
            raised = [
                Inspector(
                    id=p.id,
                    region=p.region,
                    tags=p.tags,
                    max=None if p.max is None else p.max + lack.higher,
                )
                for p in case.people
            ]
            (after,) = (d for d in case.demands(raised) if d.region == one.region)
            assert after.sure is not None
            assert after.sure >= lack.targets
        if case.area is not Area.CROSS:
            tags = sorted({tag for need in lack.needs for tag in need})
            more = [
                Inspector(
                    id=InspectorId(f"Z-{n}"), region=one.region or "E", tags=tuple(tags)
                )
                for n in range(lack.more)
            ]
            (after,) = (
                d for d in case.demands([*case.people, *more]) if d.region == one.region
            )
            later = after.lack
            # Others may be short as well: of these posts, nothing is lacking now.
            assert later is None or later.needs != lack.needs


def test_the_odds_are_those_of_the_urn() -> None:
    """100 targets, 30 of them here, 20 are drawn; and the same in two strata."""
    one = Spread([(100, 30, 20)])
    whole = comb(100, 20)
    for n in range(21):
        tail = sum(comb(30, k) * comb(70, 20 - k) for k in range(n + 1, 21))
        exact = whole // tail if tail else None
        assert exact is None or one.odds(n) in {exact, exact - 1}
    likely = one.usual()
    assert one.odds(likely) >= RARE > one.odds(likely - 1)
    two = Spread([(100, 30, 20), (100, 30, 20)])
    pairs = [
        (a + b, comb(30, a) * comb(70, 20 - a) * comb(30, b) * comb(70, 20 - b))
        for a, b in product(range(21), repeat=2)
    ]
    tail = sum(weight for k, weight in pairs if k > 18)
    assert two.odds(18) in {whole**2 // tail, whole**2 // tail - 1}


@pytest.mark.parametrize(
    ("people", "count", "most"),
    [
        pytest.param([("E", "c", None)], 1, None, id="no limit"),
        pytest.param([("E", "c", 2), ("W", "ce", 3)], 2, 5, id="limits add up"),
        pytest.param([("E", "e", None)], 0, 0, id="nobody"),
    ],
)
def test_pools(
    people: list[tuple[str, str, int | None]], count: int, most: int | None
) -> None:
    case = Case(
        regions="E",
        strata="a",
        quotas={"a": 1},
        people=people,
        posts=[("c", 1), ("c", 1)],
        area=Area.ANY,
    )
    (pool,) = pools(case.posts, case.people)
    assert (pool.count, pool.people, pool.most) == (2, count, most)
