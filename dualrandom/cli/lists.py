"""``import``, ``template``, ``export``: sheets in and out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import DryRun, Json, Out, Yes, here, on_terminal

if TYPE_CHECKING:
    from dualrandom.office.lists import Change

ListName = Literal["items", "targets", "inspectors"]
Template = Literal["items", "targets", "inspectors", "plans"]
_EXPORT = (
    "order",
    "id",
    "name",
    "region",
    "address",
    "team",
    "items",
    "start",
    "end",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "import", import_, "import.help")
    command(app, "template", template, "template.help")
    command(app, "export", export, "export.help")


def import_(
    name: Annotated[ListName, typer.Argument(metavar="items|targets|inspectors")],
    file: Annotated[Path, typer.Argument(help=say("cli.import.file"))],
    sheet: Annotated[str | None, typer.Option(help=say("cli.import.sheet"))] = None,
    reason: Annotated[str, typer.Option(help=say("cli.import.reason"))] = "import",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Import a list."""
    from dualrandom.office.lists import import_list

    def confirm(changes: tuple[Change, ...]) -> bool:
        if not as_json:
            _preview(changes)
        if yes or as_json:
            return yes
        with show.pause():
            return on_terminal() and typer.confirm(say("cli.ask.apply"), err=True)

    office = here()
    with show.busy(say("cli.busy.import")):
        done = import_list(
            office,
            name,
            file,
            sheet=sheet,
            dry_run=dry_run,
            confirm=confirm,
            reason=reason,
        )
    if as_json:
        show.document(
            {
                "schema": "dualrandom/import/v1",
                "rows": done.rows,
                "written": done.written,
                "drafts": done.drafts,
                "changes": [
                    {
                        "list": c.list,
                        "added": c.added,
                        "changed": c.changed,
                        "retired": c.retired,
                    }
                    for c in done.changes
                ],
                "warnings": [show.problem(item) for item in done.warnings],
            }
        )
        return
    show.warnings(done.warnings)
    if dry_run:
        _preview(done.changes)
    for c in done.changes:
        key = "cli.import.done" if done.written else "cli.import.unwritten"
        show.data(
            say(
                "cli.import.same" if c.empty else key,
                list=say(f"list.{c.list}"),
                added=c.added,
                changed=c.changed,
                retired=c.retired,
            )
        )
    if done.drafts:
        show.talk(say("cli.import.drafts", count=done.drafts))


def _preview(changes: tuple[Change, ...]) -> None:
    from dualrandom.messages import shown

    for c in changes:
        show.talk(
            say(
                "cli.import.preview",
                list=say(f"list.{c.list}"),
                added=c.added,
                changed=c.changed,
                retired=c.retired,
            )
        )
        for kind, text in c.samples:
            show.talk(f"  {say(f'change.{kind}')} {shown(text)}")


def template(
    name: Annotated[Template, typer.Argument(metavar="items|targets|inspectors|plans")],
    out: Out,
) -> None:
    """Write an empty sheet."""
    from dualrandom.folder import check_new
    from dualrandom.sheets import write_template

    check_new(out)
    write_template(name, out, lang())
    show.data(say("cli.written", file=str(out)))


def export(
    draw: Annotated[str, typer.Argument(help=say("cli.draw_id"))],
    out: Out,
) -> None:
    """Write the drawn targets with their teams to a sheet."""
    from dualrandom.office.looking import export_draw

    header = [say(f"cli.export.{column}") for column in _EXPORT]
    count = export_draw(here(), draw, out, header)
    show.data(say("cli.export.done", file=str(out), count=count))
