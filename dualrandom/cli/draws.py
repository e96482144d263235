"""The life of a draw: ``rehearse freeze stage draw abandon``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.approvals import Approvals, need_approval
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import DryRun, Engine, Json, Out, here
from dualrandom.cli.values import collect, given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dualrandom.matching import Shortage
    from dualrandom.office.drawing import Waiting
    from dualrandom.office.freezing import Frozen
    from dualrandom.office.place import Office
    from dualrandom.randomness import Source

Draw = Annotated[str, typer.Argument(help=say("cli.draw_id"))]
Lottery = Annotated[str, typer.Option(help=say("cli.draw.lottery"))]
Secrets = Annotated[list[str], typer.Option(help=say("cli.draw.secret"))]
Beacons = Annotated[list[Path], typer.Option(help=say("cli.draw.beacon"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "freeze", freeze, "freeze.help")
    command(app, "stage", stage, "stage.help")
    command(app, "draw", draw, "draw.help")
    command(app, "abandon", abandon, "abandon.help")
    command(app, "rehearse", rehearse, "rehearse.help")


def freeze(
    task: Annotated[str, typer.Argument(help=say("cli.task.id"))],
    randomness: Annotated[
        list[str], typer.Option(help=say("cli.freeze.randomness"))
    ] = [],  # noqa: B006
    sealed_until: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help=say("cli.freeze.sealed_until"))
    ] = "",
    draw_id: Annotated[str, typer.Option("--draw", help=say("cli.freeze.draw"))] = "",
    reason: Annotated[str, typer.Option(help=say("cli.freeze.reason"))] = "",
    ask: Annotated[bool, typer.Option("--ask", help=say("cli.freeze.ask"))] = False,
    approval: Approvals = [],  # noqa: B006
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Fix and log the announcement."""
    from dualrandom.errors import UsageError
    from dualrandom.office.freezing import approved
    from dualrandom.office.freezing import freeze as fix
    from dualrandom.office.sources import parse_source

    office = here()
    if approval:
        # What was approved stands as it was: nothing here could change it any more.
        others = {
            "--randomness": randomness,
            "--sealed-until": sealed_until,
            "--draw": draw_id,
            "--reason": reason,
            "--ask": ask,
            "--dry-run": dry_run,
        }
        if any(others.values()):
            names = ", ".join(name for name, given in others.items() if given)
            raise UsageError("E252", names=names)
        _announce_approved(office, task, approval, as_json=as_json)
        return
    if not randomness:
        reason = say("cli.usage.missing", name="--randomness")
        raise UsageError("E160", reason=reason)
    sources = tuple(map(parse_source, randomness))
    with show.busy(say("cli.busy.freeze")):
        done = fix(
            office,
            task,
            sources=sources,
            sealed_until=_day(sealed_until),
            draw=draw_id,
            reason=reason,
            dry_run=dry_run,
            ask=ask,
            # What such a draw may be called is said before anything is fixed.
            say=(lambda _: None) if as_json else _say_standing,
            told=show.progress,
        )
    if ask and not dry_run:
        request = Path(f"freeze-{done.announcement.draw}.request")
        need_approval(office, approved(office, task), request)
    if as_json:
        _freeze_document(done)
    elif done.folder is not None:
        name = done.announcement.draw
        show.data(say("cli.freeze.done", draw=name, folder=f"draws/{name}"))
        show.data(say("cli.freeze.commitment", commitment=done.commitment))
        show.data(say("cli.freeze.due", due=show.moment(done.announcement.due)))
        show.talk(say("cli.freeze.next", draw=name))
    else:
        show.data(say("cli.freeze.nothing", draw=done.announcement.draw))


def _freeze_document(done: Frozen) -> None:
    show.document(
        {
            "schema": "dualrandom/freeze/v1",
            "draw": done.announcement.draw,
            "commitment": done.commitment,
            "standing": str(done.standing),
            "targets": done.targets,
            "drawn": done.drawn,
            "inspectors": done.inspectors,
            "strata_private": done.private,
            "fixed": done.folder is not None,
            "warnings": [show.problem(one) for one in done.problems],
        }
    )


