"""``items``, ``targets``, ``inspectors``: what the registry tells of its lists."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import AsOf, Json, day, end_of, here
from dualrandom.messages import shown

if TYPE_CHECKING:
    from dualrandom.office.queries import Field, ItemLine, Life, Step
    from dualrandom.sheets.columns import Listing

Id = Annotated[str, typer.Argument(help=say("cli.query.id"))]
_SHOWN = ("id", "name", "kind", "region", "status")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    items = group(app, "items")
    command(items, "list", items_list, "items.list")
    command(items, "diff", items_diff, "items.diff")
    command(items, "history", items_history, "items.history")
    command(items, "revised", items_revised, "items.revised")
    targets = group(app, "targets")
    command(targets, "list", targets_list, "targets.list")
    command(targets, "show", targets_show, "targets.show")
    inspectors = group(app, "inspectors")
    command(inspectors, "show", inspectors_show, "inspectors.show")


def items_list(as_of: AsOf = "", as_json: Json = False) -> None:
    """List the items, with what may be drawn for."""
    from dualrandom.office.queries import list_items

    lines = list_items(here(), end_of(as_of))
    if as_json:
        show.document(
            {
                "schema": "dualrandom/items-in-force/v1",
                "items": [
                    plain(line.item)
                    | {
                        "version": line.version,
                        "state": str(line.state),
                        "stale": [plain(one) for one in line.stale],
                        "clear": line.terms is not None,
                    }
                    for line in lines
                ],
            }
        )
        return
    show.table(
        [say(f"cli.items.{name}") for name in ("code", "name", "version", "state")],
        [
            (_code(line), line.item.name, line.version, say(f"cli.items.{line.state}"))
            for line in lines
        ],
    )
    for line in lines:
        for one in line.stale:
            show.talk(
                say(
                    "cli.items.stale",
                    item=_code(line),
                    basis=shown(one.basis),
                    changed=str(one.changed),
                )
            )


def _code(line: ItemLine) -> str:
    return "/".join(filter(None, (line.item.code, line.item.sub)))


def items_diff(
    first: Annotated[str, typer.Argument(metavar="v3", help=say("cli.items.first"))],
    second: Annotated[str, typer.Argument(metavar="v4", help=say("cli.items.second"))],
    as_json: Json = False,
) -> None:
    """Say what is different between two versions of the item list."""
    from dualrandom.office.queries import diff_items

    found = diff_items(here(), first, second)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/items-diff/v1",
                "changes": [plain(one) for one in found],
            }
        )
        return
    for one in found:
        show.data(f"{say(f'change.{one.act}')} {shown(one.key)} {shown(one.name)}")
        _fields("items", one.fields)
    if not found:
        show.data(say("cli.query.same"))


def items_history(code: Id, as_json: Json = False) -> None:
    """Tell all versions of an item."""
    from dualrandom.office.queries import item_history

    found = item_history(here(), code)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/item-history/v1",
                "items": [
                    {"item": key, "versions": [plain(step) for step in steps]}
                    for key, steps in found
                ],
            }
        )
        return
    for key, steps in found:
        show.data(show.styled(shown(key), "bold"))
        _steps("items", steps)


def items_revised(
    law: Annotated[str, typer.Argument(help=say("cli.items.law"))],
    on: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help=say("cli.items.on"))],
    note: Annotated[str, typer.Option(help=say("cli.items.note"))] = "",
) -> None:
    """Note that a law changed."""
    from dualrandom.office.recusals import revise_basis

    revise_basis(here(), law, day(on), note)
    show.data(say("cli.items.noted", basis=shown(law), changed=on))


def targets_list(
    where: Annotated[str, typer.Option(help=say("cli.targets.where"))] = "",
    as_of: AsOf = "",
    count_by: Annotated[str, typer.Option(help=say("cli.targets.count_by"))] = "",
    as_json: Json = False,
) -> None:
    """List or count the targets of a day."""
    from dualrandom.office.queries import count_targets, list_targets

    found = list_targets(here(), where, end_of(as_of))
    counted = count_targets(found, count_by) if count_by else ()
    if as_json:
        rows = [plain(public) | plain(private) for public, private in found]
        show.document(
            {
                "schema": "dualrandom/targets/v1",
                "count": len(found),
                "counts": dict(counted),
                "targets": [] if count_by else rows,
            }
        )
        return
    if count_by:
        show.table([count_by, say("cli.targets.count")], counted)
    else:
        show.table(
            [say(f"cli.targets.{name}") for name in _SHOWN],
            ([getattr(public, name) for name in _SHOWN] for public, _ in found),
        )
    show.talk(say("cli.targets.total", count=len(found)))


def targets_show(target: Id, as_json: Json = False) -> None:
    """Tell all of one target."""
    from dualrandom.office.queries import show_target

    life = show_target(here(), target)
    _life("targets", life, "dualrandom/target/v1", as_json=as_json)


def inspectors_show(inspector: Id, as_json: Json = False) -> None:
    """Tell all of one inspector."""
    from dualrandom.office.queries import show_inspector

    life = show_inspector(here(), inspector)
    _life("inspectors", life, "dualrandom/inspector/v1", as_json=as_json)


def _life(listing: Listing, life: Life, schema: str, *, as_json: bool) -> None:
    parts = life.record if isinstance(life.record, tuple) else (life.record,)
    cells = {name: value for part in parts for name, value in plain(part).items()}
    if as_json:
        show.document(
            {
                "schema": schema,
                "record": cells,
                "versions": [plain(step) for step in life.steps],
                "draws": [plain(one) for one in life.draws],
                "results": [plain(one) for one in life.results],
                "recusals": [plain(one) for one in life.recusals],
                "personal": life.personal,
            }
        )
        return
    for name, value in cells.items():
        if value not in ("", None, []):
            _field(listing, name, shown(_words(value)))
    _steps(listing, life.steps)
    for seen in life.draws:
        word = say(f"cli.query.{seen.outcome}")
        show.data(shown(f"{seen.draw} {seen.title} {word} {seen.detail}".rstrip()))
    for result in life.results:
        show.data(shown(f"{result.draw} {result.item} {result.done} {result.text}"))
    for one in life.recusals:
        days = f"{one.start or ''}\u2013{one.end or ''}"
        show.data(shown(f"{say('list.recusals')} {one.target} {days} {one.reason}"))
    if life.personal:
        show.talk(say("cli.query.personal"))


def _steps(listing: Listing, steps: tuple[Step, ...]) -> None:
    for step in steps:
        at = show.moment(step.at)
        line = f"v{step.number} {at} {step.by} {step.reason}"
        show.data(shown(line + (f" {say('cli.query.ended')}" if step.ended else "")))
        _fields(listing, step.fields)


def _fields(listing: Listing, fields: tuple[Field, ...]) -> None:
    for name, old, new in fields:
        value = f"{shown(old) or '-'} \u2192 {shown(new) or '-'}"
        _field(listing, name, value, indent="  ")


def _field(listing: Listing, name: str, value: str, *, indent: str = "") -> None:
    """Print a field under the heading that the list's sheets have for it."""
    from dualrandom.sheets.columns import heading

    told = heading(listing, name, lang()) or say(f"cli.query.{name}")
    show.data(indent + say("cli.query.field", name=told, value=value))


def _words(value: Any) -> str:  # noqa: ANN401 - what a record holds
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, dict):
        return " ".join(str(v) for v in value.values() if v)
    return str(value)


def plain(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any value of ours
    """Return a record as JSON can hold it: days and codes as text."""
    return {
        field.name: _plain(getattr(record, field.name))
        for field in dataclasses.fields(record)
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - as above
    if dataclasses.is_dataclass(value):
        return plain(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)
