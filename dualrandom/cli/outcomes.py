"""After the inspections: ``results``, ``penalties``, ``objections``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.approvals import Approvals, need_approval
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import DryRun, Json, Out, day, here

if TYPE_CHECKING:
    from dualrandom.office.bringing import Brought, Source

Draw = Annotated[str, typer.Argument(help=say("cli.draw_id"))]
File = Annotated[Path, typer.Argument(help=say("cli.import.file"))]
Sheet = Annotated[str | None, typer.Option(help=say("cli.import.sheet"))]
Problems = Annotated[Path | None, typer.Option(help=say("cli.import.problems"))]
Reason = Annotated[str, typer.Option(help=say("cli.results.reason"))]
_FEW = 10


def register(app: typer.Typer) -> None:
    """Add the commands."""
    results = group(app, "results")
    command(results, "template", template, "results.template")
    command(results, "import", import_results, "results.import")
    command(results, "correct", correct, "results.correct")
    command(results, "approve", approve, "results.approve")
    command(results, "show", show_results, "results.show")
    command(results, "handover", handover, "results.handover")
    penalties = group(app, "penalties")
    command(penalties, "import", import_penalties, "penalties.import")
    command(penalties, "withdraw", withdraw, "penalties.withdraw")
    command(penalties, "list", list_penalties, "penalties.list")
    objections = group(app, "objections")
    command(objections, "import", import_objections, "objections.import")
    command(objections, "list", list_objections, "objections.list")


def template(draw_id: Draw, out: Out) -> None:
    """Write the sheet of a draw's results."""
    from dualrandom.folder import check_new
    from dualrandom.office.bringing import hand_out_results

    check_new(out)
    rows = hand_out_results(here(), draw_id, out, lang())
    show.data(say("cli.results.written", file=str(out), count=rows))


def import_results(
    draw_id: Draw,
    file: File,
    sheet: Sheet = None,
    problems: Problems = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Record what the inspections found."""
    from dualrandom.office.bringing import bring_results

    done = bring_results(
        here(), draw_id, _source(file, sheet, problems), dry_run=dry_run
    )
    _say_brought("results", done, as_json=as_json)
    if not as_json:
        _say_standing(draw_id)


def correct(
    draw_id: Draw,
    file: File,
    reason: Reason,
    sheet: Sheet = None,
    problems: Problems = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Correct results that were approved."""
    from dualrandom.office.bringing import bring_results

    source = _source(file, sheet, problems)
    done = bring_results(here(), draw_id, source, reason=reason, dry_run=dry_run)
    _say_brought("results", done, as_json=as_json)
    if not as_json:
        _say_standing(draw_id)


def approve(draw_id: Draw, approval: Approvals = [], as_json: Json = False) -> None:  # noqa: B006
    """Let a second person approve the results, then take that in."""
    from dualrandom.office.approvals import carry_out
    from dualrandom.office.results import approval_of

    office = here()
    act = approval_of(office, draw_id)
    if not approval:
        need_approval(office, act, Path(f"results-{draw_id}.request"))
    entry = carry_out(office, act, approval)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/results-approval/v1",
                "draw": draw_id,
                "seq": entry.seq,
                "results": entry.body["results"],
            }
        )
        return
    show.data(say("cli.results.approved", draw=draw_id, seq=entry.seq))
    show.talk(say("cli.results.publish"))


def handover(
    draw_id: Draw,
    to: Annotated[str, typer.Option(help=say("cli.results.to"))],
    out: Out,
) -> None:
    """Write the sheet and the letter for a department that must be told."""
    from dualrandom.office.handover import write_handover

    rows, letter = write_handover(here(), draw_id, to, out, lang())
    show.data(say("cli.results.written", file=str(out), count=rows))
    show.data(say("cli.results.letter", file=str(letter)))


def show_results(draw_id: Draw, as_json: Json = False) -> None:
    """Say where a draw's results stand."""
    from dualrandom.office.results import standing_of

    if not as_json:
        _say_standing(draw_id)
        return
    found = standing_of(here(), draw_id)
    review = found.review
    show.document(
        {
            "schema": "dualrandom/results-standing/v1",
            "draw": draw_id,
            "targets": len(found.visits.targets),
            "items": len(found.visits.items),
            "due": len(found.visits.pairs),
            "recorded": len(found.records),
            "lacking": [list(pair) for pair in found.lacking],
            "counts": dict(found.counts),
            "state": found.state,
            "recorded_seq": None if review is None else review.recorded,
            "approved_seq": None if review is None else review.approved,
        }
    )


