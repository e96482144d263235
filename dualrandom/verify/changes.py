"""Replacements and substitutions: each line is the one that the rule gives.

Spec: draw-v1 §5 "Replacement", §6 "Substitution", §7.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dualrandom.draw import Selection, next_reserve
from dualrandom.errors import VerificationError
from dualrandom.matching import substitute
from dualrandom.model import (
    Inspector,
    InspectorId,
    Member,
    Replacement,
    Substitution,
    TargetId,
)
from dualrandom.randomness import drawn_salt
from dualrandom.tables import (
    CHANGES,
    CONFLICTS,
    INSPECTORS,
    REPLACEMENTS,
    SUBSTITUTIONS,
    TARGETS,
    Kind,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dualrandom.verify.lists import Lists
    from dualrandom.verify.report import Steps


def check_changes(
    steps: Steps,
    lists: Lists,
    files: Mapping[str, bytes],
    drawn: tuple[str, Selection] | None,
    members: tuple[Member, ...] | None,
) -> None:
    """Replay the changes in the order of the log, and compare each with the rule."""
    here: dict[str, tuple[Any, ...]] = {}
    for kind in CHANGES:
        if kind.name in files:
            rows = _read(steps, lists, kind, files[kind.name])
            if rows is None:
                return
            here[kind.name] = rows
    if not here:
        return
    if drawn is None:
        for name in sorted(here):
            steps.unchecked("changes", "no_inspectors", name)
        return
    key, selection = drawn
    replay = _Replay(lists, key, selection, members)
    merged = sorted((row for rows in here.values() for row in rows), key=_seq)
    if not _follow(steps, replay, merged, staffed=members is not None):
        return
    for name in sorted(here):
        steps.agrees("changes", name, count=len(here[name]))
        # Their digests stand in log entries that a folder does not carry.
        steps.unchecked("changes", "change_digest", name)


def _follow(
    steps: Steps,
    replay: _Replay,
    rows: Sequence[Replacement | Substitution],
    *,
    staffed: bool,
) -> bool:
    """Replay the rows; say whether each is the one that the rule gives."""
    before = None
    for row in rows:
        kind = REPLACEMENTS if isinstance(row, Replacement) else SUBSTITUTIONS
        if kind is SUBSTITUTIONS and not staffed:
            steps.unchecked("changes", "no_inspectors", kind.name)
            return False
        # One log entry, one row.
        if row.seq == before or not replay.follows(row):
            steps.differs("changes", "E841", kind.name, seq=row.seq, id=row.id)
            return False
        before = row.seq
    return True


def _seq(row: Replacement | Substitution) -> int:
    return row.seq


def _read(
    steps: Steps, lists: Lists, kind: Kind[Any], data: bytes
) -> tuple[Any, ...] | None:
    try:
        table, rows = kind.parse(data)
    except VerificationError as error:
        steps.refused("file", error, kind.name)
        return None
    salt = lists.table(INSPECTORS).salt if lists.has(INSPECTORS) else None
    if table.salt is None or (
        salt is not None and table.salt != drawn_salt(salt, kind.name)
    ):
        steps.differs("file", "E835", kind.name)
        return None
    return rows


class _Replay:
    """The teams as they stand after each change; empty ones where nobody knows them."""

    def __init__(
        self,
        lists: Lists,
        key: str,
        selection: Selection,
        members: tuple[Member, ...] | None,
    ) -> None:
        self._lists = lists
        self._key = key
        self._reserves = selection.reserves
        self._strata = {row.id: row.stratum for row in selection.selected}
        self._strata |= {row.id: row.stratum for row in selection.reserves}
        self._used: list[TargetId] = []
        self._moved: set[tuple[TargetId, int]] = set()
        self._left: dict[TargetId, set[InspectorId]] = {}
        self._teams: dict[TargetId, list[Member]] = {
            row.id: [] for row in selection.selected
        }
        if members is None:
            return
        self._targets = {target.id: target for target in lists.rows(TARGETS)}
        self._people = {person.id: person for person in lists.rows(INSPECTORS)}
        for member in members:
            self._teams[member.id].append(member)

    def follows(self, row: Replacement | Substitution) -> bool:
        """Apply a change if it is the one that the rule gives."""
        if row.id not in self._teams:
            return False
        if isinstance(row, Replacement):
            return self._replaced(row)
        return self._substituted(row)

    def _replaced(self, row: Replacement) -> bool:
        due = next_reserve(
            row.id, reserves=self._reserves, strata=self._strata, used=self._used
        )
        if due is None or due.id != row.substitute:
            return False
        self._used.append(due.id)
        self._teams[due.id] = [
            Member(id=due.id, post=m.post, inspector=m.inspector)
            for m in self._teams.pop(row.id)
        ]
        self._moved -= {(id_, post) for id_, post in self._moved if id_ == row.id}
        self._moved |= {
            (due.id, m.post) for m in self._teams[due.id] if not self._is_eligible(m)
        }
        return True

    def _substituted(self, row: Substitution) -> bool:
        team = self._teams[row.id]
        now = {m.post: m.inspector for m in team}
        if now.get(row.post) != row.inspector:
            return False
        earlier = [p for id_, p in self._moved if id_ == row.id and p < row.post]
        # Members who moved over with a team are substituted in post order.
        if (row.id, row.post) in self._moved and any(
            self._due(row.id, post) is not None for post in earlier
        ):
            return False
        # Whoever was taken out of this team may have been recused since: that stands
        # in the log, not in this folder.
        passed: set[InspectorId] = set()
        while (due := self._due(row.id, row.post, passed)) != row.substitute:
            if due is None or due not in self._left.get(row.id, ()):
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

    def _due(
        self, target: TargetId, post: int, passed: Collection[InspectorId] = ()
    ) -> InspectorId | None:
        """Return who takes a post by the rule, if those passed over cannot."""
        return self._choose(
            target,
            post,
            people=[i for i in self._people.values() if i.id not in passed],
            team=self._teams[target],
            held=Counter(m.inspector for ms in self._teams.values() for m in ms),
        )

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
        announcement = self._lists.announcement
        if announcement.area is None:  # then nobody knows the teams either
            return None
        return substitute(
            key=self._key,
            target=self._targets[target],
            post=post,
            team=team,
            held=held or {},
            posts=announcement.posts,
            inspectors=people,
            area=announcement.area,
            conflicts=self._lists.rows(CONFLICTS),
        )
