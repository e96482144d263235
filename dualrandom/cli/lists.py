"""``import``, ``template``, ``export``: sheets in and out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast, get_args

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import DryRun, Json, Out, Yes, end_of, here, on_terminal

if TYPE_CHECKING:
    from dualrandom.office.lists import Change, Imported

ListName = Literal["items", "targets", "inspectors", "recusals"]
Template = Literal["items", "targets", "inspectors", "recusals", "plans"]
_LISTS = "|".join(get_args(ListName))
Mapping = Annotated[Path | None, typer.Option(help=say("cli.opt.mapping"))]
_FEW = 20
"""So many names in one line."""
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
    name: Annotated[ListName, typer.Argument(metavar=_LISTS)],
    file: Annotated[Path, typer.Argument(help=say("cli.import.file"))],
    sheet: Annotated[str | None, typer.Option(help=say("cli.import.sheet"))] = None,
    reason: Annotated[str, typer.Option(help=say("cli.import.reason"))] = say(
        "cli.import.usual"
    ),
    problems: Annotated[
        Path | None, typer.Option(help=say("cli.import.problems"))
    ] = None,
    mapping: Mapping = None,
    changes: Annotated[
        bool, typer.Option("--changes", help=say("cli.import.changes"))
    ] = False,
    retire: Annotated[
        list[str] | None, typer.Option(help=say("cli.import.retire"))
    ] = None,
    cause: Annotated[str, typer.Option(help=say("cli.import.cause"))] = "",
    personal: Annotated[
        bool, typer.Option("--keep-personal", help=say("cli.import.personal"))
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Import a list."""
    from dualrandom.office.lists import how_meant, import_list

    how = how_meant(
        name, changes=changes, retire=retire or (), cause=cause, personal=personal
    )

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
            problems=problems,
            mapping=mapping,
            how=how,
            lang=lang(),
        )
    if as_json:
        _import_document(done)
        return
    _read_from(done)
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
    if done.personal:
        show.talk(say("cli.import.personal_kept", count=done.personal))
    if done.drafts:
        show.talk(say("cli.import.drafts", count=done.drafts))


def _import_document(done: Imported) -> None:
    show.document(
        {
            "schema": "dualrandom/import/v1",
            "rows": done.rows,
            "written": done.written,
            "drafts": done.drafts,
            "personal": done.personal,
            "sheet": done.sheet,
            "unused": list(done.unused),
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


def _read_from(done: Imported) -> None:
    """Say what was left out of a book: nobody should learn that from a result."""
    if done.others:
        others = say("ui.comma").join(done.others[:_FEW])
        show.talk(say("cli.import.others", sheet=str(done.sheet), others=others))
    if done.unused:
        columns = say("ui.comma").join(done.unused[:_FEW])
        show.talk(say("cli.import.unused", columns=columns))


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
    name: Annotated[Template, typer.Argument(metavar=f"{_LISTS}|plans")],
    out: Out,
) -> None:
    """Write an empty sheet."""
    from dualrandom.folder import check_new
    from dualrandom.sheets import write_template

    check_new(out)
    write_template(name, out, lang())
    show.data(say("cli.written", file=str(out)))


def export_header() -> list[str]:
    """Return the headings of the sheet that inspectors get."""
    return [say(f"cli.export.{column}") for column in _EXPORT]


def export(
    what: Annotated[
        str,
        typer.Argument(
            metavar=f"{_LISTS}|tasks|penalties|objections|DRAW",
            help=say("cli.export.what"),
        ),
    ],
    out: Out,
    as_of: Annotated[str, typer.Option(help=say("cli.export.as_of"))] = "",
    mapping: Mapping = None,
    batch: Annotated[
        str, typer.Option(metavar="K/N", help=say("cli.export.batch"))
    ] = "",
) -> None:
    """Write a list, or the drawn targets with their teams, to a sheet."""
    from dualrandom.errors import UsageError
    from dualrandom.office import exporting

    if what in exporting.LISTS:
        name = cast("exporting.ListName", what)
        count = exporting.export_list(
            here(), name, out, as_of=end_of(as_of), mapping=mapping, lang=lang()
        )
        done = "cli.export.list"
    elif as_of or mapping:
        raise UsageError("E289", lists=", ".join(exporting.LISTS))
    else:
        count = exporting.export_draw(here(), what, out, export_header(), batch=batch)
        done = "cli.export.done"
    show.data(say(done, file=str(out), count=count))
