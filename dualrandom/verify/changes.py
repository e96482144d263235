"""Replacements and substitutions: each line is the one that the rule gives.

Spec: draw-v1 §5 "Replacement", §6 "Substitution", §7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dualrandom.changes import Afterwards, Staff
from dualrandom.errors import VerificationError
from dualrandom.model import Replacement
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
    from collections.abc import Mapping, Sequence

    from dualrandom.draw import Selection
    from dualrandom.model import Member, Substitution
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
    replay = _start(lists, key, selection, members)
    merged = sorted((row for rows in here.values() for row in rows), key=_seq)
    if not _follow(steps, replay, merged, staffed=members is not None):
        return
    for target, post in replay.pending:
        steps.unchecked(
            "changes", "change_pending", SUBSTITUTIONS.name, id=target, post=post
        )
    for name in sorted(here):
        steps.agrees("changes", name, count=len(here[name]))
        # Their digests stand in log entries that a folder does not carry.
        steps.unchecked("changes", "change_digest", name)


def _start(
    lists: Lists, key: str, selection: Selection, members: tuple[Member, ...] | None
) -> Afterwards:
    area = lists.announcement.area
    staff = None
    if members is not None and area is not None:
        staff = Staff(
            targets=lists.rows(TARGETS),
            posts=lists.announcement.posts,
            inspectors=lists.rows(INSPECTORS),
            area=area,
            conflicts=lists.rows(CONFLICTS),
        )
    return Afterwards(key=key, selection=selection, staff=staff, members=members or ())


def _follow(
    steps: Steps,
    replay: Afterwards,
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
    return tuple(rows)
