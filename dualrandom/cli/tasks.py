"""``task``: new, edit, show, check, list, delete."""

# ruff: noqa: B006 - the command gets a list of its own from Typer

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import DryRun, Json, day, here

if TYPE_CHECKING:
    from collections.abc import Callable

    from dualrandom.records import TaskRecord

Task = Annotated[str, typer.Argument(help=say("cli.task.id"))]
Items = Annotated[list[str], typer.Option("--item", help=say("cli.task.item"))]
Ratios = Annotated[list[str], typer.Option("--ratio", help=say("cli.task.ratio"))]
Posts = Annotated[list[str], typer.Option("--posts", help=say("cli.task.posts"))]
Areas = Literal["any", "same", "cross"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    made = group(app, "task")
    command(made, "new", _writing(new=True), "task.new")
    command(made, "edit", _writing(new=False), "task.edit")
    command(made, "show", show_task, "task.show")
    command(made, "check", check, "task.check.help")
    command(made, "list", list_tasks, "task.list")
    command(made, "delete", delete, "task.delete")


def _writing(*, new: bool) -> Callable[..., None]:
    """Return ``task new`` or ``task edit``: one list of options, two commands.

    An option that is not given says nothing: a new task takes it from its plan and the
    rules, an old one keeps what it has. One that is given empty says: none.
    """

    def write(
        task: Task,
        item: Items = [],
        start: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD")] = "",
        end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD")] = "",
        title: Annotated[str, typer.Option(help=say("cli.task.title"))] = "",
        ratio: Ratios = [],
        total: Annotated[int | None, typer.Option(help=say("cli.task.total"))] = None,
        posts: Posts = [],
        scope: Annotated[str | None, typer.Option(help=say("cli.task.scope"))] = None,
        strata: Annotated[str | None, typer.Option(help=say("cli.task.strata"))] = None,
        tickets: Annotated[list[str], typer.Option(help=say("cli.task.tickets"))] = [],
        area: Annotated[Areas | None, typer.Option(help=say("cli.task.area"))] = None,
        reserves: Annotated[
            str | None, typer.Option(help=say("cli.task.reserves"))
        ] = None,
        plan: Annotated[str | None, typer.Option(help=say("cli.task.plan"))] = None,
        off_site: Annotated[
            str | None, typer.Option(help=say("cli.task.off_site"))
        ] = None,
        dry_run: DryRun = False,
    ) -> None:
        from dualrandom.office.tasks import edit_task, new_task

        made = (new_task if new else edit_task)(
            here(),
            task,
            plan=plan,
            dry_run=dry_run,
            title=title or None,
            items=item or None,
            start=day(start) if start else None,
            end=day(end) if end else None,
            ratios=ratio or None,
            total=total,
            posts=posts or None,
            scope=scope,
            strata_by=strata,
            tickets=list(filter(None, tickets)) if tickets else None,
            area=area,
            reserves=reserves,
            off_site=off_site,
        )
        if dry_run:
            _show(made)
            return
        show.data(say("cli.task.made", task=task))
        if new:
            show.talk(say("cli.task.next", task=task))

    return write


def show_task(task: Task, as_json: Json = False) -> None:
    """Show a task, its scope in words, and what would be drawn."""
    from dualrandom.cli.staffing import print_outlook, print_problems
    from dualrandom.errors import StateError
    from dualrandom.messages import lines
    from dualrandom.office.outlook import outlook
    from dualrandom.office.tasks import task_of

    office = here()
    found = task_of(office, task)
    if as_json:
        show.document({"schema": "dualrandom/task/v1", **_fields(found)})
        return
    _show(found)
    try:
        with show.busy(say("cli.busy.freeze")):
            seen = outlook(office, task, told=show.progress)
    except StateError as error:
        # The task is there, and shown; that nothing could be drawn now is talk.
        for line in lines(error, lang()):
            show.talk(line)
        return
    print_outlook(seen)
    print_problems(seen.problems)


def _show(task: TaskRecord) -> None:
    from dualrandom.scope import parse_scope

    found = _fields(task) | {"scope": parse_scope(task.scope).said}
    found["plan"] = found["plan"] or say("cli.task.temporary")
    found["area"] = say(f"area.{task.area}")
    show.table(
        [say("cli.field"), say("cli.value")],
        [(say(f"cli.task.field.{k}"), _words(v)) for k, v in found.items() if v],
    )


def check(
    task: Task,
    runs: Annotated[
        int, typer.Option(min=0, max=1000, help=say("cli.task.check.runs"))
    ] = 20,
    as_json: Json = False,
) -> None:
    """Check a task before its freeze."""
    from dualrandom.cli.staffing import document, print_staffing
    from dualrandom.office.outlook import check_staffing

    with show.busy(say("cli.busy.freeze")):
        found = check_staffing(here(), task, runs=runs, told=show.progress)
    if as_json:
        show.document(document(found))
    else:
        print_staffing(found)
    if found.fails:
        raise typer.Exit(1)


def list_tasks(as_json: Json = False) -> None:
    """List the tasks."""
    from dualrandom.office.tasks import tasks_of

    found = [_fields(task) for task in tasks_of(here())]
    if as_json:
        show.document({"schema": "dualrandom/tasks/v1", "tasks": found})
        return
    columns = ("id", "title", "items", "from", "to")
    show.table(
        [say(f"cli.task.field.{column}") for column in columns],
        [[_words(task[column]) for column in columns] for task in found],
    )


def delete(task: Task) -> None:
    """Retire a task; its versions stay."""
    from dualrandom.office.tasks import delete_task

    delete_task(here(), task)
    show.data(say("cli.task.deleted", task=task))


def _fields(task: TaskRecord) -> dict[str, Any]:
    return {
        "id": task.id,
        "title": task.title,
        "items": list(task.items),
        "from": str(task.start),
        "to": str(task.end),
        "plan": task.plan,
        "scope": task.scope,
        "strata": task.strata_by,
        "quotas": [
            f"{value}={_quota(quota)}" if value else _quota(quota)
            for value, quota in task.quotas
        ],
        "total": task.total,
        "tickets": [f"{value}={count}" for value, count in task.tickets],
        "posts": [
            f"{'+'.join(p.need)}:{p.count}" if p.need else str(p.count)
            for p in task.posts
        ],
        "area": str(task.area),
        "reserves": "" if task.reserves is None else str(task.reserves),
        "off_site": task.off_site,
    }


def _quota(quota: Any) -> str:  # noqa: ANN401 - a Quota; not imported at start-up
    if quota.ratio is None:
        return str(quota.count)
    return f"{say(f'round.{quota.round}')} {quota.ratio}"


def _words(value: Any) -> str:  # noqa: ANN401 - any field of a task
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
