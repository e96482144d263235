"""Why the posts cannot all be filled, in numbers that anyone can add up again.

Border: pure. The search for a complete assignment is :mod:`dualrandom.matching`'s;
sentences live in the catalogue.

A shortage names posts S such that all inspectors together can hold fewer of them:

    Σ_i min(max_i, targets with a post in S open to i)  =  held  <  number of posts

By Hall's theorem there is such a set whenever no complete assignment exists.

Spec: draw-v1 §6 ("The program names a set S of posts").
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.errors import Problem, Where, problem
from dualrandom.roster import members

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dualrandom.district import District
    from dualrandom.model import InspectorId, TargetId
    from dualrandom.roster import Roster

_SHOWN: Final = 5
"""How many regions or sets of tags a sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Posts that are more than all inspectors together can hold. For supervisors.

    Attributes:
        posts: the set S: target and post, sorted by the targets' order, then post.
        held: how many of them can be held at most.
        holders: who can hold how many of them (from 1), sorted by id; they add up
            to ``held``.
        limited: how many inspectors eligible for them could hold more, but for
            their ``max``.
        needs: the tags that these posts need, each set once, in post order.
        regions: the regions of these targets, sorted, without empty ones.
        alone: 0; or S is the posts of one target that could not be staffed even if
            it were drawn alone, and of this kind there are so many.
    """

    posts: tuple[tuple[TargetId, int], ...]
    held: int
    holders: tuple[tuple[InspectorId, int], ...]
    limited: int
    needs: tuple[tuple[str, ...], ...]
    regions: tuple[str, ...]
    alone: int = 0

    @property
    def lacking(self) -> int:
        """How many of the posts stay empty, whatever one does."""
        return len(self.posts) - self.held

    @property
    def targets(self) -> int:
        """How many targets these posts belong to."""
        return len({target for target, _ in self.posts})

    @property
    def more(self) -> int:
        """How many more inspectors it takes at least: eligible, and without limit."""
        return -(-self.lacking // self.targets)


def as_problem(shortage: Shortage) -> Problem:
    """Return what to tell an officer: E501, or E502 for a target alone."""
    return problem(
        "E501" if shortage.alone == 0 else "E502",
        Where(step="draw-v1 §6"),
        first=shortage.posts[0][0],
        posts=len(shortage.posts),
        targets=shortage.targets,
        alone=shortage.alone,
        needs=_some("+".join(need) for need in shortage.needs),
        regions=_some(shortage.regions),
        held=shortage.held,
        inspectors=len(shortage.holders),
        limited=shortage.limited,
        lacking=shortage.lacking,
        more=shortage.more,
    )


def _some(words: Iterable[str]) -> str:
    shown = [word for word in words if word] or ["-"]
    return " / ".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")


def find_shortages(
    district: District, roster: Roster, *, alone: int = 0
) -> list[Shortage]:
    """Return why posts stay empty when as many as can be are filled.

    Args:
        district: people and posts.
        roster: as many of the posts as possible are held, and all are open.
        alone: as in :class:`Shortage`.

    Returns:
        Shortages that share neither posts nor inspectors at their maximum, the
        smallest first; together they lack as many posts as are empty. Just one, for
        a target alone.
    """
    sets = _Closures(roster).sets()
    if alone:
        # One target is one thing to mend.
        sets = [([p for posts, _ in sets for p in posts], sum(n for _, n in sets))]
    place = {target.id: i for i, target in enumerate(district.targets)}
    return sorted(
        (_shortage(district, roster, posts, full, alone) for posts, full in sets),
        key=lambda s: (len(s.posts), place[s.posts[0][0]], s.posts[0][1]),
    )


class _Closures:
    """For every empty post, the posts that could be left empty in its stead.

    Whoever could join the team of such a post is at the maximum: all posts they hold
    belong to the set. A member of the team who could take it by leaving another post
    of the team adds that one. Sets that touch each other become one.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._place: dict[int, int] = {}  # post: its set, named by an empty post
        self._part_of: dict[int, int] = {}  # set: one it has become part of, or itself
        self._full: dict[int, int] = {}  # whole set: who is at the maximum
        for empty in roster.posts_of(roster.nobody):
            self._gather(empty)

    def sets(self) -> list[tuple[list[int], int]]:
        """Return the posts of each set, and how many people are at their maximum."""
        posts: dict[int, list[int]] = {one: [] for one in self._full}
        for post, one in self._place.items():
            posts[self._whole(one)].append(post)
        return [(posts[one], some.bit_count()) for one, some in self._full.items()]

    def _whole(self, one: int) -> int:
        while self._part_of[one] != one:
            self._part_of[one] = one = self._part_of[self._part_of[one]]
        return one

    def _merge(self, one: int, other: int) -> None:
        one, other = self._whole(one), self._whole(other)
        if one != other:
            self._part_of[other] = one
            self._full[one] |= self._full.pop(other)

    def _gather(self, empty: int) -> None:
        roster = self._roster
        self._place[empty] = self._part_of[empty] = empty
        self._full[empty] = 0
        todo = [empty]
        for post in todo:  # grows
            able = roster.able[roster.group[post]]
            team = range(post % roster.targets, len(roster.group), roster.targets)
            near = [other for other in team if able >> roster.holder[other] & 1]
            for person in members(self._joining(post, empty)):
                near += roster.posts_of(person)
            for other in near:
                if other not in self._place:
                    self._place[other] = empty
                    todo.append(other)
                self._merge(empty, self._place[other])

    def _joining(self, post: int, empty: int) -> int:
        """Return who could join the team for this post and was not met before."""
        roster = self._roster
        joining = roster.able[roster.group[post]]
        joining &= ~roster.barred[post % roster.targets]
        for one in [one for one, some in self._full.items() if some & joining]:
            joining &= ~self._full[one]
            self._merge(empty, one)
        self._full[self._whole(empty)] |= joining
        return joining


def _shortage(
    district: District, roster: Roster, posts: list[int], limited: int, alone: int
) -> Shortage:
    n = len(district.targets)
    posts.sort(key=lambda post: (post % n, post // n))
    # All that people at their maximum hold is in the set, and of a team in which
    # somebody else could have a post of the set, that post is the one they hold.
    held = Counter(roster.holder[post] for post in posts)
    del held[roster.nobody]
    regions = {district.targets[post % n].region for post in posts}
    numbers = sorted({post // n for post in posts})
    return Shortage(
        posts=tuple((district.targets[post % n].id, post // n + 1) for post in posts),
        held=held.total(),
        holders=tuple((district.people[i].id, held[i]) for i in sorted(held)),
        limited=limited,
        needs=tuple(dict.fromkeys(district.needs[number] for number in numbers)),
        regions=tuple(sorted(regions - {""})),
        alone=alone,
    )