def stage(
    draw_id: Draw,
    out: Out,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help=say("cli.stage.rehearsal"))
    ] = False,
) -> None:
    """Write the page of a public draw."""
    from dualrandom.office.publishing import stage_draw

    secret = stage_draw(here(), draw_id, out, lang=lang(), rehearsal=rehearsal)
    show.data(say("cli.stage.done", file=str(out)))
    if secret:
        show.talk(say("cli.stage.secret"))
    show.talk(say("cli.stage.next", draw=draw_id))


def _announce_approved(
    office: Office, task: str, approvals: list[Path], *, as_json: bool
) -> None:
    from dualrandom.office.freezing import announce_approved

    entry = announce_approved(office, task, approvals)
    name, commitment = str(entry.body["draw"]), str(entry.body["commitment"])
    if as_json:
        show.document(
            {
                "schema": "dualrandom/freeze-approved/v1",
                "draw": name,
                "commitment": commitment,
                "seq": entry.seq,
            }
        )
        return
    show.data(say("cli.freeze.done", draw=name, folder=f"draws/{name}"))
    show.data(say("cli.freeze.commitment", commitment=commitment))
    show.talk(say("cli.freeze.next", draw=name))


def _say_standing(planned: Frozen) -> None:
    show.talk(
        say(
            "cli.freeze.plan",
            targets=planned.targets,
            drawn=planned.drawn,
            inspectors=planned.inspectors,
        )
    )
    if planned.private:
        show.talk(say("cli.freeze.private"))
    for e in planned.announcement.excluded:
        show.talk(
            say(
                "cli.freeze.excluded",
                list=say(f"list.{e.list}"),
                reason=e.reason,
                count=e.count,
            )
        )
    show.warnings(planned.problems)
    for source in planned.announcement.randomness:
        _say_source(source)
    show.talk(say("verify.standing", words=say(f"verify.standing_{planned.standing}")))
    show.talk(say(f"standing.{planned.standing}"))


def _say_source(source: Source) -> None:
    """Say when a beacon's value comes, or that nobody can say."""
    from dualrandom.randomness import CHAINS, Drand, Nist, time_of
    from dualrandom.verify import LEAD

    born = time_of(source)
    if isinstance(source, Drand) and born is not None:
        show.talk(
            say(
                "cli.freeze.drand",
                chain=CHAINS[source.chain].name,
                round=source.round,
                time=_at(born),
                by=_at(born - LEAD),
            )
        )
    elif isinstance(source, Nist):
        show.talk(say("cli.freeze.nist", chain=source.chain, pulse=source.pulse))


def _at(seconds: int) -> str:
    return show.moment(dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat())


def draw(
    draw_id: Draw,
    dice: Annotated[str, typer.Option(help=say("cli.draw.dice"))] = "",
    lottery: Lottery = "",
    secret: Secrets = [],  # noqa: B006
    beacon: Beacons = [],  # noqa: B006
    engine: Engine = "",
    as_json: Json = False,
) -> None:
    """Draw, once."""
    from dualrandom.office.drawing import Waiting, run_draw, wanted

    office = here()
    values = collect(wanted(office, draw_id), dice, lottery, secret, beacon)
    with show.busy(say("cli.busy.draw")) as tell:
        done = run_draw(office, draw_id, values, engine=engine, told=tell)
    if isinstance(done, Waiting):
        _say_waiting(done, as_json=as_json)
        return
    if values.lottery:
        show.talk(say("cli.draw.compare", numbers=values.lottery))
    if as_json:
        show.document(
            {
                "schema": "dualrandom/draw/v1",
                "draw": done.draw,
                "seed": done.seed,
                "drawn": len(done.selection.selected),
                "reserves": len(done.selection.reserves),
                "matched": not done.shortages,
                "posts": done.posts,
                "files": dict(done.digests),
                "result": done.result,
            }
        )
    else:
        show.data(say("cli.draw.seed", seed=done.seed))
        show.data(
            say(
                "cli.draw.done",
                drawn=len(done.selection.selected),
                reserves=len(done.selection.reserves),
                posts=done.posts,
            )
        )
        for stratum in done.selection.short:
            show.talk(say("cli.draw.short", stratum=stratum))
        for file, digest in done.digests:
            # Eight by eight, as the stage shows it: two people read it to each other.
            parts = " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
            show.data(f"{file:<14}{parts}")
        show.data(say("cli.draw.result", digest=done.result))
        show.talk(say("cli.draw.next", draw=draw_id))
    _say_shortages(done.shortages)


