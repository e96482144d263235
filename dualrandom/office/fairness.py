"""Many draws from a folder's lists: how fair they are, before or after the draw.

Spec: draw-v1 §6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dualrandom.documents import parse_announcement
from dualrandom.errors import EnvironmentProblem, InputError, VerificationError, Where
from dualrandom.folder import load_folder
from dualrandom.tables import CONFLICTS, INSPECTORS, STRATA, TARGETS
from dualrandom.verify import KNOWN, Steps, Verdict
from dualrandom.verify.lists import ANNOUNCEMENT, check_lists

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dualrandom.fairness import Fairness


def study(
    folder: Path,
    *,
    seed: str,
    runs: int,
    teams: int,
    told: Callable[[int], object] = lambda _: None,
) -> Fairness:
    """Draw many times from the lists of a draw folder; nothing is written or logged.

    Args:
        folder: the draw's, or the part of it that its reader may see.
        seed: what the made-up keys follow from.
        runs: how many draws of targets.
        teams: in how many of them teams are made, where inspectors are known.
        told: called with the number of draws made.

    Raises:
        EnvironmentProblem: E150-E152, no such folder; E505, NumPy is not installed.
        InputError: E400, the folder lacks the lists.
        VerificationError: a list is not what was announced.
    """
    try:
        from dualrandom.fairness import Lists, fairness  # noqa: PLC0415 - an extra
    except ImportError as exc:
        raise EnvironmentProblem("E505") from exc
    _, files = load_folder(folder, KNOWN)
    if not {ANNOUNCEMENT, STRATA.name} <= files.keys():
        raise InputError("E400", where=Where(file=str(folder)))
    announcement = parse_announcement(files[ANNOUNCEMENT])
    steps = Steps()
    lists = check_lists(steps, announcement, files)
    for step in steps.made:
        if step.verdict is Verdict.DIFFERS and step.code is not None:
            where = Where(file=f"{folder.name}/{step.file}")
            params: dict[str, Any] = dict(step.params)
            raise VerificationError(step.code, where=where, **params)
    if lists.strata is None:
        raise InputError("E400", where=Where(file=str(folder)))
    staffed = lists.has(TARGETS, INSPECTORS, CONFLICTS)
    return fairness(
        Lists(
            rows=tuple(lists.rows(STRATA)),
            strata=lists.strata,
            reserves=announcement.reserves,
            targets=tuple(lists.rows(TARGETS)) if staffed else (),
            posts=announcement.posts,
            inspectors=tuple(lists.rows(INSPECTORS)) if staffed else (),
            area=announcement.area,
            conflicts=tuple(lists.rows(CONFLICTS)) if staffed else (),
        ),
        seed=seed,
        runs=runs,
        teams=teams,
        told=told,
    )
