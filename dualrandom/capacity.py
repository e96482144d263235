"""Whether a draw can be staffed, before anybody knows who will be drawn.

Border: pure. Frozen lists come in as they will be; numbers go out, by district. What
is said of them stands in the catalogue.

- Every target alone must be staffable: a freeze refuses otherwise. The draw as a whole
  may fail for an unlucky selection; here is how likely that is.
- ``sure`` is proved: whichever so many targets of a district are drawn, all posts can
  be filled. By Hall's theorem it is enough to look at sets of posts S:

      Σ_i min(max_i, targets with a post in S open to i)  ≥  number of posts in S

  Targets of a district differ only by who is recused (and, across regions, by whose
  region it is), so that S need ask for the same posts of every one of its targets: for
  a given number of targets the left side is concave in how many of them ask for which
  posts, and least where all ask for the same. What recusals can take from the left
  side is at most one for each of them, and there are at most those of the n targets
  that have most.
- Without recusals, and unless regions must differ, ``sure`` is exact: one target more
  can be drawn so that it fails.
- The chance that more are drawn is exact too, up to its rounding upwards: in each
  stratum a hypergeometric number falls into the district. Weighted tickets have none.

Spec: draw-v1 §3, §6.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, combinations
from typing import TYPE_CHECKING, Final

from dualrandom.chances import Spread
from dualrandom.district import District, districts
from dualrandom.model import Area

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dualrandom.chances import Part
    from dualrandom.model import Conflict, Inspector, Post, StratumRow, Target

MAX_GROUPS: Final = 8
"""Kinds of posts up to which all sets of them are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What some targets of a district lack.

    Attributes:
        targets: so many of them, drawn together.
        needs: the posts that are short: the tags of each kind, in post order.
        posts: how many posts of these kinds they have.
        people: who can take them, recusals apart.
        held: how many posts these people can hold for certain.
        more: so many more people, without a limit, would do.
        higher: so much higher every ``max`` would do; 0: that does not help.
    """

    targets: int
    needs: tuple[tuple[str, ...], ...]
    posts: int
    people: int
    held: int
    more: int
    higher: int

    @property
    def lacking(self) -> int:
        """How many posts stay empty."""
        return self.posts - self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a draw may ask of the people of one district.

    Attributes:
        region: "" where there is one district.
        rows: targets in the list.
        least: how many of them are drawn at least.
        most: at most.
        expected: on average, in thousandths; 0: not known (weighted tickets).
        sure: so many can be staffed, whichever they are; None: not known.
        odds: more than ``sure`` are drawn in at most one of so many draws; 0: never;
            None: not known.
        lack: what so many lack, or may lack, as are drawn in all but one of a
            :data:`.RARE` number of draws; None: nothing.
        hopeless: whether even ``least`` targets fail, whichever they are.
        exact: whether some selection of ``sure`` + 1 fails for certain.
    """

    region: str
    rows: int
    least: int
    most: int
    expected: int
    sure: int | None
    odds: int | None
    lack: Lack | None
    hopeless: bool
    exact: bool

    @property
    def safe(self) -> bool:
        """Whether no selection whatever can fail here."""
        return self.sure is not None and self.sure >= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Who there is for one kind of post.

    Attributes:
        need: the tags.
        count: posts of this kind in a team.
        people: who has the tags.
        most: how many posts they can hold together; None: no limit.
    """

    need: tuple[str, ...]
    count: int
    people: int
    most: int | None


def pools(posts: Sequence[Post], inspectors: Iterable[Inspector]) -> tuple[Pool, ...]:
    """Return who there is for each kind of post, in post order."""
    people = tuple(inspectors)
    counted: dict[tuple[str, ...], int] = {}
    for post in posts:
        counted[post.need] = counted.get(post.need, 0) + post.count
    out = []
    for need, count in counted.items():
        able = [one for one in people if set(need) <= set(one.tags)]
        limits = [one.max for one in able]
        most = None if None in limits else sum(m for m in limits if m is not None)
        out.append(Pool(need=need, count=count, people=len(able), most=most))
    return tuple(out)


def demands(
    *,
    targets: Sequence[Target],
    strata: Sequence[StratumRow],
    quotas: Mapping[str, int],
    posts: Sequence[Post],
    inspectors: Sequence[Inspector],
    area: Area,
    conflicts: Iterable[Conflict],
) -> tuple[Demand, ...]:
    """Return what the draw may ask of each district, by its first target.

    Args:
        targets: the list, sorted by id.
        strata: a row for each target.
        quotas: how many are drawn in each stratum.
        posts: of each team.
        inspectors: any order.
        area: how regions must relate.
        conflicts: any order.
    """
    stratum = {row.id: row.stratum for row in strata}
    rows = Counter(stratum.values())
    weighted = any(row.tickets != 1 for row in strata)
    found = districts(
        targets=targets,
        posts=posts,
        inspectors=inspectors,
        area=area,
        conflicts=conflicts,
    )
    out = []
    for part in found:
        here = Counter(stratum[target.id] for target in part.targets)
        parts = [
            (rows[name], n, min(quotas[name], rows[name])) for name, n in here.items()
        ]
        out.append(_demand(part, parts, area, weighted=weighted))
    return tuple(out)


def _demand(
    part: District, parts: Sequence[Part], area: Area, *, weighted: bool
) -> Demand:
    most = sum(min(n, quota) for _, n, quota in parts)
    least = sum(max(quota - (rows - n), 0) for rows, n, quota in parts)
    expected = sum(1000 * quota * n // rows for rows, n, quota in parts)
    hall = _Hall(part, across=area is Area.CROSS)
    sure = hall.sure(most)
    odds: int | None = 0
    usual = most
    if sure is None or (sure < most and weighted):
        odds = None
    elif sure < most:
        spread = Spread(parts)
        odds, usual = spread.odds(sure), spread.usual()
    return Demand(
        region=part.targets[0].region if area is Area.SAME else "",
        rows=len(part.targets),
        least=least,
        most=most,
        expected=0 if weighted else expected,
        sure=sure,
        odds=odds,
        lack=None if sure is None or sure >= usual else hall.lack(usual),
        hopeless=hall.hopeless(least),
        exact=not hall.recused and area is not Area.CROSS,
    )


class _People:
    """Some inspectors: how much they can do together."""

    def __init__(self, limits: Iterable[int | None]) -> None:
        every = tuple(limits)
        self.count = len(every)
        self._limits = sorted(limit for limit in every if limit is not None)
        self._sums = (0, *accumulate(self._limits))

    def held(self, n: int, higher: int = 0) -> int:
        """Return how many posts of n targets they can hold, one of each target's.

        Args:
            n: how many targets.
            higher: what every limit is raised by.
        """
        below = bisect_left(self._limits, n - higher)
        return self._sums[below] + higher * below + n * (self.count - below)


class _Hall:
    """Hall's condition for the targets of a district, whichever are drawn."""

    def __init__(self, part: District, *, across: bool) -> None:
        self._part = part
        kinds = Counter(part.needs)
        tagged = {
            need: [one for one in part.people if set(need) <= set(one.tags)]
            for need in kinds
        }
        everybody = {one.id for able in tagged.values() for one in able}
        able = sum(1 << i for i, one in enumerate(part.people) if one.id in everybody)
        counts = sorted((mask & able).bit_count() for mask in part.recused)
        self._taken = (0, *accumulate(reversed(counts)))
        self.recused = self._taken[-1] > 0
        # Where regions differ, targets differ in more than who is recused: that all of
        # them ask for the same posts is no loss only if there is one kind of post.
        small = len(kinds) <= (1 if across else MAX_GROUPS)
        self._sets = [
            _Set(
                needs=some,
                posts=sum(kinds[need] for need in some),
                people={one.id: one for need in some for one in tagged[need]},
                rows=Counter(t.region for t in part.targets) if across else {},
            )
            for size in range(1, len(kinds) + 1 if small else 0)
            for some in combinations(dict.fromkeys(part.needs), size)
        ]

    def sure(self, most: int) -> int | None:
        """Return up to how many targets can be staffed, whichever they are."""
        if not self._sets:
            return None
        if self._part.unstaffable():
            return 0
        # One alone was just looked at, without a bound on what recusals take.
        for n in range(2, most + 1):
            taken = self._taken[min(n, len(self._taken) - 1)]
            if any(some.held(n) - taken < some.posts * n for some in self._sets):
                return n - 1
        return most

    def hopeless(self, n: int) -> bool:
        """Say whether n targets cannot be staffed, whichever they are."""
        return any(some.held_at_most(n) < some.posts * n for some in self._sets)

    def lack(self, n: int) -> Lack | None:
        """Return what n targets may lack, and what would help."""
        taken = self._taken[min(n, len(self._taken) - 1)]
        found = [some.lack(n, taken) for some in self._sets]
        lacks = [lack for lack in found if lack.lacking > 0]
        return max(lacks, key=lambda lack: lack.lacking, default=None)


