"""What the text of draw-v1 §6 makes of a case: slowly, twice, without the package.

Border: imports nothing of dualrandom. A case is the ``input`` of a vector, see
``generate_matching``.

- :func:`by_enumeration` walks through all assignments, whole and partial: the rule to
  the letter, for at most some eight posts.
- :func:`by_flow` asks each "can be held at once" and "can still be filled" of a plain
  maximum flow, for some dozens of posts.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

Team = list[list[Any]]
"""Rows of target, post, inspector."""
Post = tuple[str, int]


def ticket(key: str, target: str, inspector: str) -> str:
    return sha256(f"{key},{target}/{inspector}".encode()).hexdigest()


def own_ticket(key: str, inspector: str) -> str:
    return sha256(f"{key},/{inspector}".encode()).hexdigest()


class Case(NamedTuple):
    """A case with everything looked up once.

    Attributes:
        posts: all posts in filling order.
        open_to: for each post who is eligible, by ticket for its target, then id.
        people: inspectors by own ticket, then id.
        limit: the maximum of each inspector, or None.
    """

    targets: list[str]
    posts: list[Post]
    open_to: dict[Post, list[str]]
    people: list[str]
    limit: dict[str, int | None]

    @classmethod
    def of(cls, given: dict[str, Any], only: str | None = None) -> Case:
        key = given.get("key", "")
        needs = [p["need"] for p in given["posts"] for _ in range(p["count"])]
        conflicts = {(target, inspector) for target, inspector in given["conflicts"]}
        regions = {t: r for t, r in given["targets"] if only in (None, t)}
        posts = [(t, n) for n in range(1, len(needs) + 1) for t in regions]

        def by_ticket(target: str, some: Iterable[str]) -> list[str]:
            return sorted(some, key=lambda i: (ticket(key, target, i), i.encode()))

        def eligible(post: Post, inspector: str, region: str, tags: list[str]) -> bool:
            target, number = post
            return (
                set(needs[number - 1]) <= set(tags)
                and {
                    "any": True,
                    "same": region == regions[target],
                    "cross": region != regions[target],
                }[given["area"]]
                and (target, inspector) not in conflicts
            )

        return cls(
            targets=list(regions),
            posts=posts,
            open_to={
                post: by_ticket(
                    post[0],
                    (
                        inspector
                        for inspector, region, tags, _ in given["inspectors"]
                        if eligible(post, inspector, region, tags)
                    ),
                )
                for post in posts
            },
            people=sorted(
                (row[0] for row in given["inspectors"]),
                key=lambda i: (own_ticket(key, i), i.encode()),
            ),
            limit={row[0]: row[3] for row in given["inspectors"]},
        )

    def team(self, holders: Mapping[Post, str]) -> Team:
        numbers = sorted({number for _, number in self.posts})
        return [[t, n, holders[t, n]] for t in self.targets for n in numbers]


# ── all assignments ──────────────────────────────────────────────────────────────


def _assignments(case: Case) -> Iterator[tuple[str | None, ...]]:
    """Yield every way to fill some posts; None: this one stays empty."""
    so_far: list[str | None] = []

    def further() -> Iterator[tuple[str | None, ...]]:
        if len(so_far) == len(case.posts):
            yield tuple(so_far)
            return
        target = case.posts[len(so_far)][0]
        there = {
            i for i, (t, _) in zip(so_far, case.posts, strict=False) if t == target
        }
        for choice in (None, *case.open_to[case.posts[len(so_far)]]):
            if choice is None or choice not in there:
                so_far.append(choice)
                yield from further()
                so_far.pop()

    yield from further()


def by_enumeration(given: dict[str, Any], only: str | None = None) -> Team | None:
    case = Case.of(given, only)
    every = list(_assignments(case))
    holdable = {tuple(some.count(i) for i in case.people) for some in every}
    counts = dict.fromkeys(case.people, 0)
    no_more: set[str] = set()
    while sum(counts.values()) < len(case.posts):
        waiting = [
            i for i in case.people if i not in no_more and counts[i] != case.limit[i]
        ]
        if not waiting:
            return None
        first = min(waiting, key=lambda i: counts[i])  # people are by own ticket
        counts[first] += 1
        if tuple(counts.values()) not in holdable:
            counts[first] -= 1
            no_more.add(first)
    left = [
        some
        for some in every
        if None not in some and all(some.count(i) == n for i, n in counts.items())
    ]
    for at, post in enumerate(case.posts):
        first = next(i for i in case.open_to[post] if any(s[at] == i for s in left))
        left = [some for some in left if some[at] == first]
    (result,) = left
    return case.team({p: i for p, i in zip(case.posts, result, strict=True) if i})


# ── maximum flow ─────────────────────────────────────────────────────────────────


Residue = dict["Hashable", dict["Hashable", int]]
"""How much more may flow along each edge: from, inspector, team seat, post, to."""


def _network(
    case: Case, counts: Mapping[str, int], settled: Mapping[Post, str]
) -> Residue:
    residue: Residue = {"from": {}, "to": {}}

    def edge(a: Hashable, b: Hashable, most: int) -> None:
        residue.setdefault(a, {})[b] = most
        residue.setdefault(b, {}).setdefault(a, 0)

    there = {(t, i) for (t, _), i in settled.items()}
    for i, count in counts.items():
        edge("from", i, count - sum(one == i for one in settled.values()))
    for post in case.posts:
        if post not in settled:
            edge(post, "to", 1)
            for i in case.open_to[post]:
                if (post[0], i) not in there:
                    edge(i, (post[0], "/", i), 1)
                    edge((post[0], "/", i), post, 1)
    return residue


def _most(case: Case, counts: Mapping[str, int], settled: Mapping[Post, str]) -> int:
    """Return how many open posts can be filled, nobody holding more than counted."""
    residue = _network(case, counts, settled)
    flow = 0
    while True:
        came: dict[Hashable, Hashable] = {"from": None}
        todo: list[Hashable] = ["from"]
        for node in todo:
            for other, most in residue[node].items():
                if most > 0 and other not in came:
                    came[other] = node
                    todo.append(other)
        if "to" not in came:
            return flow
        node = "to"
        while node != "from":
            residue[came[node]][node] -= 1
            residue[node][came[node]] += 1
            node = came[node]
        flow += 1


def _limits(case: Case) -> dict[str, int]:
    most = len(case.targets)
    return {i: most if m is None else min(m, most) for i, m in case.limit.items()}


def empty(given: dict[str, Any], only: str | None = None) -> int:
    """Return how many posts stay empty when as many as can be are filled."""
    case = Case.of(given, only)
    return len(case.posts) - _most(case, _limits(case), {})


def unstaffable(given: dict[str, Any]) -> list[str]:
    """Return the targets that cannot be staffed alone, in their order."""
    return [t for t, _ in given["targets"] if empty(given, t) > 0]


def by_flow(given: dict[str, Any]) -> Team | None:
    case = Case.of(given)
    counts = dict.fromkeys(case.people, 0)
    no_more: set[str] = set()
    while sum(counts.values()) < len(case.posts):
        waiting = [
            i for i in case.people if i not in no_more and counts[i] != case.limit[i]
        ]
        if not waiting:
            return None
        first = min(waiting, key=lambda i: counts[i])
        counts[first] += 1
        if _most(case, counts, {}) < sum(counts.values()):
            counts[first] -= 1
            no_more.add(first)
    settled: dict[Post, str] = {}
    for post in case.posts:
        for i in case.open_to[post]:
            there = any(t == post[0] and one == i for (t, _), one in settled.items())
            tried = {**settled, post: i}
            if there or list(tried.values()).count(i) > counts[i]:
                continue
            if _most(case, counts, tried) == len(case.posts) - len(tried):
                settled = tried
                break
    return case.team(settled)


# ── substitution ─────────────────────────────────────────────────────────────────


def substitute(given: dict[str, Any]) -> str | None:
    """Return who takes ``post`` of ``target``; ``team`` are its holders by post."""
    case = Case.of(given, given["target"])
    held = given["held"]
    able = [
        i
        for i in case.open_to[given["target"], given["post"]]
        if i not in given["team"]
        and (case.limit[i] is None or held.get(i, 0) < case.limit[i])
    ]
    # By ticket already; the first with the fewest posts.
    return min(able, key=lambda i: held.get(i, 0), default=None)


# ── shortages ────────────────────────────────────────────────────────────────────


def most_held(given: dict[str, Any], some: list[list[Any]]) -> dict[str, int]:
    """Return how many of some posts each inspector can hold, one a target at most.

    Spec: draw-v1 §6, the sum that a set S of posts is named with.
    """
    case = Case.of(given)
    out = {}
    for i, limit in case.limit.items():
        targets = {t for t, n in some if i in case.open_to[t, n]}
        out[i] = len(targets) if limit is None else min(limit, len(targets))
    return out
