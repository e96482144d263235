"""A supplementary draw: the targets stand, and new people are matched to them.

Its list is exactly the first one's drawn list, in one stratum with a quota of all. The
first result stays.

Spec: draw-v1 §6, "When no complete assignment exists".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dualrandom.documents import parse_announcement, parse_result
from dualrandom.errors import StateError
from dualrandom.folder import open_folder
from dualrandom.model import Quota, Ratio, Rounding
from dualrandom.office import journal
from dualrandom.office.folders import check_folder, refuse
from dualrandom.records import TargetPrivate, TargetRecord
from dualrandom.tables import DRAWN, TARGETS, rows_of
from dualrandom.verify import KNOWN, LARGE
from dualrandom.verify.lists import STAFFING
from dualrandom.words import words

if TYPE_CHECKING:
    from dualrandom.office.place import Office
    from dualrandom.records import TaskRecord
    from dualrandom.registry import Reader

ALL: Final = Quota(ratio=Ratio(p=1, q=1), round=Rounding.UP)


def is_staffing(reason: str) -> bool:
    """Say whether a reason asks for a supplementary draw."""
    return reason in words("abandon", STAFFING)


def to_staff(
    office: Office,
    tx: Reader,
    task: TaskRecord,
    first: str | None,
    sealed_until: dt.date | None,
) -> tuple[TaskRecord, tuple[tuple[TargetRecord, TargetPrivate], ...], dt.date | None]:
    """Return the task of a supplementary draw, its targets, and when it is released.

    Args:
        office: whose draw.
        tx: a transaction.
        task: of the first draw.
        first: the draw that could not be matched.
        sealed_until: as asked for.

    Raises:
        StateError: E460, there is nothing to staff; E461, it would be released before
            the first one.
        VerificationError: E171, a file is not what was announced or drawn.
        EnvironmentProblem: E170, a file is gone.
    """
    if first is None:
        raise StateError("E460", task=task.id)
    life = journal.draw_of(journal.told(office, tx), first)
    if life.result is None:
        raise StateError("E460", task=task.id)
    refuse(check_folder(office, life), missing=True)
    _, files, large = open_folder(office.draw(first), KNOWN, large=LARGE)
    if parse_result(files["result.json"]).matched:
        raise StateError("E460", task=task.id)
    drawn = {row.id for row in DRAWN.parse(files[DRAWN.name])[1]}
    listed = large.get(TARGETS.name) or files[TARGETS.name]
    # As they were frozen: who was deregistered since was drawn all the same.
    targets = tuple(
        (
            TargetRecord(id=row.id, name=row.name, kind=row.kind, region=row.region),
            TargetPrivate(id=row.id),
        )
        for row in rows_of(TARGETS.parse(listed)[1], drawn).values()
    )
    release = parse_announcement(files["announcement.json"]).release
    if release is not None and life.released is None:
        until = dt.date.fromisoformat(release)
        if sealed_until is not None and sealed_until < until:
            raise StateError("E461", draw=first, date=release)
        sealed_until = sealed_until or until
    one = replace(
        task,
        strata_by="",
        quotas=(("", ALL),),
        total=None,
        tickets=(),
        reserves=None,
    )
    return one, targets, sealed_until
