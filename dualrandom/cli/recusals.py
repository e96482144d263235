"""``recusals``: add, end, list."""

from __future__ import annotations

from typing import Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import say
from dualrandom.cli.options import AsOf, Json, day, end_of, here
from dualrandom.cli.queries import plain
from dualrandom.messages import shown

Inspector = Annotated[str, typer.Argument(help=say("cli.recusals.inspector"))]
Target = Annotated[str, typer.Argument(help=say("cli.recusals.target"))]
Reason = Annotated[str, typer.Option(help=say("cli.recusals.reason"))]
_COLUMNS = ("inspector", "target", "start", "end", "reason")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    made = group(app, "recusals")
    command(made, "add", add, "recusals.add")
    command(made, "end", end_, "recusals.end_help")
    command(made, "list", list_, "recusals.list")


def add(
    inspector: Inspector,
    target: Target,
    reason: Reason,
    start: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD")] = "",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD")] = "",
) -> None:
    """Keep an inspector away from a target."""
    from dualrandom.office.recusals import add_recusal

    made = add_recusal(
        here(),
        inspector,
        target,
        reason=reason,
        start=day(start) if start else None,
        end=day(end) if end else None,
    )
    show.data(
        say(
            "cli.recusals.added",
            inspector=made.inspector,
            target=made.target,
            start=str(made.start),
        )
    )


def end_(
    inspector: Inspector,
    target: Target,
    reason: Reason,
    on: Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD")] = "",
) -> None:
    """Give a recusal its last day."""
    from dualrandom.office.recusals import end_recusal

    made = end_recusal(
        here(), inspector, target, on=day(on) if on else None, reason=reason
    )
    show.data(
        say(
            "cli.recusals.ended",
            inspector=made.inspector,
            target=made.target,
            end=str(made.end),
        )
    )


def list_(as_of: AsOf = "", as_json: Json = False) -> None:
    """List the recusals."""
    office = here()
    with office.registry.read() as tx:
        found = tuple(tx.recusals(end_of(as_of)))
    if as_json:
        show.document(
            {
                "schema": "dualrandom/recusals/v1",
                "recusals": [plain(one) for one in found],
            }
        )
        return
    show.table(
        [say(f"cli.recusals.{name}") for name in _COLUMNS],
        [[shown(str(getattr(one, name) or "")) for name in _COLUMNS] for one in found],
    )
