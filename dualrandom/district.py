"""Targets and the people who may go there, as whole numbers: what matching works on.

Border: pure. Model values go in; out come sets of people and groups of posts, the
words of :mod:`dualrandom.roster`, and the way back to ids.

- Where the region must be the target's own, each region is a district by itself;
  otherwise there is one. Districts share no inspector and no target, so that each
  can be settled for itself.
- An empty region is a region like any other: whether it may be empty is for those to
  say who freeze a list, or check one.
- People are numbered in the order of their ids; targets keep theirs.

Spec: draw-v1 §6 ("eligible"), §3 (``area``, ``posts``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from dualrandom.errors import InputError
from dualrandom.model import Area
from dualrandom.roster import DONE, Roster, members

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dualrandom.model import Conflict, Inspector, Post, Target

_BEYOND: Final = 20
"""How many more posts than inspectors of a hopelessly long team are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """Some targets, and everybody who may take a post there.

    Attributes:
        targets: n targets in the draw's order.
        people: sorted by id; a set of people has bit i for ``people[i]``.
        needs: the tags of each post of a team, m of them.
        able: for each group of posts, who is able to take them, recusals apart.
        groups: for each target, the groups of its m posts.
        recused: for each target, who is recused.
    """

    targets: tuple[Target, ...]
    people: tuple[Inspector, ...]
    needs: tuple[tuple[str, ...], ...]
    able: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    recused: tuple[int, ...]

    def roster(self) -> Roster:
        """Return the posts, held by nobody yet: post p is of target p % n."""
        return Roster(
            people=len(self.people),
            able=self.able,
            group=[team[i] for i in range(len(self.needs)) for team in self.groups],
            recused=self.recused,
        )

    def only(self, target: int) -> District:
        """Return the district of one target alone."""
        return District(
            targets=(self.targets[target],),
            people=self.people,
            needs=self.needs,
            able=self.able,
            groups=(self.groups[target],),
            recused=(self.recused[target],),
        )

    def unstaffable(self) -> list[int]:
        """Return the targets that cannot be staffed even alone, ascending.

        Spec:
            draw-v1 §3: by inspectors with a maximum of 1 or more, or none.
        """
        if len(self.needs) > len(self.people):
            return list(range(len(self.targets)))
        absent = sum(1 << i for i, one in enumerate(self.people) if one.max == 0)
        # Targets differ by region and by who is recused: few kinds, as a rule.
        slack: dict[tuple[int, ...], int] = {}
        kinds: dict[tuple[int, ...], bool] = {}
        found = []
        for target, recused in enumerate(self.recused):
            groups = self.groups[target]
            if groups not in slack:
                slack[groups] = _slack([self.able[g] & ~absent for g in groups])
            if recused.bit_count() < slack[groups]:
                continue
            kind = tuple(self.able[g] & ~absent & ~recused for g in groups)
            if kind not in kinds:
                kinds[kind] = _slack(kind) > 0 or _can_staff(len(self.people), kind)
            if not kinds[kind]:
                found.append(target)
        return found


def _slack(able: Sequence[int]) -> int:
    """Return how many people a team can do without for certain, plus one.

    Where the posts that fewest can take are filled first, each still finds somebody.
    """
    counts = sorted(some.bit_count() for some in able)
    return min((count - filled for filled, count in enumerate(counts)), default=1)


def _can_staff(people: int, able: Sequence[int]) -> bool:
    """Say whether one team can be made up; ``able``: for each post, by whom."""
    roster = Roster(people=people, able=able, group=range(len(able)), recused=(0,))
    everybody = 0
    for some in able:
        everybody |= some
    placed = [
        person
        for person in members(everybody)
        if roster.move(person, roster.nobody) == DONE
    ]
    return len(placed) == len(able)


def number_posts(posts: Iterable[Post]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield a team's posts, numbered through from 1, each with the tags it needs.

    Spec:
        draw-v1 §3, ``posts``.
    """
    number = 0
    for post in posts:
        for _ in range(post.count):
            number += 1
            yield number, post.need


def need_of(posts: Iterable[Post], number: int) -> tuple[str, ...] | None:
    """Return the tags that a post needs, by its number from 1; None: no such post."""
    for post in posts:
        if 1 <= number <= post.count:
            return post.need
        number -= post.count
    return None


def districts(
    *,
    targets: Sequence[Target],
    posts: Sequence[Post],
    inspectors: Sequence[Inspector],
    area: Area,
    conflicts: Iterable[Conflict],
) -> Iterator[District]:
    """Yield the districts, by their first target.

    A team of more posts than there are inspectors is cut short: some posts above
    that number already cannot be filled, and it might be very long.

    Raises:
        InputError: E503, an id twice.
    """
    _check(targets)
    _check(inspectors)
    cut = len(inspectors) + _BEYOND
    needs = tuple(need for _, need in islice(number_posts(posts), cut))
    people = sorted(inspectors, key=lambda one: one.id)
    wanted = {target.id for target in targets}
    recused: dict[str, list[str]] = {}
    for conflict in conflicts:
        if conflict.id in wanted:
            recused.setdefault(conflict.id, []).append(conflict.inspector)
    if area is not Area.SAME:
        if targets:
            yield _district(tuple(targets), tuple(people), needs, area, recused)
        return
    local: dict[str, list[Target]] = {}
    for target in targets:
        local.setdefault(target.region, []).append(target)
    at_home: dict[str, list[Inspector]] = {}
    for person in people:
        at_home.setdefault(person.region, []).append(person)
    for region, some in local.items():
        near = tuple(at_home.get(region, ()))
        yield _district(tuple(some), near, needs, area, recused)


def _check(rows: Sequence[Target] | Sequence[Inspector]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise InputError("E503", id=row.id)
        seen.add(row.id)


def _district(
    targets: tuple[Target, ...],
    people: tuple[Inspector, ...],
    needs: tuple[tuple[str, ...], ...],
    area: Area,
    recused: dict[str, list[str]],
) -> District:
    bit: dict[str, int] = {person.id: 1 << i for i, person in enumerate(people)}
    tagged = {
        need: sum(bit[one.id] for one in people if set(need) <= set(one.tags))
        for need in dict.fromkeys(needs)
    }
    near: dict[str, int] = {}
    if area is Area.CROSS:
        for one in people:
            near[one.region] = near.get(one.region, 0) | bit[one.id]
    able: dict[int, int] = {}
    local = {
        region: tuple(
            able.setdefault(tagged[need] & ~near.get(region, 0), len(able))
            for need in needs
        )
        for region in sorted({target.region for target in targets})
    }
    return District(
        targets=targets,
        people=people,
        needs=needs,
        able=tuple(able),
        groups=tuple(local[target.region] for target in targets),
        recused=tuple(
            sum(bit.get(one, 0) for one in set(recused.get(target.id, ())))
            for target in targets
        ),
    )
