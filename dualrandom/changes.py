"""What changes after a draw: the next reserve steps in, another inspector goes.

Border: pure. Frozen lists and drawn tables come in; each change is asked for, or held
against the rule, in the order of the log.

- A replacement moves the team over; members who are not eligible there are *pending*:
  they are substituted, in post order.
- Recusals since the freeze stand in the log, not in the frozen lists. Whoever left a
  team may have been recused, and may be passed over there; nobody else can be.

    after = Afterwards(key=key, selection=selection, ...)
    after.next_inspector("SL-012", 2)  # who takes the post by the rule

Spec: draw-v1 §5 "Replacement", §6 "Substitution".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom.draw import next_reserve
from dualrandom.matching import substitute
from dualrandom.model import Member, Replacement, Substitution
from dualrandom.tables import rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from dualrandom.draw import Selection
    from dualrandom.model import (
        Area,
        Conflict,
        Inspector,
        InspectorId,
        Post,
        Target,
        TargetId,
    )

Seat = tuple["TargetId", int]
"""A post of a target's team, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Whom teams are made of, and by which rules.

    Attributes:
        conflicts: as frozen.
    """

    targets: Collection[Target]
    posts: Sequence[Post]
    inspectors: Collection[Inspector]
    area: Area
    conflicts: Collection[Conflict]


class Afterwards:
    """The drawn targets and their teams as they stand after each change."""

    def __init__(
        self,
        *,
        key: str,
        selection: Selection,
        staff: Staff | None,
        members: Iterable[Member] = (),
    ) -> None:
        """Start from the result.

        Args:
            key: 32 hex characters.
            selection: as drawn.
            staff: None where inspectors are not known; then only replacements can be
                told.
            members: the teams as matched; none where the draw was not matched.
        """
        self._key = key
        self._staff = staff
        self._reserves = selection.reserves
        self._strata = {row.id: row.stratum for row in selection.selected}
        self._strata |= {row.id: row.stratum for row in selection.reserves}
        self._used: list[TargetId] = []
        self._stands_for: dict[TargetId, TargetId] = {}
        self._moved: set[Seat] = set()
        self._left: dict[TargetId, set[InspectorId]] = {}
        self._teams: dict[TargetId, list[Member]] = {
            row.id: [] for row in selection.selected
        }
        if staff is None:
            return
        self._targets = rows_of(staff.targets, self._strata)
        self._people = {person.id: person for person in staff.inspectors}
        for member in members:
            self._teams[member.id].append(member)

    # -- how things stand

    @property
    def targets(self) -> tuple[TargetId, ...]:
        """Who is to be inspected now, in no stated order."""
        return tuple(self._teams)

    @property
    def pending(self) -> tuple[Seat, ...]:
        """Posts whose holders moved over and may not be there, sorted."""
        return tuple(sorted(self._moved))

    def team(self, target: TargetId) -> tuple[Member, ...]:
        """Return a target's team, by post."""
        return tuple(self._teams[target])

    def stands_for(self, target: TargetId) -> TargetId:
        """Return who is inspected in the place of a drawn target: itself, as a rule."""
        while target in self._stands_for:
            target = self._stands_for[target]
        return target

    def next_target(self, target: TargetId) -> TargetId | None:
        """Return who steps in for a target; None: no reserve of its stratum is left."""
        due = next_reserve(
            target, reserves=self._reserves, strata=self._strata, used=self._used
        )
        return None if due is None else due.id

    def next_inspector(
        self, target: TargetId, post: int, passed: Collection[InspectorId] = ()
    ) -> InspectorId | None:
        """Return who takes a post over by the rule; None: nobody can.

        Args:
            target: to be inspected now.
            post: of its team, from 1.
            passed: those who are passed over.
        """
        return self._choose(
            target,
            post,
            people=[i for i in self._people.values() if i.id not in passed],
            team=self._teams[target],
            held=Counter(m.inspector for ms in self._teams.values() for m in ms),
        )

    def has_left(self, target: TargetId, inspector: InspectorId) -> bool:
        """Say whether somebody was taken out of a team before."""
        return inspector in self._left.get(target, ())

    def before(self, target: TargetId, post: int) -> tuple[int, ...]:
        """Return the pending posts that come before a pending one, and can be filled.

        Members who moved over with a team are substituted in post order.
        """
        if (target, post) not in self._moved:
            return ()
        earlier = sorted(p for id_, p in self._moved if id_ == target and p < post)
        return tuple(p for p in earlier if self.next_inspector(target, p) is not None)

    # -- taking up a change

    def follows(self, row: Replacement | Substitution) -> bool:
        """Take up a change if it is the one that the rule gives; say whether it was."""
        if row.id not in self._teams:
            return False
        if isinstance(row, Replacement):
            return self._replaced(row)
        return self._substituted(row)

    def _replaced(self, row: Replacement) -> bool:
        due = self.next_target(row.id)
        if due is None or due != row.substitute:
            return False
        self._used.append(due)
        self._stands_for[row.id] = due
        self._teams[due] = [
            Member(id=due, post=m.post, inspector=m.inspector)
            for m in self._teams.pop(row.id)
        ]
        self._moved -= {(id_, post) for id_, post in self._moved if id_ == row.id}
        self._moved |= {
            (due, m.post) for m in self._teams[due] if not self._is_eligible(m)
        }
        return True

    def _substituted(self, row: Substitution) -> bool:
        team = self._teams[row.id]
        now = {m.post: m.inspector for m in team}
        if now.get(row.post) != row.inspector or self.before(row.id, row.post):
            return False
        passed: set[InspectorId] = set()
        while (due := self.next_inspector(row.id, row.post, passed)) != row.substitute:
            if due is None or not self.has_left(row.id, due):
                return False
            passed.add(due)
        self._moved.discard((row.id, row.post))
        self._left.setdefault(row.id, set()).add(row.inspector)
        self._teams[row.id] = [
            Member(id=m.id, post=m.post, inspector=row.substitute)
            if m.post == row.post
            else m
            for m in team
        ]
        return True

    def _is_eligible(self, member: Member) -> bool:
        """Say whether somebody may hold a post, other posts aside."""
        alone = [self._people[member.inspector]]
        return self._choose(member.id, member.post, people=alone) is not None

    def _choose(
        self,
        target: TargetId,
        post: int,
        *,
        people: Sequence[Inspector],
        team: Sequence[Member] = (),
        held: Mapping[InspectorId, int] | None = None,
    ) -> InspectorId | None:
        if self._staff is None:
            return None
        return substitute(
            key=self._key,
            target=self._targets[target],
            post=post,
            team=team,
            held=held or {},
            posts=self._staff.posts,
            inspectors=people,
            area=self._staff.area,
            conflicts=self._staff.conflicts,
        )