def _say_shortages(shortages: Sequence[Shortage]) -> None:
    from dualrandom.messages import problem_line
    from dualrandom.shortage import as_problem

    if shortages:
        show.talk(say("cli.draw.unmatched"))
    for shortage in shortages:
        show.talk(f"  {problem_line(as_problem(shortage), lang())}")


def _say_waiting(waiting: Waiting, *, as_json: bool) -> None:
    if as_json:
        show.document(
            {
                "schema": "dualrandom/draw-waiting/v1",
                "draw": waiting.draw,
                "waiting_for": list(waiting.kinds),
            }
        )
        return
    show.data(say("cli.draw.rolled"))
    for kind in waiting.kinds:
        show.data(say("cli.draw.waiting", kind=kind))
    show.talk(say("cli.draw.come_back", draw=waiting.draw))


def abandon(
    draw_id: Draw,
    reason: Annotated[str, typer.Option(help=say("cli.abandon.reason"))],
    party: Annotated[str, typer.Option(help=say("cli.abandon.party"))] = "",
    approval: Approvals = [],  # noqa: B006
    lottery: Lottery = "",
    secret: Secrets = [],  # noqa: B006
    beacon: Beacons = [],  # noqa: B006
) -> None:
    """End an announcement without a result."""
    from dualrandom.office.ending import abandon as end
    from dualrandom.office.ending import abandonment, values_file

    office = here()
    values = given(lottery=lottery, secrets=secret, beacons=beacon)
    act = abandonment(office, draw_id, reason, party=party, values=values)
    if not approval:
        need_approval(office, act, Path(f"abandon-{draw_id}.request"))
    seq = end(office, draw_id, act, approval)
    show.data(say("cli.abandon.done", draw=draw_id, seq=seq))
    kept = values_file(office, draw_id)
    if kept.is_file():
        show.talk(say("cli.abandon.values", file=str(kept.relative_to(office.root))))
    elif (office.draw(draw_id) / "seed.txt").is_file():
        show.talk(say("cli.abandon.selection", draw=draw_id))


def rehearse(
    task: Annotated[str, typer.Argument(help=say("cli.task.id"))],
    as_json: Json = False,
) -> None:
    """Run a whole draw that counts for nothing."""
    from dualrandom.cli.lists import export_header
    from dualrandom.office.rehearsal import rehearse as run

    office = here()
    with show.busy(say("cli.busy.draw")):
        done = run(office, task, export_header())
    places = [str(p.relative_to(office.root)) for p in (done.folder, done.sheet)]
    if as_json:
        show.document(
            {
                "schema": "dualrandom/rehearsal/v1",
                "folder": places[0],
                "sheet": places[1],
                "drawn": len(done.selection.selected),
                "reserves": len(done.selection.reserves),
                "matched": not done.shortages,
                "posts": done.posts,
                "exit_code": done.report.exit_code,
            }
        )
        return
    show.talk(show.styled(say("cli.rehearse.mark"), "yellow"))
    show.data(
        say(
            "cli.draw.done",
            drawn=len(done.selection.selected),
            reserves=len(done.selection.reserves),
            posts=done.posts,
        )
    )
    show.data(say("cli.rehearse.done", folder=places[0], sheet=places[1]))
    _say_shortages(done.shortages)


def _day(text: str) -> dt.date | None:
    from dualrandom.cli.options import day

    return day(text) if text else None