def _say_standing(draw: str) -> None:
    from dualrandom.office.results import standing_of

    found = standing_of(here(), draw)
    show.data(
        say(
            "cli.results.standing",
            draw=draw,
            recorded=len(found.records),
            due=len(found.visits.pairs),
            state=say(f"cli.results.state.{found.state}"),
        )
    )
    for text, count in found.counts:
        show.data(say("cli.results.count", text=text, count=count))
    visits = found.visits
    show.data(
        say(
            "cli.results.sum",
            count=sum(count for _, count in found.counts),
            due=len(visits.pairs),
            targets=len(visits.targets),
            items=len(visits.items),
        )
    )
    for target, item in found.lacking[:_FEW]:
        show.talk(say("cli.results.lacking", id=target, item=item))
    if len(found.lacking) > _FEW:
        show.talk(say("ui.more", count=len(found.lacking) - _FEW))


def import_penalties(
    file: File,
    reason: Reason = "",
    sheet: Sheet = None,
    problems: Problems = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Record penalties."""
    from dualrandom.office.bringing import bring_penalties

    source = _source(file, sheet, problems)
    done = bring_penalties(here(), source, reason=reason, dry_run=dry_run)
    _say_brought("penalties", done, as_json=as_json)


def withdraw(
    number: Annotated[str, typer.Argument(help=say("cli.penalties.number"))],
    on: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help=say("cli.penalties.on"))
    ],
    why: Annotated[str, typer.Option(help=say("cli.penalties.why"))] = "revoked",
) -> None:
    """Stop showing a penalty before its period ends."""
    from dualrandom.office.penalties import withdraw_penalty

    seq = withdraw_penalty(here(), number, day(on), why=why)
    show.data(say("cli.penalties.withdrawn", number=number, seq=seq))
    show.talk(say("cli.results.publish"))


def list_penalties(as_json: Json = False) -> None:
    """List penalties, and until when each is shown."""
    from dualrandom.office.penalties import penalties_of

    found = penalties_of(here())
    if as_json:
        show.document(
            {
                "schema": "dualrandom/penalties-list/v1",
                "penalties": [
                    {
                        "number": one.number,
                        "party": one.party,
                        "decided": str(one.decided),
                        "until": str(one.shown_until),
                        "ending": str(ending),
                    }
                    for one, ending in found
                ],
            }
        )
        return
    show.table(
        [
            say(f"cli.penalties.column.{name}")
            for name in ("number", "party", "decided", "until", "state")
        ],
        [
            (
                one.number,
                one.party,
                str(one.decided),
                str(one.shown_until),
                say(f"cli.penalties.ending.{ending or 'shown'}"),
            )
            for one, ending in found
        ],
    )


def import_objections(
    file: File,
    sheet: Sheet = None,
    problems: Problems = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Record objections and replies."""
    from dualrandom.office.bringing import bring_objections

    source = _source(file, sheet, problems)
    done = bring_objections(here(), source, dry_run=dry_run)
    _say_brought("objections", done, as_json=as_json)


def list_objections(as_json: Json = False) -> None:
    """List objections that wait for a reply, and those that had one."""
    from dualrandom.office.results import objections_of

    found = objections_of(here())
    if as_json:
        show.document(
            {
                "schema": "dualrandom/objections-list/v1",
                "objections": [
                    {
                        "id": one.id,
                        "received": str(one.received),
                        "replied": str(one.replied) if one.replied else None,
                        "reply": str(one.reply),
                        "unit": one.unit,
                    }
                    for one in found
                ],
            }
        )
        return
    show.table(
        [
            say(f"cli.objections.column.{name}")
            for name in ("id", "received", "about", "reply", "unit")
        ],
        [
            (
                one.id,
                str(one.received),
                one.draw or one.penalty,
                say(f"cli.objections.reply.{one.reply or 'open'}"),
                one.unit,
            )
            for one in found
        ],
    )


def _source(file: Path, sheet: str | None, problems: Path | None) -> Source:
    from dualrandom.office.bringing import Source

    return Source(path=file, sheet=sheet, problems=problems, lang=lang())


def _say_brought(name: str, done: Brought, *, as_json: bool) -> None:
    if as_json:
        show.document(
            {
                "schema": f"dualrandom/{name}-import/v1",
                "rows": done.rows,
                "added": done.added,
                "changed": done.changed,
                "written": done.written,
                "warnings": [show.problem(item) for item in done.warnings],
            }
        )
        return
    show.warnings(done.warnings)
    key = "cli.outcomes.written" if done.written else "cli.outcomes.unwritten"
    show.data(say(key, list=say(f"list.{name}"), rows=done.rows))