class _Set:
    """Posts that all targets of some draw ask for, and who can take them."""

    def __init__(
        self,
        *,
        needs: tuple[tuple[str, ...], ...],
        posts: int,
        people: Mapping[str, Inspector],
        rows: Mapping[str, int],
    ) -> None:
        self._needs = needs
        self.posts = posts
        self._people = _People(one.max for one in people.values())
        self._homes = [
            (n, _People(one.max for one in people.values() if one.region == region))
            for region, n in rows.items()
        ]

    def held(self, n: int, higher: int = 0) -> int:
        """Return how many posts of n targets can be held at least, recusals apart."""
        return self._people.held(n, higher) - self._home_loss(n, higher)

    def held_at_most(self, n: int) -> int:
        """Return how many posts of n targets can be held at most."""
        return self._people.held(n)

    def _home_loss(self, n: int, higher: int) -> int:
        """Return what people can lose at most because they may not go where they live.

        If x of the n targets are in a region, who lives there can go to n - x. The loss
        grows ever faster with x, so that it lies below the straight line to its end,
        and the regions with the steepest lines come first.
        """
        lines = []
        for rows, people in self._homes:
            x = min(rows, n)
            loss = people.held(n, higher) - people.held(n - x, higher)
            lines.append((loss * n // x, loss, x))
        left, total = n, 0
        for _, loss, x in sorted(lines, reverse=True):
            part = min(x, left)
            total += -(-loss * part // x)
            left -= part
        return total

    def lack(self, n: int, taken: int) -> Lack:
        """Return what n targets lack in these posts; nothing, perhaps."""
        due = self.posts * n + taken
        sure = self.held(n)
        return Lack(
            targets=n,
            needs=self._needs,
            posts=self.posts * n,
            people=self._people.count,
            held=min(max(sure - taken, 0), self.posts * n),
            more=max(-(-(due - sure) // n), 0),
            higher=self._higher(n, due),
        )

    def _higher(self, n: int, due: int) -> int:
        """Return how much higher every limit must be; 0: no height would do."""
        low, high = 0, n
        if self.held(n, high) < due:
            return 0
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.held(n, middle) >= due else (middle, high)
        return high
