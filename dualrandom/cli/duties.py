"""What an office has before it: ``due``, and the ``forms`` to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import Json, Out, here

if TYPE_CHECKING:
    from dualrandom.deadlines import Deadline
    from dualrandom.office.due import Duty


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "due", due, "due.help")
    command(app, "forms", forms, "forms.help")


def due(
    every: Annotated[bool, typer.Option("--all", help=say("cli.due.all"))] = False,
    as_json: Json = False,
) -> None:
    """Say what is due, and what is overdue, by unit."""
    from dualrandom.office.due import duties

    found = duties(here())
    if as_json:
        show.document(
            {
                "schema": "dualrandom/due/v1",
                "duties": [
                    {
                        "kind": one.kind,
                        "what": one.what,
                        "unit": one.unit,
                        "event": str(one.event),
                        "due": str(one.due),
                        "late": one.late,
                        "deadlines": [
                            {"rule": d.rule, "days": list(d.days), "due": str(d.due)}
                            for d in one.deadlines
                        ],
                    }
                    for one in found
                ],
            }
        )
        return
    if not found:
        show.data(say("cli.due.none"))
    for unit in sorted({one.unit for one in found}, key=str.encode):
        show.data(show.styled(unit or say("cli.due.office"), "bold"))
        for one in found:
            if one.unit == unit:
                _say_duty(one, every=every)


def _say_duty(one: Duty, *, every: bool) -> None:
    rule = _rule(one.deadlines[0])
    key = "cli.due.late" if one.late else "cli.due.line"
    line = say(
        key,
        due=str(one.due),
        kind=say(f"cli.due.kind.{one.kind}"),
        what=one.what,
        rule=rule,
        late=one.late,
    )
    show.data(show.styled(line, "red") if one.late else line)
    for other in one.deadlines[1:] if every else ():
        show.data(say("cli.due.other", due=str(other.due), rule=_rule(other)))


def _rule(deadline: Deadline) -> str:
    name = say(f"cli.due.rule.{deadline.rule}")
    days = "+".join(map(str, deadline.days))
    return say("cli.due.days", rule=name, days=days)


def forms(
    draw_id: Annotated[str, typer.Argument(help=say("cli.draw_id"))], out: Out
) -> None:
    """Write the forms of a draw, to be printed."""
    from dualrandom.office.forms import write_forms

    for name in write_forms(here(), draw_id, out, lang()):
        show.data(say("cli.forms.written", file=str(out / name)))
    show.talk(say("cli.forms.print"))
