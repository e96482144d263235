"""What must hold of every matching: the rule itself, and what it promises.

The rule is asked of ``oracle_matching``, which knows only the text: all assignments
one by one where that can be, a plain maximum flow for each question elsewhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom import matching
from dualrandom.matching import Matching, match, substitute, unstaffable
from dualrandom.model import (
    Area,
    Conflict,
    Inspector,
    InspectorId,
    Member,
    Post,
    Target,
    TargetId,
)
from dualrandom.roster import Roster
from tests.scripts import VERIFIER, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TESTS = Path(__file__).parents[1]
quick = settings(deadline=None, max_examples=80)


oracle = load(TESTS / "vectors" / "oracle_matching.py")
one_file = load(VERIFIER)

Given = dict[str, Any]
"""A case as in matching.json: rows of plain values."""


def arguments(case: Given) -> dict[str, Any]:
    return {
        "targets": [
            Target(id=TargetId(t), name="n", region=r) for t, r in case["targets"]
        ],
        "posts": [Post(count=p["count"], need=tuple(p["need"])) for p in case["posts"]],
        "inspectors": [
            Inspector(id=InspectorId(i), region=region, tags=tuple(tags), max=most)
            for i, region, tags, most in case["inspectors"]
        ],
        "area": Area(case["area"]),
        "conflicts": [
            Conflict(id=TargetId(t), inspector=InspectorId(i), reason="kin")
            for t, i in case["conflicts"]
        ],
    }


def matched(case: Given) -> Matching:
    return match(key=case["key"], **arguments(case))


def rows(made: Matching) -> list[list[Any]] | None:
    """Return the teams as the oracle writes them."""
    if made.shortages:
        assert made.members == ()
        return None
    return [[m.id, m.post, m.inspector] for m in made.members]


# ── cases ────────────────────────────────────────────────────────────────────────

keys = st.text("0123456789abcdef", min_size=32, max_size=32)
subset = st.sets(st.sampled_from("ab")).map(sorted)


@st.composite
def cases(draw: st.DrawFn, *, posts: int = 6, staff: int = 5) -> Given:
    """Return any case of up to so many posts and inspectors, possible or not."""
    team = draw(st.integers(1, 3))
    count = draw(st.integers(1, max(1, posts // team)))
    people = draw(st.integers(0, staff))
    regions = st.sampled_from("eew")
    pairs = st.tuples(st.integers(1, count), st.integers(1, max(people, 1)))
    return {
        "key": draw(keys),
        "targets": [[f"t{n + 1}", draw(regions)] for n in range(count)],
        "posts": [{"count": 1, "need": draw(subset)} for _ in range(team)],
        "inspectors": [
            [
                f"i{n + 1}",
                draw(regions),
                draw(subset),
                draw(st.none() | st.integers(0, 3)),
            ]
            for n in range(people)
        ],
        "area": draw(st.sampled_from(["any", "any", "same", "cross"])),
        "conflicts": [[f"t{t}", f"i{i}"] for t, i in draw(st.sets(pairs, max_size=5))],
    }


class Chance:
    """Numbers for a case, the same on every machine."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._used = 0

    def below(self, n: int) -> int:
        self._used += 1
        digest = sha256(f"{self._name} {self._used}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % n

    def mixed(self, some: Iterable[Any]) -> list[Any]:
        return [one for _, one in sorted((self.below(2**60), one) for one in some)]


def tight_case(number: int) -> Given:
    """Return a case made around an assignment that is then hidden.

    Nobody has many tags or much room beyond it, and many are recused elsewhere: there
    are few other ways, and most first choices are wrong. Now and then one too many is
    taken away, and no way is left.
    """
    chance = Chance(f"tight {number}")
    team, count = 1 + chance.below(4), 1 + chance.below(6)
    people = range(team + chance.below(6))
    tags = "abcd"[: chance.below(5)]
    area = ("any", "same", "cross")[chance.below(3)]
    needs = [[t for t in tags if chance.below(3) == 0] for _ in range(team)]
    home = ["ew"[chance.below(2)] for _ in people]
    known = [{t for t in tags if chance.below(4) == 0} for _ in people]
    targets, hidden = [], set()
    for n in range(count):
        region = "ew"[chance.below(2)]
        near = [
            i
            for i in people
            if area == "any" or (home[i] == region) == (area == "same")
        ]
        crew = near[:team] if chance.below(3) == 0 else chance.mixed(near)[:team]
        if len(crew) == team:
            targets.append([f"t{n}", region])
            for need, i in zip(needs, crew, strict=True):
                known[i] |= set(need)
                hidden.add((f"t{n}", i))
    holds = Counter(i for _, i in hidden)
    room, spoilt = chance.below(4), chance.below(3) == 0
    recused = chance.below(10)
    return {
        "key": sha256(f"key {number}".encode()).hexdigest()[:32],
        "targets": targets,
        "posts": [{"count": 1, "need": need} for need in needs],
        "inspectors": [
            [
                f"i{i}",
                home[i],
                sorted(known[i]),
                None
                if room == 3 or chance.below(4) == 0
                else max(
                    0,
                    holds[i]
                    + chance.below(room + 1)
                    - (spoilt and chance.below(5) == 0),
                ),
            ]
            for i in people
        ],
        "area": area,
        "conflicts": [
            [t, f"i{i}"]
            for t, _ in targets
            for i in people
            if chance.below(10) < recused
            and ((t, i) not in hidden or (spoilt and chance.below(20) == 0))
        ],
    }


# ── the rule ─────────────────────────────────────────────────────────────────────


@settings(quick, max_examples=400)
@given(case=cases())
def test_the_rule_enumerated(case: Given) -> None:
    """Every assignment is looked at, whole and partial."""
    assert rows(matched(case)) == oracle.by_enumeration(case)


@pytest.mark.parametrize("block", range(8))
def test_the_rule_in_tight_cases(block: int) -> None:
    """Every single choice is asked of a maximum flow."""
    possible = set()
    for number in range(block * 60, block * 60 + 60):
        case = tight_case(number)
        expected = oracle.by_flow(case)
        assert rows(matched(case)) == expected, case
        possible.add(expected is not None)
    assert possible == {True, False}


def test_the_tight_cases_reach_every_branch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise they would not be tight: long paths, failures, shifts in a team."""
    met: Counter[str] = Counter()

    def watch(name: str) -> None:
        plain: Callable[..., int] = getattr(Roster, name)

        def watched(roster: Roster, *args: Any) -> int:
            answer = plain(roster, *args)
            met[f"{name} {answer != 0}"] += 1
            return answer

        monkeypatch.setattr(Roster, name, watched)

    for name in ("move", "_search", "_shift", "_shift_in"):
        watch(name)
    for number in range(150):
        matched(tight_case(number))
    for name in ("move", "_search", "_shift", "_shift_in"):
        assert min(met[f"{name} True"], met[f"{name} False"]) > 5, met


@pytest.mark.parametrize("area", ["any", "same", "cross"])
def test_two_programs_agree_on_a_larger_case(area: str) -> None:
    chance = Chance(area)
    count, people = 150, 24
    case: Given = {
        "key": "0123456789abcdef0123456789abcdef",
        "targets": [[f"t{n}", "enw"[chance.below(3)]] for n in range(count)],
        "posts": [{"count": 1, "need": ["a"]}, {"count": 2, "need": []}],
        "inspectors": [
            [f"i{n}", "enw"[n % 3], ["a"] if n % 2 else [], 45 if n % 5 == 0 else None]
            for n in range(people)
        ],
        "area": area,
        "conflicts": [
            [f"t{t}", f"i{i}"]
            for t, i in sorted(
                {(chance.below(count), chance.below(people)) for _ in range(300)}
            )
        ],
    }
    by_another = one_file.match(
        case["key"],
        [t for t, _ in case["targets"]],
        [p["need"] for p in case["posts"] for _ in range(p["count"])],
        [
            {"id": i, "region": region, "tags": tags, "max": most}
            for i, region, tags, most in case["inspectors"]
        ],
        dict(case["targets"]),
        area,
        {(t, i) for t, i in case["conflicts"]},
    )
    assert rows(matched(case)) == [list(row) for row in by_another]


# ── what it promises ─────────────────────────────────────────────────────────────


@quick
@given(case=cases(posts=12, staff=7))
def test_teams_keep_all_constraints(case: Given) -> None:
    made = matched(case)
    eligible = oracle.Case.of(case)
    for m in made.members:
        assert m.inspector in eligible.open_to[m.id, m.post]
    assert len({(m.id, m.inspector) for m in made.members}) == len(made.members)
    for inspector, count in Counter(m.inspector for m in made.members).items():
        most = eligible.limit[inspector]
        assert most is None or count <= most
    posts = [(m.id, m.post) for m in made.members]
    wanted = [
        (t, n) for t in eligible.targets for n in range(1, len(case["posts"]) + 1)
    ]
    assert posts == ([] if made.shortages else wanted)


@quick
@given(case=cases(), data=st.data())
def test_the_order_of_rows_does_not_matter(case: Given, data: st.DataObject) -> None:
    turned = dict(case)
    for name in ("inspectors", "conflicts"):
        turned[name] = data.draw(st.permutations(case[name]))
    assert matched(turned) == matched(case)


@quick
@given(case=cases())
def test_the_sum_of_squares_is_the_least(case: Given) -> None:
    made = matched(case)
    if made.shortages:
        return
    eligible = oracle.Case.of(case)
    sums = [
        sum(n * n for n in counts.values())
        for some in oracle._assignments(eligible)
        if None not in some
        for counts in [Counter(some)]
        if all(
            eligible.limit[i] in (None, n) or n < eligible.limit[i]
            for i, n in counts.items()
        )
    ]
    assert sum(n * n for n in held(made).values()) == min(sums)


def held(made: Matching) -> Counter[str]:
    return Counter(m.inspector for m in made.members)


@pytest.mark.parametrize("number", range(0, 300, 12))
def test_nobody_could_hand_a_post_to_one_with_two_less(number: int) -> None:
    """Local evenness is evenness: the holdable numbers form a polymatroid."""
    case = tight_case(number)
    made = matched(case)
    known = oracle.Case.of(case)
    counts = {i: held(made)[i] for i in known.people}
    for more, less in permutations(counts, 2):
        if counts[more] >= counts[less] + 2 and counts[less] != known.limit[less]:
            moved = {**counts, more: counts[more] - 1, less: counts[less] + 1}
            assert oracle._most(known, moved, {}) < len(known.posts)


@quick
@given(case=cases(), data=st.data())
def test_alike_inspectors_are_told_apart_by_tickets_alone(
    case: Given, data: st.DataObject
) -> None:
    """Exchange the tickets of two alike inspectors, and they exchange their posts."""
    if len(case["inspectors"]) < 2:
        return
    one, other = data.draw(st.permutations(case["inspectors"]))[:2]
    alike = [
        row if row is not other else [row[0], *one[1:]] for row in case["inspectors"]
    ]
    pair = {one[0]: other[0], other[0]: one[0]}
    case = {
        **case,
        "inspectors": alike,
        "conflicts": [[t, i] for t, i in case["conflicts"] if i not in pair],
    }

    def exchanged(data: bytes) -> Any:
        start, slash, name = data.decode().rpartition("/")
        return sha256(f"{start}{slash}{pair.get(name, name)}".encode())

    before = matched(case)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "sha256", exchanged)
        after = matched(case)
    assert after.members == tuple(
        replace(m, inspector=InspectorId(pair.get(m.inspector, m.inspector)))
        for m in before.members
    )
    assert bool(after.shortages) == bool(before.shortages)


def test_alike_inspectors_have_alike_chances() -> None:
    """Over fixed keys each of five goes to each of three targets as often as others."""
    case: Given = {
        "targets": [["t1", ""], ["t2", ""], ["t3", ""]],
        "posts": [{"count": 2, "need": []}],
        "inspectors": [[f"i{n}", "", [], None] for n in range(5)],
        "area": "any",
        "conflicts": [],
    }
    seen: Counter[tuple[str, str]] = Counter()
    turns = 1500
    for n in range(turns):
        key = sha256(f"chances {n}".encode()).hexdigest()[:32]
        seen.update((m.id, m.inspector) for m in matched({**case, "key": key}).members)
    expected = turns * 2 / 5
    chi = sum(
        (seen[t, f"i{n}"] - expected) ** 2 / expected
        for t in ("t1", "t2", "t3")
        for n in range(5)
    )
    assert len(seen) == 15
    # 15 cells; a fair matching stays below this but once in many millions.
    assert chi < 70


# ── where it cannot be ───────────────────────────────────────────────────────────


def check_shortages(case: Given) -> None:
    made = matched(case)
    for shortage in made.shortages:
        counts = oracle.most_held(case, [list(post) for post in shortage.posts])
        assert {i: n for i, n in counts.items() if n} == dict(shortage.holders)
        assert sum(counts.values()) == shortage.held < len(shortage.posts)
        assert shortage.lacking == len(shortage.posts) - shortage.held
        assert shortage.limited == sum(
            1
            for i, most in oracle.Case.of(case).limit.items()
            if most is not None and most < _targets_open(case, i, shortage.posts)
        )
    named = [post for shortage in made.shortages for post in shortage.posts]
    assert len(set(named)) == len(named)
    if made.shortages and not any(shortage.alone for shortage in made.shortages):
        assert sum(s.lacking for s in made.shortages) == oracle.empty(case)


def _targets_open(case: Given, inspector: str, posts: Sequence[tuple[str, int]]) -> int:
    open_to = oracle.Case.of(case).open_to
    return len({t for t, n in posts if inspector in open_to[t, n]})


@settings(quick, max_examples=250)
@given(case=cases(posts=9, staff=6))
def test_shortages_can_be_added_up_again(case: Given) -> None:
    check_shortages(case)


@pytest.mark.parametrize("block", range(4))
def test_shortages_of_tight_cases_can_be_added_up_again(block: int) -> None:
    for number in range(block * 120, block * 120 + 120):
        check_shortages(tight_case(number))


@quick
@given(case=cases(), data=st.data())
def test_shortages_are_the_same_whatever_the_order_of_rows(
    case: Given, data: st.DataObject
) -> None:
    turned = {**case, "inspectors": data.draw(st.permutations(case["inspectors"]))}
    assert matched(turned).shortages == matched(case).shortages


@settings(quick, max_examples=200)
@given(case=cases())
def test_targets_that_cannot_be_staffed_alone(case: Given) -> None:
    found = list(unstaffable(**arguments(case)))
    assert found == oracle.unstaffable(case)
    alone = sum(shortage.alone for shortage in matched(case).shortages)
    assert alone == len(found)


# ── substitutes ──────────────────────────────────────────────────────────────────


@settings(quick, max_examples=200)
@given(case=cases(staff=6), data=st.data())
def test_substitutes_by_the_rule(case: Given, data: st.DataObject) -> None:
    everyone = [InspectorId(row[0]) for row in case["inspectors"]]
    counts = {i: data.draw(st.integers(0, 3)) for i in everyone}
    team = data.draw(st.permutations(everyone))[: len(case["posts"])]
    number = data.draw(st.integers(1, len(case["posts"])))
    args = arguments(case)
    target = args.pop("targets")[0]
    found = substitute(
        key=case["key"],
        target=target,
        post=number,
        team=[
            Member(id=target.id, post=n + 1, inspector=i) for n, i in enumerate(team)
        ],
        held=counts,
        **args,
    )
    assert found == oracle.substitute(
        {**case, "target": target.id, "post": number, "team": team, "held": counts}
    )
