"""Many draws from the same lists, and what can be said of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from dualrandom.draw import Plain, quotas, select_with
from dualrandom.fairness.counts import Alike, flags
from dualrandom.matching import match
from dualrandom.model import Area

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dualrandom.fairness.chances import Question
    from dualrandom.matching import Matching
    from dualrandom.model import (
        Conflict,
        Inspector,
        Member,
        Post,
        Ratio,
        Strata,
        StratumRow,
        Target,
        TargetId,
    )

FALSE_ALARMS: Final = 0.001
"""In what share of reports a fair draw is called unfair."""
PREDICTABLE: Final = 0.1
"""A team that comes up more often than this among its region's teams can be guessed."""


class Drawing(Protocol):
    """One draw of targets from the lists: the ids, in any order."""

    def __call__(self, lists: Lists, key: str) -> Iterable[TargetId]:
        """Draw with a key of 32 hex characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What a draw is made from.

    Attributes:
        rows: of strata.tsv, in the file's order.
        targets: of targets.tsv; needed for teams only.
        inspectors: (): teams are not known to this reader.
    """

    rows: tuple[StratumRow, ...]
    strata: Strata
    reserves: Ratio | None
    targets: tuple[Target, ...] = ()
    posts: tuple[Post, ...] = ()
    inspectors: tuple[Inspector, ...] = ()
    area: Area | None = None
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumShare:
    """How often targets of one stratum were drawn.

    Attributes:
        quota: how many are due in each draw.
        drawn: how many were drawn, in all draws.
        least: how often the one that was drawn least.
        most: how often the one that was drawn most.
    """

    name: str
    rows: int
    quota: int
    drawn: int
    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Where teams can be guessed before the draw.

    Attributes:
        region: of the targets.
        teams: how many teams were made there.
        team: the inspectors of the most frequent one.
        share: its share of all teams there.
    """

    region: str
    teams: int
    team: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """What many draws came to.

    Attributes:
        runs: how many draws of targets were made.
        teams: of how many of them teams were made too.
        questions: with their answers.
        shares: by stratum, as announced.
        parts: how often each part of each stratum's list was drawn, over what is due.
        unmatched: in how many of the draws no complete assignment existed.
        work: posts of one inspector in one draw: how often each number came up.
        widest: the largest difference between two alike inspectors in one draw.
        pairs: how many pairs of inspectors met, and how many there are.
        guesses: regions in which a team can be guessed.
    """

    seed: str
    runs: int
    teams: int
    questions: tuple[Question, ...]
    shares: tuple[StratumShare, ...]
    parts: tuple[tuple[str, tuple[float, ...]], ...]
    unmatched: int
    work: tuple[tuple[int, int], ...]
    widest: int
    pairs: tuple[int, int]
    guesses: tuple[Guess, ...]

    @property
    def level(self) -> float:
        """Below which p a question is answered: not fair."""
        return FALSE_ALARMS / max(len(self.questions), 1)

    @property
    def failed(self) -> tuple[Question, ...]:
        """The questions whose answer is: not fair."""
        return tuple(q for q in self.questions if q.p < self.level)


def drawn(lists: Lists, key: str) -> list[TargetId]:
    """Draw by the rule."""
    made = select_with(
        Plain(lists.rows), key=key, strata=lists.strata, reserves=lists.reserves
    )
    return [row.id for row in made.selected]


def fairness(
    lists: Lists,
    *,
    seed: str,
    runs: int,
    teams: int,
    drawing: Drawing = drawn,
    told: Callable[[int], object] = lambda _: None,
) -> Fairness:
    """Draw many times, and count.

    Args:
        lists: as frozen.
        seed: any text; the same seed makes the same report.
        runs: how many draws of targets, 1 or more.
        teams: in how many of them teams are made, 0 to runs.
        drawing: how targets are drawn; by the rule, if nothing else is said.
        told: called with the number of draws made.
    """
    targets = _Targets(lists)
    people = _People(lists)
    by_id = {target.id: target for target in lists.targets}
    with_teams = teams if lists.inspectors and lists.area is not None else 0
    for run in range(runs):
        key = sha256(f"{seed},{run}".encode()).hexdigest()[:32]
        ids = list(drawing(lists, key))
        targets.add(ids)
        if run < with_teams:
            people.add(_matched(lists, key, [by_id[i] for i in ids]))
        told(run + 1)
    return Fairness(
        seed=seed,
        runs=runs,
        teams=with_teams,
        questions=(*targets.questions(), *people.questions()),
        shares=tuple(targets.shares()),
        parts=tuple(targets.parts(runs)),
        unmatched=people.unmatched,
        work=tuple(sorted(people.work.items())),
        widest=people.widest,
        pairs=people.pairs(),
        guesses=tuple(people.guesses()),
    )


def _matched(lists: Lists, key: str, targets: Sequence[Target]) -> Matching:
    return match(
        key=key,
        targets=targets,
        posts=lists.posts,
        inspectors=lists.inspectors,
        area=lists.area or Area.ANY,
        conflicts=lists.conflicts,
    )


class _Targets:
    """How often each target was drawn."""

    def __init__(self, lists: Lists) -> None:
        self._strata = lists.strata
        self._at = {row.id: at for at, row in enumerate(lists.rows)}
        members: dict[tuple[str, int], list[int]] = defaultdict(list)
        for at, row in enumerate(lists.rows):
            members[row.stratum, row.tickets].append(at)
        weighted = len({row.tickets for row in lists.rows}) > 1
        self._groups = [
            (
                stratum,
                np.array(some),
                Alike(_name(stratum, n, weighted=weighted), len(some)),
            )
            for (stratum, n), some in sorted(members.items())
        ]

    def add(self, ids: Sequence[TargetId]) -> None:
        got = flags(len(self._at), [self._at[i] for i in ids])
        for _, some, alike in self._groups:
            alike.add(got[some])

    def questions(self) -> Iterator[Question]:
        for _, _, alike in self._groups:
            yield from alike.questions("targets")

    def shares(self) -> Iterator[StratumShare]:
        for stratum, quota in zip(
            self._strata.strata, quotas(self._strata), strict=True
        ):
            counts = np.concatenate(
                [
                    np.zeros(0, np.int64),
                    *(a.total for name, _, a in self._groups if name == stratum.name),
                ]
            )
            yield StratumShare(
                name=stratum.name,
                rows=stratum.rows,
                quota=quota,
                drawn=int(counts.sum()),
                least=int(counts.min(initial=2**62)) if len(counts) else 0,
                most=int(counts.max(initial=0)),
            )

    def parts(self, runs: int) -> Iterator[tuple[str, tuple[float, ...]]]:
        for _, _, alike in self._groups:
            due = alike.total.mean() * alike.sizes
            if runs and due.all():
                yield alike.name, tuple(map(float, alike.parts / due))


def _name(stratum: str, tickets: int, *, weighted: bool) -> str:
    return f"{stratum} x{tickets}" if weighted else stratum


class _People:
    """Who went where, with whom, and how often."""

    def __init__(self, lists: Lists) -> None:
        self._at = {one.id: at for at, one in enumerate(lists.inspectors)}
        self._regions = {target.id: target.region for target in lists.targets}
        recused = Counter(conflict.inspector for conflict in lists.conflicts)
        needed = {tag for post in lists.posts for tag in post.need}
        kinds: dict[object, list[int]] = defaultdict(list)
        for at, one in enumerate(lists.inspectors):
            region = "" if lists.area is Area.ANY else one.region
            tags = tuple(tag for tag in one.tags if tag in needed)
            # Whoever is recused somewhere is like nobody else.
            alone = one.id if recused[one.id] else ""
            kinds[region, tags, one.max, alone].append(at)
        self._groups = [
            (np.array(some), Alike("", len(some)))
            for some in kinds.values()
            if len(some) > 1
        ]
        self._teams: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        self.unmatched = 0
        self.work: Counter[int] = Counter()
        self.widest = 0

    def add(self, made: Matching) -> None:
        if made.shortage is not None:
            self.unmatched += 1
            return
        held = np.zeros(len(self._at), np.int64)
        for member in made.members:
            held[self._at[member.inspector]] += 1
        for some, alike in self._groups:
            alike.add(held[some])
            self.widest = max(self.widest, int(np.ptp(held[some])))
        self.work.update(map(int, held))
        for target, team in _teams(made.members):
            self._teams[self._regions[target]][team] += 1

    def questions(self) -> Iterator[Question]:
        for _, alike in self._groups:
            for question in alike.questions("work"):
                # Where somebody stands in a list of people says nothing to anybody.
                if question.name == "work_alike":
                    yield question

    def pairs(self) -> tuple[int, int]:
        met = {
            pair
            for counted in self._teams.values()
            for team in counted
            for pair in combinations(team, 2)
        }
        n = len(self._at)
        return len(met), n * (n - 1) // 2

    def guesses(self) -> Iterator[Guess]:
        for region, counted in sorted(self._teams.items()):
            [(team, most)] = counted.most_common(1)
            teams = counted.total()
            share = most / teams
            # What few teams show by chance is no warning.
            if share - 3 * (share * (1 - share) / teams) ** 0.5 > PREDICTABLE:
                yield Guess(region=region, teams=teams, team=team, share=share)


def _teams(members: Iterable[Member]) -> Iterator[tuple[TargetId, tuple[str, ...]]]:
    teams: dict[TargetId, list[str]] = defaultdict(list)
    for member in members:
        teams[member.id].append(member.inspector)
    for target, team in teams.items():
        yield target, tuple(sorted(team))
