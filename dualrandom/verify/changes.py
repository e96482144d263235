"""Replacements and substitutions: each line is the one that the rule gives.

Spec: draw-v1 §5 "Replacement", §6 "Substitution", §7.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dualrandom.draw import Selection, next_reserve
from dualrandom.errors import VerificationError
from dualrandom.matching import substitute
from dualrandom.model import Member, Replacement, Substitution, TargetId
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
    from collections.abc import Mapping

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
    if drawn is None or members is None:
        for name in sorted(here):
            steps.unchecked("changes", "no_inspectors", name)
        return
    key, selection = drawn
    replay = _Replay(lists, key, selection, members)
    merged = sorted((row for rows in here.values() for row in rows), key=_seq)
    for row in merged:
        kind = REPLACEMENTS if isinstance(row, Replacement) else SUBSTITUTIONS
        if not replay.follows(row):
            steps.differs("changes", "E841", kind.name, seq=row.seq, id=row.id)
            return
    for name in sorted(here):
        steps.agrees("changes", name, count=len(here[name]))
        # Their digests stand in log entries that a folder does not carry.
        steps.unchecked("changes", "change_digest", name)


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
    """The teams as they stand after each change."""

    def __init__(
        self, lists: Lists, key: str, selection: Selection, members: tuple[Member, ...]
    ) -> None:
        self._lists = lists
        self._key = key
        self._reserves = selection.reserves
        self._strata = {row.id: row.stratum for row in selection.selected}
        self._strata |= {row.id: row.stratum for row in selection.reserves}
        self._used: list[TargetId] = []
        self._targets = {target.id: target for target in lists.rows(TARGETS)}
        self._teams: dict[TargetId, list[Member]] = {
            row.id: [] for row in selection.selected
        }
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
        return True

    def _substituted(self, row: Substitution) -> bool:
        announcement = self._lists.announcement
        team = self._teams[row.id]
        held = Counter(m.inspector for ms in self._teams.values() for m in ms)
        now = {m.post: m.inspector for m in team}
        if now.get(row.post) != row.inspector or announcement.area is None:
            return False
        due = substitute(
            key=self._key,
            target=self._targets[row.id],
            post=row.post,
            team=team,
            held=held,
            posts=announcement.posts,
            inspectors=self._lists.rows(INSPECTORS),
            area=announcement.area,
            conflicts=self._lists.rows(CONFLICTS),
        )
        if due != row.substitute:
            return False
        self._teams[row.id] = [
            Member(id=m.id, post=m.post, inspector=row.substitute)
            if m.post == row.post
            else m
            for m in team
        ]
        return True
