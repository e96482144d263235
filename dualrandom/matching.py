r"""Levels, teams, substitutes: drawn targets and inspectors give one set of teams.

Border: pure. Who was drawn is :mod:`dualrandom.draw`'s affair; eligibility is settled
in :mod:`dualrandom.district`, who holds which post meanwhile in
:mod:`dualrandom.roster`, what to say of too few people in
:mod:`dualrandom.shortage`.

- First how many posts each inspector holds, as even as can be; then who goes where,
  by tickets; no team has the same inspector twice.
- Nothing depends on the order of inspectors or conflicts; targets come by ``order``.
- Every choice is decided exactly: an inspector is passed over only if the remaining
  posts could not be filled otherwise.

    printf '%s,%s/%s' 0123456789abcdef0123456789abcdef 91330000EXAMPLE017 A-017 \
        | sha256sum

Spec: draw-v1 §6.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from dualrandom.district import districts, need_of, number_posts
from dualrandom.errors import InputError
from dualrandom.model import InspectorId, Member, Post, TargetId, Ticket
from dualrandom.roster import DONE, members
from dualrandom.shortage import Shortage, find_shortages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dualrandom.district import District
    from dualrandom.model import Area, Conflict, Inspector, Target
    from dualrandom.roster import Roster

__all__ = [
    "Matching",
    "Shortage",
    "first_unstaffable",
    "inspector_ticket",
    "match",
    "number_posts",
    "own_ticket",
    "substitute",
    "unstaffable",
]

_KEPT: Final = 16
"""How many of a target's tickets, the lowest, are kept until its last post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Who inspects whom, or why not all posts can be filled.

    Attributes:
        members: sorted by the target's order, then post; () with a shortage.
        shortages: () if ``members`` is the complete assignment.
    """

    members: tuple[Member, ...]
    shortages: tuple[Shortage, ...] = ()

    @property
    def shortage(self) -> Shortage | None:
        """The first shortage, or None: there is a complete assignment."""
        return self.shortages[0] if self.shortages else None


def inspector_ticket(key: str, target: str, inspector: str) -> Ticket:
    """Return the ticket of an inspector for a target. Spec: draw-v1 §6."""
    return Ticket(sha256(f"{key},{target}/{inspector}".encode()).hexdigest())


def own_ticket(key: str, inspector: str) -> Ticket:
    """Return an inspector's own ticket. Spec: draw-v1 §6."""
    return Ticket(sha256(f"{key},/{inspector}".encode()).hexdigest())


