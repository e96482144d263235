"""What a task would draw if it were frozen now, and whether that can be staffed.

- Nothing is written and nothing fixed: lists are those of this moment.
- Every target alone must be staffable; for the draw as a whole it is said how unlucky a
  selection must be to fail, or that none can.
- Where that cannot be computed, some draws are tried; a few that work prove little.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from dualrandom import tables
from dualrandom.canonical import sha256
from dualrandom.capacity import Demand, Pool, demands, pools
from dualrandom.draw import select
from dualrandom.errors import Problem, StateError, Where, problem
from dualrandom.freeze import Lists, check_regions, gather
from dualrandom.matching import match, unstaffable
from dualrandom.office.departures import departures
from dualrandom.office.directory import Directory
from dualrandom.office.drafting import announced_item
from dualrandom.office.past import past_of
from dualrandom.office.place import today
from dualrandom.office.rules import rules_in_force
from dualrandom.office.tasks import check_task
from dualrandom.scope import parse_scope

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from dualrandom.announcement import Excluded
    from dualrandom.matching import Shortage
    from dualrandom.model import Target
    from dualrandom.office.directory import Told
    from dualrandom.office.place import Office
    from dualrandom.records import TaskRecord
    from dualrandom.registry import Reader

RUNS: Final = 20
"""Draws that are tried where nothing can be proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumLine:
    """One stratum: what it stands for, its rows, how many are drawn."""

    name: str
    value: str
    rows: int
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a task would draw now.

    Attributes:
        scope: in the office's own words; "" is the whole directory.
        targets: in the list.
        excluded: counted by list and reason.
        private: whether the strata must not be published.
        problems: items that nobody may be inspected on, which stop a freeze; and, as
            warnings, where the task departs from its plan.
    """

    task: TaskRecord
    scope: str
    targets: int
    inspectors: int
    drawn: int
    strata: tuple[StratumLine, ...]
    excluded: tuple[Excluded, ...]
    private: bool
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """Whether a task's draw can be staffed.

    Attributes:
        outlook: what would be drawn.
        pools: who there is for each kind of post.
        alone: targets that could not be staffed even alone; then no draw is tried.
        demands: of each district.
        odds: the draw fails in at most one of so many; 0: never; None: not known.
        tried: how many draws were tried, and how many of them failed.
        problems: what to tell an officer; a warning needs an unlucky selection.
    """

    outlook: Outlook
    pools: tuple[Pool, ...]
    alone: int
    demands: tuple[Demand, ...]
    odds: int | None
    tried: tuple[int, int]
    problems: tuple[Problem, ...]

    @property
    def fails(self) -> bool:
        """Whether a freeze would be refused, or the draw fail more likely than not."""
        return self.odds == 1 or any(not one.warning for one in self.problems)


def outlook(office: Office, task_id: str, *, told: Told = lambda *_: None) -> Outlook:
    """Return what a task would draw now.

    Args:
        office: the open office.
        task_id: the task.
        told: called now and then with what is being done and how many rows of it.

    Raises:
        StateError: E381, no such task; E401, E402, E361, E364 as for ``gather``; E415,
            rules.md is not what was logged; E431.
        EnvironmentProblem: E170, a draw's folder is gone that must be known.
    """
    task, lists, known = _gather(office, task_id, told)
    return _outlook(task, lists, known)


def check_staffing(
    office: Office, task_id: str, *, runs: int = RUNS, told: Told = lambda *_: None
) -> Staffing:
    """Return whether a task's draw can be staffed, and what would help if not.

    Args:
        office: the open office.
        task_id: the task.
        runs: draws to try where nothing can be proved.
        told: as for :func:`outlook`.

    Raises:
        StateError: as for :func:`outlook`; E362, a region is empty that must not be.

    Spec:
        draw-v1 §3 (every target alone), §6.
    """
    task, lists, known = _gather(office, task_id, told)
    told("staffing", len(lists.of(tables.TARGETS)))
    check_regions(task, lists)
    alone = _alone(task, lists)
    found: tuple[Demand, ...] = ()
    tried = (0, 0)
    odds: int | None = None
    if not alone:
        found = demands(
            targets=tuple(lists.of(tables.TARGETS)),
            strata=tuple(lists.of(tables.STRATA)),
            quotas=_quotas(lists),
            posts=task.posts,
            inspectors=tuple(lists.of(tables.INSPECTORS)),
            area=task.area,
            conflicts=lists.of(tables.CONFLICTS),
        )
        odds = _together(found)
        if odds is None:
            tried = (runs, sum(_fails(task, lists, run) for run in range(runs)))
    problems = [*known, *(_alone_problem(shortage) for shortage in alone)]
    problems += [_problem(one) for one in found if one.lack is not None]
    if tried[1]:
        problems.append(_tried_problem(*tried))
    return Staffing(
        outlook=_outlook(task, lists, known),
        pools=pools(task.posts, tuple(lists.of(tables.INSPECTORS))),
        alone=sum(shortage.alone for shortage in alone),
        demands=found,
        odds=odds,
        tried=tried,
        problems=tuple(problems),
    )


def _gather(
    office: Office, task_id: str, told: Told
) -> tuple[TaskRecord, Lists, tuple[Problem, ...]]:
    with office.registry.read() as tx:
        task = tx.task(task_id)
        if task is None:
            raise StateError("E381", task=task_id)
        rules = rules_in_force(office, tx).rules
        check_task(task, rules)
        lists = gather(
            task,
            directory=Directory(tx, told),
            inspectors=tx.inspectors(),
            recusals=tx.recusals(),
            in_scope=parse_scope(task.scope).accepts,
            today=today(office),
            rules=rules,
            past=past_of(office, tx, task, rules),
        )
        known = (*_stops(tx, task, today(office)), *departures(office, tx, task))
    return task, lists, known


def _stops(tx: Reader, task: TaskRecord, day: dt.date) -> Iterator[Problem]:
    """Yield why a freeze would be refused whatever the lists are."""
    where = Where()
    if task.end < day:
        yield problem("E387", where, task=task.id, end=str(task.end))
    for code in task.items:
        try:
            announced_item(tx, code, day)
        except StateError as error:
            params: dict[str, Any] = dict(error.params)
            yield problem(error.code, where, **params)


def _quotas(lists: Lists) -> dict[str, int]:
    names = (stratum.name for stratum in lists.strata.strata)
    return dict(zip(names, lists.drawn, strict=True))


def _outlook(task: TaskRecord, lists: Lists, problems: tuple[Problem, ...]) -> Outlook:
    values, drawn = dict(lists.values), _quotas(lists)
    return Outlook(
        task=task,
        scope=parse_scope(task.scope).said,
        targets=len(lists.of(tables.TARGETS)),
        inspectors=len(lists.of(tables.INSPECTORS)),
        drawn=sum(lists.drawn),
        strata=tuple(
            StratumLine(
                name=stratum.name,
                value=values.get(stratum.name, ""),
                rows=stratum.rows,
                drawn=drawn[stratum.name],
            )
            for stratum in lists.strata.strata
        ),
        excluded=lists.excluded,
        private=lists.private,
        problems=problems,
    )


def _alone(task: TaskRecord, lists: Lists) -> tuple[Shortage, ...]:
    """Return why some targets cannot be staffed alone, one shortage a district."""
    found = set(
        unstaffable(
            targets=tuple(lists.of(tables.TARGETS)),
            posts=task.posts,
            inspectors=tuple(lists.of(tables.INSPECTORS)),
            area=task.area,
            conflicts=lists.of(tables.CONFLICTS),
        )
    )
    if not found:
        return ()
    targets = [one for one in lists.of(tables.TARGETS) if one.id in found]
    return _match(task, lists, targets, "0" * 32)


def _match(
    task: TaskRecord, lists: Lists, targets: Sequence[Target], key: str
) -> tuple[Shortage, ...]:
    return match(
        key=key,
        targets=targets,
        posts=task.posts,
        inspectors=tuple(lists.of(tables.INSPECTORS)),
        area=task.area,
        conflicts=lists.of(tables.CONFLICTS),
    ).shortages


def _fails(task: TaskRecord, lists: Lists, run: int) -> bool:
    """Say whether a draw that might have been fails; its key is nobody's secret."""
    key = sha256(f"{task.id} {run}".encode())[:32]
    chosen = select(
        key=key, rows=tuple(lists.of(tables.STRATA)), strata=lists.strata, reserves=None
    )
    by_id = {target.id: target for target in lists.of(tables.TARGETS)}
    drawn = [by_id[row.id] for row in chosen.selected]
    return bool(_match(task, lists, drawn, key))


