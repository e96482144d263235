"""``plan``: import, new, list, show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import say
from dualrandom.cli.options import (
    AsOf,
    DryRun,
    Json,
    Yes,
    day,
    end_of,
    here,
    on_terminal,
)
from dualrandom.messages import shown

if TYPE_CHECKING:
    from dualrandom.office.plans import PlanSet
    from dualrandom.plans import PlanChange, PlanLine

PlanNumber = Annotated[str, typer.Argument(help=say("cli.plan.id"))]
Reason = Annotated[str, typer.Option(help=say("cli.plan.reason"))]
_LISTED = ("id", "name", "items", "quota", "start", "end", "lead")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    made = group(app, "plan")
    command(made, "import", import_, "plan.import")
    command(made, "new", new, "plan.new")
    command(made, "list", list_, "plan.list")
    command(made, "show", show_, "plan.show")


def import_(
    year: Annotated[int, typer.Argument(help=say("cli.plan.year"))],
    file: Annotated[Path, typer.Argument(help=say("cli.plan.file"))],
    sheet: Annotated[str | None, typer.Option(help=say("cli.plan.sheet"))] = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Import the plan of a year."""
    from dualrandom.office.plans import import_plan

    def confirm(change: PlanChange) -> bool:
        if not as_json:
            _preview(year, change)
        if yes or as_json:
            return yes
        with show.pause():
            return on_terminal() and typer.confirm(say("cli.ask.apply"), err=True)

    done = import_plan(
        here(),
        year,
        file,
        sheet=sheet,
        reason=reason,
        dry_run=dry_run,
        confirm=confirm,
    )
    _done(done, as_json=as_json)


def new(
    plan: PlanNumber,
    year: Annotated[int, typer.Option(help=say("cli.plan.year"))],
    name: Annotated[str, typer.Option(help=say("cli.plan.name"))],
    item: Annotated[list[str], typer.Option("--item", help=say("cli.plan.item"))],
    start: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD")] = "",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD")] = "",
    scope: Annotated[str, typer.Option(help=say("cli.plan.scope"))] = "",
    quota: Annotated[str, typer.Option(help=say("cli.plan.quota"))] = "",
    joint: Annotated[bool, typer.Option("--joint", help=say("cli.plan.joint"))] = False,
    by_risk: Annotated[
        bool, typer.Option("--by-risk", help=say("cli.plan.by_risk"))
    ] = False,
    lead: Annotated[str, typer.Option(help=say("cli.plan.lead"))] = "",
    unit: Annotated[list[str], typer.Option("--unit", help=say("cli.plan.unit"))] = [],  # noqa: B006 - Typer's way
    reason: Reason = "",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Add a line to the plan."""
    from dualrandom.office.plans import put_line
    from dualrandom.plans import PlanId, PlanLine

    line = PlanLine(
        id=PlanId(plan),
        name=name,
        joint=joint,
        targeted=bool(scope),
        items=tuple(item),
        scope=scope,
        quota=quota,
        by_risk=by_risk,
        start=day(start) if start else None,
        end=day(end) if end else None,
        lead=lead,
        units=tuple(unit),
    )
    done = put_line(here(), year, line, reason=reason, dry_run=dry_run)
    _done(done, as_json=as_json)


def list_(as_of: AsOf = "", as_json: Json = False) -> None:
    """List the lines of the plans."""
    from dualrandom.office.plans import plans_of
    from dualrandom.plans import line_fields

    found = plans_of(here(), as_of=end_of(as_of))
    if as_json:
        show.document(
            {
                "schema": "dualrandom/plans-in-force/v1",
                "plans": [
                    {
                        "year": one.plan.year,
                        "version": one.issue.version,
                        "digest": one.issue.digest,
                        "reason": one.plan.reason,
                        "lines": [line_fields(line) for line in one.plan.lines],
                    }
                    for one in found
                ],
            }
        )
        return
    show.table(
        [say(f"cli.plan.field.{column}") for column in _LISTED],
        [
            [_words(getattr(line, column)) for column in _LISTED]
            for one in found
            for line in one.plan.lines
        ],
    )


def show_(plan: PlanNumber, as_json: Json = False) -> None:
    """Show a line of the plan."""
    from dualrandom.office.departures import tasks_of_line
    from dualrandom.plans import line_fields

    line, tasks = tasks_of_line(here(), plan)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/plan-line/v1",
                **line_fields(line),
                "tasks": list(tasks),
                "departures": {task: list(names) for task, names in tasks.items()},
            }
        )
        return
    rows = [(say(f"cli.plan.field.{k}"), _words(v)) for k, v in _shown(line).items()]
    show.table([say("cli.field"), say("cli.value")], rows)
    show.data(f"{say('cli.plan.tasks')}: {_words(list(tasks))}")
    for task, names in tasks.items():
        if names:
            told = {"task": task, "plan": plan, "names": ", ".join(names)}
            show.data(f"\u2013 {say('E350.what', **told)}")


def _shown(line: PlanLine) -> dict[str, Any]:
    from dualrandom.plans import line_fields

    return {k: v for k, v in line_fields(line).items() if v}


def _words(value: Any) -> str:  # noqa: ANN401 - any field of a plan
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _preview(year: int, change: PlanChange) -> None:
    show.talk(_counted(year, change))
    for sign, lines in (
        ("+", change.added),
        ("~", [new for _, new in change.changed]),
        ("-", change.removed),
    ):
        for line in lines:
            show.talk(shown(f"  {sign} {line.id} {line.name}"))


def _counted(year: int, change: PlanChange) -> str:
    return say(
        "cli.plan.change",
        year=year,
        added=len(change.added),
        changed=len(change.changed),
        removed=len(change.removed),
    )


def _done(done: PlanSet, *, as_json: bool) -> None:
    made = done.issue
    if as_json:
        show.document(
            {
                "schema": "dualrandom/plan-set/v1",
                "year": done.plan.year,
                "version": None if made is None else made.version,
                "digest": None if made is None else made.digest,
                "added": [line.id for line in done.change.added],
                "changed": [line.id for _, line in done.change.changed],
                "removed": [line.id for line in done.change.removed],
                "warnings": [show.problem(item) for item in done.warnings],
            }
        )
        return
    show.warnings(done.warnings)
    if made is not None:
        show.data(
            say(
                "cli.plan.made",
                year=done.plan.year,
                version=made.version,
                lines=len(done.plan.lines),
                digest=made.digest,
            )
        )
        show.talk(say("cli.plan.next"))
        return
    show.data(_counted(done.plan.year, done.change))
    show.data(say("cli.plan.same" if done.change.empty else "cli.plan.unwritten"))
