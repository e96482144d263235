"""Matching (protocol §6) held against an enumeration of all assignments."""

from __future__ import annotations

import hashlib
from itertools import product
from typing import Any, NamedTuple

import pytest


class Chance:
    """Numbers for test cases, the same on every machine."""

    def __init__(self, seed: str) -> None:
        self.seed, self.used = seed, 0

    def below(self, n: int) -> int:
        self.used += 1
        text = f"{self.seed} {self.used}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") % n

    def one_in(self, n: int) -> bool:
        return self.below(n) == 0


class Case(NamedTuple):
    """The arguments of match()."""

    key: str
    targets: list[str]
    posts: list[list[str]]
    inspectors: list[dict[str, Any]]
    regions: dict[str, str]
    area: str
    conflicts: set[tuple[str, str]]


def small_case(number: int) -> Case:
    """A case with at most six posts and four inspectors, often a tight one."""
    pick = Chance(f"case {number}")
    team = 1 + pick.below(3)
    targets = [f"t{n}" for n in range(1 + pick.below(6 // team))]
    tags = ["a", "b"]
    posts = [[t for t in tags if pick.one_in(3)] for _ in range(team)]
    inspectors = [
        {
            "id": f"i{n}",
            "tags": [t for t in tags if not pick.one_in(3)],
            "region": "xy"[pick.below(2)],
            "max": None if pick.one_in(2) else pick.below(4),
        }
        for n in range(1 + pick.below(4))
    ]
    regions = {t: "xy"[pick.below(2)] for t in targets}
    area = ["any", "any", "same", "cross"][pick.below(4)]
    conflicts = {
        (t, i["id"]) for t in targets for i in inspectors if pick.one_in(6)
    } | {("elsewhere", "i0")}
    return Case(f"{number:032x}", targets, posts, inspectors, regions, area, conflicts)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_enumeration(case: Case) -> list[tuple[str, int, str]] | None:  # noqa: C901
    """The rule's two steps over the list of all assignments, whole and partial."""
    key, staff = case.key, {i["id"]: i for i in case.inspectors}
    order = [(t, p) for p in range(len(case.posts)) for t in case.targets]

    def eligible(i: str, t: str, p: int) -> bool:
        near = staff[i]["region"] == case.regions[t]
        return (
            set(case.posts[p]) <= set(staff[i]["tags"])
            and (case.area == "any" or near == (case.area == "same"))
            and (t, i) not in case.conflicts
        )

    choices = [[None, *(i for i in staff if eligible(i, t, p))] for t, p in order]
    partial: set[tuple[int, ...]] = set()  # how many each can hold at once
    whole = []
    for assignment in product(*choices):
        seats = [(t, i) for (t, _), i in zip(order, assignment, strict=True) if i]
        if len(set(seats)) == len(seats):
            partial.add(tuple(assignment.count(i) for i in staff))
            if None not in assignment:
                whole.append(assignment)

    counts, closed = dict.fromkeys(staff, 0), set()
    while sum(counts.values()) < len(order):
        open_to = [
            (counts[i], sha(f"{key},/{i}"), i)
            for i in staff
            if i not in closed
            and (staff[i]["max"] is None or counts[i] < staff[i]["max"])
        ]
        if not open_to:
            limits = [s["max"] for s in case.inspectors]
            assert not any(
                all(
                    m is None or a.count(i) <= m
                    for i, m in zip(staff, limits, strict=True)
                )
                for a in whole
            ), "the greedy rule must be complete"
            return None
        chosen = min(open_to)[2]
        more = counts | {chosen: counts[chosen] + 1}
        if tuple(more.values()) in partial:
            counts = more
        else:
            closed.add(chosen)
    left = [a for a in whole if all(a.count(i) == n for i, n in counts.items())]
    result = []
    for n, (target, post) in enumerate(order):
        for _, i in sorted((sha(f"{key},{target}/{i}"), i) for i in staff):
            fitting = [a for a in left if a[n] == i]
            if fitting:
                left = fitting
                result.append((case.targets.index(target), post + 1, i))
                break
    assert len(left) == 1
    return [(case.targets[t], p, i) for t, p, i in sorted(result)]


@pytest.mark.parametrize("block", range(10))
def test_matching_is_the_rule_enumerated(verifier: Any, block: int) -> None:
    outcomes = set()
    for number in range(block * 250, block * 250 + 250):
        case = small_case(number)
        expected = by_enumeration(case)
        assert verifier.match(*case) == expected, case
        outcomes.add(expected is None)
    assert outcomes == {True, False}


@pytest.mark.parametrize("number", range(12))
def test_matching_agrees_with_the_backtracking_of_the_builder(
    verifier: Any, folders: Any, number: int
) -> None:
    """Somewhat larger: three posts of mixed needs, eight inspectors."""
    pick = Chance(f"wider {number}")
    targets = [f"t{n}" for n in range(4)]
    posts = [["a"], [], ["b"]]
    staff = [
        {
            "id": f"i{n}",
            "tags": [t for t in "ab" if not pick.one_in(3)],
            "region": "xy"[pick.below(2)],
            "max": None if pick.one_in(3) else 1 + pick.below(3),
        }
        for n in range(8)
    ]
    regions = {t: "xy"[pick.below(2)] for t in targets}
    conflicts = {(t, i["id"]) for t in targets for i in staff if pick.one_in(5)}
    key = f"{number:032x}"
    pool = folders.Pool(key, staff, posts, regions, "any", conflicts)
    found = verifier.match(key, targets, posts, staff, regions, "any", conflicts)
    assert found == pool.match(targets)


def test_order_of_the_inspectors_and_conflicts_does_not_matter(verifier: Any) -> None:
    for number in range(40):
        case = small_case(number)
        turned = case._replace(inspectors=case.inspectors[::-1])
        assert verifier.match(*case) == verifier.match(*turned)


def test_a_large_case_is_valid_and_even(verifier: Any) -> None:
    """200 × 2 posts, 60 inspectors, two tags, three regions: all constraints hold."""
    pick = Chance("large")
    targets = [f"t{n}" for n in range(200)]
    staff = [
        {
            "id": f"i{n:03}",
            "tags": ["a", "b"] if n % 5 == 0 else ["a"],
            "region": "xyz"[n % 3],
            "max": None,
        }
        for n in range(60)
    ]
    regions = {t: "xyz"[pick.below(3)] for t in targets}
    conflicts = {(t, f"i{pick.below(60):03}") for t in targets}
    posts = [["a", "b"], ["a"]]
    teams = verifier.match("k" * 32, targets, posts, staff, regions, "same", conflicts)
    about = {i["id"]: i for i in staff}
    assert [(t, p) for t, p, _ in teams] == [(t, p) for t in targets for p in (1, 2)]
    assert len({(t, i) for t, _, i in teams}) == len(teams)
    for target, post, i in teams:
        assert set(posts[post - 1]) <= set(about[i]["tags"])
        assert about[i]["region"] == regions[target]
        assert (target, i) not in conflicts
    held = dict.fromkeys(about, 0)
    for _, _, i in teams:
        held[i] += 1
    for region in "xyz":
        plain = [
            held[i] for i in about if about[i]["region"] == region and int(i[1:]) % 5
        ]
        assert max(plain) - min(plain) <= 2


def test_nobody_to_send_is_no_assignment(verifier: Any) -> None:
    assert verifier.match("k", ["t"], [[]], [], {}, "any", set()) is None


def test_an_unknown_area_is_not_guessed(verifier: Any) -> None:
    with pytest.raises(verifier.Unchecked):
        verifier.match("k", ["t"], [[]], [], {}, "near", set())


@pytest.mark.parametrize(
    ("needs", "allowed", "good"),
    [
        ([["a"], ["a"]], [{"a"}], False),
        ([["a"], ["a"]], [{"a"}, {"a"}], True),
        ([["a"], ["a", "b"]], [{"a", "b"}, {"a"}], True),
        ([["a", "b"], ["a", "b"]], [{"a", "b"}, {"a"}], False),
        ([[], ["b"]], [{"b"}, set()], True),
        ([[], ["b"]], [], False),
    ],
    ids=["one for two", "two for two", "must swap", "one leader", "no tag", "nobody"],
)
def test_whether_one_target_can_be_staffed(
    verifier: Any,
    needs: Any,
    allowed: Any,
    good: bool,  # noqa: FBT001
) -> None:
    assert verifier.staffable(needs, allowed) == good
    assert verifier.staffable(needs, allowed[::-1]) == good