def _together(found: Sequence[Demand]) -> int | None:
    """Return in how many draws one fails, at most, in any of the districts."""
    if any(demand.odds is None for demand in found):
        return None
    chance = sum((Fraction(1, d.odds) for d in found if d.odds), Fraction())
    return max(int(1 / chance), 1) if chance else 0


def _needs(needs: Sequence[Sequence[str]]) -> str:
    return " / ".join("+".join(need) or "-" for need in needs)


def _alone_problem(shortage: Shortage) -> Problem:
    return problem(
        "E432",
        Where(step="draw-v1 §3"),
        first=shortage.posts[0][0],
        alone=shortage.alone,
        needs=_needs(shortage.needs),
        posts=len(shortage.posts),
        held=shortage.held,
        more=shortage.more,
    )


def _problem(demand: Demand) -> Problem:
    """Return what a district lacks: E433; E434 where raising limits does not help."""
    lack = demand.lack
    assert lack is not None  # noqa: S101 - asked by the caller
    return problem(
        "E433" if lack.higher else "E434",
        Where(step="draw-v1 §6"),
        warning=not demand.hopeless,
        region=demand.region or "-",
        targets=lack.targets,
        sure=demand.sure or 0,
        needs=_needs(lack.needs),
        posts=lack.posts,
        people=lack.people,
        held=lack.held,
        lacking=lack.lacking,
        more=lack.more,
        higher=lack.higher,
    )


def _tried_problem(runs: int, failed: int) -> Problem:
    return problem(
        "E435",
        Where(step="draw-v1 §6"),
        warning=failed < runs,
        runs=runs,
        failed=failed,
    )