def match(
    *,
    key: str,
    targets: Sequence[Target],
    posts: Sequence[Post],
    inspectors: Sequence[Inspector],
    area: Area,
    conflicts: Iterable[Conflict],
) -> Matching:
    """Fill every post of every drawn target, or say what is lacking.

    Args:
        key: 32 hex characters.
        targets: the drawn ones, in the order of the draw.
        posts: of each team, as announced.
        inspectors: any order.
        area: how regions must relate.
        conflicts: any order; pairs whose ids are in no list have no effect.

    Returns:
        All teams; or no member and the shortages, one or more for each district
        that has any, by its first target, the smallest first.

    Raises:
        InputError: E503, an id twice.

    Spec:
        draw-v1 §6.
    """
    parts = list(
        districts(
            targets=targets,
            posts=posts,
            inspectors=inspectors,
            area=area,
            conflicts=conflicts,
        )
    )
    rosters = []
    shortages: list[Shortage] = []
    for part in parts:
        # Where one target alone asks too much, it tells more than all together.
        alone = part.unstaffable()
        tried = part.only(alone[0]) if alone else part
        roster = _hand_out(key, tried)
        rosters.append(roster)
        if roster.has_open(roster.nobody):
            shortages += find_shortages(tried, roster, alone=len(alone))
    if shortages:
        return Matching(members=(), shortages=tuple(shortages))

    teams: dict[TargetId, list[Member]] = {target.id: [] for target in targets}
    for part, roster in zip(parts, rosters, strict=True):
        _fill(key, part, roster)
        n = len(part.targets)
        for post, person in enumerate(roster.holder):
            target = part.targets[post % n].id
            teams[target].append(
                Member(id=target, post=post // n + 1, inspector=part.people[person].id)
            )
    return Matching(members=tuple(one for team in teams.values() for one in team))


def _hand_out(key: str, part: District) -> Roster:
    """Settle how many posts everybody holds; which ones may still change.

    Districts have no inspector in common, so that handing out the posts of each for
    itself gives everybody the same number as handing out all of them in turns.

    Returns:
        Holders of all posts, or of as many as can be held.

    Spec:
        draw-v1 §6, "First, how many".
    """
    roster = part.roster()
    tickets = [own_ticket(key, person.id) for person in part.people]
    # People are numbered by id: equal tickets would compare by it.
    waiting = sorted(range(len(tickets)), key=lambda i: (tickets[i], i))
    left = len(roster.group)
    level = 0
    stuck = 0
    # All who wait hold as many posts as there were rounds.
    while left and waiting:
        going = []
        for person in waiting:
            limit = part.people[person].max
            if left == 0 or limit == level or stuck >> person & 1:
                continue
            answer = roster.move(person, roster.nobody)
            if answer == DONE:
                left -= 1
                going.append(person)
            else:
                # None of those reached can hold one more, now or later.
                stuck |= answer
        waiting = going
        level += 1
    return roster


def _fill(key: str, part: District, roster: Roster) -> None:
    """Settle who goes where, everybody holding as many posts as before.

    Spec:
        draw-v1 §6, "Then, who goes where".
    """
    ranking = _Ranking(key, part)
    for post, group in enumerate(roster.group):
        last = roster.lift(post)
        peers = roster.peers(post, last)
        # The last holder is one of them, so that somebody is always found.
        candidates = ranking.of(post, part.able[group] & peers | 1 << last)
        while peers != DONE:
            person = next(candidates)
            if person == last:
                roster.settle(post, person)
                peers = DONE
            elif (part.able[group] & peers) >> person & 1 and roster.has_open(person):
                peers = roster.offer(post, person, last, peers)


class _Ranking:
    """The inspectors for a target's posts by ticket, each hashed when needed."""

    def __init__(self, key: str, part: District) -> None:
        self._key = key
        self._part = part
        self._ids = [person.id.encode() for person in part.people]
        self._able: dict[tuple[int, ...], list[int]] = {}
        self._kept: dict[int, list[int]] = {}

    def of(self, post: int, useful: int) -> Iterator[int]:
        """Yield all useful people for a post, perhaps among others, by ticket, id."""
        target = post % len(self._part.targets)
        if target not in self._kept:
            able = self._able_to(self._part.groups[target])
            recused = self._part.recused[target]
            if recused:
                able = [i for i in able if not recused >> i & 1]
            ranked = self._ranked(target, able)
            self._kept[target] = ranked[:_KEPT]
            yield from ranked
        else:
            yield from self._kept[target]
            for person in self._kept[target]:
                useful &= ~(1 << person)
            yield from self._ranked(target, members(useful))

    def _able_to(self, groups: tuple[int, ...]) -> list[int]:
        """Return who is able to take a post of any of these groups."""
        if groups not in self._able:
            some = 0
            for group in groups:
                some |= self._part.able[group]
            self._able[groups] = list(members(some))
        return self._able[groups]

    def _ranked(self, target: int, some: Iterable[int]) -> list[int]:
        start = f"{self._key},{self._part.targets[target].id}/".encode()
        ids = self._ids
        tickets = [(sha256(start + ids[i]).digest(), i) for i in some]
        tickets.sort()
        return [i for _, i in tickets]


def unstaffable(
    *,
    targets: Sequence[Target],
    posts: Sequence[Post],
    inspectors: Sequence[Inspector],
    area: Area,
    conflicts: Iterable[Conflict],
) -> tuple[TargetId, ...]:
    """Return the targets that could not be staffed even alone, in the given order.

    Args:
        targets: any, for instance all of a draw's list.
        posts: of each team.
        inspectors: any order.
        area: how regions must relate.
        conflicts: any order.

    Raises:
        InputError: E503, an id twice.

    Spec:
        draw-v1 §3: freezing refuses a list that has any.
    """
    found = {
        part.targets[i].id
        for part in districts(
            targets=targets,
            posts=posts,
            inspectors=inspectors,
            area=area,
            conflicts=conflicts,
        )
        for i in part.unstaffable()
    }
    return tuple(target.id for target in targets if target.id in found)


def first_unstaffable(
    *,
    targets: Iterable[Target],
    posts: Sequence[Post],
    inspectors: Sequence[Inspector],
    area: Area,
    conflicts: Iterable[Conflict],
) -> tuple[TargetId, int] | None:
    """Return the first target that could not be staffed alone, and how many there are.

    Targets of one region with nobody recused are all alike, and one stands for them:
    no more than regions and recusals is held, however long the list is.

    Args and raises as for :func:`unstaffable`; ``targets`` is gone through once.

    Spec:
        draw-v1 §3: freezing refuses a list that has any.
    """
    every = tuple(conflicts)
    recused = {conflict.id for conflict in every}
    alike: Counter[str] = Counter()
    some = []
    for target in targets:
        if target.id in recused:
            some.append(target)
            continue
        alike[target.region] += 1
        if alike[target.region] == 1:
            some.append(target)
    alone = unstaffable(
        targets=some, posts=posts, inspectors=inspectors, area=area, conflicts=every
    )
    regions = {t.id: t.region for t in some if t.id not in recused}
    count = sum(alike[regions[i]] if i in regions else 1 for i in alone)
    return (alone[0], count) if alone else None


def substitute(
    *,
    key: str,
    target: Target,
    post: int,
    team: Sequence[Member],
    held: Mapping[InspectorId, int],
    posts: Sequence[Post],
    inspectors: Sequence[Inspector],
    area: Area,
    conflicts: Iterable[Conflict],
) -> InspectorId | None:
    """Return who takes a post whose holder cannot go, or None: nobody is left.

    Args:
        key: 32 hex characters.
        target: the target; of a replacement, the one that stepped in.
        post: which post of its team, from 1.
        team: all who hold a post there now, the one who cannot go included.
        held: how many posts of this draw each inspector holds now; absent: none.
        posts: of each team, as announced.
        inspectors: any order.
        area: how regions must relate.
        conflicts: any order, with those logged since.

    Raises:
        InputError: E503, an id twice; E504, the team has no such post.

    Spec:
        draw-v1 §6, "Substitution".
    """
    need = need_of(posts, post)
    if need is None:
        raise InputError("E504", id=target.id, post=post)
    present = {member.inspector for member in team}
    candidates = []
    for part in districts(
        targets=[target],
        posts=[Post(count=1, need=need)],
        inspectors=inspectors,
        area=area,
        conflicts=conflicts,
    ):
        for i in members(part.able[part.groups[0][0]] & ~part.recused[0]):
            person = part.people[i]
            has = held.get(person.id, 0)
            if person.id in present or (person.max is not None and has >= person.max):
                continue
            ticket = inspector_ticket(key, target.id, person.id)
            candidates.append((has, ticket, person.id))
    return min(candidates)[2] if candidates else None
