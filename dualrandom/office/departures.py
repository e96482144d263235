"""Where a task is not as the published plan says.

Whoever makes a task may depart from its plan, and may have good reasons. The plan is
public and the announcement names it, so it is said before the freeze what everyone will
see after it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dualrandom.errors import InputError, Problem, StateError, Where, problem
from dualrandom.office.plans import line_of
from dualrandom.office.tasks import planned, read_post, read_quota
from dualrandom.partition import parse_partition
from dualrandom.scope import parse_scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dualrandom.office.place import Office
    from dualrandom.plans import PlanLine
    from dualrandom.records import TaskRecord
    from dualrandom.registry import Reader


def departures(office: Office, tx: Reader, task: TaskRecord) -> tuple[Problem, ...]:
    """Return what to tell of a task and its plan, as warnings.

    E350, options in which the task departs from its plan; E351, the plan in force has
    no such line any more; E439, its scope is in words, for people to compare.

    Raises:
        EnvironmentProblem: E416, a plan's file is gone.
        VerificationError: E417, it is not what was logged.
    """
    if not task.plan:
        return ()
    try:
        line = line_of(office, tx, task.plan)
    except StateError:
        return (problem("E351", Where(), warning=True, task=task.id, plan=task.plan),)
    told = {"task": task.id, "plan": line.id}
    found = []
    names = ", ".join(departing(line, task))
    if names:
        found.append(problem("E350", Where(), warning=True, names=names, **told))
    if line.targeted and not _is_condition(line.scope):
        said, scope = line.scope[:80], parse_scope(task.scope).said
        words = {"said": said or "-", "scope": scope or "-"}
        found.append(problem("E439", Where(), warning=True, **words, **told))
    return tuple(found)


def _is_condition(scope: str) -> bool:
    """Say whether a plan's scope is one that a program can follow."""
    try:
        return parse_scope(scope).text != ""
    except InputError:
        return False


def tasks_of_line(
    office: Office, id_: str
) -> tuple[PlanLine, Mapping[str, tuple[str, ...]]]:
    """Return a line of the plans in force, and its tasks with where they depart.

    Raises:
        StateError: E425, there is no such line; E416, E417 as for :func:`departures`.
    """
    with office.registry.read() as tx:
        line = line_of(office, tx, id_)
        made = [task for task in tx.tasks() if task.plan == line.id]
    return line, {task.id: tuple(departing(line, task)) for task in made}


def departing(line: PlanLine, task: TaskRecord) -> Iterator[str]:
    """Yield the options in which a task is not as a line of the plan says.

    What the plan leaves open, or says in words that no program can follow, is no
    departure; a scope where the plan has none is one.
    """
    try:
        said = planned(line, {})
    except InputError:
        said = planned(line, {"scope": task.scope}) | {"scope": task.scope}
    for option, name in (
        ("--title", "title"),
        ("--item", "items"),
        ("--from", "start"),
        ("--to", "end"),
    ):
        if name in said and said[name] != getattr(task, name):
            yield option
    if said.get("scope", "") != task.scope:
        yield "--scope"
    if line.by_risk and "risk" not in parse_partition(task.strata_by).fields:
        yield "--strata"
    with suppress(InputError):
        if "ratios" in said and tuple(map(read_quota, said["ratios"])) != task.quotas:
            yield "--ratio"
    if "posts" in said and tuple(map(read_post, said["posts"])) != task.posts:
        yield "--posts"
