"""What an office has before it: ``due``, and the ``forms`` to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import Json, Out, here
from dualrandom.errors import CannotTellError

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    _say_duties(found, every=every, as_json=as_json)
    lacking = _lacking(found, every=every or as_json)
    if lacking:
        raise CannotTellError(
            "E967",
            years=say("cli.due.and").join(map(str, sorted(set(lacking)))),
            count=len(lacking),
            first=min(lacking),
        )


def _lacking(found: Sequence[Duty], *, every: bool) -> list[int]:
    """Return the missing year of each day that could not be told."""
    told = [d for one in found for d in (one.deadlines if every else one.deadlines[:1])]
    late = [one.lacks for one in found if one.due is not None]
    return [year for year in (*(d.lacks for d in told), *late) if year is not None]


def _say_duties(found: Sequence[Duty], *, every: bool, as_json: bool) -> None:
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
                        "due": one.due and str(one.due),
                        "late": one.late,
                        "lacks": one.lacks,
                        "deadlines": [
                            {
                                "rule": d.rule,
                                "days": list(d.days),
                                "due": d.due and str(d.due),
                                "lacks": d.lacks,
                            }
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
    line = say(
        "cli.due.line",
        due=_day(one.deadlines[0]),
        kind=say(f"cli.due.kind.{one.kind}"),
        what=one.what,
        rule=_rule(one.deadlines[0]),
    )
    if one.late:
        key = "cli.due.late" if one.lacks is None else "cli.due.late_at_least"
        line += say(key, late=one.late)
    show.data(show.styled(line, "red") if one.late else line)
    for other in one.deadlines[1:] if every else ():
        show.data(say("cli.due.other", due=_day(other), rule=_rule(other)))


def _day(deadline: Deadline) -> str:
    if deadline.due is None:
        return say("cli.due.unknown", year=deadline.lacks or 0)
    return str(deadline.due)


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
