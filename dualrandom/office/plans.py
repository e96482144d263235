"""The yearly plan of an office: setting a version, and the one in force.

- A version is the whole year: who imports a sheet sees what it would change.
- Items may be written by name; what is logged and published are their codes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dualrandom.errors import InputError, Problem, StateError, Where, problem
from dualrandom.model import is_value
from dualrandom.office import issued, journal
from dualrandom.plans import (
    Plan,
    PlanChange,
    PlanId,
    PlanLine,
    parse_plan,
    plan_bytes,
    plan_change,
)
from dualrandom.sheets import read_plan

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dualrandom.office.issued import Issue
    from dualrandom.office.place import Office
    from dualrandom.records import ItemRecord
    from dualrandom.registry import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """One version of a year's plan, and what the log says of it."""

    issue: Issue
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSet:
    """What became of a plan.

    Attributes:
        issue: the new version; None: nothing was written.
    """

    plan: Plan
    change: PlanChange
    issue: Issue | None
    warnings: tuple[Problem, ...] = ()


def import_plan(
    office: Office,
    year: int,
    file: Path,
    *,
    sheet: str | None = None,
    reason: str = "",
    dry_run: bool = False,
    confirm: Callable[[PlanChange], bool],
) -> PlanSet:
    """Set a sheet as the plan of a year.

    Args:
        office: the open office.
        year: of the plan.
        file: the sheet.
        sheet: its name, where several fit.
        reason: why the plan is changed; it is published.
        dry_run: read and compare only.
        confirm: asked where there is a plan already.

    Raises:
        InputError: E220 and others, the sheet; E366, a reason nobody could read; E419,
            a line that no plan can have.
        StateError: E370, nobody confirmed; E421, a changed plan without a reason; E422,
            a line of another year's plan; E180, E183 as for the log.
    """
    read = read_plan(file, year, sheet)
    with office.registry.read() as tx:
        lines, strange = _with_codes(tx.items(), read.records)
    made = Plan(year=year, lines=_sorted(lines), reason=reason)
    done = _set(office, made, dry_run=dry_run, confirm=confirm)
    told = _told(strange, Where(file=file.name))
    return replace(done, warnings=(*read.warnings, *told))


def put_line(
    office: Office,
    year: int,
    line: PlanLine,
    *,
    reason: str = "",
    dry_run: bool = False,
) -> PlanSet:
    """Add a line to the plan of a year.

    Raises:
        StateError: E424, it is there already; and as for :func:`import_plan`.
    """
    with office.registry.read() as tx:
        known = {found.issue.year: found.plan for found in _in_force(office, tx)}
        (line,), strange = _with_codes(tx.items(), (line,))
    old = known.get(year)
    if any(line.id in plan.by_id for plan in known.values()):
        raise StateError("E424", id=line.id)
    lines = (*(old.lines if old else ()), line)
    made = Plan(year=year, lines=_sorted(lines), reason=reason)
    done = _set(office, made, dry_run=dry_run, confirm=lambda _: True)
    return replace(done, warnings=_told(strange, Where()))


def _told(strange: Iterable[str], where: Where) -> tuple[Problem, ...]:
    """Return warnings of items that no list knows."""
    return tuple(problem("E423", where, warning=True, item=item) for item in strange)


def _sorted(lines: Iterable[PlanLine]) -> tuple[PlanLine, ...]:
    return tuple(sorted(lines, key=lambda line: line.id))


def _with_codes(
    items: Iterable[ItemRecord], lines: Iterable[PlanLine]
) -> tuple[list[PlanLine], tuple[str, ...]]:
    """Return the lines with their items' codes, and items that nobody knows."""
    codes: dict[str, str] = {}
    for item in items:
        codes.setdefault(item.name, item.code)
        codes[item.code] = item.code
    out, strange = [], dict[str, None]()
    for line in lines:
        strange |= dict.fromkeys(one for one in line.items if one not in codes)
        named = tuple(dict.fromkeys(codes.get(one, one) for one in line.items))
        out.append(replace(line, items=named))
    return out, tuple(strange)


def _set(
    office: Office,
    plan: Plan,
    *,
    dry_run: bool,
    confirm: Callable[[PlanChange], bool],
) -> PlanSet:
    if not is_value(plan.reason):
        raise InputError("E366", field="--reason", value=plan.reason)
    with office.registry.read() as tx:
        known = {found.issue.year: found for found in _in_force(office, tx)}
    old = known.get(plan.year)
    _check_ids(plan, (v.plan for year, v in known.items() if year != plan.year))
    change = plan_change(None if old is None else old.plan, plan)
    unwritten = PlanSet(plan=plan, change=change, issue=None)
    if change.empty and old is not None:
        return unwritten
    # A published plan that changes says why: the public can see that it did.
    if old is not None and not plan.reason:
        raise StateError("E421", year=plan.year)
    if dry_run:
        return unwritten
    if old is not None and not confirm(change):
        raise StateError("E370", list="plans")
    signer = office.officer()
    with journal.writing(office) as (tx, undo):
        now = {i.year: i for i in issued.issues(tx, "plan.set")}.get(plan.year)
        if now != (None if old is None else old.issue):
            raise StateError("E307", list="plans")
        made = issued.issue(
            office,
            tx,
            undo,
            "plan.set",
            plan_bytes(plan),
            signer=signer,
            year=plan.year,
        )
    return replace(unwritten, issue=made)


def _check_ids(plan: Plan, others: Iterable[Plan]) -> None:
    for other in others:
        for line in plan.lines:
            if line.id in other.by_id:
                raise StateError("E422", id=line.id, year=other.year)


def _in_force(
    office: Office, tx: Reader, as_of: dt.datetime | None = None
) -> tuple[PlanVersion, ...]:
    last = {i.year: i for i in issued.issues(tx, "plan.set", as_of=as_of)}
    return tuple(
        PlanVersion(issue=one, plan=parse_plan(issued.text_of(office, one)))
        for one in last.values()
    )


def plans_of(
    office: Office, *, as_of: dt.datetime | None = None
) -> tuple[PlanVersion, ...]:
    """Return the plans in force, or those that were at a time, by year.

    Raises:
        EnvironmentProblem: E416, a plan's file is gone.
        VerificationError: E417, it is not what was logged.
    """
    with office.registry.read() as tx:
        found = _in_force(office, tx, as_of)
    return tuple(sorted(found, key=lambda version: version.plan.year))


def line_of(office: Office, tx: Reader, id_: str) -> PlanLine:
    """Return a line of the plans in force.

    Raises:
        StateError: E425, there is none; E416, E417 as for :func:`plans_of`.
    """
    for version in _in_force(office, tx):
        if id_ in version.plan.by_id:
            return version.plan.by_id[PlanId(id_)]
    raise StateError("E425", id=id_)
